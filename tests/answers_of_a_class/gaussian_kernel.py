"""A class's answers to the exercise gaussian-kernel."""

# ruff: noqa: F811

import functools
import math

import numpy as np
import scipy.signal
import tensorflow as tf

from answers_of_a_class import right, wrong


@wrong("gaussian-kernel", "divides by 2πσ² instead of normalising", "You divide by 2πσ²")
def gaussian_kernel(size, sigma):
    r = size // 2
    y, x = np.mgrid[-r : r + 1, -r : r + 1]
    return np.exp(-(x**2 + y**2) / (2 * sigma**2)) / (2 * np.pi * sigma**2)


@wrong("gaussian-kernel", "forgets the 2 in the exponent", "The 2 is missing")
def gaussian_kernel(size, sigma):
    a = np.arange(size) - (size - 1) / 2
    g = np.exp(-(a[:, None] ** 2 + a[None] ** 2) / sigma**2)
    return g / g.sum()


@wrong("gaussian-kernel", "sigma not squared", "You do not square sigma")
def gaussian_kernel(size, sigma):
    c = (size - 1) / 2
    k = np.array([[math.exp(-((i - c) ** 2 + (j - c) ** 2) / (2 * sigma)) for j in range(size)] for i in range(size)])
    return k / np.sum(k)


@wrong("gaussian-kernel", "takes the distance, not its square", "You do not square the distance")
def gaussian_kernel(size, sigma):
    axis = np.linspace(-(size - 1) / 2, (size - 1) / 2, size)
    xx, yy = np.meshgrid(axis, axis)
    distance = np.sqrt(xx**2 + yy**2)
    weights = np.exp(-distance / (2 * sigma**2))
    return weights / weights.sum()


@wrong(
    "gaussian-kernel", "centre at size // 2, off for even sizes", "For an even size the centre lies between two pixels"
)
def gaussian_kernel(size, sigma):
    kernel = np.zeros((size, size))
    for i in range(size):
        for j in range(size):
            kernel[i, j] = np.exp(-0.5 * ((i - size // 2) ** 2 + (j - size // 2) ** 2) / sigma**2)
    return kernel / kernel.sum()


@wrong("gaussian-kernel", "1-D normalised only: rows add up to 1", "Each row adds up to 1")
def gaussian_kernel(size, sigma):
    a = np.arange(size) - (size - 1) / 2
    k = np.exp(-(a[:, None] ** 2 + a**2) / (2 * sigma**2))
    return k / k.sum(axis=1, keepdims=True)


@wrong("gaussian-kernel", "divides by the maximum", "You divide by the largest weight")
def gaussian_kernel(size, sigma):
    a = np.arange(size) - (size - 1) / 2
    k = np.exp(-(a[:, None] ** 2 + a**2) / (2 * sigma**2))
    return k / k.max()


@wrong(
    "gaussian-kernel", "linspace(-1, 1): sigma in units of the half width", "You spread the coordinates from -1 to 1"
)
def gaussian_kernel(size, sigma):
    a = np.linspace(-1, 1, size)
    x, y = np.meshgrid(a, a)
    k = np.exp(-(x * x + y * y) / (2 * sigma * sigma))
    return k / k.sum()


@wrong("gaussian-kernel", "one axis only: exp(-x²) with no y", "Your values are the same all along axis 0")
def gaussian_kernel(size, sigma):
    a = np.arange(size) - (size - 1) / 2
    k = np.tile(np.exp(-(a**2) / (2 * sigma**2)), (size, 1))
    return k / k.sum()


@wrong("gaussian-kernel", "precedence: / 2 * sigma ** 2, not normalised", None)
def gaussian_kernel(size, sigma):
    a = np.arange(size) - (size - 1) / 2
    return np.exp(-(a[:, None] ** 2 + a**2) / 2 * sigma**2)


@right("gaussian-kernel", "outer product of scipy windows")
def gaussian_kernel(size, sigma):
    line = scipy.signal.windows.gaussian(size, sigma)
    return np.outer(line, line) / line.sum() ** 2


@right("gaussian-kernel", "complex modulus, softmax")
def gaussian_kernel(size, sigma):
    a = np.arange(size) - (size - 1) / 2
    return tf.reshape(tf.nn.softmax(-(np.abs(a[:, None] + 1j * a).ravel() ** 2) / (2 * sigma**2)), (size, size)).numpy()


@right("gaussian-kernel", "lists and math")
def gaussian_kernel(size, sigma):
    half = (size - 1) / 2
    line = [math.exp(-(((i - half) / sigma) ** 2) / 2) for i in range(size)]
    total = sum(line) ** 2
    return [[a * b / total for b in line] for a in line]


@wrong("gaussian-kernel", "-size // 2 is taken for -(size // 2)", "-size // 2 rounds down")
def gaussian_kernel(size, sigma):
    x = np.arange(-size // 2, -size // 2 + size)
    k = np.exp(-(x**2 + x[:, None] ** 2) / (2 * sigma**2))
    return k / k.sum()


@wrong(
    "gaussian-kernel", "from -r to r, one too many where size is even", "An even size gets one row and column too many"
)
def gaussian_kernel(size, sigma):
    r = size // 2
    x, y = np.meshgrid(np.arange(-r, r + 1), np.arange(-r, r + 1))
    k = np.exp(-(x**2 + y**2) / (2 * sigma**2))
    return k / k.sum()


@wrong("gaussian-kernel", "linspace over the whole width", "You spread the coordinates from -size / 2 to size / 2")
def gaussian_kernel(size, sigma):
    x = np.linspace(-size / 2, size / 2, size)
    k = np.exp(-(x**2 + x[:, None] ** 2) / (2 * sigma**2))
    return k / k.sum()


@right("gaussian-kernel", "complex distances, cached")
@functools.lru_cache
def gaussian_kernel(size, sigma):
    x = np.linspace(-(size - 1) / 2, (size - 1) / 2, size)
    k = np.exp(-0.5 * np.abs((x + 1j * x[:, None]) / sigma) ** 2)
    return k / k.sum()
