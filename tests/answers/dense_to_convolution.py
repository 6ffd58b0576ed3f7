"""The weights of a fully connected layer as a kernel."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from answers import right, wrong


@right("dense-to-convolution")
def dense_to_convolution(weights, height, width):
    return weights.reshape(height, width, -1, weights.shape[1])


@right("dense-to-convolution")
def by_loops(weights, height, width):
    inputs, units = weights.shape
    channels = inputs // (height * width)
    kernel = np.zeros((height, width, channels, units))
    for i in range(height):
        for j in range(width):
            for c in range(channels):
                kernel[i, j, c] = weights[(i * width + j) * channels + c]
    return kernel


@right("dense-to-convolution")
def by_keras(weights, height, width):
    return ops.reshape(weights, (height, width, weights.shape[0] // height // width, weights.shape[1]))


@right("dense-to-convolution")
def as_a_variable(weights, height, width):
    return keras.Variable(tf.reshape(weights, (height, width, -1, weights.shape[1])))


@wrong("dense-to-convolution", r"unflatten channels first")
def channels_first(weights, height, width):
    return weights.reshape(-1, height, width, weights.shape[1]).transpose(1, 2, 0, 3)


@wrong("dense-to-convolution", r"channels, height, width, units\)|The axes are in another order")
def kernel_channels_first(weights, height, width):
    return weights.reshape(-1, height, width, weights.shape[1])


@wrong("dense-to-convolution", r"as PyTorch has it")
def as_torch(weights, height, width):
    return weights.reshape(height, width, -1, weights.shape[1]).transpose(3, 2, 0, 1)


@wrong("dense-to-convolution", r"columns come before the rows")
def columns_first(weights, height, width):
    return weights.reshape(width, height, -1, weights.shape[1]).swapaxes(0, 1)


@wrong("dense-to-convolution", r"Height and width are swapped")
def swapped(weights, height, width):
    return weights.reshape(width, height, -1, weights.shape[1])


@wrong("dense-to-convolution", r"Channels and units are swapped")
def units_before_channels(weights, height, width):
    return weights.reshape(height, width, -1, weights.shape[1]).swapaxes(2, 3)


@wrong("dense-to-convolution", r"transpose the weights before")
def of_the_transposed(weights, height, width):
    return weights.T.reshape(height, width, -1, weights.shape[1])


@wrong("dense-to-convolution", r"units, channels\).*units\s+come last|reshape alone, with units last")
def units_in_front(weights, height, width):
    return weights.reshape(height, width, weights.shape[1], -1).swapaxes(2, 3)


@wrong("dense-to-convolution", r"Fortran")
def in_fortran_s_order(weights, height, width):
    return weights.reshape((height, width, -1, weights.shape[1]), order="F")


@wrong("dense-to-convolution", r"does not flip kernels")
def flipped(weights, height, width):
    return dense_to_convolution(weights, height, width)[::-1, ::-1]


@wrong("dense-to-convolution", r"1×1 kernel")
def one_by_one(weights, height, width):
    return weights[None, None]


@wrong("dense-to-convolution", r"as they were")
def unchanged(weights, height, width):
    return weights


@wrong("dense-to-convolution", r"changed its argument")
def in_place(weights, height, width):
    weights.resize((height, width, len(weights) // (height * width), weights.shape[1]))
    return weights
