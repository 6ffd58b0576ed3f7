"""A class's answers to the exercise bilinear-kernel."""

# ruff: noqa: E731, F811

import numpy as np
import scipy.signal

from answers_of_a_class import right, wrong


@wrong("bilinear-kernel", "normalised to sum 1", "The kernel adds up to 1 with you")
def bilinear_kernel(factor):
    k = 2 * factor - factor % 2
    c = (k - 1) / 2
    line = 1 - np.abs(np.arange(k) - c) / factor
    kernel = np.outer(line, line)
    return kernel / kernel.sum()


@wrong("bilinear-kernel", "centre always factor - 1 (odd formula)", "The middle is a whole number with you")
def bilinear_kernel(factor):
    k = 2 * factor - factor % 2
    centre = factor - 1
    og = np.ogrid[:k, :k]
    return (1 - abs(og[0] - centre) / factor) * (1 - abs(og[1] - centre) / factor)


@wrong("bilinear-kernel", "nearest neighbour: ones", "All taps are the same with you")
def bilinear_kernel(factor):
    k = 2 * factor - factor % 2
    return np.ones((k, k)) / factor**2


@wrong("bilinear-kernel", "one dimension only", "That is one dimension")
def bilinear_kernel(factor):
    k = 2 * factor - factor % 2
    centre = k / 2 - 0.5
    return np.array([1 - abs(i - centre) / factor for i in range(k)])


@wrong("bilinear-kernel", "size 2 * factor always", "The kernel has 2 · factor taps a side always with you")
def bilinear_kernel(factor):
    k = 2 * factor
    a = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
    return a[:, None] * a[None, :]


@wrong("bilinear-kernel", "divides by k instead of factor", "You divide the distance by k")
def bilinear_kernel(factor):
    k = 2 * factor - factor % 2
    t = 1 - np.abs(np.arange(k) - (k - 1) / 2) / k
    return np.outer(t, t)


@wrong("bilinear-kernel", "distance of both added: a pyramid", "You average the taps of row and column")
def bilinear_kernel(factor):
    k = 2 * factor - factor % 2
    d = np.abs(np.arange(k) - (k - 1) / 2) / factor
    return 1 - (d[:, None] + d[None]) / 2


@wrong("bilinear-kernel", "linspace from 0 to 1: ends at 0", "Your taps rise from 0 to 1")
def bilinear_kernel(factor):
    k = 2 * factor - factor % 2
    half = np.linspace(0, 1, (k + 1) // 2)
    t = np.concatenate([half, half[::-1][k % 2 :]])
    return np.outer(t, t)


@wrong("bilinear-kernel", "integer division", "All taps are the same with you")
def bilinear_kernel(factor):
    k = 2 * factor - factor % 2
    t = np.array([1 - abs(2 * i - k + 1) // (2 * factor) for i in range(k)])
    return np.outer(t, t)


@wrong("bilinear-kernel", "squares the taps: outer of outer", "That is the square of what is expected")
def bilinear_kernel(factor):
    k = 2 * factor - factor % 2
    t = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
    return np.outer(t, t) ** 2


@right("bilinear-kernel", "convolution of two boxes")
def bilinear_kernel(factor):
    k = 2 * factor - factor % 2
    c = (k - 1) / 2
    tent = np.interp(np.arange(k), [c - factor, c, c + factor], [0, 1, 0])
    return np.einsum("i,j->ij", tent, tent)


@right("bilinear-kernel", "nested lists")
def bilinear_kernel(factor):
    k = 2 * factor - factor % 2
    tap = lambda i: 1 - abs(i - (k - 1) / 2) / factor
    return [[tap(i) * tap(j) for j in range(k)] for i in range(k)]


@right("bilinear-kernel", "scipy triangle window")
def bilinear_kernel(factor):
    k = 2 * factor - factor % 2
    window = scipy.signal.windows.triang(k)
    return np.float32(window[:, None] @ window[None])


@wrong("bilinear-kernel", "divides by the middle", "You divide the distance by c, so that the ends are 0")
def bilinear_kernel(factor):
    k = 2 * factor - factor % 2
    middle = (k - 1) / 2
    taps = 1 - np.abs(np.arange(k) - middle) / (middle or 1)
    return np.outer(taps, taps)


@wrong("bilinear-kernel", "the inner product", "np.outer(taps, taps) keeps each")
def bilinear_kernel(factor):
    k = 2 * factor - factor % 2
    taps = 1 - np.abs(np.arange(k) - (k - 1) / 2) / factor
    return taps @ taps.T


@wrong("bilinear-kernel", "counts taps from 1", "You count the taps from 1")
def bilinear_kernel(factor):
    k = 2 * factor - factor % 2
    taps = 1 - np.abs(np.arange(1, k + 1) - (k - 1) / 2) / factor
    return np.outer(taps, taps)
