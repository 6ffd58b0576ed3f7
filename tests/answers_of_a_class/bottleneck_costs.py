"""A class's answers to the exercise bottleneck-costs."""

# ruff: noqa: F811

import collections

import numpy as np

from answers_of_a_class import right, wrong

BottleneckCosts = collections.namedtuple("BottleneckCosts", "weights macs reduced_weights reduced_macs")


def area(b):
    return (b[..., 2] - b[..., 0] + 1) * (b[..., 3] - b[..., 1] + 1)


@wrong("bottleneck-costs", "forgets the 1×1's own weights", "The 1×1 convolution is missing")
def bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width):
    direct = kernel_size**2 * in_channels * filters
    through = kernel_size**2 * reduced * filters
    return direct, direct * height * width, through, through * height * width


@wrong("bottleneck-costs", "order: weights, weights, MACs, MACs", "The order is weights")
def bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width):
    k2 = kernel_size * kernel_size
    w1, w2 = k2 * in_channels * filters, in_channels * reduced + k2 * reduced * filters
    return w1, w2, w1 * height * width, w2 * height * width


@wrong("bottleneck-costs", "biases counted in the weights", "You add the biases")
def bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width):
    def params(k, i, o):
        return k * k * i * o + o

    def macs(k, i, o):
        return k * k * i * o * height * width

    return (
        params(kernel_size, in_channels, filters),
        macs(kernel_size, in_channels, filters),
        params(1, in_channels, reduced) + params(kernel_size, reduced, filters),
        macs(1, in_channels, reduced) + macs(kernel_size, reduced, filters),
    )


@wrong("bottleneck-costs", "MACs for a valid convolution", "You count the places of a valid convolution")
def bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width):
    oh, ow = height - kernel_size + 1, width - kernel_size + 1
    a = kernel_size**2 * in_channels * filters
    b, c = in_channels * reduced, kernel_size**2 * reduced * filters
    return a, a * oh * ow, b + c, b * height * width + c * oh * ow


@wrong("bottleneck-costs", "multiplies the two layers", "You multiply the weights of the two convolutions")
def bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width):
    direct = kernel_size**2 * in_channels * filters
    squeezed = (in_channels * reduced) * (kernel_size**2 * reduced * filters)
    return direct, direct * height * width, squeezed, squeezed * height * width


@wrong(
    "bottleneck-costs", "the 1x1 takes kernel_size² too", "You give the reduction a kernel_size × kernel_size kernel"
)
def bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width):
    k2, hw = kernel_size**2, height * width
    d, t = k2 * in_channels * filters, k2 * in_channels * reduced + k2 * reduced * filters
    return d, d * hw, t, t * hw


@wrong(
    "bottleneck-costs",
    "the second layer still sees in_channels",
    "After the reduction the large convolution sees in_channels with you",
)
def bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width):
    k2, hw = kernel_size**2, height * width
    d = k2 * in_channels * filters
    t = in_channels * reduced + k2 * in_channels * filters
    return d, d * hw, t, t * hw


@wrong("bottleneck-costs", "MACs forget the width", "You multiply by the height alone")
def bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width):
    d = kernel_size * kernel_size * in_channels * filters
    t = reduced * in_channels + kernel_size * kernel_size * reduced * filters
    return d, d * height, t, t * height


@wrong("bottleneck-costs", "adds in_channels + reduced instead of multiplying", None)
def bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width):
    d = kernel_size**2 * in_channels * filters
    t = in_channels + reduced + kernel_size**2 * reduced * filters
    return d, d * height * width, t, t * height * width


@right("bottleneck-costs", "dict of ways")
def bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width):
    ways = {
        "direct": [(kernel_size, in_channels, filters)],
        "reduced": [(1, in_channels, reduced), (kernel_size, reduced, filters)],
    }
    out = []
    for layers in ways.values():
        weights = sum(k**2 * a * b for k, a, b in layers)
        out.extend((weights, weights * height * width))
    return out


@right("bottleneck-costs", "numpy outer")
def bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width):
    weights = np.array([[kernel_size**2 * filters, 0], [0, 1]]) @ [in_channels, in_channels * reduced]
    weights[1] += kernel_size**2 * reduced * filters
    return np.outer(weights, [1, height * width]).ravel()


@right("bottleneck-costs", "namedtuple")
def bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width):
    area, positions = kernel_size * kernel_size, height * width
    w, v = area * in_channels * filters, reduced * (in_channels + area * filters)
    return BottleneckCosts(w, w * positions, v, v * positions)


@wrong("bottleneck-costs", "two 1x1 convolutions", "The convolution after the 1×1 is 1×1 with you")
def bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width):
    direct = kernel_size**2 * in_channels * filters
    through = in_channels * reduced + reduced * filters
    return direct, direct * height * width, through, through * height * width


@wrong("bottleneck-costs", "the outputs' values times the weights", "You multiply the MACs by filters once too often")
def bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width):
    direct = kernel_size**2 * in_channels * filters
    through = in_channels * reduced + kernel_size**2 * reduced * filters
    outputs = height * width * filters
    return direct, direct * outputs, through, through * outputs
