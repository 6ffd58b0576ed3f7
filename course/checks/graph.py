"""A Keras model in one normal form, whatever the style it is written in: the parts that compute, and how they join.

Activations belong to the part they follow, zeros to the convolution they are for. A dense layer, with or without
`Flatten`, and a convolution over a whole map are both "fully connected". Names, batch sizes, layers that do nothing and
the scaling of pixels at the input are left out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod

import keras

from course import analysis, padding
from course.checks import activations, opening

NOTHING = ((0, 0), (0, 0))
POOLINGS = {"Average": "average pooling", "Max": "max pooling"}
JOINS = {"Add": "addition", "Concatenate": "concatenation", "Multiply": "multiplication", "Subtract": "subtraction"}


@dataclass(eq=False)
class Part:
    """One computing part of a net. `shape` is one image's, (height, width, channels) or (features,)."""

    kind: str
    shape: tuple
    settings: dict = field(default_factory=dict)
    inputs: list = field(default_factory=list)
    activation: str = "linear"
    name: str = ""
    layer: Callable | None = None
    preparation: list = field(default_factory=list)  # of an input: what scales its pixels


def readable(model, input_shape):
    """The model, or one over the same layers that has a graph to read: subclassed models and layers are opened."""
    has_graph = bool(getattr(model, "inputs", None))
    if has_graph and not any(opening.is_opaque(node.layer) for node in _nodes(model, input_shape)):
        return model
    return opening.opened(model, input_shape)


def read(model, input_shape):
    """The parts of a model with a graph, in normal form, inputs first; `input_shape` fills in sizes left open."""
    parts = _read(_nodes(model, input_shape))
    for rewrite in REWRITES:
        parts = rewrite(parts)
    return parts


def _nodes(model, input_shape):
    is_open = any(None in tensor.shape[1:] for tensor in model.inputs)
    return analysis.nodes(model, input_shape if is_open else None)


def _read(nodes):
    """A part for each node, in the order of the nodes."""
    parts = {}
    for node in nodes:
        part = _part(node)
        part.inputs = [parts[id(tensor.node)] for tensor in node.inputs]
        part.name = node.name
        part.layer = _on_one_tensor(node) if part.kind == "activation" else node.layer
        parts[id(node)] = part
    return list(parts.values())


def _part(node):
    layer, kind = node.layer, type(node.layer).__name__
    shape = _shape(node.output_shape, layer)
    if isinstance(layer, keras.layers.InputLayer):
        return Part("input", shape)
    if opening.is_opaque(layer):
        return Part(kind, shape)
    if isinstance(layer, keras.layers.Conv2D):
        return _convolution(node, "convolution", shape)
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        return _convolution(node, "depthwise convolution", shape)
    if isinstance(layer, keras.layers.Dense):
        return _dense(node, shape)
    for word, pooling in POOLINGS.items():
        if kind in (f"{word}Pooling2D", f"{word}Pool"):
            return _pooling(node, pooling, shape)
        if kind == f"Global{word}Pooling2D":
            sizes = _shape(node.input_shapes[0], layer)[:2]
            return Part(pooling, _squeezed(shape), {"pool_size": sizes, "strides": sizes, "padding": NOTHING})
    if isinstance(layer, keras.layers.ZeroPadding2D):
        return Part("zero padding", shape, {"padding": tuple(map(tuple, layer.padding))})
    if isinstance(layer, keras.layers.BatchNormalization):
        return Part("batch normalisation", shape)
    if kind.endswith("Dropout"):
        return Part("dropout", shape, {"rate": layer.rate})
    if kind in JOINS and len(node.inputs) > 1:
        return Part(JOINS[kind], shape)
    if kind in ("Flatten", "Reshape", "ExpandDims", "Squeeze"):
        return Part("flatten" if len(shape) == 1 else "reshape", shape)
    if len(node.inputs) == 1 and node.input_shapes[0] == node.output_shape and not getattr(layer, "weights", None):
        return Part("activation", shape, activation=activations.identify(_on_one_tensor(node)))
    return Part(kind, shape)


def _convolution(node, kind, shape):
    layer, sizes = node.layer, _shape(node.input_shapes[0], node.layer)[:2]
    settings = {
        "filters": shape[-1],
        "kernel_size": tuple(layer.kernel_size),
        "strides": tuple(layer.strides),
        "padding": _padding(layer.padding, sizes, layer.kernel_size, layer.strides, layer.dilation_rate),
        "dilation_rate": tuple(layer.dilation_rate),
        "groups": getattr(layer, "groups", 1),
        "use_bias": layer.use_bias,
    }
    whole = settings["kernel_size"] == sizes and shape[:2] == (1, 1) and settings["padding"] == NOTHING
    if kind == "convolution" and whole and settings["groups"] == 1:
        kind, settings = "fully connected", {"units": shape[-1], "use_bias": layer.use_bias}
    return Part(kind, _squeezed(shape), settings, activation=activations.identify(layer.activation))


def _dense(node, shape):
    layer, activation = node.layer, activations.identify(node.layer.activation)
    if len(_squeezed(shape)) == 1:
        return Part("fully connected", _squeezed(shape), _units(layer), activation=activation)
    one = {"kernel_size": (1, 1), "strides": (1, 1), "padding": NOTHING, "dilation_rate": (1, 1), "groups": 1}
    settings = {"filters": layer.units, **one, "use_bias": layer.use_bias}
    return Part("convolution", shape, settings, activation=activation)


def _units(layer):
    return {"units": layer.units, "use_bias": layer.use_bias}


def _pooling(node, kind, shape):
    layer, sizes = node.layer, _shape(node.input_shapes[0], node.layer)[:2]
    pool_size = _pair(layer.pool_size)
    strides = _pair(layer.strides or pool_size)
    settings = {
        "pool_size": pool_size,
        "strides": strides,
        "padding": _padding(layer.padding, sizes, pool_size, strides, (1, 1)),
    }
    return Part(kind, _squeezed(shape), settings)


def _padding(rule, sizes, kernel_size, strides, dilation_rate):
    """((top, bottom), (left, right)), the same where different rules come to the same."""
    return tuple(padding.resolve(rule, *one) for one in zip(sizes, kernel_size, strides, dilation_rate, strict=True))


def _shape(shape, layer):
    """One image's shape, channels last."""
    shape = tuple(shape[1:])
    if getattr(layer, "data_format", None) == "channels_first" and len(shape) == 3:
        return (*shape[1:], shape[0])
    return shape


def _squeezed(shape):
    return shape[-1:] if shape[:-1] == (1, 1) else shape


def _pair(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


def _on_one_tensor(node):
    """What the node computes, as a function of the one tensor that feeds it."""

    def function(x):
        args, kwargs = keras.tree.map_structure(
            lambda value: x if isinstance(value, keras.KerasTensor) else value, (node.args, node.kwargs or {})
        )
        return node.layer(*args, **kwargs | opening.training_off(node.layer))

    return function


def _consumers(parts, part):
    return [other for other in parts if part in other.inputs]


def _without(parts, part):
    """The parts with one taken out that has a single input."""
    for other in _consumers(parts, part):
        other.inputs = [part.inputs[0] if source is part else source for source in other.inputs]
    return [other for other in parts if other is not part]


def _drop_preparation(parts):
    """Leave out what only scales or augments the pixels, straight after the input."""
    for part in list(parts):
        scales = part.kind == "Normalization" or (part.kind == "activation" and part.activation == "unknown")
        if scales and [source.kind for source in part.inputs] == ["input"]:
            part.inputs[0].preparation.append(part.layer)
            parts = _without(parts, part)
    return parts


def _drop_idle(parts):
    """Leave out pooling over one value, and padding by nothing."""
    for part in list(parts):
        if part.settings.get("pool_size") == (1, 1) == part.settings["strides"] or part.settings == {
            "padding": NOTHING
        }:
            parts = _without(parts, part)
    return parts


def _fold_zero_padding(parts):
    for part in list(parts):
        consumers = _consumers(parts, part)
        if part.kind == "zero padding" and consumers and all(_takes_zeros(other) for other in consumers):
            for other in consumers:
                added = zip(part.settings["padding"], other.settings["padding"], strict=True)
                other.settings["padding"] = tuple((a + c, b + d) for (a, b), (c, d) in added)
            parts = _without(parts, part)
    return parts


def _takes_zeros(part):
    return part.kind in ("convolution", "depthwise convolution")


def _drop_reshaping(parts):
    """Leave out Flatten before fully connected parts and reshaping that only adds or drops axes of size 1."""
    for part in list(parts):
        if part.kind not in ("flatten", "reshape"):
            continue
        source = part.inputs[0]
        if _bare(source.shape) == _bare(part.shape) and len(_consumers(parts, source)) == 1:
            if source.kind == "input":
                source.shape = part.shape
            parts = _without(parts, part)
        elif source.kind == "input" and prod(source.shape) == prod(part.shape) and part.kind == "reshape":
            source.shape = part.shape
            parts = _without(parts, part)
        elif part.kind == "flatten" and all(other.kind == "fully connected" for other in _consumers(parts, part)):
            parts = _without(parts, part)
    return parts


def _bare(shape):
    return tuple(n for n in shape if n != 1)


def _fold_activations(parts):
    """An activation of its own belongs to the part it follows; one that does nothing, to none."""
    for part in list(parts):
        if part.kind != "activation":
            continue
        source = part.inputs[0]
        alone = len(_consumers(parts, source)) == 1 and source.kind != "input"
        if part.activation == "linear" or (alone and source.activation == "linear"):
            if part.activation != "linear":
                source.activation = part.activation
            parts = _without(parts, part)
    return parts


def _pool_last(parts):
    """Max pooling and an increasing activation may be swapped: the activation goes to the part before."""
    for part in parts:
        if part.kind == "max pooling" and part.activation in activations.INCREASING:
            source = part.inputs[0]
            if source.activation == "linear" and source.kind != "input" and len(_consumers(parts, source)) == 1:
                source.activation, part.activation = part.activation, "linear"
    return parts


REWRITES = (
    _drop_preparation,
    _drop_reshaping,
    _drop_preparation,  # behind a Reshape
    _drop_idle,
    _fold_zero_padding,
    _fold_activations,
    _pool_last,
)
