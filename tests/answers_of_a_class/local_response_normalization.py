"""A class's answers to the exercise local-response-normalization."""

# ruff: noqa: F811, RUF005

import numpy as np
import scipy.ndimage
import tensorflow as tf

from answers_of_a_class import right, wrong


@wrong("local-response-normalization", "window reaches n maps on either side", "You take n channels on each side")
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    out = np.zeros_like(x)
    channels = x.shape[-1]
    for i in range(channels):
        lo, hi = max(0, i - n), min(channels - 1, i + n)
        total = np.sum(x[..., lo : hi + 1] ** 2, axis=-1)
        out[..., i] = x[..., i] / (k + alpha * total) ** beta
    return out


@wrong("local-response-normalization", "window excludes the last map: range end", "The window ends a channel too early")
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    y = np.empty(x.shape)
    c = x.shape[3]
    for i in range(c):
        window = x[:, :, :, max(0, i - n // 2) : min(c - 1, i + n // 2)]
        y[:, :, :, i] = x[:, :, :, i] / np.power(k + alpha * (window**2).sum(axis=3), beta)
    return y


@wrong("local-response-normalization", "alpha divided by n", "You divide alpha by n")
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    return tf.nn.local_response_normalization(x, depth_radius=n // 2, bias=k, alpha=alpha / n, beta=beta).numpy()


@wrong("local-response-normalization", "depth_radius=n", "You take n channels on each side")
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    return tf.nn.lrn(tf.constant(x), n, k, alpha, beta)


@wrong(
    "local-response-normalization",
    "sums the values, not their squares",
    "The values are not squared before you sum them",
)
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    r = n // 2
    padded = np.pad(x, ((0, 0), (0, 0), (0, 0), (r, r)))
    total = sum(padded[..., i : i + x.shape[-1]] for i in range(n))
    return x / (k + alpha * total) ** beta


@wrong(
    "local-response-normalization", "sums over space, not channels", "You sum over a window of n×n pixels of one map"
)
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    r = n // 2
    p = np.pad(x**2, ((0, 0), (r, r), (r, r), (0, 0)))
    s = sum(p[:, i : i + x.shape[1], j : j + x.shape[2]] for i in range(n) for j in range(n))
    return x / (k + alpha * s) ** beta


@wrong("local-response-normalization", "beta outside: k + alpha * sum ** beta", "You raise the sum alone to beta")
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    c = x.shape[-1]
    out = np.empty(x.shape)
    for i in range(c):
        s = np.square(x[..., max(i - n // 2, 0) : i + n // 2 + 1]).sum(-1)
        out[..., i] = x[..., i] / (k + alpha * s**beta)
    return out


@wrong(
    "local-response-normalization",
    "wraps round at the first channel: negative slice start",
    "Your slice begins at a negative index for the first channels",
)
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    out = np.zeros(x.shape)
    for i in range(x.shape[-1]):
        s = (x[..., i - n // 2 : i + n // 2 + 1] ** 2).sum(-1)
        out[..., i] = x[..., i] / (k + alpha * s) ** beta
    return out


@wrong("local-response-normalization", "multiplies alpha inside the square", None)
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    c = np.arange(x.shape[-1])
    band = (np.abs(c[:, None] - c) <= n // 2).astype(float)
    return x / (k + ((alpha * x) ** 2) @ band) ** beta


@wrong(
    "local-response-normalization",
    "divides by beta power twice: x / (..)**beta / n",
    "The values of each array are in the right proportion",
)
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    c = np.arange(x.shape[-1])
    band = (np.abs(c[:, None] - c) <= n // 2).astype(float)
    return x / (k + alpha * (x**2) @ band) ** beta / n


@right("local-response-normalization", "band matrix")
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    c = np.arange(x.shape[-1])
    band = (np.abs(c[:, None] - c) <= n // 2).astype(float)
    return x / (k + alpha * (np.square(x, dtype="float64") @ band)) ** beta


@right("local-response-normalization", "cumulative sums")
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    r, c = n // 2, x.shape[-1]
    sums = np.concatenate([np.zeros(x.shape[:-1] + (1,)), np.cumsum(np.float64(x) ** 2, axis=-1)], axis=-1)
    first, last = np.maximum(np.arange(c) - r, 0), np.minimum(np.arange(c) + r + 1, c)
    return np.asarray(x) * (k + alpha * (sums[..., last] - sums[..., first])) ** -beta


@right("local-response-normalization", "scipy.ndimage.convolve1d")
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    squares = scipy.ndimage.convolve1d(np.asarray(x, float) ** 2, np.ones(n), axis=-1, mode="constant")
    return x / (k + alpha * squares) ** beta


@wrong("local-response-normalization", "k outside the power, alpha in it", "You raise the sum alone to beta")
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    out = np.zeros(x.shape)
    for i in range(x.shape[-1]):
        total = (x[..., max(0, i - n // 2) : i + n // 2 + 1] ** 2).sum(axis=-1)
        out[..., i] = x[..., i] / (k + (alpha * total) ** beta)
    return out


@wrong("local-response-normalization", "a slice that never has the last channel", "The last channel is in no sum")
def lrn(x, n=5, k=2, alpha=1e-4, beta=0.75):
    out = np.zeros(x.shape)
    last = x.shape[-1] - 1
    for i in range(last + 1):
        total = (x[..., max(0, i - n // 2) : min(last, i + n // 2 + 1)] ** 2).sum(axis=-1)
        out[..., i] = x[..., i] / (k + alpha * total) ** beta
    return out


@wrong("local-response-normalization", "TensorFlow's defaults", "By default k is 1, alpha is 1 and beta is 0.5")
def lrn(x, n=5, k=1, alpha=1, beta=0.5):
    squares = np.pad(x**2, [(0, 0)] * 3 + [(n // 2, n // 2)])
    return x / (k + alpha * sum(squares[..., i : i + x.shape[-1]] for i in range(n))) ** beta
