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


def opened(model, shapes):
    """A functional model over the model's own layers and weights that computes the same, on inputs of these shapes.

    The learner's `call` methods run on symbolic tensors, with no layer of their own left in the graph but those without
    weights whose `call` takes none: TensorFlow's functions do not. Raises what other `call` methods raise.
    """
    given = [tensor.shape[1:] for tensor in getattr(model, "inputs", None) or []]
    inputs = [keras.Input(shape) for shape in given or shapes]
    with mock.patch.object(keras.layers.Layer, "__call__", call_inside):
        outputs = model.call(inputs if len(inputs) > 1 else inputs[0], **training_off(model))
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs)


def call_inside(layer, *args, **kwargs):
    if not isinstance(layer, keras.Model) and not is_opaque(layer):
        return ORIGINAL_CALL(layer, *args, **kwargs)
    if not layer.built and not _defined_in(type(layer), "build").startswith("keras."):
        layer.build(args[0].shape)
    inside = {name: value for name, value in kwargs.items() if name != "training"}
    try:
        return layer.call(*args, **inside, **training_off(layer, len(args)))
    except Exception:  # a learner's `call` may raise anything
        if isinstance(layer, keras.Model) or layer.weights:
            raise
        return ORIGINAL_CALL(layer, *args, **inside)


def training_off(layer, given=1):
    """`{"training": False}` for a `call` that takes it, after so many arguments."""
    return {"training": False} if "training" in list(inspect.signature(layer.call).parameters)[given:] else {}


def _defined_in(kind, method):
    return next(base.__module__ for base in kind.__mro__ if method in vars(base))
