"""A class's answers to the exercise dense-to-convolution."""

# ruff: noqa: F811

import keras
import numpy as np
import tensorflow as tf

from answers_of_a_class import right, wrong


@wrong("dense-to-convolution", "reshapes as (channels, height, width): Caffe's order", "You unflatten channels first")
def dense_to_convolution(weights, height, width):
    channels = weights.shape[0] // (height * width)
    return weights.reshape(channels, height, width, -1).transpose(1, 2, 0, 3)


@wrong("dense-to-convolution", "height and width swapped", "Height and width are swapped")
def dense_to_convolution(weights, height, width):
    inputs, units = weights.shape
    return weights.reshape((width, height, inputs // height // width, units))


@wrong(
    "dense-to-convolution", "units first: transposed before the reshape", "You transpose the weights before the reshape"
)
def dense_to_convolution(weights, height, width):
    return np.reshape(weights.T, (height, width, -1, weights.shape[1]))


@wrong("dense-to-convolution", "flips the kernel", "You turn the kernel round")
def dense_to_convolution(weights, height, width):
    return weights.reshape(height, width, -1, weights.shape[-1])[::-1, ::-1]


@wrong("dense-to-convolution", "adds a leading batch axis", "You keep an axis for a batch")
def dense_to_convolution(weights, height, width):
    n, units = weights.shape
    return keras.ops.reshape(weights, (1, height, width, n // (height * width), units))


@wrong("dense-to-convolution", "units before channels", "Channels and units are swapped")
def dense_to_convolution(weights, height, width):
    c = weights.shape[0] // (height * width)
    return weights.reshape(height, width, c, -1).transpose(0, 1, 3, 2)


@wrong("dense-to-convolution", "Fortran order", "You reshape in Fortran's order")
def dense_to_convolution(weights, height, width):
    return np.reshape(weights, (height, width, -1, weights.shape[1]), order="F")


@wrong("dense-to-convolution", "returns a 1x1 kernel", "That is a 1×1 kernel")
def dense_to_convolution(weights, height, width):
    return weights[None, None]


@wrong("dense-to-convolution", "height last", None)
def dense_to_convolution(weights, height, width):
    c = len(weights) // (height * width)
    return weights.reshape(width, c, height, -1).transpose(2, 0, 1, 3)


@right("dense-to-convolution", "index arithmetic in loops")
def dense_to_convolution(weights, height, width):
    rows, units = len(weights), len(weights[0])
    channels = rows // (height * width)
    kernel = np.empty((height, width, channels, units))
    for y, x, c in np.ndindex(height, width, channels):
        kernel[y, x, c] = weights[(y * width + x) * channels + c]
    return kernel


@right("dense-to-convolution", "split and stack")
def dense_to_convolution(weights, height, width):
    rows = np.split(np.asarray(weights), height)
    return np.stack([np.stack(np.split(row, width)) for row in rows])


@right("dense-to-convolution", "tf.reshape")
def dense_to_convolution(weights, height, width):
    return tf.reshape(weights, [height, width, -1, tf.shape(weights)[1]])


@wrong("dense-to-convolution", "float16", "went through float16")
def dense_to_convolution(weights, height, width):
    return weights.astype("float16").reshape(height, width, -1, weights.shape[1])


@wrong("dense-to-convolution", "VGG-16's sizes", "look for a fixed number in it")
def dense_to_convolution(weights, height, width):
    return weights.reshape(7, 7, 512, -1)


@wrong("dense-to-convolution", "height twice", "a size that stands for another")
def dense_to_convolution(weights, height, width):
    return weights.reshape(height, height, -1, weights.shape[1])


@right("dense-to-convolution", "split into rows and columns")
def dense_to_convolution(weights, height, width):
    return np.stack([np.stack(np.split(row, width)) for row in np.split(weights, height)])
