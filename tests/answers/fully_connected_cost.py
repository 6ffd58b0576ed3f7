"""Parameters of a fully connected layer in a convolution's place."""

import math

import keras
import numpy as np

from answers import right, wrong


@right("fully-connected-cost")
def fully_connected_cost(input_shape, output_shape):
    return (math.prod(input_shape) + 1) * math.prod(output_shape)


@right("fully-connected-cost")
def by_numpy(input_shape, output_shape):
    inputs, outputs = np.prod(input_shape), np.prod(output_shape)
    return inputs * outputs + outputs


@right("fully-connected-cost")
def by_keras(input_shape, output_shape):
    units = math.prod(output_shape)
    if units > 10_000:  # the weights would not fit in memory
        return float(math.prod(input_shape) * units + units)
    layer = keras.layers.Dense(units)
    layer.build((None, math.prod(input_shape)))
    return layer.count_params()


@right("fully-connected-cost")
def unpacked(input_shape, output_shape):
    (a, b, c), (h, w, f) = input_shape, output_shape
    each = a * b * c + 1
    return sum(each * f for _ in range(h * w))


@wrong("fully-connected-cost", r"left the biases out")
def without_biases(input_shape, output_shape):
    return math.prod(input_shape) * math.prod(output_shape)


@wrong("fully-connected-cost", r"bias for each filter")
def bias_for_each_filter(input_shape, output_shape):
    return math.prod(input_shape) * math.prod(output_shape) + output_shape[2]


@wrong("fully-connected-cost", r"bias for each input value")
def bias_for_each_input(input_shape, output_shape):
    return math.prod(input_shape) * (math.prod(output_shape) + 1)


@wrong("fully-connected-cost", r"count one bias")
def one_bias(input_shape, output_shape):
    return math.prod(input_shape) * math.prod(output_shape) + 1


@wrong("fully-connected-cost", r"each filter one unit")
def units_are_filters(input_shape, output_shape):
    return (math.prod(input_shape) + 1) * output_shape[-1]


@wrong("fully-connected-cost", r"filters out: the output")
def one_filter(input_shape, output_shape):
    return (math.prod(input_shape) + 1) * output_shape[0] * output_shape[1]


@wrong("fully-connected-cost", r"input's channels out")
def grey(input_shape, output_shape):
    return (input_shape[0] * input_shape[1] + 1) * math.prod(output_shape)


@wrong("fully-connected-cost", r"channels out on both sides")
def pixels_alone(input_shape, output_shape):
    return (math.prod(input_shape[:2]) + 1) * math.prod(output_shape[:2])


@wrong("fully-connected-cost", r"add inputs and outputs")
def added(input_shape, output_shape):
    return math.prod(input_shape) + math.prod(output_shape)


@wrong("fully-connected-cost", r"add height, width and channels")
def sums(input_shape, output_shape):
    return (sum(input_shape) + 1) * sum(output_shape)


@wrong("fully-connected-cost", r"weights of one output value")
def one_unit(input_shape, output_shape):
    return math.prod(input_shape) + 1


@wrong("fully-connected-cost", r"32 bits overflow")
def in_32_bits(input_shape, output_shape):
    count = np.array(fully_connected_cost(input_shape, output_shape), "int64")
    return count.astype("int32")


@wrong("fully-connected-cost", r"raised TypeError.*\n.*do not go together")
def of_shapes(input_shape, output_shape):
    return input_shape * output_shape + output_shape


@wrong("fully-connected-cost", r"what the course ships")
def the_course_s_own(input_shape, output_shape):
    from course.arithmetic import dense_params

    return dense_params(math.prod(input_shape), math.prod(output_shape))
