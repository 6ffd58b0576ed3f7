"""A class's answers to the exercise output-size."""

# ruff: noqa: F811

import math
from fractions import Fraction

import keras
import numpy as np

from answers_of_a_class import right, wrong


@wrong("output-size", "forgets the + 1", "You forgot the + 1")
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    k = dilation_rate * (kernel_size - 1) + 1
    if padding == "valid":
        p = 0
    elif padding == "same":
        return math.ceil(size / strides)
    else:
        p = padding
    return (size + 2 * p - k) // strides


@wrong("output-size", "padding counted once", "You add the padding on one side alone")
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding == "same":
        return -(-size // strides)
    pads = {"valid": 0}.get(padding, padding)
    return (size + pads - dilation_rate * (kernel_size - 1) - 1) // strides + 1


@wrong("output-size", "true division", "expected a whole number")
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding == "same":
        return int(np.ceil(size / strides))
    p = 0 if padding == "valid" else padding
    return (size + 2 * p - dilation_rate * (kernel_size - 1) - 1) / strides + 1


@wrong(
    "output-size", "same keeps the size, whatever the stride", 'With padding="same" there are ⌈size / strides⌉ outputs'
)
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    effective = kernel_size + (kernel_size - 1) * (dilation_rate - 1)
    match padding:
        case "same":
            return size
        case "valid":
            padding = 0
    return (size - effective + 2 * padding) // strides + 1


@wrong("output-size", "dilated span is kernel * dilation", "The dilated kernel is too long")
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    span = kernel_size * dilation_rate
    if padding == "same":
        return (size + strides - 1) // strides
    if padding == "valid":
        padding = 0
    return math.floor((size + 2 * padding - span) / strides + 1)


@wrong("output-size", "subtracts the padding", "You subtract the padding")
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding == "same":
        return math.ceil(size / strides)
    p = 0 if padding == "valid" else padding
    return (size - 2 * p - dilation_rate * (kernel_size - 1) - 1) // strides + 1


@wrong("output-size", "same with the valid formula when strides > 1", "With strides you do not pad")
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding == "same" and strides == 1:
        return size
    p = padding if isinstance(padding, int) else 0
    return (size + 2 * p - (dilation_rate * (kernel_size - 1) + 1)) // strides + 1


@wrong("output-size", "dilates the input, not the kernel", "You dilate the input")
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    n = (size - 1) * dilation_rate + 1
    if padding == "same":
        return -(-n // strides)
    p = 0 if padding == "valid" else padding
    return (n + 2 * p - kernel_size) // strides + 1


@wrong("output-size", "dilation with + dilation_rate - 1", "You add dilation_rate - 1 once")
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    k = kernel_size + dilation_rate - 1
    if padding == "same":
        return -(-size // strides)
    return (size + 2 * (0 if padding == "valid" else padding) - k) // strides + 1


@wrong("output-size", "number taken as the total padding", "You add the padding on one side alone")
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding == "same":
        return (size - 1) // strides + 1
    total = 0 if padding == "valid" else padding
    return (size + total - dilation_rate * (kernel_size - 1) - 1) // strides + 1


@right("output-size", "counts range()")
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding == "same":
        return len(range(0, size, strides))
    zeros = 0 if isinstance(padding, str) else padding
    return len(range(0, size + 2 * zeros - (kernel_size - 1) * dilation_rate, strides))


@right("output-size", "Fraction and floor, numpy integers")
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    rules = {
        "valid": lambda: Fraction(size - dilation_rate * (kernel_size - 1) - 1, strides) + 1,
        "same": lambda: math.ceil(Fraction(size, strides)),
    }
    rule = rules.get(padding, lambda: Fraction(size + 2 * padding - dilation_rate * (kernel_size - 1) - 1, strides) + 1)
    return np.int64(math.floor(rule()))


@right("output-size", "convolves a row of zeros in Keras")
def output_size(size: int, kernel_size: int, strides: int = 1, padding="valid", dilation_rate: int = 1) -> int:
    row = np.zeros((1, size, 1), "float32")
    if padding not in ("valid", "same"):
        row, padding = np.pad(row, ((0, 0), (padding, padding), (0, 0))), "valid"
    kernel = np.zeros((kernel_size, 1, 1), "float32")
    if dilation_rate > 1:
        big = np.zeros(((kernel_size - 1) * dilation_rate + 1, 1, 1), "float32")
        big[::dilation_rate] = kernel
        kernel = big
    return keras.ops.conv(row, kernel, strides, padding).shape[1]


@right("output-size", "asks a pooling layer of Keras")
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    zeros, word = (0, padding) if isinstance(padding, str) else (2 * padding, "valid")
    pooling = keras.layers.MaxPooling1D((kernel_size - 1) * dilation_rate + 1, strides, word)
    return pooling(np.zeros((1, size + zeros, 1), "float32")).shape[1]


def positions(size, kernel_size, strides, zeros, dilation_rate):
    return (size + 2 * zeros - dilation_rate * (kernel_size - 1) - 1) // strides + 1


@wrong("output-size", "kernel_size // 2 on both sides for same", "you pad kernel_size // 2 on both sides")
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    zeros = {"valid": 0, "same": kernel_size // 2}.get(padding, padding)
    return positions(size, kernel_size, strides, zeros, dilation_rate)


@wrong("output-size", "strides count for same alone", "You ignore strides")
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    if padding == "same":
        return -(-size // strides)
    return positions(size, kernel_size, 1, 0 if padding == "valid" else padding, dilation_rate)


@wrong("output-size", "same as valid", "you count as without padding")
def output_size(size, kernel_size, strides=1, padding="valid", dilation_rate=1):
    return positions(size, kernel_size, strides, 0 if isinstance(padding, str) else padding, dilation_rate)
