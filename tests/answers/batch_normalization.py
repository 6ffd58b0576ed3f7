"""Batch normalisation, in training and outside."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from answers import right, wrong


@right("batch-normalization")
def batch_normalization(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    mean, variance = moving_mean, moving_variance
    if training:
        axes = tuple(range(x.ndim - 1))
        mean, variance = x.mean(axis=axes), x.var(axis=axes)
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta, moving_mean, moving_variance


@right("batch-normalization")
def by_keras_layer(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    layer = keras.layers.BatchNormalization(momentum=momentum, epsilon=epsilon)
    layer.build(x.shape)
    layer.set_weights([gamma, beta, moving_mean, moving_variance])
    return layer(x, training=training), layer.moving_mean, layer.moving_variance


@right("batch-normalization")
def by_loops(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    rows = x.reshape(-1, x.shape[-1]).astype("float64")
    y, means, variances = np.empty_like(rows), [], []
    for c in range(x.shape[-1]):
        mean, variance = moving_mean[c], moving_variance[c]
        if training:
            mean = sum(rows[:, c]) / len(rows)
            variance = sum((value - mean) ** 2 for value in rows[:, c]) / len(rows)
        y[:, c] = gamma[c] * (rows[:, c] - mean) / (variance + epsilon) ** 0.5 + beta[c]
        share = 1 - momentum if training else 0
        means.append((1 - share) * moving_mean[c] + share * mean)
        variances.append((1 - share) * moving_variance[c] + share * variance)
    return [y.reshape(x.shape), means, variances]


@right("batch-normalization")
def by_ops(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    if training:
        mean, variance = ops.moments(x, axes=list(range(len(x.shape) - 1)))
        kept = [momentum * moving_mean + (1 - momentum) * mean, momentum * moving_variance + (1 - momentum) * variance]
    else:
        mean, variance = kept = [moving_mean, moving_variance]
    return (tf.nn.batch_normalization(x, mean, variance, beta, gamma, epsilon), *kept)


def normalised(x, gamma, beta, mean, variance, epsilon):
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


def averaged(momentum, old, new):
    return momentum * old + (1 - momentum) * new


def with_axes(axes, x, gamma, beta, mm, mv, training, momentum, epsilon):
    if not training:
        return normalised(x, gamma, beta, mm, mv, epsilon), mm, mv
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    y = normalised(x, gamma, beta, mean, variance, epsilon)
    return y, averaged(momentum, mm, mean.ravel()), averaged(momentum, mv, variance.ravel())


@wrong("batch-normalization", r"Each position has a mean of its own|raised ValueError")
def each_position(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    if not training:
        return normalised(x, gamma, beta, mm, mv, epsilon), mm, mv
    mean, variance = x.mean(axis=0), x.var(axis=0)
    y = normalised(x, gamma, beta, mean, variance, epsilon)
    return y, averaged(momentum, mm, mean), averaged(momentum, mv, variance)


@wrong("batch-normalization", r"count less one \(ddof=1\)")
def unbiased(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    if not training:
        return normalised(x, gamma, beta, mm, mv, epsilon), mm, mv
    axes = tuple(range(x.ndim - 1))
    mean, variance = x.mean(axes), x.var(axes, ddof=1)
    y = normalised(x, gamma, beta, mean, variance, epsilon)
    return y, averaged(momentum, mm, mean), averaged(momentum, mv, variance)


@wrong("batch-normalization", r"as PyTorch does: Keras")
def as_torch(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    y, mean, variance = batch_normalization(x, gamma, beta, mm, mv, training, momentum, epsilon)
    return (y, mean, averaged(momentum, mv, x.var(tuple(range(x.ndim - 1)), ddof=1)) if training else variance)


@wrong("batch-normalization", r"epsilon is added to the root")
def epsilon_outside(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    _, mean, variance = batch_normalization(x, gamma, beta, mm, mv, training, momentum, epsilon)
    axes = tuple(range(x.ndim - 1))
    m, v = (x.mean(axes), x.var(axes)) if training else (mm, mv)
    return gamma * (x - m) / (np.sqrt(v) + epsilon) + beta, mean, variance


@wrong("batch-normalization", r"divide by the variance")
def without_root(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    _, mean, variance = batch_normalization(x, gamma, beta, mm, mv, training, momentum, epsilon)
    axes = tuple(range(x.ndim - 1))
    m, v = (x.mean(axes), x.var(axes)) if training else (mm, mv)
    return gamma * (x - m) / (v + epsilon) + beta, mean, variance


@wrong("batch-normalization", r"In training you normalise by the moving statistics: take")
def moving_in_training(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    _, mean, variance = batch_normalization(x, gamma, beta, mm, mv, training, momentum, epsilon)
    return normalised(x, gamma, beta, mm, mv, epsilon), mean, variance


@wrong("batch-normalization", r"after their update")
def updated_first(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    _, mean, variance = batch_normalization(x, gamma, beta, mm, mv, training, momentum, epsilon)
    return normalised(x, gamma, beta, mean, variance, epsilon), mean, variance


@wrong("batch-normalization", r"Outside training you normalise by the batch")
def batch_outside_training(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    y = batch_normalization(x, gamma, beta, mm, mv, True, momentum, epsilon)[0]
    return y, *batch_normalization(x, gamma, beta, mm, mv, training, momentum, epsilon)[1:]


@wrong("batch-normalization", r"moving statistics change")
def always_updated(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    y = batch_normalization(x, gamma, beta, mm, mv, training, momentum, epsilon)[0]
    return y, *batch_normalization(x, gamma, beta, mm, mv, True, momentum, epsilon)[1:]


@wrong("batch-normalization", r"momentum is turned round.*PyTorch")
def momentum_of_torch(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    return batch_normalization(x, gamma, beta, mm, mv, training, 1 - momentum, epsilon)


@wrong("batch-normalization", r"not updated in training")
def never_updated(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    return batch_normalization(x, gamma, beta, mm, mv, training, momentum, epsilon)[0], mm, mv


@wrong("batch-normalization", r"gamma and beta are swapped")
def swapped(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    return batch_normalization(x, beta, gamma, mm, mv, training, momentum, epsilon)


@wrong("batch-normalization", r"wrong order: outputs, then the mean")
def variance_first(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    y, mean, variance = batch_normalization(x, gamma, beta, mm, mv, training, momentum, epsilon)
    return y, variance, mean


@wrong("batch-normalization", r"layer normalisation|over the channels")
def over_the_channels(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    y = normalised(x, gamma, beta, x.mean(-1, keepdims=True), x.var(-1, keepdims=True), epsilon)
    _, mean, variance = batch_normalization(x, gamma, beta, mm, mv, training, momentum, epsilon)
    return (y if training else normalised(x, gamma, beta, mm, mv, epsilon)), mean, variance


@wrong("batch-normalization", r"one mean over everything")
def one_mean(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    return with_axes(None, x, gamma, beta, mm, mv, training, momentum, epsilon)


@wrong("batch-normalization", r"default epsilon is another")
def epsilon_of_torch(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-5):
    return batch_normalization(x, gamma, beta, mm, mv, training, momentum, epsilon)


@wrong("batch-normalization", r"expected 3 values, \(outputs, moving_mean, moving_variance\)")
def outputs_alone(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    return batch_normalization(x, gamma, beta, mm, mv, training, momentum, epsilon)[0]


@wrong("batch-normalization", r"changed its argument")
def in_place(x, gamma, beta, mm, mv, training, momentum=0.99, epsilon=1e-3):
    y, mean, variance = batch_normalization(x, gamma, beta, mm, mv, training, momentum, epsilon)
    mm[:] = mean
    mv[:] = variance
    return y, mm, mv
