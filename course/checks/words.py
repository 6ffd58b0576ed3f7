"""The field's words for the parts of a net and for what differs between two of them."""

from course.checks.activations import spoken
from course.checks.calling import article
from course.checks.kinds import JOINS, LRN, SHORTCUT
from course.checks.parts import NOTHING


def cross(shape, as_map=False):
    """28×28×6; "120 values" for a vector, or 1×1×120 `as_map`."""
    if len(shape) == 1:
        return f"1×1×{shape[0]}" if as_map else f"{shape[0]:,} value{'s' if shape[0] != 1 else ''}"
    return "×".join(map(str, shape))


def described(part):
    """A part with its settings: "a valid 5×5 convolution with 6 filters"."""
    settings, kind = part.settings, part.kind
    if "kernel_size" in settings:
        rule = {"valid": "valid ", "same": "same-padded "}.get(padding_rule(part), "") if "padding" in settings else ""
        strides = settings.get("strides", (1, 1))
        ending = f", strides {cross(strides)}" if strides != (1, 1) else ""
        filters = f" with {settings['filters']} filters" if kind != "depthwise convolution" else ""
        return a(f"{rule}{cross(settings['kernel_size'])} {kind}{filters}{ending}")
    if "pool_size" in settings:
        strides = settings.get("strides", settings["pool_size"])
        ending = f", strides {strides[0]}" if strides == (strides[0],) * 2 else f", strides {cross(strides)}"
        return a(f"{cross(settings['pool_size'])} {kind}{ending}")
    if "units" in settings:
        return f"a fully connected layer of {settings['units']} units"
    if "rate" in settings:
        return f"{kind} (rate {settings['rate']:g})"
    if kind == LRN:
        return f"{kind} ({', '.join(f'{name}={number:g}' for name, number in settings.items())})"
    if kind == SHORTCUT:
        pixels = {1: "every pixel", 2: "every second pixel"}.get(settings["strides"][0], "some pixels")
        return f"a shortcut without weights ({pixels}, and {settings['zeros']} channels of zeros)"
    if kind == "activation":
        return f"an activation of its own ({spoken(part.activation)})"
    return a(kind) if kind in JOINS.values() or not kind[0].islower() else kind


def a(noun):
    """The noun with its article, numbers too: "an 11×11 convolution"."""
    return f"an {noun}" if noun.startswith(("8", "11×", "18×")) else article(noun)


def padding_rule(part):
    """ "valid", "same" or "" for a convolution's or a pooling's zeros."""
    zeros = part.settings["padding"]
    if zeros == NOTHING:
        return "valid"
    window = part.settings.get("kernel_size") or part.settings["pool_size"]
    centred = all(before + after == size - 1 for (before, after), size in zip(zeros, window, strict=True))
    strides = part.settings.get("strides", (1, 1))
    return "same" if part.written.get("padding") == "same" or (centred and strides == (1, 1)) else ""


def padded(part):
    """How a part got its zeros, as the learner wrote it."""
    zeros = part.written.get("padding", part.settings["padding"])
    if part.settings["padding"] == NOTHING:
        return 'padding="valid"'
    if zeros == "same":
        return 'padding="same"'
    (top, bottom), (left, right) = part.settings["padding"] if isinstance(zeros, str) else zeros
    if top == bottom == left == right:
        return f"{top} on each side"
    return f"{top} above, {bottom} below, {left} left, {right} right"


def value(part, setting):
    """A setting as a phrase: "max pooling", "100 units", "ReLU", "strides 2×2"."""
    given = getattr(part, setting) if setting in ("activation", "kind") else part.settings.get(setting)
    if setting == "activation":
        return spoken(given)
    if setting == "axis":
        return f"axis {given}" if isinstance(given, int) else "the axis of the channels"
    if setting == "kind":
        return a(given) if given in JOINS.values() or not given[0].islower() else given
    if setting in ("kernel_size", "pool_size"):
        return f"{cross(given)} {'kernel' if setting == 'kernel_size' else 'window'}s"
    if setting in ("strides", "dilation_rate"):
        return f"{setting} {cross(given)}"
    if setting == "use_bias":
        return "biases" if given else "no biases"
    if setting == "counted":
        return "zeros that count as values" if given else "none that count"
    if isinstance(given, bool):
        return f"{setting}={given}"
    if setting == "padding":
        return f"{padding_rule(part)} padding" if padding_rule(part) else f"zeros, {padded(part)}"
    if setting == "crops":
        return "nothing cropped" if given == NOTHING else f"{sum(given[0])} rows cropped, {given[0][0]} of them above"
    if setting == "zeros":
        return f"{given} channels of zeros"
    if isinstance(given, float):
        return f"{setting} {given:g}"
    if setting == "groups":
        return f"{given} group{'s' if given != 1 else ''}"
    return f"{given:,} {setting}" if isinstance(given, int) else f"{setting} {given}"


def plain(part):
    """A convolution or pooling without its count: "a valid 5×5 convolution"."""
    return described(part).split(" with ")[0].split(", ")[0]


def joined(phrases, most=None):
    """a; a and b; a, b and c; beyond `most`, how many more there are."""
    phrases = list(phrases)
    if most and len(phrases) > most + 1:
        phrases = [*phrases[:most], f"{len(phrases) - most} more"]
    return " and ".join([", ".join(phrases[:-1]), phrases[-1]] if len(phrases) > 1 else phrases)
