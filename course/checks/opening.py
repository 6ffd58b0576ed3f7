"""Open up subclassed models and layers: record the Keras layers and `keras.ops` that their `call` uses."""

import inspect
from unittest import mock

import keras

ORIGINAL_CALL = keras.layers.Layer.__call__


def is_opaque(layer):
    """Whether what the layer computes is a learner's code: `call` is defined neither by Keras nor by the course."""
    return isinstance(layer, keras.layers.Layer) and not _defined_in(type(layer), "call").startswith(
        ("keras.", "course.")
    )


def opened(model, input_shape):
    """A functional model over the model's own layers and weights that computes the same.

    The learner's `call` methods run on symbolic tensors, with no layer of their own left in the graph. Raises what they
    raise: TensorFlow's functions do not take symbolic tensors.
    """
    inputs = keras.Input(input_shape)
    with mock.patch.object(keras.layers.Layer, "__call__", _call_inside):
        outputs = model.call(inputs, **training_off(model))
    return keras.Model(inputs, outputs)


def _call_inside(layer, *args, **kwargs):
    if not isinstance(layer, keras.Model) and not is_opaque(layer):
        return ORIGINAL_CALL(layer, *args, **kwargs)
    if not layer.built and not _defined_in(type(layer), "build").startswith("keras."):
        layer.build(args[0].shape)
    kwargs.pop("training", None)
    return layer.call(*args, **kwargs, **training_off(layer, len(args)))


def training_off(layer, given=1):
    """`{"training": False}` for a `call` that takes it, after so many arguments."""
    return {"training": False} if "training" in list(inspect.signature(layer.call).parameters)[given:] else {}


def _defined_in(kind, method):
    return next(base.__module__ for base in kind.__mro__ if method in vars(base))
