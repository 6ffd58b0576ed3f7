"""Open up subclassed models and layers: record the Keras layers and `keras.ops` that their `call` uses."""

import inspect
from unittest import mock

import keras

from course.checks.recording import recorded

ORIGINAL_CALL = keras.layers.Layer.__call__


def is_opaque(layer):
    """Whether what the layer computes is a learner's code: `call` is defined neither by Keras nor by the course."""
    return isinstance(layer, keras.layers.Layer) and not _defined_in(type(layer), "call").startswith(
        ("keras.", "course.")
    )


def opened(model, shapes):
    """A functional model over the model's own layers and weights that computes the same, on inputs of these shapes.

    The learner's `call` methods run on symbolic tensors, with no layer of their own left in the graph but those without
    weights whose `call` takes none or uses TensorFlow's functions. In others these leave their trace. Raises what other
    `call` methods raise.
    """
    given = [tensor.shape[1:] for tensor in getattr(model, "inputs", None) or []]
    inputs = [keras.Input(shape) for shape in given or shapes]
    with mock.patch.object(keras.layers.Layer, "__call__", call_inside), recorded():
        outputs = model.call(inputs if len(inputs) > 1 else inputs[0], **training_off(model))
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs)


def inlined(build, found):
    """What the function returns, with the learner's own layers opened as they are called: no layer is called twice.

    They are added to the list `found`.
    """

    def call(layer, *args, **kwargs):
        if not is_opaque(layer):
            return ORIGINAL_CALL(layer, *args, **kwargs)
        found.append(layer)
        return call_inside(layer, *args, **kwargs)

    with mock.patch.object(keras.layers.Layer, "__call__", call):
        return build()


def call_inside(layer, *args, **kwargs):
    if not isinstance(layer, keras.Model) and not is_opaque(layer):
        return ORIGINAL_CALL(layer, *args, **kwargs)
    if not layer.built and not _defined_in(type(layer), "build").startswith("keras."):
        layer.build(args[0].shape)
    inside = {name: value for name, value in kwargs.items() if name != "training"}
    try:
        with recorded() as records:
            outputs = layer.call(*args, **inside, **training_off(layer, len(args)))
    except Exception:  # a learner's `call` may raise anything
        if isinstance(layer, keras.Model) or layer.weights:
            raise
        return ORIGINAL_CALL(layer, *args, **inside)
    # A function of TensorFlow's in a layer of its own is told by what it computes, in one piece.
    if records and not isinstance(layer, keras.Model) and not layer.weights:
        return ORIGINAL_CALL(layer, *args, **inside)
    return outputs


def training_off(layer, given=1):
    """`{"training": False}` for a `call` that takes it, after so many arguments."""
    return {"training": False} if "training" in list(inspect.signature(layer.call).parameters)[given:] else {}


def _defined_in(kind, method):
    return next(base.__module__ for base in kind.__mro__ if method in vars(base))
