"""Gaussian kernels."""

import math

import numpy as np
import tensorflow as tf
from keras import ops
from scipy import signal, stats

from answers import right, wrong


@right("gaussian-kernel")
def gaussian_kernel(size, sigma):
    x = np.arange(size) - (size - 1) / 2
    kernel = np.exp(-(x[:, np.newaxis] ** 2 + x**2) / (2 * sigma**2))
    return kernel / kernel.sum()


@right("gaussian-kernel")
def by_scipy(size, sigma):
    return np.outer(row := signal.windows.gaussian(size, sigma), row) / row.sum() ** 2


@right("gaussian-kernel")
def by_density(size, sigma):
    row = stats.norm.pdf(np.linspace(-(size - 1) / 2, (size - 1) / 2, size), scale=sigma)
    row /= row.sum()
    return np.outer(row, row)


@right("gaussian-kernel")
def in_plain_python(size, sigma):
    centre = (size - 1) / 2
    rows = [
        [math.exp(-((i - centre) ** 2 + (j - centre) ** 2) / 2 / sigma / sigma) for j in range(size)]
        for i in range(size)
    ]
    total = sum(map(sum, rows))
    return [[weight / total for weight in row] for row in rows]


@right("gaussian-kernel")
def by_keras(size, sigma):
    x = ops.arange(size, dtype="float32") - (size - 1) / 2
    row = ops.softmax(-(x**2) / (2 * sigma**2))
    return ops.outer(row, row)


@right("gaussian-kernel")
def by_tensorflow(size, sigma):
    x = tf.range(size, dtype=tf.float64) - (size - 1) / 2
    kernel = tf.exp(-(x[:, None] ** 2 + x[None] ** 2) / (2 * sigma**2))
    return kernel / tf.reduce_sum(kernel)


def bell(size, sigma, centre=None):
    x = np.arange(size) - ((size - 1) / 2 if centre is None else centre)
    return np.exp(-(x[:, None] ** 2 + x**2) / (2 * sigma**2))


def normalised(kernel):
    return kernel / kernel.sum()


@wrong("gaussian-kernel", r"do not add up to 1")
def not_normalised(size, sigma):
    return bell(size, sigma)


@wrong("gaussian-kernel", r"2πσ²")
def by_the_integral(size, sigma):
    return bell(size, sigma) / (2 * np.pi * sigma**2)


@wrong("gaussian-kernel", r"σ√\(2π\)")
def by_the_integral_of_one_dimension(size, sigma):
    return bell(size, sigma) / np.sqrt(2 * np.pi * sigma**2)


@wrong("gaussian-kernel", r"number of weights")
def by_the_count(size, sigma):
    return bell(size, sigma) / size**2


@wrong("gaussian-kernel", r"do not square sigma")
def sigma_for_variance(size, sigma):
    return normalised(bell(size, sigma**0.5))


@wrong("gaussian-kernel", r"2 is missing")
def without_two(size, sigma):
    return normalised(bell(size, sigma) ** 2)


@wrong("gaussian-kernel", r"parentheses")
def precedence(size, sigma):
    x = np.arange(size) - (size - 1) / 2
    return normalised(np.exp(-(x[:, None] ** 2 + x**2) / 2 * sigma**2))


@wrong("gaussian-kernel", r"do not square the distance")
def exponential(size, sigma):
    x = np.arange(size) - (size - 1) / 2
    return normalised(np.exp(-np.hypot(x[:, None], x) / (2 * sigma**2)))


@wrong("gaussian-kernel", r"minus is missing")
def growing(size, sigma):
    return normalised(1 / bell(size, sigma))


@wrong("gaussian-kernel", r"from the corner")
def from_the_corner(size, sigma):
    return normalised(bell(size, sigma, centre=0))


@wrong("gaussian-kernel", r"off by half a pixel")
def half_a_pixel_off(size, sigma):
    return normalised(bell(size, sigma, centre=size / 2))


@wrong("gaussian-kernel", r"even size.*// cuts the half off")
def from_a_pixel(size, sigma):
    return normalised(bell(size, sigma, centre=size // 2))


@wrong("gaussian-kernel", r"from -1 to 1")
def spread(size, sigma):
    x = np.linspace(-1, 1, size)
    return normalised(np.exp(-(x[:, None] ** 2 + x**2) / (2 * sigma**2)))


@wrong("gaussian-kernel", r"a box")
def box(size, sigma):
    return np.ones((size, size)) / size**2


@wrong("gaussian-kernel", r"one row")
def row(size, sigma):
    return normalised(np.exp(-((np.arange(size) - (size - 1) / 2) ** 2) / (2 * sigma**2)))


@wrong("gaussian-kernel", r"Each row adds up")
def by_rows(size, sigma):
    return ops.softmax(np.log(bell(size, sigma)), axis=1)


@wrong("gaussian-kernel", r"integrate over each pixel")
def integrated(size, sigma):
    row = np.diff(stats.norm.cdf(np.arange(size + 1) - size / 2, scale=sigma))
    return np.outer(row, row) / row.sum() ** 2


@wrong("gaussian-kernel", r"left sigma out")
def of_sigma_one(size, sigma):
    return gaussian_kernel(size, 1)


@wrong("gaussian-kernel", r"not numbers \(NaN\)")
def logarithm(size, sigma):
    return np.log(bell(size, sigma) - 1) * 0
