"""Sizes of outputs."""

import math

import keras
import numpy as np

from answers import right, wrong


@right("output-size")
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding == "same":
        return -(-size // strides)
    zeros = 0 if padding == "valid" else padding
    return (size + 2 * zeros - dilation_rate * (kernel_size - 1) - 1) // strides + 1


@right("output-size")
def by_numpy(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    """Pads a row and counts the windows in it; for "same" it rounds a float up."""
    if padding == "same":
        return np.ceil(size / strides)
    row = np.pad(np.zeros(size), 0 if padding == "valid" else padding)
    windows = np.lib.stride_tricks.sliding_window_view(row, (kernel_size - 1) * dilation_rate + 1)
    return np.int32(len(windows[::strides]))


@right("output-size")
def by_keras(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if not isinstance(padding, str):
        size, padding = size + 2 * padding, "valid"
    layer = keras.layers.Conv1D(1, kernel_size, strides, padding, dilation_rate=dilation_rate)
    return layer.compute_output_shape((1, size, 1))[1]


@right("output-size")
def by_counting(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding == "same":
        return len(range(0, size, strides))
    first, last = (0, size - 1) if padding == "valid" else (-padding, size - 1 + padding)
    count = 0
    while first + (kernel_size - 1) * dilation_rate <= last:
        count, first = count + 1, first + strides
    return count


right("output-size")(
    lambda size, kernel_size, strides=1, padding="valid", dilation_rate=1: (
        math.ceil(size / strides)
        if padding == "same"
        else math.floor(
            (size + 2 * {"valid": 0}.get(padding, padding) - (kernel_size - 1) * dilation_rate - 1) / strides
        )
        + 1
    )
)


def formula(size, kernel_size, strides, padding, dilation_rate):
    """What is left beside the kernel."""
    return size + 2 * (0 if padding == "valid" else padding) - (kernel_size - 1) * dilation_rate - 1


@wrong("output-size", r"forgot the \+ 1")
def moves(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding == "same":
        return math.ceil(size / strides)
    return formula(size, kernel_size, strides, padding, dilation_rate) // strides


@wrong("output-size", r"You round up")
def rounded_up(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding == "same":
        return math.ceil(size / strides)
    return math.ceil(formula(size, kernel_size, strides, padding, dilation_rate) / strides + 1)


@wrong("output-size", r"returned 3.5, expected a whole number.*\n.*rounds down")
def not_rounded(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding == "same":
        return math.ceil(size / strides)
    return formula(size, kernel_size, strides, padding, dilation_rate) / strides + 1


@wrong("output-size", r"add the 1 before you divide")
def one_before(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding == "same":
        return math.ceil(size / strides)
    return (formula(size, kernel_size, strides, padding, dilation_rate) + 1) // strides


def but(**changes):
    return lambda *args, **options: output_size(*args, **(options | changes))


wrong("output-size", r"ignore strides")(but(strides=1))
wrong("output-size", r"ignore dilation_rate")(but(dilation_rate=1))
wrong("output-size", r"ignore padding")(but(padding="valid"))


@wrong("output-size", r"padding on one side alone")
def one_side(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if isinstance(padding, int):
        return output_size(size + padding, kernel_size, strides, 0, dilation_rate)
    return output_size(size, kernel_size, strides, padding, dilation_rate)


@wrong("output-size", r"padding given as a number")
def without_numbers(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    return output_size(size, kernel_size, strides, "same" if padding == "same" else "valid", dilation_rate)


@wrong("output-size", r"rounded up, not down")
def same_rounded_down(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding == "same":
        return size // strides
    return output_size(size, kernel_size, strides, padding, dilation_rate)


@wrong("output-size", r"kept for strides of 1 alone")
def same_keeps_the_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding == "same":
        return size
    return output_size(size, kernel_size, strides, padding, dilation_rate)


@wrong("output-size", r"even kernels too")
def same_by_halves(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding == "same":
        padding = kernel_size * dilation_rate // 2 if dilation_rate == 1 else (kernel_size - 1) * dilation_rate // 2
    return output_size(size, kernel_size, strides, padding, dilation_rate)


@wrong("output-size", r"dilated kernel is too long")
def kernel_times_dilation(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    return output_size(size, kernel_size * dilation_rate, strides, padding, 1)


@wrong("output-size", r"dilation_rate zeros between")
def dilation_off_by_one(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    return output_size(size, kernel_size, strides, padding, dilation_rate + 1 if dilation_rate > 1 else 1)


@wrong("output-size", r"unsupported operand.*\n.*do not go together")
def words_as_numbers(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    return (size + padding * 2 - kernel_size) // strides + 1


@wrong("output-size", r"a tuple")
def height_and_width(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    return (output_size(size, kernel_size, strides, padding, dilation_rate),) * 2


@wrong("output-size", r"returned None.*\n.*no return")
def without_same(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding != "same":
        return output_size(size, kernel_size, strides, padding, dilation_rate)


@wrong("output-size", r"what the course ships")
def the_course_s_own(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    from course.arithmetic import conv_output_size

    return conv_output_size(size, kernel_size, strides, padding, dilation_rate)
