"""The field's words for the parts of a net and for what differs between two of them."""

from course.checks.activations import spoken
from course.checks.calling import article
from course.checks.graph import NOTHING


def cross(shape, as_map=False):
    """28×28×6; "120 values" for a vector, or 1×1×120 `as_map`."""
    if len(shape) == 1:
        return f"1×1×{shape[0]}" if as_map else f"{shape[0]:,} value{'s' if shape[0] != 1 else ''}"
    return "×".join(map(str, shape))


def described(part):
    """A part with its settings: "a valid 5×5 convolution with 6 filters"."""
    settings, kind = part.settings, part.kind
    if "kernel_size" in settings:
        rule = {"valid": "valid ", "same": "same-padded "}.get(padding_rule(part), "")
        strides = settings.get("strides", (1, 1))
        ending = f", strides {cross(strides)}" if strides != (1, 1) else ""
        filters = f" with {settings['filters']} filters" if kind == "convolution" else ""
        return article(f"{rule}{cross(settings['kernel_size'])} {kind}{filters}{ending}")
    if "pool_size" in settings:
        strides = settings.get("strides", settings["pool_size"])
        ending = f", strides {strides[0]}" if strides == (strides[0],) * 2 else f", strides {cross(strides)}"
        return article(f"{cross(settings['pool_size'])} {kind}{ending}")
    if "units" in settings:
        return f"a fully connected layer of {settings['units']} units"
    if "rate" in settings:
        return f"dropout (rate {settings['rate']:g})"
    if kind == "activation":
        return f"an activation of its own ({spoken(part.activation)})"
    return kind if kind[0].islower() else article(kind)


def padding_rule(part):
    """ "valid", "same" or "" for a convolution's or a pooling's zeros."""
    zeros, rule = part.settings["padding"], getattr(part.layer, "padding", None)
    if zeros == NOTHING:
        return "valid"
    window = part.settings.get("kernel_size") or part.settings["pool_size"]
    centred = all(before + after == size - 1 for (before, after), size in zip(zeros, window, strict=True))
    return "same" if rule == "same" or centred else ""


def padded(part):
    """How a part got its zeros, as the learner wrote it."""
    if part.settings["padding"] == NOTHING:
        return 'padding="valid"'
    if getattr(part.layer, "padding", None) == "same":
        return 'padding="same"'
    (top, bottom), (left, right) = part.settings["padding"]
    if top == bottom == left == right:
        return f"{top} on each side"
    return f"{top} above, {bottom} below, {left} left, {right} right"


def value(part, setting):
    """A setting as a phrase: "max pooling", "100 units", "ReLU", "strides 2×2"."""
    given = getattr(part, setting) if setting in ("activation", "kind") else part.settings.get(setting)
    if setting == "activation":
        return spoken(given)
    if setting == "kind":
        return given if given[0].islower() else article(given)
    if setting in ("kernel_size", "pool_size"):
        return f"{cross(given)} {'kernel' if setting == 'kernel_size' else 'window'}s"
    if setting in ("strides", "dilation_rate"):
        return f"{setting} {cross(given)}"
    if setting == "use_bias":
        return "biases" if given else "no biases"
    if setting == "padding":
        return f"{padding_rule(part) or 'another'} padding"
    if setting == "groups":
        return f"{given} group{'s' if given != 1 else ''}"
    return f"{given:,} {setting}" if isinstance(given, int) else f"{setting} {given}"


def cause(mine, theirs, setting):
    """A sentence on what was done and what it should have been, for one setting."""
    name = theirs.name
    if setting == "padding" and theirs.settings["padding"] == NOTHING:
        return f"You padded with zeros ({padded(mine)}); {name} is {plain(theirs)}"
    if setting == "padding" and mine.settings["padding"] == NOTHING:
        return f'You did not pad (padding="valid"); {name} is {plain(theirs)}'
    if setting == "activation" and mine.activation == "linear" and theirs.activation == "softmax":
        return f"Your outputs are logits; {name} ends with softmax, which makes them probabilities"
    if setting == "activation" and theirs.activation == "softmax":
        return f"Your outputs do not add up to 1; {name} ends with softmax, which makes them probabilities"
    if setting == "activation" and mine.activation == "unknown" and theirs.activation == "linear":
        return f"A function of your own changes the values there; nothing follows {name}"
    if setting == "use_bias" and not mine.settings["use_bias"]:
        return f"You left the biases out (use_bias=False); each map or unit of {name} has one"
    if setting == "activation" and mine.activation == "linear":
        return f"You left its activation out; {name} is followed by {value(theirs, setting)}"
    if setting == "activation" and theirs.activation == "linear":
        return f"You put {value(mine, setting)} there; nothing follows {name}"
    if setting == "kind":
        verbs = {"max pooling": "You take the maximum of each window", "average pooling": "You average each window"}
        return f"{verbs.get(mine.kind, f'You have {described(mine)}')}; {name} is {described(theirs)}"
    if setting == "flatten":
        return f"Flatten is missing: a dense layer on a map works at each pixel by itself; {name} sees the whole map"
    return f"You have {value(mine, setting)}; {name} has {value(theirs, setting)}"


def plain(part):
    """A convolution or pooling without its count: "a valid 5×5 convolution"."""
    return described(part).split(" with ")[0].split(", ")[0]


def joined(phrases):
    """a; a and b; a, b and c."""
    phrases = list(phrases)
    return " and ".join([", ".join(phrases[:-1]), phrases[-1]] if len(phrases) > 1 else phrases)
