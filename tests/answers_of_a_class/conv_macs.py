"""A class's answers to the exercise conv-macs."""

# ruff: noqa: E731, F811

import functools
import math
import operator

import numpy as np

from answers_of_a_class import right, wrong


def sides(a, b):
    lt, rb = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.maximum(rb - lt + 1, 0)


@wrong("conv-macs", "uses the input's positions (same padding)", "You divide the input's size by strides")
def conv_macs(height, width, kernel_size, in_channels, filters, strides=1):
    return (height // strides) * (width // strides) * kernel_size**2 * in_channels * filters


@wrong("conv-macs", "counts multiplications and additions: twice", "You count additions and multiplications apart")
def conv_macs(height, width, kernel_size, in_channels, filters, strides=1):
    oh = (height - kernel_size) // strides + 1
    ow = (width - kernel_size) // strides + 1
    return 2 * oh * ow * kernel_size * kernel_size * in_channels * filters


@wrong("conv-macs", "adds the biases", "You count the biases too")
def conv_macs(height, width, kernel_size, in_channels, filters, strides=1):
    oh, ow = ((n - kernel_size) // strides + 1 for n in (height, width))
    return oh * ow * filters * (kernel_size**2 * in_channels + 1)


@wrong("conv-macs", "height used for both sides", "You take the height for the width too")
def conv_macs(height, width, kernel_size, in_channels, filters, strides=1):
    out = (height - kernel_size) // strides + 1
    return out * out * kernel_size * kernel_size * in_channels * filters


@wrong("conv-macs", "divides the stride-1 count by strides", "You divide by strides once")
def conv_macs(height, width, kernel_size, in_channels, filters, strides=1):
    positions = (height - kernel_size + 1) * (width - kernel_size + 1)
    return positions * kernel_size**2 * in_channels * filters // strides


@wrong("conv-macs", "ignores strides", "You ignore strides")
def conv_macs(height, width, kernel_size, in_channels, filters, strides=1):
    return (height - kernel_size + 1) * (width - kernel_size + 1) * kernel_size**2 * in_channels * filters


@wrong("conv-macs", "rounds the positions up", "You round up")
def conv_macs(height, width, kernel_size, in_channels, filters, strides=1):
    oh = math.ceil((height - kernel_size) / strides) + 1
    ow = math.ceil((width - kernel_size) / strides) + 1
    return oh * ow * kernel_size**2 * in_channels * filters


@wrong("conv-macs", "int32 arrays overflow", "bits overflow")
def conv_macs(height, width, kernel_size, in_channels, filters, strides=1):
    h, w, k, c, f, s = np.array([height, width, kernel_size, in_channels, filters, strides], dtype=np.int32)
    with np.errstate(over="ignore"):
        return ((h - k) // s + 1) * ((w - k) // s + 1) * k * k * c * f


@wrong("conv-macs", "kernel of the output size: swaps h and k", None)
def conv_macs(height, width, kernel_size, in_channels, filters, strides=1):
    oh, ow = (height - kernel_size) // strides, (width - kernel_size) // strides + 1
    return oh * ow * kernel_size**2 * in_channels * filters


@wrong("conv-macs", "strides on the height only", "You take strides along one axis alone")
def conv_macs(height, width, kernel_size, in_channels, filters, strides=1):
    return ((height - kernel_size) // strides + 1) * (width - kernel_size + 1) * kernel_size**2 * in_channels * filters


@right("conv-macs", "counts positions with ranges")
def conv_macs(height, width, kernel_size, in_channels, filters, strides=1):
    ys, xs = (range(0, n - kernel_size + 1, strides) for n in (height, width))
    return len(ys) * len(xs) * in_channels * filters * kernel_size**2


@right("conv-macs", "functools.reduce over numpy integers")
def conv_macs(height, width, kernel_size, in_channels, filters, *, strides=1):
    sides = (np.array([height, width], np.int64) - kernel_size) // strides + 1
    return functools.reduce(operator.mul, [*sides, kernel_size, kernel_size, in_channels, filters])


@right("conv-macs", "float that is whole")
def conv_macs(height, width, kernel_size, in_channels, filters, strides=1):
    out = lambda n: math.floor((n - kernel_size) / strides) + 1
    return float(out(height) * out(width) * kernel_size**2 * in_channels * filters)


@wrong("conv-macs", "the 1 before the division", "You add the 1 before you divide by strides")
def conv_macs(height, width, kernel_size, in_channels, filters, strides=1):
    rows, columns = ((n - kernel_size + 1) // strides for n in (height, width))
    return rows * columns * kernel_size**2 * in_channels * filters
