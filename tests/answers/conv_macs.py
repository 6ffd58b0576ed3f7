"""Multiply-accumulates of convolutions."""

import keras
import numpy as np
from keras import ops

from answers import right, wrong


def outputs(size, kernel_size, strides=1):
    return (size - kernel_size) // strides + 1


@right("conv-macs")
def conv_macs(height, width, kernel_size, in_channels, filters, strides=1):
    positions = outputs(height, kernel_size, strides) * outputs(width, kernel_size, strides)
    return positions * kernel_size**2 * in_channels * filters


@right("conv-macs")
def by_keras(height, width, kernel_size, in_channels, filters, strides=1):
    layer = keras.layers.Conv2D(filters, kernel_size, strides, use_bias=False)
    shape = layer.compute_output_shape((1, height, width, in_channels))
    return np.prod(shape) * kernel_size * kernel_size * in_channels


@right("conv-macs")
def by_a_convolution_of_ones(height, width, kernel_size, in_channels, filters, strides=1):
    """A product of ones adds 1; one filter stands for all."""
    image = np.ones((1, height, width, in_channels), "float32")
    kernel = np.ones((kernel_size, kernel_size, in_channels, 1), "float32")
    counted = ops.convert_to_numpy(ops.conv(image, kernel, strides)).astype("float64")
    return counted.sum() * filters


@right("conv-macs")
def by_loops(height, width, kernel_size, in_channels, filters, strides=1):
    total = 0
    for _ in range(0, height - kernel_size + 1, strides):
        for _ in range(0, width - kernel_size + 1, strides):
            total += filters * in_channels * kernel_size**2
    return total


@wrong("conv-macs", r"size of the input")
def of_the_input(height, width, kernel_size, in_channels, filters, strides=1):
    return height * width * kernel_size**2 * in_channels * filters


@wrong("conv-macs", r"additions and multiplications apart")
def flops(height, width, kernel_size, in_channels, filters, strides=1):
    return 2 * conv_macs(height, width, kernel_size, in_channels, filters, strides)


@wrong("conv-macs", r"count the biases too")
def with_biases(height, width, kernel_size, in_channels, filters, strides=1):
    positions = outputs(height, kernel_size, strides) * outputs(width, kernel_size, strides)
    return positions * (kernel_size**2 * in_channels + 1) * filters


@wrong("conv-macs", r"Those are the weights")
def weights(height, width, kernel_size, in_channels, filters, strides=1):
    return kernel_size**2 * in_channels * filters


@wrong("conv-macs", r"Those are the parameters")
def parameters(height, width, kernel_size, in_channels, filters, strides=1):
    return kernel_size**2 * in_channels * filters + filters


@wrong("conv-macs", r"ignore strides")
def without_strides(height, width, kernel_size, in_channels, filters, strides=1):
    return conv_macs(height, width, kernel_size, in_channels, filters)


@wrong("conv-macs", r"divide by strides once")
def strides_once(height, width, kernel_size, in_channels, filters, strides=1):
    return conv_macs(height, width, kernel_size, in_channels, filters) // strides


@wrong("conv-macs", r"divide the input's size by strides: ")
def halved(height, width, kernel_size, in_channels, filters, strides=1):
    return (height // strides) * (width // strides) * kernel_size**2 * in_channels * filters


@wrong("conv-macs", r"forgot the \+ 1")
def one_fewer(height, width, kernel_size, in_channels, filters, strides=1):
    positions = (height - kernel_size) // strides * ((width - kernel_size) // strides)
    return positions * kernel_size**2 * in_channels * filters


@wrong("conv-macs", r"height for the width too")
def height_twice(height, width, kernel_size, in_channels, filters, strides=1):
    return outputs(height, kernel_size, strides) ** 2 * kernel_size**2 * in_channels * filters


@wrong("conv-macs", r"positions of one row")
def one_row(height, width, kernel_size, in_channels, filters, strides=1):
    return outputs(width, kernel_size, strides) * kernel_size**2 * in_channels * filters


@wrong("conv-macs", r"kernel_size weights: a kernel is square")
def not_squared(height, width, kernel_size, in_channels, filters, strides=1):
    return conv_macs(height, width, kernel_size, in_channels, filters, strides) // kernel_size


@wrong("conv-macs", r"input channels out")
def one_channel(height, width, kernel_size, in_channels, filters, strides=1):
    return conv_macs(height, width, kernel_size, 1, filters, strides)


@wrong("conv-macs", r"left the filters out")
def one_filter(height, width, kernel_size, in_channels, filters, strides=1):
    return conv_macs(height, width, kernel_size, in_channels, 1, strides)


@wrong("conv-macs", r"divide the input's size by strides and round up")
def padded(height, width, kernel_size, in_channels, filters, strides=1):
    return -(-height // strides) * -(-width // strides) * kernel_size**2 * in_channels * filters


@wrong("conv-macs", r"do not round down")
def fractions(height, width, kernel_size, in_channels, filters, strides=1):
    rows, columns = (height - kernel_size) / strides + 1, (width - kernel_size) / strides + 1
    return rows * columns * kernel_size**2 * in_channels * filters


@wrong("conv-macs", r"what the course ships")
def the_course_s_own(height, width, kernel_size, in_channels, filters, strides=1):
    from course import arithmetic

    sizes = tuple(arithmetic.conv_output_size(n, kernel_size, strides) for n in (height, width))
    return arithmetic.conv_macs(sizes, kernel_size, in_channels, filters)
