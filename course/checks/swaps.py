"""Rules for steps that come to the same in another order or by other values: part of the normal form."""

from course.checks.edges import _take_zeros, exchange
from course.checks.kinds import SHORTCUT
from course.checks.parts import NOTHING

LEAST = "padding by the least value"  # minus infinity, or what stands for it


def fold_what_counts(part, uses):
    """Padding before a pooling is its own: to a maximum the least value is nothing; zeros that are left here count."""
    if part.kind in ("max pooling", "average pooling"):
        while part.inputs[0].kind in ("zero padding", LEAST):
            if part.kind == "average pooling" or part.inputs[0].kind != LEAST:
                part.settings["counted"] = True
            _take_zeros(part)
    return None


def stride_in_place(part, uses):
    """A 1×1 convolution of every second pixel is one with strides of 2."""
    if _is_one_by_one(part):
        source = part.inputs[0]
        while source.kind == SHORTCUT and source.settings["zeros"] == 0 and source.activation == "linear":
            steps = zip(source.settings["strides"], part.settings["strides"], strict=True)
            part.settings["strides"] = tuple(a * b for a, b in steps)
            part.inputs = list(source.inputs)
            source = part.inputs[0]
    return None


def average_last(part, uses):
    """Averages that a 1×1 convolution takes may as well be taken of what it gives.

    So it is where normalisation and ReLU come before; after others a convolution may lack its own activation.
    """
    if _is_one_by_one(part) and part.settings["strides"] == (1, 1) and part.activation == "linear":
        source = part.inputs[0]
        one_use = uses[id(source)] == 1 and source.activation == "linear" and "counted" not in source.settings
        normalised = source.inputs and source.inputs[0].kind == "batch normalisation"
        if source.kind == "average pooling" and one_use and normalised and len(source.shape) == len(part.shape) == 3:
            pooled = part.shape
            exchange(part, source)
            part.weight, source.weight = source.weight, part.weight
            part.shape, source.shape = pooled, (*source.inputs[0].shape[:2], pooled[-1])
    return None


def _is_one_by_one(part):
    one = part.kind == "convolution" and part.settings["kernel_size"] == (1, 1)
    return one and part.settings["padding"] == NOTHING and part.settings["groups"] == 1
