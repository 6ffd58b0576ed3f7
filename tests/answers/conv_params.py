"""Parameters of convolutions."""

import keras
import numpy as np

from answers import right, wrong


@right("conv-params")
def conv_params(kernel_size, in_channels, filters, use_bias=True):
    return (kernel_size**2 * in_channels + use_bias) * filters


@right("conv-params")
def by_keras(kernel_size, in_channels, filters, use_bias=True):
    layer = keras.layers.Conv2D(filters, kernel_size, use_bias=use_bias)
    layer.build((None, None, None, in_channels))
    return layer.count_params()


@right("conv-params")
def by_numpy(kernel_size, in_channels, filters, use_bias=True):
    weights = np.prod([kernel_size, kernel_size, in_channels, filters])
    return weights + filters if use_bias else weights


@right("conv-params")
def by_loop(kernel_size, in_channels, filters, use_bias=True):
    total = 0.0
    for _ in range(filters):
        for _ in range(in_channels):
            total += kernel_size * kernel_size
        if use_bias:
            total += 1
    return total


@wrong("conv-params", r"left the biases out")
def no_bias(kernel_size, in_channels, filters, use_bias=True):
    return kernel_size * kernel_size * in_channels * filters


@wrong("conv-params", r"ignore use_bias")
def always_bias(kernel_size, in_channels, filters, use_bias=True):
    return kernel_size * kernel_size * in_channels * filters + filters


@wrong("conv-params", r"a bias for each channel of each filter")
def bias_for_each_kernel(kernel_size, in_channels, filters, use_bias=True):
    return (kernel_size**2 + use_bias) * in_channels * filters


@wrong("conv-params", r"bias for each input channel")
def bias_for_each_channel(kernel_size, in_channels, filters, use_bias=True):
    return kernel_size**2 * in_channels * filters + use_bias * in_channels


@wrong("conv-params", r"biases twice")
def bias_twice(kernel_size, in_channels, filters, use_bias=True):
    return kernel_size**2 * in_channels * filters + 2 * use_bias * filters


@wrong("conv-params", r"one bias for the whole layer")
def one_bias(kernel_size, in_channels, filters, use_bias=True):
    return kernel_size**2 * in_channels * filters + use_bias


@wrong("conv-params", r"a kernel is square")
def not_squared(kernel_size, in_channels, filters, use_bias=True):
    return kernel_size * in_channels * filters + use_bias * filters


@wrong("conv-params", r"by 2: a kernel is square")
def doubled(kernel_size, in_channels, filters, use_bias=True):
    return (kernel_size * 2 * in_channels + use_bias) * filters


@wrong("conv-params", r"input channels out")
def without_channels(kernel_size, in_channels, filters, use_bias=True):
    return (kernel_size**2 + use_bias) * filters


@wrong("conv-params", r"left the filters out")
def one_filter(kernel_size, in_channels, filters, use_bias=True):
    return kernel_size**2 * in_channels + use_bias


@wrong("conv-params", r"add channels and filters")
def added(kernel_size, in_channels, filters, use_bias=True):
    return kernel_size**2 * (in_channels + filters) + use_bias * filters


@wrong("conv-params", r"3 input channels always")
def colour_images(kernel_size, in_channels, filters, use_bias=True):
    return conv_params(kernel_size, 3, filters, use_bias)


@wrong("conv-params", r"turned round")
def bias_turned_round(kernel_size, in_channels, filters, use_bias=True):
    return conv_params(kernel_size, in_channels, filters, not use_bias)


@wrong("conv-params", r"16 bits overflow")
def overflowing(kernel_size, in_channels, filters, use_bias=True):
    return np.array(conv_params(kernel_size, in_channels, filters, use_bias)).astype("int16")


@wrong("conv-params", r"a tuple")
def weights_and_biases(kernel_size, in_channels, filters, use_bias=True):
    return kernel_size**2 * in_channels * filters, filters


@wrong("conv-params", r"what the course ships")
def the_course_s_own(kernel_size, in_channels, filters, use_bias=True):
    from course import arithmetic

    return arithmetic.conv_params(kernel_size, in_channels, filters, use_bias=use_bias)
