"""Inverted dropout with given random numbers."""

import numpy as np
import tensorflow as tf
from keras import ops

from answers import right, wrong


@right("dropout")
def dropout(x, rate, uniform, training=True):
    return np.where(uniform >= rate, x / (1 - rate), 0) if training else x


@right("dropout")
def by_a_mask(x, rate, uniform, training=True):
    if not training:
        return x
    mask = (uniform > rate).astype(x.dtype)
    return x * mask / (1 - rate)


@right("dropout")
def by_keras(x, rate, uniform, training=True):
    keep = ops.cast(ops.greater_equal(uniform, rate), "float32")
    return ops.where(training, x * keep / (1.0 - rate), x)


@right("dropout")
def by_loops(x, rate, uniform, training=True):
    values = [v / (1 - rate) if u >= rate else 0.0 for v, u in zip(x.ravel(), uniform.ravel(), strict=True)]
    return np.array(values).reshape(x.shape) if training else x.copy()


@right("dropout")
class Dropout:
    """By TensorFlow, as a class: calling it makes the object, and the object is read as an array."""

    def __init__(self, x, rate, uniform, training=True):
        self.values = tf.where(uniform >= rate, x / (1 - rate), tf.zeros_like(x)) if training else tf.constant(x)
        self.shape, self.dtype = tuple(x.shape), x.dtype

    def __array__(self, dtype=None, copy=None):
        return self.values.numpy()


@wrong("dropout", r"1 - rate outside training, as AlexNet")
def as_alexnet(x, rate, uniform, training=True):
    return x * (uniform >= rate) if training else x * (1 - rate)


@wrong("dropout", r"not scaled")
def not_scaled(x, rate, uniform, training=True):
    return x * (uniform >= rate) if training else x


@wrong("dropout", r"divide what is kept by rate")
def by_rate(x, rate, uniform, training=True):
    return np.where(uniform >= rate, x / rate, 0) if training and rate else x


@wrong("dropout", r"multiply what is kept by 1 - rate")
def multiplied(x, rate, uniform, training=True):
    return x * (uniform >= rate) * (1 - rate) if training else x


@wrong("dropout", r"share that is kept: it is the share that is dropped")
def rate_is_kept(x, rate, uniform, training=True):
    return np.where(uniform < rate, x / max(rate, 1e-9), 0) if training else x


@wrong("dropout", r"The wrong ones are dropped: a value")
def the_others(x, rate, uniform, training=True):
    return np.where(uniform < rate, x / (1 - rate), 0) if training else x


@wrong("dropout", r"drop outside training")
def always(x, rate, uniform, training=True):
    return np.where(uniform >= rate, x / (1 - rate), 0)


@wrong("dropout", r"random numbers of your own")
def own_numbers(x, rate, uniform, training=True):
    return np.where(np.random.default_rng().random(x.shape) >= rate, x / (1 - rate), 0) if training else x


@wrong("dropout", r"Training is turned round")
def turned_round(x, rate, uniform, training=True):
    return x if training else np.where(uniform >= rate, x / (1 - rate), 0)


@wrong("dropout", r"return the mask")
def the_mask(x, rate, uniform, training=True):
    return (uniform >= rate).astype("float32") if training else x


@wrong("dropout", r"True and False.*\n.*You return the mask")
def the_mask_as_booleans(x, rate, uniform, training=True):
    return uniform >= rate


@wrong("dropout", r"put 0 in their place")
def left_out(x, rate, uniform, training=True):
    return x[uniform >= rate] / (1 - rate) if training else x


@wrong("dropout", r"0.5 always")
def half(x, rate, uniform, training=True):
    return np.where(uniform >= 0.5, 2 * x, 0) if training else x


@wrong("dropout", r"changed its argument")
def in_place(x, rate, uniform, training=True):
    if training:
        x[uniform < rate] = 0
        x /= 1 - rate
    return x


@wrong("dropout", r"returned None")
def without_return(x, rate, uniform, training=True):
    if training:
        return dropout(x, rate, uniform)
