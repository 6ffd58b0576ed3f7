"""Build what Keras builds, in less time: a net of many layers and without values is mostly Keras's bookkeeping."""

import contextlib
import functools
import inspect
from types import FunctionType, MethodType
from unittest import mock

import keras
from keras import layers

KERAS_CALL = layers.Layer.__call__
SET = layers.Layer.__setattr__
# Exactly these, no subclasses: none does more on symbolic tensors than to make its weights and say its output's shape.
STOCK = frozenset(
    (
        layers.Activation,
        layers.Add,
        layers.AveragePooling2D,
        layers.BatchNormalization,
        layers.Concatenate,
        layers.Conv2D,
        layers.Dense,
        layers.DepthwiseConv2D,
        layers.Flatten,
        layers.GlobalAveragePooling2D,
        layers.GlobalMaxPooling2D,
        layers.MaxPooling2D,
        layers.ReLU,
        layers.ZeroPadding2D,
    )
)
# Keras notes of these, in the graph, that there was no mask.
MASKED = frozenset(kind for kind in STOCK if "mask" in inspect.signature(kind.call).parameters)
# Keras and TensorFlow look whether an attribute is to be saved or trained; these never are.
PLAIN = frozenset(
    {bool, float, int, str, type(None), FunctionType, MethodType, inspect.Signature}
    | {keras.DTypePolicy, keras.InputSpec}
    | {keras.initializers.GlorotUniform, keras.initializers.Ones, keras.initializers.Zeros}
)


def call(layer, *args, **kwargs):
    """As `layer(*args, **kwargs)`; of a stock layer in a usual call only the output's shape is asked for."""
    if type(layer) in STOCK and len(args) == 1 and not kwargs and _is_usual(layer, args[0]):
        with contextlib.suppress(Exception):  # then it is raised by Keras, in its words
            if not layer.built:
                layer.build(keras.tree.map_structure(lambda tensor: tensor.shape, args[0]))
            noted = {"mask": None} if type(layer) in MASKED else {}
            return keras.Operation.symbolic_call(layer, args[0], **noted)
    return KERAS_CALL(layer, *args, **kwargs)


def _is_usual(layer, inputs):
    if layer.compute_dtype != layer.variable_dtype or keras.distribution.distribution() is not None:
        return False
    tensors = inputs if type(inputs) is list else [inputs]
    if not all(isinstance(tensor, keras.KerasTensor) and tensor.dtype == layer.compute_dtype for tensor in tensors):
        return False
    return _fits(layer.input_spec, tensors)


def _fits(spec, tensors):
    """Whether the inputs are surely what the layer's `input_spec` asks for."""
    if spec is None:
        return True
    if not isinstance(spec, keras.InputSpec) or len(tensors) > 1 or spec.shape or spec.dtype or spec.max_ndim:
        return False
    shape = tensors[0].shape
    return (
        spec.ndim in (None, len(shape))
        and (spec.min_ndim or 0) <= len(shape)
        and all(size is None or shape[int(axis)] == size for axis, size in (spec.axes or {}).items())
    )


@contextlib.contextmanager
def bookkeeping():
    """Meanwhile layers keep plain attributes as Python does, and a function's signature is read once."""
    if keras.config.backend() != "tensorflow":
        yield
        return
    read = inspect.signature
    kept = functools.cache(read)

    def signature(function, **kwargs):
        plain = type(function) in (FunctionType, MethodType) and not kwargs
        return kept(function) if plain else read(function, **kwargs)

    with (
        mock.patch.object(layers.Layer, "__setattr__", _set),
        mock.patch.object(inspect, "signature", signature),
    ):
        yield


def _set(layer, name, value):
    (object.__setattr__ if type(value) in PLAIN else SET)(layer, name, value)
