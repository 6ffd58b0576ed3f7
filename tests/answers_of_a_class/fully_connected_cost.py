"""A class's answers to the exercise fully-connected-cost."""

# ruff: noqa: F811, RUF059

import functools
import math

import keras
import numpy as np
import tensorflow as tf

from answers_of_a_class import right, wrong


@wrong("fully-connected-cost", "no bias", "You left the biases out")
def fully_connected_cost(input_shape, output_shape):
    return int(np.prod(input_shape) * np.prod(output_shape))


@wrong("fully-connected-cost", "one bias", "You count one bias")
def fully_connected_cost(input_shape, output_shape):
    a, b, c = input_shape
    d, e, f = output_shape
    return a * b * c * d * e * f + 1


@wrong("fully-connected-cost", "adds sizes instead of multiplying", "You add inputs and outputs")
def fully_connected_cost(input_shape, output_shape):
    return math.prod(input_shape) + math.prod(output_shape)


@wrong("fully-connected-cost", "a bias per filter, as in a convolution", "You count a bias for each filter")
def fully_connected_cost(input_shape, output_shape):
    return math.prod(input_shape) * math.prod(output_shape) + output_shape[-1]


@wrong("fully-connected-cost", "a bias per input", "You count a bias for each input value")
def fully_connected_cost(input_shape, output_shape):
    n_in = functools.reduce(lambda a, b: a * b, input_shape)
    n_out = functools.reduce(lambda a, b: a * b, output_shape)
    return n_in * n_out + n_in


@wrong("fully-connected-cost", "channels only", "You count the channels alone")
def fully_connected_cost(input_shape, output_shape):
    return (input_shape[-1] + 1) * output_shape[-1]


@wrong("fully-connected-cost", "int32 prod overflows", "bits overflow")
def fully_connected_cost(input_shape, output_shape):
    a, b = np.prod(input_shape, dtype=np.int32), np.prod(output_shape, dtype=np.int32)
    with np.errstate(over="ignore"):
        return a * b + b


@wrong("fully-connected-cost", "swaps inputs and outputs", "You count a bias for each input value")
def fully_connected_cost(input_shape, output_shape):
    i, o = math.prod(input_shape), math.prod(output_shape)
    return (o + 1) * i


@wrong("fully-connected-cost", "height used twice", "You take the height for the width")
def fully_connected_cost(input_shape, output_shape):
    h, w, c = input_shape
    oh, ow, oc = output_shape
    return (h * h * c + 1) * oh * ow * oc


@right("fully-connected-cost", "recursion")
def fully_connected_cost(input_shape, output_shape):
    def size(shape):
        return shape[0] * size(shape[1:]) if shape else 1

    return (size(input_shape) + 1) * size(output_shape)


@right("fully-connected-cost", "numpy with int64")
def fully_connected_cost(input_shape, output_shape):
    inputs, outputs = np.prod([input_shape, output_shape], axis=1, dtype=np.int64)
    return inputs * outputs + outputs


@right("fully-connected-cost", "counts via a symbolic Dense")
def fully_connected_cost(input_shape, output_shape):
    with tf.Graph().as_default():
        x = keras.Input((math.prod(input_shape),))
        return keras.Model(x, keras.layers.Dense(math.prod(output_shape))(x)).count_params()
