"""Weights and multiply-accumulates, directly and through a 1×1 reduction."""

import numpy as np

from answers import right, wrong


@right("bottleneck-costs")
def bottleneck_costs(kernel_size, in_channels, reduced, filters, height, width):
    direct = kernel_size**2 * in_channels * filters
    through = in_channels * reduced + kernel_size**2 * reduced * filters
    return direct, direct * height * width, through, through * height * width


@right("bottleneck-costs")
def by_shapes(kernel_size, in_channels, reduced, filters, height, width):
    def weights(*shape):
        return int(np.prod(shape))

    counts = [
        weights(kernel_size, kernel_size, in_channels, filters),
        weights(1, 1, in_channels, reduced) + weights(kernel_size, kernel_size, reduced, filters),
    ]
    return [n * places for n in counts for places in (1, height * width)]


@right("bottleneck-costs")
def by_loops(kernel_size, in_channels, reduced, filters, height, width):
    direct = sum(kernel_size * kernel_size * in_channels for _ in range(filters))
    through = sum(in_channels for _ in range(reduced)) + sum(
        kernel_size * kernel_size * reduced for _ in range(filters)
    )
    return np.array([direct, direct * height * width, through, through * height * width], dtype="int64")


def costs(direct, through, places):
    return direct, direct * places, through, through * places


@wrong("bottleneck-costs", r"add the biases")
def with_biases(k, c, r, f, height, width):
    return costs(k * k * c * f + f, c * r + r + k * k * r * f + f, height * width)


@wrong("bottleneck-costs", r"add the biases")
def with_biases_among_the_weights(k, c, r, f, height, width):
    direct, macs, through, macs_through = bottleneck_costs(k, c, r, f, height, width)
    return direct + f, macs, through + r + f, macs_through


@wrong("bottleneck-costs", r"1×1 convolution is missing")
def without_the_reduction(k, c, r, f, height, width):
    return costs(k * k * c * f, k * k * r * f, height * width)


@wrong("bottleneck-costs", r"it is 1×1")
def large_reduction(k, c, r, f, height, width):
    return costs(k * k * c * f, k * k * c * r + k * k * r * f, height * width)


@wrong("bottleneck-costs", r"it sees reduced channels")
def nothing_reduced(k, c, r, f, height, width):
    return costs(k * k * c * f, c * r + k * k * c * f, height * width)


@wrong("bottleneck-costs", r"add them")
def multiplied(k, c, r, f, height, width):
    return costs(k * k * c * f, c * r * k * k * r * f, height * width)


@wrong("bottleneck-costs", r"count one side")
def kernel_not_squared(k, c, r, f, height, width):
    return costs(k * c * f, c * r + k * r * f, height * width)


@wrong("bottleneck-costs", r"once at each of height \* width places")
def without_places(k, c, r, f, height, width):
    return costs(k * k * c * f, c * r + k * k * r * f, 1)


@wrong("bottleneck-costs", r"height alone")
def one_column(k, c, r, f, height, width):
    return costs(k * k * c * f, c * r + k * k * r * f, height)


@wrong("bottleneck-costs", r"both weights first")
def weights_first(k, c, r, f, height, width):
    direct, through = k * k * c * f, c * r + k * k * r * f
    return direct, through, direct * height * width, through * height * width


@wrong("bottleneck-costs", r"direct convolution comes first")
def through_first(k, c, r, f, height, width):
    answer = bottleneck_costs(k, c, r, f, height, width)
    return answer[2:] + answer[:2]


@wrong("bottleneck-costs", r"two operations a multiply-accumulate")
def as_operations(k, c, r, f, height, width):
    direct, macs, through, macs_through = bottleneck_costs(k, c, r, f, height, width)
    return direct, 2 * macs, through, 2 * macs_through


@wrong("bottleneck-costs", r"returned 2 values.*expected 4")
def weights_alone(k, c, r, f, height, width):
    return bottleneck_costs(k, c, r, f, height, width)[::2]
