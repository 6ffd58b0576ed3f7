"""AlexNet's normalisation across the channels."""

import numpy as np
import tensorflow as tf
from keras import ops

from answers import right, wrong


@right("local-response-normalization")
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    y = np.empty_like(x)
    for i in range(x.shape[-1]):
        window = x[..., max(0, i - n // 2) : i + n // 2 + 1]
        y[..., i] = x[..., i] / (k + alpha * (window**2).sum(axis=-1)) ** beta
    return y


@right("local-response-normalization")
def by_tensorflow(x, n=5, k=2, alpha=1e-4, beta=0.75):
    return tf.nn.local_response_normalization(x, depth_radius=n // 2, bias=k, alpha=alpha, beta=beta)


@right("local-response-normalization")
def by_keras(x, n=5, k=2, alpha=1e-4, beta=0.75):
    """The window is an average pooling along the channels."""
    half, channels = n // 2, x.shape[-1]
    squares = ops.pad(ops.square(x), ((0, 0), (0, 0), (0, 0), (half, half)))
    total = ops.zeros_like(x)
    for first in range(n):
        total = total + squares[..., first : first + channels]
    return x * ops.power(k + alpha * total, -beta)


@right("local-response-normalization")
def by_a_matrix(x, n=5, k=2, alpha=1e-4, beta=0.75):
    places = np.arange(x.shape[-1])
    near = abs(places[:, None] - places) <= n // 2
    return x / (k + alpha * (x.astype("float64") ** 2 @ near)) ** beta


def divided(x, sums, k, alpha, beta):
    return x / (k + alpha * sums) ** beta


def windows(x, before, after):
    channels = x.shape[-1]
    return np.stack([x[..., max(0, i - before) : i + after + 1].sum(-1) for i in range(channels)], axis=-1)


@wrong("local-response-normalization", r"divide alpha by n, as Caffe and PyTorch")
def as_caffe(x, n=5, k=2, alpha=1e-4, beta=0.75):
    return lrn(x, n, k, alpha / n, beta)


@wrong("local-response-normalization", r"mean of the squares")
def mean(x, n=5, k=2, alpha=1e-4, beta=0.75):
    means = [(x[..., max(0, i - n // 2) : i + n // 2 + 1] ** 2).mean(-1) for i in range(x.shape[-1])]
    return divided(x, np.stack(means, -1), k, alpha, beta)


@wrong("local-response-normalization", r"n channels on each side")
def n_for_the_radius(x, n=5, k=2, alpha=1e-4, beta=0.75):
    return tf.nn.local_response_normalization(x, n, k, alpha, beta)


@wrong("local-response-normalization", r"ends a channel too early")
def off_by_one(x, n=5, k=2, alpha=1e-4, beta=0.75):
    return divided(x, windows(x**2, n // 2, n // 2 - 1), k, alpha, beta)


@wrong("local-response-normalization", r"up to its own")
def backwards_alone(x, n=5, k=2, alpha=1e-4, beta=0.75):
    return divided(x, windows(x**2, n // 2, 0), k, alpha, beta)


@wrong("local-response-normalization", r"n×n pixels of one map")
def across_space(x, n=5, k=2, alpha=1e-4, beta=0.75):
    rows = windows((x**2).swapaxes(1, 3), n // 2, n // 2).swapaxes(1, 3)
    return divided(x, windows(rows.swapaxes(2, 3), n // 2, n // 2).swapaxes(2, 3), k, alpha, beta)


@wrong("local-response-normalization", r"counts from the end|goes on at the other end")
def wrapped(x, n=5, k=2, alpha=1e-4, beta=0.75):
    return divided(x, sum(np.roll(x**2, shift, axis=-1) for shift in range(-(n // 2), n // 2 + 1)), k, alpha, beta)


@wrong("local-response-normalization", r"not squared")
def not_squared(x, n=5, k=2, alpha=1e-4, beta=0.75):
    return divided(x, windows(x, n // 2, n // 2), k, alpha, beta)


@wrong("local-response-normalization", r"square the sum")
def squared_sum(x, n=5, k=2, alpha=1e-4, beta=0.75):
    return divided(x, windows(x, n // 2, n // 2) ** 2, k, alpha, beta)


@wrong("local-response-normalization", r"all channels")
def all_channels(x, n=5, k=2, alpha=1e-4, beta=0.75):
    return divided(x, (x**2).sum(-1, keepdims=True), k, alpha, beta)


@wrong("local-response-normalization", r"leave k out")
def without_k(x, n=5, k=2, alpha=1e-4, beta=0.75):
    return lrn(x, n, 0, alpha, beta)


@wrong("local-response-normalization", r"default k is 1")
def default_of_caffe(x, n=5, k=1, alpha=1e-4, beta=0.75):
    return lrn(x, n, k, alpha, beta)


@wrong("local-response-normalization", r"leave beta out")
def without_beta(x, n=5, k=2, alpha=1e-4, beta=0.75):
    return lrn(x, n, k, alpha, 1)


@wrong("local-response-normalization", r"alpha multiplies k too")
def alpha_outside(x, n=5, k=2, alpha=1e-4, beta=0.75):
    return x / (alpha * (k + windows(x**2, n // 2, n // 2))) ** beta


@wrong("local-response-normalization", r"multiply by the power")
def multiplied(x, n=5, k=2, alpha=1e-4, beta=0.75):
    return x * (k + alpha * windows(x**2, n // 2, n // 2)) ** beta


@wrong("local-response-normalization", r"changed its argument")
def in_place(x, n=5, k=2, alpha=1e-4, beta=0.75):
    x *= 2
    return lrn(x / 2, n, k, alpha, beta)


@wrong("local-response-normalization", r"what the course ships")
def the_course_s_own(x, n=5, k=2, alpha=1e-4, beta=0.75):
    from course.layers import LocalResponseNormalization

    return LocalResponseNormalization(n, k, alpha, beta)(x)
