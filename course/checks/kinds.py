"""What part of a net a layer is, or an operation of `keras.ops`: its kind and the settings that are compared."""

from dataclasses import replace

import keras

from course import layers as own
from course import padding, segmentation
from course.checks import activations, opening, operations
from course.checks.parts import NOTHING, Part

POOLINGS = {"Average": "average pooling", "Max": "max pooling"}
JOINS = {
    "Add": "addition",
    "Concatenate": "concatenation",
    "Multiply": "multiplication",
    "Subtract": "subtraction",
    "Average": "average of maps",
    "Maximum": "maximum of maps",
}
# Operations of Keras's that have no settings.
ACTIVATIONS = {"Relu": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh"}
LRN = "local response normalisation"
SHORTCUT = "zero-padded shortcut"


def parts(node, takes_first=False, gives_first=False):
    """A part for each output of a node, with nothing to feed it yet.

    `takes_first` says that what it takes has its channels first, `gives_first` that what it gives has.
    """
    made = []
    for index in range(len(node.output_shapes)):
        part = _part(node, index, _Layout(node, takes_first, gives_first))
        part.name, part.layer = node.name, node.layer
        part.function = _computes(node, index, takes_first, gives_first)
        made.append(part)
    return made


class _Layout:
    """The shapes of a node's tensors for one image, channels last, whatever the model has."""

    def __init__(self, node, takes_first, gives_first):
        self.channels_first, self.turns = takes_first, takes_first != gives_first
        self.inputs = [self.last(shape, takes_first) for shape in node.input_shapes]
        self.outputs = [self.last(shape, gives_first) for shape in node.output_shapes]

    def last(self, shape, first):
        shape = tuple(shape[1:])
        return (*shape[1:], shape[0]) if first and len(shape) == 3 else shape


def _part(node, index, layout):
    layer, kind, shape = node.layer, operations.name(node.layer), layout.outputs[index]
    if isinstance(layer, keras.layers.InputLayer):
        return Part("input", shape)
    if opening.is_opaque(layer):
        return Part(kind, shape)
    if layout.turns:
        return Part("reshape", shape)  # the same map, but for its layout
    for family, made in LAYERS.items():
        if isinstance(layer, family):
            return made(layer, shape, layout)
    for word, pooling in POOLINGS.items():
        if kind in (f"{word}Pooling2D", f"{word}Pool"):
            return _pooling(layer, pooling, shape, layout)
        if kind == f"Global{word}Pooling2D":
            return whole_map(pooling, shape[-1:], layout.inputs[0])
    if kind.endswith("Dropout"):
        return Part(kind, shape, {"rate": layer.rate})
    if kind in ACTIVATIONS and type(layer).__module__.startswith("keras."):
        return Part("activation", shape, activation=ACTIVATIONS[kind])
    if kind in JOINS and len(node.inputs) > 1:
        return _join(layer, kind, shape, layout)
    if kind in operations.RESHAPING:
        return Part("flatten" if len(shape) == 1 else "reshape", shape)
    made = operations.part(node, shape, layout)
    activation = getattr(layer, "activation", None)
    return made or Part(kind, shape, activation=activations.identify(activation) if activation else "linear")


def _convolution(layer, shape, layout, kind="convolution"):
    sizes = layout.inputs[0][:2]
    settings = {
        "padding": _zeros(layer.padding, sizes, layer.kernel_size, layer.strides, layer.dilation_rate),
        "kernel_size": tuple(layer.kernel_size),
        "strides": tuple(layer.strides),
        "dilation_rate": tuple(layer.dilation_rate),
        "groups": getattr(layer, "groups", 1),
        "filters": shape[-1],
        "use_bias": layer.use_bias,
    }
    activation = activations.identify(layer.activation)
    return Part(kind, shape, settings, activation=activation, written={"padding": layer.padding})


def _depthwise(layer, shape, layout):
    return _convolution(layer, shape, layout, "depthwise convolution")


def _transposed(layer, shape, layout):
    cut = [max(kernel - stride, 0) for kernel, stride in zip(layer.kernel_size, layer.strides, strict=True)]
    crops = tuple((n // 2, n - n // 2) for n in cut) if layer.padding == "same" else NOTHING
    settings = {
        "crops": crops,
        "kernel_size": tuple(layer.kernel_size),
        "strides": tuple(layer.strides),
        "filters": layer.filters,
        "use_bias": layer.use_bias,
    }
    return Part("transposed convolution", shape, settings, activation=activations.identify(layer.activation))


def _dense(layer, shape, layout):
    activation = activations.identify(layer.activation)
    if len(shape) == 1 or shape[:-1] == (1, 1):
        settings = {"units": layer.units, "use_bias": layer.use_bias}
        return Part("fully connected", shape[-1:], settings, activation=activation)
    return replace(operations.one_by_one(shape, layer.use_bias), activation=activation)


def _einsum_dense(layer, shape, layout):
    """A dense layer or a 1×1 convolution, by its equation; its bias is one number a unit."""
    x, kernel, made = operations.letters(layer.equation, len(layout.inputs[0]) + 1)
    sizes, bias = ((None, *layout.inputs[0]), layer.kernel.shape), layer.bias_axes
    part = operations.contraction(x, kernel, made, *sizes, shape, False, bias is not None)
    if part is None or layout.channels_first or (bias and bias != made[-1]):
        return Part(type(layer).__name__, shape)
    return replace(part, activation=activations.identify(layer.activation))


def _pooling(layer, kind, shape, layout):
    pool_size = _pair(layer.pool_size)
    strides = _pair(layer.strides or pool_size)
    zeros = _zeros(layer.padding, layout.inputs[0][:2], pool_size, strides, (1, 1))
    # One window has no next: its strides say nothing.
    settings = {"padding": zeros, "pool_size": pool_size, "strides": pool_size if shape[:2] == (1, 1) else strides}
    return Part(kind, shape, settings, written={"padding": layer.padding})


def _hanging_pooling(layer, shape, layout):
    """Windows that hang over the end average what is inside, as with "same" where no zero goes before."""
    beyond = [
        (0, max((n - 1) * layer.strides + layer.pool_size - size, 0))
        for n, size in zip(shape, layout.inputs[0][:2], strict=False)
    ]
    settings = {"padding": tuple(beyond), "pool_size": (layer.pool_size,) * 2, "strides": (layer.strides,) * 2}
    return Part("average pooling", shape, settings)


def whole_map(kind, shape, over):
    """Pooling of one window as large as the map, (height, width, channels)."""
    return Part(kind, shape, {"padding": NOTHING, "pool_size": tuple(over[:2]), "strides": tuple(over[:2])})


def _batch_normalization(layer, shape, layout):
    axis = layer.axis % (len(shape) + 1)
    on_channels = axis == (1 if layout.channels_first else len(shape))
    settings = {"axis": "channels" if on_channels else axis, "center": layer.center, "scale": layer.scale}
    return Part("batch normalisation", shape, settings)


def _dropout(layer, shape, layout):
    kind = type(layer).__name__
    return Part(kind if kind.startswith("Spatial") else "dropout", shape, {"rate": layer.rate})


def _zero_padding(layer, shape, layout):
    zeros = tuple(map(tuple, layer.padding))
    return Part("zero padding", shape, {"padding": zeros}, written={"padding": zeros})


def _cropping(layer, shape, layout):
    return Part("crop", shape, {"crops": tuple(map(tuple, layer.cropping))})


def _crop_like(layer, shape, layout):
    sizes = zip(layout.inputs[0], shape[:2], strict=False)
    return Part("crop", shape, {"crops": tuple((layer.offset, old - new - layer.offset) for old, new in sizes)})


def _respond(layer, shape, layout):
    constants = {name: getattr(layer, name) for name in ("n", "k", "alpha", "beta")}
    return Part(LRN, shape, {name: float(f"{value:.4g}") for name, value in constants.items()})


def _shortcut(layer, shape, layout):
    extra = shape[-1] - layout.inputs[0][-1]
    return shortcut(shape, (layer.strides,) * 2, (0, extra))


def shortcut(shape, strides, zeros):
    """Every so many pixels, with (before, after) channels of zeros; where they go, the paper does not say."""
    return Part(SHORTCUT, shape, {"strides": strides, "zeros": sum(zeros)}, written={"zeros": zeros})


def _activation(layer, shape, layout):
    return Part("activation", shape, activation=activations.identify(layer.activation))


def _relu(layer, shape, layout):
    plain = not (layer.max_value or layer.negative_slope or layer.threshold)
    return Part("activation", shape, activation="relu") if plain else Part("ReLU", shape)


def _join(layer, kind, shape, layout):
    part = Part(JOINS[kind], shape)
    if kind == "Concatenate":
        axis = layer.axis % (len(shape) + 1)
        if axis != (1 if layout.channels_first else len(shape)):
            part.settings = {"axis": axis}
    return part


LAYERS = {
    keras.layers.Conv2DTranspose: _transposed,
    keras.layers.DepthwiseConv2D: _depthwise,
    keras.layers.Conv2D: _convolution,
    keras.layers.Dense: _dense,
    keras.layers.EinsumDense: _einsum_dense,
    keras.layers.BatchNormalization: _batch_normalization,
    keras.layers.Dropout: _dropout,
    keras.layers.ZeroPadding2D: _zero_padding,
    keras.layers.Cropping2D: _cropping,
    keras.layers.Activation: _activation,
    keras.layers.ReLU: _relu,
    own.CeilAveragePooling2D: _hanging_pooling,
    own.LocalResponseNormalization: _respond,
    own.ZeroPaddedShortcut: _shortcut,
    segmentation.CropLike: _crop_like,
}


def _zeros(rule, sizes, kernel_size, strides, dilation_rate):
    """((top, bottom), (left, right)), the same where different rules come to the same."""
    return tuple(padding.resolve(rule, *one) for one in zip(sizes, kernel_size, strides, dilation_rate, strict=True))


def _pair(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


def _computes(node, index, takes_first, gives_first):
    """What the node computes, as a function of the tensors that feed it; maps have their channels last."""

    def native(x):
        return keras.ops.moveaxis(x, -1, 1) if takes_first and len(x.shape) == 4 else x

    def function(*tensors):
        given = iter(map(native, tensors))
        args, kwargs = keras.tree.map_structure(
            lambda value: next(given) if isinstance(value, keras.KerasTensor) else value, (node.args, node.kwargs or {})
        )
        made = node.layer(*args, **kwargs | opening.training_off(node.layer))
        made = keras.tree.flatten(made)[index]
        return keras.ops.moveaxis(made, 1, -1) if gives_first and len(made.shape) == 4 else made

    return function
