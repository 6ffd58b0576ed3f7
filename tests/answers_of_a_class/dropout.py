"""A class's answers to the exercise dropout."""

# ruff: noqa: B905, F811, NPY002

import keras
import numpy as np

from answers_of_a_class import right, wrong


@wrong("dropout", "drops where uniform is above the rate: keeps with probability rate", "The wrong ones are dropped")
def dropout(x, rate, uniform, training=True):
    if not training:
        return x
    mask = uniform < rate
    return x * mask / (1 - rate)


@wrong("dropout", "no scaling", "What is kept is not scaled")
def dropout(x, rate, uniform, training=True):
    if training:
        return np.where(uniform < rate, 0, x)
    return x


@wrong("dropout", "divides by rate", "You divide what is kept by rate")
def dropout(x, rate, uniform, training=True):
    if not training or rate == 0:
        return x
    return np.where(uniform >= rate, x / rate, 0.0)


@wrong("dropout", "drops in inference as well", "You drop outside training")
def dropout(x, rate, uniform, training=True):
    keep = 1 - rate
    return x * (uniform >= rate) / keep


@wrong("dropout", "draws its own random numbers with np.random", "random numbers of your own")
def dropout(x, rate, uniform, training=True):
    if not training:
        return x
    mask = np.random.rand(*x.shape) >= rate
    return x * mask / (1 - rate)


@wrong("dropout", "multiplies by 1 - rate", "You multiply what is kept by 1 - rate")
def dropout(x, rate, uniform, training=True):
    return np.where(uniform >= rate, x, 0) * (1 - rate) if training else x


@wrong(
    "dropout", "no scaling in training, scaling in inference (the paper's)", "You multiply by 1 - rate outside training"
)
def dropout(x, rate, uniform, training=True):
    if training:
        return x * (uniform >= rate)
    return x * (1 - rate)


@wrong("dropout", "training the wrong way round", "Training is turned round")
def dropout(x, rate, uniform, training=True):
    if training:
        return x
    return np.where(uniform < rate, 0, x) / (1 - rate)


@wrong("dropout", "mask rounds uniform: threshold 0.5", None)
def dropout(x, rate, uniform, training=True):
    return x * np.round(uniform) / (1 - rate) if training else x


@wrong("dropout", "scales everything and forgets the mask", "uniform makes no difference with you")
def dropout(x, rate, uniform, training=True):
    return x / (1 - rate) if training else x


@right("dropout", "a loop over flat values")
def dropout(x, rate, uniform, training=True):
    if not training:
        return np.array(x)
    flat = [value / (1 - rate) if u >= rate else 0.0 for value, u in zip(np.ravel(x), np.ravel(uniform))]
    return np.array(flat).reshape(np.shape(x))


@right("dropout", "np.multiply with where")
def dropout(x, rate, uniform, training=True):
    out = np.zeros(np.shape(x))
    return np.multiply(x, 1 / (1 - rate), out=out, where=np.asarray(uniform) >= rate) if training else x


@right("dropout", "keras.ops")
def dropout(x, rate, uniform, training=True):
    x = keras.ops.convert_to_tensor(x)
    if training:
        x = keras.ops.where(keras.ops.less(uniform, rate), keras.ops.zeros_like(x), x / (1.0 - rate))
    return x


@wrong("dropout", "returns the mask beside it", "what is expected is the first of all that you return")
def dropout(x, rate, uniform, training=True):
    mask = (uniform >= rate) / (1 - rate)
    return (x * mask, mask) if training else (x, None)


@wrong("dropout", "rounds the random numbers", "You keep a value where its number is 0.5 or more")
def dropout(x, rate, uniform, training=True):
    return np.round(uniform) * x / (1 - rate) if training else x


@wrong("dropout", "drops whole rows", "You take the first number of a row for all of it")
def dropout(x, rate, uniform, training=True):
    return np.where(uniform[..., :1] >= rate, x / (1 - rate), 0) if training else x
