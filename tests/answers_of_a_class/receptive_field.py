"""A class's answers to the exercise receptive-field."""

# ruff: noqa: B905, F811

import functools
import itertools
import math
import operator

import numpy as np

from answers_of_a_class import right, wrong


@wrong("receptive-field", "the layer's own stride", "by the layer's own stride alone")
def receptive_field(layers):
    return 1 + sum((k - 1) * s for k, s in layers)


@wrong("receptive-field", "parentheses forgotten", "You take the 1 off after you multiply")
def receptive_field(layers):
    field = 1
    for k, s in reversed(layers):
        field = field * s + k - 1
    return field


@wrong("receptive-field", "returns inside the loop", "Of layers the first item alone counts with you")
def receptive_field(layers):
    field, step = 1, 1
    for k, s in layers:
        field += (k - 1) * step
        step *= s
        return field
    return field


@wrong("receptive-field", "the last kernel", "Of layers the last item alone counts with you")
def receptive_field(layers):
    return layers[-1][0] if layers else 1


@wrong("receptive-field", "ignores strides", "You ignore strides")
def receptive_field(layers):
    return 1 + sum(k - 1 for k, s in layers)


@wrong("receptive-field", "the stride takes effect a layer too early", "You multiply by a layer's own stride")
def receptive_field(layers):
    rf, jump = 1, 1
    for k, s in layers:
        jump *= s
        rf += (k - 1) * jump
    return rf


@wrong("receptive-field", "product of kernel sizes", "You multiply the kernel sizes")
def receptive_field(layers):
    return functools.reduce(lambda a, layer: a * layer[0], layers, 1)


@wrong("receptive-field", "goes backwards in the wrong order", "You go the wrong way")
def receptive_field(layers):
    r = 1
    for k, s in layers:
        r = (r - 1) * s + k
    return r


@wrong("receptive-field", "stride added, not multiplied", "You add the strides up")
def receptive_field(layers):
    size, step = 1, 1
    for kernel, stride in layers:
        size = size + (kernel - 1) * step
        step = step + stride - 1
    return size


@wrong("receptive-field", "adds kernel sizes", "You add the kernel sizes")
def receptive_field(layers):
    return sum(k for k, _ in layers)


@wrong("receptive-field", "begins with 0", "You begin with 0")
def receptive_field(layers):
    field, jump = 0, 1
    for k, s in layers:
        field += (k - 1) * jump
        jump *= s
    return field


@wrong("receptive-field", "counts strides of the last layer in too", "You multiply what a layer adds by its own stride")
def receptive_field(layers):
    r = 1
    for k, s in reversed(layers):
        r = (r - 1 + k) * s
    return r


@wrong("receptive-field", "(k - 1) times the product of all strides", "You multiply by the strides of all layers")
def receptive_field(layers):
    total = math.prod(s for _, s in layers)
    return 1 + sum((k - 1) * total for k, _ in layers)


@wrong("receptive-field", "k // 2 on both sides", "You add kernel_size // 2 on both sides")
def receptive_field(layers):
    r, j = 1, 1
    for k, s in layers:
        r += 2 * (k // 2) * j
        j *= s
    return r


@right("receptive-field", "recursion from the first")
def receptive_field(layers):
    if not layers:
        return 1
    (k, s), *rest = layers
    return k + s * (receptive_field(rest) - 1)


@right("receptive-field", "accumulate and zip")
def receptive_field(layers):
    kernels, strides = zip(*layers) if layers else ((), ())
    jumps = itertools.accumulate(strides, operator.mul, initial=1)
    return 1 + sum((k - 1) * j for k, j in zip(kernels, jumps))


@right("receptive-field", "numpy cumprod")
def receptive_field(layers):
    table = np.array(list(layers)).reshape(-1, 2)
    jumps = np.cumprod(np.concatenate([[1], table[:, 1]]))[:-1]
    return ((table[:, 0] - 1) * jumps).sum() + 1
