"""Rules for the edges of maps, where zeros are put and crops taken: part of the normal form."""

from course.checks import activations
from course.checks.kinds import LRN, SHORTCUT
from course.checks.parts import NOTHING

KEEP_SIGN = ("max pooling", "average pooling", "dropout", LRN, "zero padding", "crop", SHORTCUT, "channel slice")


def fold_zeros(part, uses):
    """Zeros around a map belong to the convolution they are for."""
    if part.kind in ("convolution", "depthwise convolution", "zero padding"):
        while part.inputs[0].kind == "zero padding":
            _take_zeros(part)
    return None


def fold_zeros_of_pooling(part, uses):
    """To max pooling zeros around a map are nothing, where no value of the map is below zero."""
    if part.kind == "max pooling":
        while part.inputs[0].kind == "zero padding" and _not_negative(part.inputs[0]):
            _take_zeros(part)
    return None


def _take_zeros(part):
    zeros = part.inputs[0]
    added = zip(zeros.settings["padding"], part.settings["padding"], strict=True)
    part.settings["padding"] = tuple((a + c, b + d) for (a, b), (c, d) in added)
    part.written = dict(zeros.written)
    part.inputs = list(zeros.inputs)


def _not_negative(part):
    stack, seen = [part], set()
    while stack:
        part = stack.pop()
        if id(part) in seen or part.activation in activations.NOT_NEGATIVE:
            continue
        seen.add(id(part))
        passes = part.kind in (*KEEP_SIGN, "concatenation", "addition", "flatten", "reshape")
        if part.activation != "linear" or not passes:
            return False
        stack += part.inputs
    return True


def skip_crop(part, uses):
    """What is cut off at the end of a map is cut off for nothing where no window would reach it."""
    window = part.settings.get("kernel_size") or part.settings.get("pool_size")
    if not window or part.inputs[0].kind != "crop" or part.settings.get("padding", NOTHING) != NOTHING:
        return None
    crop = part.inputs[0]
    rates = part.settings.get("dilation_rate", (1, 1))
    axes = zip(crop.settings["crops"], crop.inputs[0].shape, window, rates, part.settings["strides"], strict=False)
    outputs = [(before, (size - (k - 1) * rate - 1) // strides + 1) for (before, _), size, k, rate, strides in axes]
    if len(part.shape) == 3 and outputs == [(0, n) for n in part.shape[:2]] and part.kind != "transposed convolution":
        part.inputs = list(crop.inputs)
    return None


def crop_early(part, uses):
    """A crop after a 1×1 convolution may as well come before."""
    if part.kind == "crop":
        source = part.inputs[0]
        one = source.settings.get("kernel_size") == (1, 1) == source.settings.get("strides")
        if one and source.kind == "convolution" and source.settings["padding"] == NOTHING and uses[id(source)] == 1:
            cropped = part.shape
            exchange(part, source)
            part.shape, source.shape = cropped, (*cropped[:2], source.inputs[0].shape[-1])
    return None


def fold_crop(part, uses):
    """What is cut off a transposed convolution's map is part of it, as with "same"."""
    if part.kind == "crop":
        source = part.inputs[0]
        if source.kind in ("transposed convolution", "crop") and uses[id(source)] == 1:
            added = zip(source.settings["crops"], part.settings["crops"], strict=True)
            source.settings["crops"] = tuple((a + c, b + d) for (a, b), (c, d) in added)
            source.shape = part.shape
            return source
    return None


def trim(part, uses):
    """Zeros that no window reaches are none."""
    settings = part.settings
    window = settings.get("kernel_size") or settings.get("pool_size")
    if window and settings.get("padding", NOTHING) != NOTHING and len(part.inputs[0].shape) == 3:
        part.written.setdefault("padding", settings["padding"])
        outputs = part.shape[:2] if len(part.shape) == 3 else (1, 1)
        rates = settings.get("dilation_rate", (1, 1))
        spans = [(k - 1) * rate + 1 for k, rate in zip(window, rates, strict=True)]
        axes = zip(settings["padding"], spans, settings["strides"], part.inputs[0].shape, outputs, strict=False)
        settings["padding"] = tuple(
            (before, min(after, max((n - 1) * strides + span - size - before, 0)))
            for (before, after), span, strides, size, n in axes
        )
    return None


def exchange(part, source):
    """Let what a part does come before what the part that feeds it does."""
    for name in ("kind", "shape", "settings", "activation", "name", "layer", "function", "written"):
        later, earlier = getattr(part, name), getattr(source, name)
        setattr(part, name, earlier)
        setattr(source, name, later)
