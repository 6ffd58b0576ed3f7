"""A class's answers to the exercise same-padding."""

# ruff: noqa: F811

import collections
import itertools
import math

import numpy as np

from answers_of_a_class import right, wrong

Pad = collections.namedtuple("Pad", "before after")


@wrong("same-padding", "the odd zero before", "The odd zero is on the wrong side")
def same_padding(size, kernel_size, strides=1, dilation_rate=1):
    total = max((math.ceil(size / strides) - 1) * strides + dilation_rate * (kernel_size - 1) + 1 - size, 0)
    return total - total // 2, total // 2


@wrong("same-padding", "kernel_size // 2 both sides", "You pad kernel_size // 2 on both sides")
def same_padding(size, kernel_size, strides=1, dilation_rate=1):
    k = dilation_rate * (kernel_size - 1) + 1
    return k // 2, k // 2


@wrong("same-padding", "ignores strides: (k - 1) split", "You ignore strides")
def same_padding(size, kernel_size, strides=1, dilation_rate=1):
    total = dilation_rate * (kernel_size - 1)
    before = total // 2
    return before, total - before


@wrong("same-padding", "negative when the kernel is smaller than the stride", "A padding is never negative")
def same_padding(size, kernel_size, strides=1, dilation_rate=1):
    out = -(-size // strides)
    total = (out - 1) * strides + (kernel_size - 1) * dilation_rate + 1 - size
    return total // 2, total - total // 2


@wrong("same-padding", "pads so that the output has the input's size", "You keep the size whatever the strides")
def same_padding(size, kernel_size, strides=1, dilation_rate=1):
    total = (size - 1) * strides + dilation_rate * (kernel_size - 1) + 1 - size
    return (total // 2, total - total // 2)


@wrong("same-padding", "returns the total", "You give the total twice")
def same_padding(size, kernel_size, strides=1, dilation_rate=1):
    total = max((-(-size // strides) - 1) * strides + dilation_rate * (kernel_size - 1) + 1 - size, 0)
    return total, total


@wrong("same-padding", "rounds the output down", "You round size / strides down")
def same_padding(size, kernel_size, strides=1, dilation_rate=1):
    out = size // strides
    total = max((out - 1) * strides + dilation_rate * (kernel_size - 1) + 1 - size, 0)
    return total // 2, total - total // 2


@wrong("same-padding", "all of it after", "You put all zeros after")
def same_padding(size, kernel_size, strides=1, dilation_rate=1):
    total = max((-(-size // strides) - 1) * strides + dilation_rate * (kernel_size - 1) + 1 - size, 0)
    return 0, total


@wrong("same-padding", "ignores dilation", "You ignore dilation_rate")
def same_padding(size, kernel_size, strides=1, dilation_rate=1):
    total = max((math.ceil(size / strides) - 1) * strides + kernel_size - size, 0)
    return total // 2, total - total // 2


@wrong("same-padding", "formula for sizes that strides divide", "size makes no difference with you")
def same_padding(size, kernel_size, strides=1, dilation_rate=1):
    total = max(dilation_rate * (kernel_size - 1) + 1 - strides, 0)
    return total // 2, total - total // 2


@right("same-padding", "divmod, list")
def same_padding(size, kernel_size, strides=1, dilation_rate=1):
    span = (kernel_size - 1) * dilation_rate + 1
    rest = size % strides or strides
    half, odd = divmod(max(span - rest, 0), 2)
    return [half, half + odd]


@right("same-padding", "searches the least that fits")
def same_padding(size, kernel_size, strides=1, dilation_rate=1):
    wanted = math.ceil(size / strides)

    def positions(pad):
        return (size + pad - (kernel_size - 1) * dilation_rate - 1) // strides + 1

    total = next(pad for pad in itertools.count() if positions(pad) >= wanted)
    return total // 2, (total + 1) // 2


@right("same-padding", "namedtuple of numpy integers")
def same_padding(size, kernel_size, strides=1, dilation_rate=1):
    total = np.maximum((np.ceil(size / strides) - 1) * strides + dilation_rate * (kernel_size - 1) + 1 - size, 0)
    return Pad(np.int32(np.floor(total / 2)), np.int32(np.ceil(total / 2)))
