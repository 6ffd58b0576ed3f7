"""Weights of a stack of small kernels, and of one large one."""

import numpy as np

from answers import right, wrong


@right("stacked-params")
def stacked_params(layers, kernel_size, channels):
    field = layers * (kernel_size - 1) + 1
    return layers * kernel_size**2 * channels**2, field**2 * channels**2


@right("stacked-params")
def by_loops(layers, kernel_size, channels):
    stack, field = 0, 1
    for _ in range(layers):
        stack += kernel_size * kernel_size * channels * channels
        field += kernel_size - 1
    return [stack, field * field * channels * channels]


@right("stacked-params")
def by_shapes(layers, kernel_size, channels):
    field = 1 + layers * (kernel_size - 1)
    stack = np.prod([layers, kernel_size, kernel_size, channels, channels])
    return np.array([stack, np.prod([field, field, channels, channels])])


right("stacked-params")(lambda n, k, c: (n * (k * c) ** 2, float(((n * k - n + 1) * c) ** 2)))


@wrong("stacked-params", r"add the biases")
def with_biases(layers, kernel_size, channels):
    field = layers * (kernel_size - 1) + 1
    return layers * (kernel_size**2 * channels**2 + channels), field**2 * channels**2 + channels


@wrong("stacked-params", r"C², not C")
def channels_once(layers, kernel_size, channels):
    return layers * kernel_size**2 * channels, (layers * (kernel_size - 1) + 1) ** 2 * channels


@wrong("stacked-params", r"layers \* kernel_size for the single kernel")
def sum_of_kernels(layers, kernel_size, channels):
    return layers * kernel_size**2 * channels**2, (layers * kernel_size) ** 2 * channels**2


@wrong("stacked-params", r"single kernel is one too small")
def field_off_by_one(layers, kernel_size, channels):
    return layers * kernel_size**2 * channels**2, (layers * (kernel_size - 1)) ** 2 * channels**2


@wrong("stacked-params", r"2n \+ 1.*3×3 alone")
def of_3_by_3(layers, kernel_size, channels):
    return layers * kernel_size**2 * channels**2, (2 * layers + 1) ** 2 * channels**2


@wrong("stacked-params", r"wrong order: the stack comes first|right values in the wrong order")
def the_other_order(layers, kernel_size, channels):
    return stacked_params(layers, kernel_size, channels)[::-1]


@wrong("stacked-params", r"count one side")
def kernel_not_squared(layers, kernel_size, channels):
    return layers * kernel_size * channels**2, (layers * (kernel_size - 1) + 1) * channels**2


@wrong("stacked-params", r"multiply the weights")
def multiplied(layers, kernel_size, channels):
    return (kernel_size**2 * channels**2) ** layers, stacked_params(layers, kernel_size, channels)[1]


@wrong("stacked-params", r"one layer of the stack")
def one_layer(layers, kernel_size, channels):
    return kernel_size**2 * channels**2, stacked_params(layers, kernel_size, channels)[1]


@wrong("stacked-params", r"as large as a kernel of the stack")
def same_kernel(layers, kernel_size, channels):
    return layers * kernel_size**2 * channels**2, kernel_size**2 * channels**2


@wrong("stacked-params", r"a float|an int")
def the_ratio(layers, kernel_size, channels):
    stack, single = stacked_params(layers, kernel_size, channels)
    return single / stack


@wrong("stacked-params", r"bits overflow")
def overflowing(layers, kernel_size, channels):
    return tuple(int(np.array(n).astype("int16")) for n in stacked_params(layers, kernel_size, channels))
