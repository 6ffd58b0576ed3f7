"""Tell which activation a function is by what it computes, whatever it is called."""

import functools

import keras
import numpy as np

from course.layers import scaled_tanh

PROBE = np.linspace(-3, 3, 12, dtype="float32").reshape(3, 4)
NAMES = {
    "linear": "no activation",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "leaky_relu": "leaky ReLU",
    "elu": "ELU",
    "selu": "SELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "softplus": "softplus",
    "softsign": "softsign",
    "hard_sigmoid": "hard sigmoid",
    "exponential": "the exponential",
    "scaled_tanh": "the scaled tanh",
    "unknown": "a function of your own",
}
# Each keeps the order of its inputs, so that the largest of a window can be taken before or after.
INCREASING = ("relu", "relu6", "leaky_relu", "tanh", "sigmoid", "elu", "selu", "softplus", "scaled_tanh")


def identify(function):
    """The name of the activation that gives these values: "relu", "tanh", "linear" …, or "unknown"."""
    values = _values(function)
    if values is None or values.shape != PROBE.shape:
        return "unknown"
    return next((name for name, known in _known().items() if np.abs(values - known).max() < 1e-5), "unknown")


def spoken(name):
    """The activation as a sentence has it."""
    return NAMES.get(name, name)


@functools.cache
def _known():
    names = ("linear", "relu", "tanh", "sigmoid", "softmax", *NAMES)
    functions = {name: getattr(keras.activations, name, None) for name in names} | {"scaled_tanh": scaled_tanh}
    return {name: _values(function) for name, function in functions.items() if function}


def _values(function):
    try:
        return np.asarray(keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(PROBE))))
    except Exception:  # whatever a learner's function raises, it is none of the known ones
        return None
