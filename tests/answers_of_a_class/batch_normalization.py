"""A class's answers to the exercise batch-normalization."""

# ruff: noqa: B905, F811

import math

import keras
import numpy as np

from answers_of_a_class import right, wrong


def bn(x, gamma, beta, mm, mv, training, momentum, epsilon, axes=None, power=0.5):
    axes = tuple(range(x.ndim - 1)) if axes is None else axes
    m, v = (x.mean(axes), x.var(axes)) if training else (mm, mv)
    out = gamma * (x - m) / (v + epsilon) ** power + beta
    if training:
        mm, mv = momentum * mm + (1 - momentum) * m, momentum * mv + (1 - momentum) * v
    return out, mm, mv


@wrong("batch-normalization", "normalises each image by itself (axes 1, 2)", "You normalise each image by itself")
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    if training:
        axes = tuple(range(1, x.ndim - 1)) or (0,)
        mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
        out = gamma * (x - mean) / np.sqrt(var + epsilon) + beta
        flat = x.reshape(-1, x.shape[-1])
        moving_mean = momentum * moving_mean + (1 - momentum) * flat.mean(0)
        moving_variance = momentum * moving_variance + (1 - momentum) * flat.var(0)
        return out, moving_mean, moving_variance
    return gamma * (x - moving_mean) / np.sqrt(moving_variance + epsilon) + beta, moving_mean, moving_variance


@wrong("batch-normalization", "momentum the wrong way round (PyTorch's)", "momentum is turned round")
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    axes = tuple(range(x.ndim - 1))
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = x.mean(axes), x.var(axes)
        moving_mean = (1 - momentum) * moving_mean + momentum * mean
        moving_variance = (1 - momentum) * moving_variance + momentum * variance
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta, moving_mean, moving_variance


@wrong("batch-normalization", "epsilon added to the standard deviation", "epsilon is added to the root")
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    if training:
        mean = np.mean(x, axis=tuple(range(np.ndim(x) - 1)))
        var = np.var(x, axis=tuple(range(np.ndim(x) - 1)))
        x_hat = (x - mean) / (np.sqrt(var) + epsilon)
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * var
    else:
        x_hat = (x - moving_mean) / (np.sqrt(moving_variance) + epsilon)
    return gamma * x_hat + beta, moving_mean, moving_variance


@wrong(
    "batch-normalization",
    "updates the moving statistics before normalising with them",
    "In training you normalise by the moving statistics after their update",
)
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    if training:
        axes = list(range(len(x.shape) - 1))
        mean, variance = keras.ops.moments(x, axes)
        moving_mean = moving_mean * momentum + mean * (1 - momentum)
        moving_variance = moving_variance * momentum + variance * (1 - momentum)
    outputs = (x - moving_mean) / keras.ops.sqrt(moving_variance + epsilon) * gamma + beta
    return outputs, moving_mean, moving_variance


@wrong(
    "batch-normalization",
    "unbiased variance (ddof=1) in the normalisation",
    "You divide the variance by the count less one",
)
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    if not training:
        return (x - moving_mean) * gamma / np.sqrt(moving_variance + epsilon) + beta, moving_mean, moving_variance
    rows = x.reshape(-1, x.shape[-1])
    mean, var = rows.mean(axis=0), rows.var(axis=0, ddof=1)
    out = gamma * (x - mean) / np.sqrt(var + epsilon) + beta
    return (
        out,
        momentum * moving_mean + (1 - momentum) * mean,
        momentum * moving_variance + (1 - momentum) * var,
    )


@wrong("batch-normalization", "divides by the variance: no root", "You divide by the variance")
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    return bn(x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon, power=1)


@wrong("batch-normalization", "axis 0 only", "Each position has a mean of its own with you")
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    if not training:
        return bn(x, gamma, beta, moving_mean, moving_variance, False, momentum, epsilon)
    m, v = x.mean(0), x.var(0)
    out = gamma * (x - m) / np.sqrt(v + epsilon) + beta
    flat = x.reshape(-1, x.shape[-1])
    return (
        out,
        momentum * moving_mean + (1 - momentum) * flat.mean(0),
        momentum * moving_variance + (1 - momentum) * flat.var(0),
    )


@wrong("batch-normalization", "moving statistics not updated", "The moving statistics are not updated in training")
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    return (
        bn(x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon)[0],
        moving_mean,
        moving_variance,
    )


@wrong("batch-normalization", "gamma and beta applied before: normalises gamma * x + beta", None)
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    return bn(gamma * x + beta, 1, 0, moving_mean, moving_variance, training, momentum, epsilon)


@wrong("batch-normalization", "variance from the moving mean", "deviations from the moving mean")
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    out, mm, mv = bn(x, gamma, beta, moving_mean, moving_variance, training, momentum, epsilon)
    if training:
        axes = tuple(range(x.ndim - 1))
        v = ((x - moving_mean) ** 2).mean(axes)
        out = gamma * (x - x.mean(axes)) / np.sqrt(v + epsilon) + beta
    return out, mm, mv


@right("batch-normalization", "the Keras layer itself")
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    layer = keras.layers.BatchNormalization(momentum=momentum, epsilon=epsilon)
    layer.build(np.shape(x))
    layer.set_weights([np.asarray(w) for w in (gamma, beta, moving_mean, moving_variance)])
    out = layer(np.asarray(x, "float32"), training=training)
    return out, layer.moving_mean, layer.moving_variance


@right("batch-normalization", "E[x²] − E[x]², list result")
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    wide = np.asarray(x, "float64")
    stats = [np.asarray(moving_mean), np.asarray(moving_variance)]
    used = stats
    if training:
        table = wide.reshape(-1, wide.shape[-1])
        used = [table.mean(0), (table**2).mean(0) - table.mean(0) ** 2]
        stats = [old + (new - old) * (1 - momentum) for old, new in zip(stats, used)]
    scale = gamma / np.sqrt(used[1] + epsilon)
    return [wide * scale + (beta - used[0] * scale), *stats]


@right("batch-normalization", "channel by channel")
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    out = np.zeros(x.shape)
    means, variances = list(moving_mean), list(moving_variance)
    for c in range(x.shape[-1]):
        m, v = means[c], variances[c]
        if training:
            m, v = x[..., c].mean(), x[..., c].var()
            means[c] = momentum * means[c] + (1 - momentum) * m
            variances[c] = momentum * variances[c] + (1 - momentum) * v
        out[..., c] = (x[..., c] - m) / math.sqrt(v + epsilon) * gamma[c] + beta[c]
    return out, means, variances


@wrong("batch-normalization", "deviations from the updated mean", "You take the deviations from the moving mean")
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    axes = tuple(range(x.ndim - 1))
    mean, variance = moving_mean, moving_variance
    if training:
        mean = x.mean(axes)
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        variance = ((x - moving_mean) ** 2).mean(axes)
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta, moving_mean, moving_variance


@wrong("batch-normalization", "keepdims for what is returned", "the values are right, an axis of 1 differs")
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = (of(axis=tuple(range(x.ndim - 1)), keepdims=True) for of in (x.mean, x.var))
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta, moving_mean, moving_variance
