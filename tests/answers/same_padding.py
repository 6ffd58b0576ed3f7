"""Zeros of padding="same"."""

import math

import numpy as np
from keras import ops

from answers import right, wrong


def needed(size, kernel_size, strides=1, dilation_rate=1):
    outputs = math.ceil(size / strides)
    return (outputs - 1) * strides + (kernel_size - 1) * dilation_rate + 1 - size


@right("same-padding")
def same_padding(size, kernel_size, strides=1, dilation_rate=1):
    total = max(needed(size, kernel_size, strides, dilation_rate), 0)
    return total // 2, total - total // 2


@right("same-padding")
def by_remainder(size, kernel_size, strides=1, dilation_rate=1):
    """As TensorFlow's manual has it, returned as a list."""
    span = (kernel_size - 1) * dilation_rate + 1
    total = max(span - (size % strides or strides), 0)
    return [total // 2, math.ceil(total / 2)]


@right("same-padding")
def by_numpy(size, kernel_size, strides=1, dilation_rate=1):
    total = np.maximum(needed(size, kernel_size, strides, dilation_rate), 0)
    return np.array([np.floor(total / 2), np.ceil(total / 2)])


@right("same-padding")
def by_keras(size, kernel_size, strides=1, dilation_rate=1):
    """Looks which of the pixels 1, 2, 3 … each tap of the kernel meets in the first window."""
    row = np.arange(1, size + 1, dtype="float32")[None, :, None]
    taps = np.eye(kernel_size, dtype="float32")[:, None]
    met = ops.convert_to_numpy(ops.conv(row, taps, strides, "same", dilation_rate=dilation_rate))[0]
    tap = met[0].argmax()
    before = tap * dilation_rate - (met[0, tap] - 1)
    end = (len(met) - 1) * strides + (kernel_size - 1) * dilation_rate + 1 - before
    return before, max(end - size, 0)


def halves(total):
    return total // 2, total - total // 2


@wrong("same-padding", r"odd zero is on the wrong side")
def reversed_order(size, kernel_size, strides=1, dilation_rate=1):
    return same_padding(size, kernel_size, strides, dilation_rate)[::-1]


@wrong("same-padding", r"kernel_size // 2 on both sides")
def half_the_kernel(size, kernel_size, strides=1, dilation_rate=1):
    half = ((kernel_size - 1) * dilation_rate + 1) // 2
    return half, half


@wrong("same-padding", r"\(kernel_size - 1\) // 2 on both sides")
def half_of_one_less(size, kernel_size, strides=1, dilation_rate=1):
    half = (kernel_size - 1) * dilation_rate // 2
    return half, half


@wrong("same-padding", r"ignore strides")
def without_strides(size, kernel_size, strides=1, dilation_rate=1):
    return same_padding(size, kernel_size, 1, dilation_rate)


@wrong("same-padding", r"ignore dilation_rate")
def without_dilation(size, kernel_size, strides=1, dilation_rate=1):
    return same_padding(size, kernel_size, strides)


@wrong("same-padding", r"never negative")
def negative(size, kernel_size, strides=1, dilation_rate=1):
    return halves(needed(size, kernel_size, strides, dilation_rate))


@wrong("same-padding", r"round size / strides down")
def rounded_down(size, kernel_size, strides=1, dilation_rate=1):
    return halves(max((size // strides - 1) * strides + (kernel_size - 1) * dilation_rate + 1 - size, 0))


@wrong("same-padding", r"keep the size whatever")
def size_kept(size, kernel_size, strides=1, dilation_rate=1):
    return halves((size - 1) * strides + (kernel_size - 1) * dilation_rate + 1 - size)


@wrong("same-padding", r"begins at \(outputs - 1\) \* strides")
def one_stride_too_many(size, kernel_size, strides=1, dilation_rate=1):
    return halves(max(-(-size // strides) * strides + (kernel_size - 1) * dilation_rate + 1 - size, 0))


@wrong("same-padding", r"half on both sides: where the total is odd")
def equal_halves(size, kernel_size, strides=1, dilation_rate=1):
    half = max(needed(size, kernel_size, strides, dilation_rate), 0) // 2
    return half, half


@wrong("same-padding", r"0\.5, expected a whole number.*\n.*no fraction")
def fractions(size, kernel_size, strides=1, dilation_rate=1):
    half = max(needed(size, kernel_size, strides, dilation_rate), 0) / 2
    return half, half


@wrong("same-padding", r"an int, 2; expected 2 whole numbers.*\(before, after\)")
def total(size, kernel_size, strides=1, dilation_rate=1):
    return sum(same_padding(size, kernel_size, strides, dilation_rate))


@wrong("same-padding", r"put all zeros after")
def all_after(size, kernel_size, strides=1, dilation_rate=1):
    return 0, sum(same_padding(size, kernel_size, strides, dilation_rate))


@wrong("same-padding", r"returned 4 values")
def all_four_sides(size, kernel_size, strides=1, dilation_rate=1):
    return same_padding(size, kernel_size, strides, dilation_rate) * 2


@wrong("same-padding", r"what the course ships")
def the_course_s_own(size, kernel_size, strides=1, dilation_rate=1):
    from course import padding

    return padding.same(size, kernel_size, strides, dilation_rate)
