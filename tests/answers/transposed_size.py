"""The output size of a transposed convolution, by Keras's rules."""

import numpy as np

from answers import right, wrong


@right("transposed-size")
def transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if output_padding is None and padding == "same":
        return size * strides
    if output_padding is None and padding == "valid":
        return (size - 1) * strides + max(kernel_size, strides)
    p = {"valid": 0, "same": kernel_size // 2}.get(padding, padding)
    return (size - 1) * strides + kernel_size - 2 * p + (output_padding or 0)


@right("transposed-size")
def by_painting(size, kernel_size, strides=1, padding="valid", output_padding=None):
    """Mark what each input reaches, and count."""
    if padding == "same" and output_padding is None:
        return np.int64(size * strides)
    reached = np.zeros(1000, int)
    for i in range(size):
        reached[i * strides : i * strides + kernel_size] = 1
        if padding == "valid" and output_padding is None:
            reached[i * strides : i * strides + strides] = 1
    last = np.flatnonzero(reached)[-1] + 1
    zeros = {"same": kernel_size // 2, "valid": 0}[padding] if isinstance(padding, str) else padding
    return last - 2 * zeros + (0 if output_padding is None else output_padding)


@right("transposed-size")
def by_cases(size, kernel_size, strides=1, padding="valid", output_padding=None):
    length = size * strides
    if output_padding is None:
        if padding == "same":
            return length
        if padding == "valid":
            return float(length + max(kernel_size - strides, 0))
        output_padding = 0
    length += kernel_size - strides + output_padding
    if padding == "same":
        return length - kernel_size // 2 * 2
    return length if padding == "valid" else length - padding - padding


@wrong("transposed-size", r"after a convolution")
def forward(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if padding == "same":
        return -(-size // strides)
    p = 0 if padding == "valid" else padding
    return (size + 2 * p - kernel_size) // strides + 1


@wrong("transposed-size", r"max\(kernel_size, strides\)")
def without_max(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if padding == "valid":
        return (size - 1) * strides + kernel_size + (output_padding or 0)
    return transposed_size(size, kernel_size, strides, padding, output_padding)


@wrong("transposed-size", r"size \* strides for \"valid\", too")
def always_times(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if padding == "valid":
        return size * strides + (output_padding or 0)
    return transposed_size(size, kernel_size, strides, padding, output_padding)


@wrong("transposed-size", r"size windows have size - 1 steps")
def one_step_too_many(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if padding == "same":
        return transposed_size(size, kernel_size, strides, padding, output_padding)
    p = 0 if padding == "valid" else padding
    return size * strides + kernel_size - 2 * p + (output_padding or 0)


@wrong("transposed-size", r"takes as much off both ends")
def padding_once(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if isinstance(padding, str):
        return transposed_size(size, kernel_size, strides, padding, output_padding)
    return (size - 1) * strides + kernel_size - padding + (output_padding or 0)


@wrong("transposed-size", r"Padding is added")
def padding_added(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if isinstance(padding, str):
        return transposed_size(size, kernel_size, strides, padding, output_padding)
    return (size - 1) * strides + kernel_size + 2 * padding + (output_padding or 0)


@wrong("transposed-size", r"ignore output_padding: it adds")
def without_output_padding(size, kernel_size, strides=1, padding="valid", output_padding=None):
    return transposed_size(size, kernel_size, strides, padding)


@wrong("transposed-size", r"Ask `is None`")
def zero_for_none(size, kernel_size, strides=1, padding="valid", output_padding=None):
    return transposed_size(size, kernel_size, strides, padding, output_padding if output_padding else None)


@wrong("transposed-size", r"add it to size \* strides")
def same_is_times(size, kernel_size, strides=1, padding="valid", output_padding=None):
    if padding == "same":
        return size * strides + (output_padding or 0)
    return transposed_size(size, kernel_size, strides, padding, output_padding)


@wrong("transposed-size", r"ignore strides")
def without_strides(size, kernel_size, strides=1, padding="valid", output_padding=None):
    return transposed_size(size, kernel_size, 1, padding, output_padding)


@wrong("transposed-size", r"\"same\" gives size \* strides")
def same_as_valid(size, kernel_size, strides=1, padding="valid", output_padding=None):
    return transposed_size(size, kernel_size, strides, "valid" if padding == "same" else padding, output_padding)


@wrong("transposed-size", r"what the course ships")
def the_course_s_own(size, kernel_size, strides=1, padding="valid", output_padding=None):
    from course.arithmetic import conv_transpose_output_size

    return conv_transpose_output_size(size, kernel_size, strides, padding, output_padding)
