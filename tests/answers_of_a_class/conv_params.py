"""A class's answers to the exercise conv-params."""

# ruff: noqa: F811

import dataclasses
import math

import keras

from answers_of_a_class import right, wrong


@wrong("conv-params", "a bias for each weight group: bias per input channel", "You count a bias for each input channel")
def conv_params(kernel_size, in_channels, filters, use_bias=True):
    weights = kernel_size * kernel_size * in_channels * filters
    return weights + in_channels if use_bias else weights


@wrong("conv-params", "kernel not squared", "You count kernel_size weights")
def conv_params(kernel_size, in_channels, filters, use_bias=True):
    return kernel_size * in_channels * filters + filters * use_bias


@wrong("conv-params", "forgets in_channels", "You left the input channels out")
def conv_params(kernel_size, in_channels, filters, use_bias=True):
    return filters * (kernel_size**2 + (1 if use_bias else 0))


@wrong("conv-params", "one bias for the layer", "You count one bias for the whole layer")
def conv_params(kernel_size, in_channels, filters, use_bias=True):
    n = kernel_size**2 * in_channels * filters
    if use_bias:
        n += 1
    return n


@wrong("conv-params", "use_bias ignored", "You ignore use_bias")
def conv_params(kernel_size, in_channels, filters, use_bias=True):
    return (kernel_size * kernel_size * in_channels + 1) * filters


@wrong("conv-params", "filters and in_channels both in the bias", "You count a bias for each channel of each filter")
def conv_params(kernel_size, in_channels, filters, use_bias=True):
    return kernel_size**2 * in_channels * filters + (in_channels * filters if use_bias else 0)


@wrong("conv-params", "bias twice", "You count the biases twice")
def conv_params(kernel_size, in_channels, filters, use_bias=True):
    per_filter = kernel_size * kernel_size * in_channels + 1
    return per_filter * filters + (filters if use_bias else 0)


@wrong("conv-params", "adds instead of multiplies: k² + in + filters", "You add kernel_size² and the channels")
def conv_params(kernel_size, in_channels, filters, use_bias=True):
    total = kernel_size * kernel_size + in_channels * filters
    return total + filters if use_bias else total


@wrong("conv-params", "kernel_size cubed", None)
def conv_params(kernel_size, in_channels, filters, use_bias=True):
    return kernel_size**3 * in_channels * filters + (filters if use_bias else 0)


@wrong("conv-params", "filters squared", "You multiply by filters once too often")
def conv_params(kernel_size, in_channels, filters, use_bias=True):
    return (kernel_size**2 * in_channels + use_bias) * filters**2


@right("conv-params", "math.prod")
def conv_params(kernel_size, in_channels, filters, use_bias=True):
    return math.prod((kernel_size, kernel_size, in_channels, filters)) + sum([filters] * use_bias)


@right("conv-params", "builds the layer and counts")
def conv_params(kernel_size, in_channels, filters, use_bias=True):
    layer = keras.layers.Conv2D(filters, kernel_size, use_bias=use_bias)
    layer.build((None, None, None, in_channels))
    return layer.count_params()


@right("conv-params", "dataclass")
def conv_params(kernel_size, in_channels, filters, use_bias=True):
    @dataclasses.dataclass
    class Filter:
        side: int
        depth: int
        bias: bool

        def __len__(self):
            return self.side * self.side * self.depth + int(self.bias)

    return filters * len(Filter(kernel_size, in_channels, use_bias))


@wrong("conv-params", "another default", "By default use_bias is False with you")
def conv_params(kernel_size, in_channels, filters, use_bias=False):
    return (kernel_size**2 * in_channels + use_bias) * filters


@wrong("conv-params", "the bias among the input channels", "You count a bias for each place of a kernel")
def conv_params(kernel_size, in_channels, filters, use_bias=True):
    return kernel_size**2 * (in_channels + use_bias) * filters
