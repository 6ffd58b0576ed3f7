"""How each kind of layer takes an axis on: what a position of its output sees, from what those of its input see."""

from dataclasses import replace
from fractions import Fraction
from math import ceil, floor, lcm

from keras import layers

from course import padding as paddings
from course.analysis.axes import ALL, data_format, spatial
from course.arithmetic import conv_output_size

# Layers and operations of `keras.ops` that look at other positions, though their output is of their input's size.
_MIXING = {
    *("Attention", "AdditiveAttention", "Dot", "Matmul", "Einsum", "Tensordot", "DotProductAttention"),
    *("Conv", "DepthwiseConv", "SeparableConv", "Flip", "Roll", "Rot90", "Cumsum", "Cumprod", "Sort", "Argsort"),
    *("Transpose", "Swapaxes", "Moveaxis", "AssociativeScan", "Scan", "FFT2", "IFFT2", "AffineTransform"),
}


def rule_for(node):
    """The function from a node and an `Axis` of its input to that of its output: "all", or `None` if not known."""
    layer = node.layer
    for kinds, rule in _RULES.items():
        if isinstance(layer, kinds):
            return rule
    if hasattr(layer, "keepdims"):
        return _reduced
    if _is_window(node):
        return _window
    if type(layer).__name__ == "Concatenate":
        return _concatenated
    if type(layer).__name__ in ("Reshape", "ExpandDims", "Squeeze"):
        return _reshaped
    return _position_wise if keeps_positions(node) else lambda node, axis: None


def _is_window(node):
    """Whether a layer has the attributes of a window, and no second kernel that they do not speak of."""
    layer = node.layer
    if not (hasattr(layer, "kernel_size") or hasattr(layer, "pool_size")):
        return hasattr(layer, "strides") and keeps_positions(node)
    kernels = sum(len(weight.shape) > 2 for weight in getattr(layer, "weights", []))
    return kernels < 2 or isinstance(layer, layers.SeparableConv1D | layers.SeparableConv2D)


def keeps_positions(node):
    """Whether a layer is taken to work on each position by itself: it holds no weights but vectors, and is no mixer."""
    weights = getattr(node.layer, "weights", [])
    vectors = all(sum(n != 1 for n in weight.shape) <= 1 for weight in weights)
    return type(node.layer).__name__ not in _MIXING and (vectors or isinstance(node.layer, layers.PReLU))


def _position_wise(node, axis):
    sizes = {shape[axis.where] for shape in node.input_shapes if len(shape) > axis.where}
    same = len(node.output_shape) == len(node.input_shapes[0]) and node.output_shape[axis.where] in sizes
    return axis if same else None


def _concatenated(node, axis):
    return None if axis.where == node.layer.axis % len(node.output_shape) else axis


def _reshaped(node, axis):
    before = slice(axis.where + 1)
    return axis if node.output_shape[before] == node.input_shapes[0][before] else None


def _permuted(node, axis):
    return replace(axis, where=node.layer.dims.index(axis.where) + 1)


def _over_last(node, axis):
    return ALL if axis.where == len(node.output_shape) - 1 else axis


def _over_axes(node, axis):
    return ALL if axis.where in _axes(node) else axis


def _reduced(node, axis):
    gone = 0 if node.layer.keepdims else sum(reduced < axis.where for reduced in _axes(node))
    return ALL if axis.where in _axes(node) else replace(axis, where=axis.where - gone)


def _axes(node):
    axes = node.layer.axis
    return {axis % len(node.input_shapes[0]) for axis in (axes if hasattr(axes, "__iter__") else [axes])}


def _window(node, axis):
    """What `kernel_size`, `pool_size`, `strides`, … say as Keras has them, if the output is of the size they imply."""
    layer = node.layer
    kernel_size = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", 1)
    strides = getattr(layer, "strides", None) or (1 if hasattr(layer, "kernel_size") else kernel_size)
    try:
        numbers = [_of_axis(node, axis, n) for n in (kernel_size, strides, getattr(layer, "dilation_rate", 1))]
        return ALL if ALL in numbers else _slid(node, axis, getattr(layer, "padding", "valid"), *numbers)
    except ValueError:  # not a window after all
        return None


def _slid(node, axis, padding, kernel_size, strides, dilation_rate):
    size, outputs = node.input_shapes[0][axis.where], node.output_shape[axis.where]
    span = paddings.dilated(kernel_size, dilation_rate)
    if padding == "causal":
        padding = (span - 1, 0)
    # Where the size is not known, padding "same" is that of a size which the strides divide.
    before, after = paddings.resolve(padding, size or span * strides, kernel_size, strides, dilation_rate)
    if size and conv_output_size(size, kernel_size, strides, (before, after), dilation_rate) != outputs:
        return None
    taps = range(-before, span - before, dilation_rate)
    period = lcm(len(axis.spans), strides) // strides
    return axis.seen_from(lambda i: [i * strides + tap for tap in taps], period, period * strides)


def _transposed(node, axis):
    """Output i gets input j through tap t of the kernel where i + before = j · strides + t · dilation_rate."""
    layer, outputs = node.layer, node.output_shape[axis.where]
    numbers = [_of_axis(node, axis, n) for n in (layer.kernel_size, layer.strides, layer.dilation_rate)]
    if ALL in numbers:
        return ALL
    kernel_size, strides, dilation_rate = numbers
    span = paddings.dilated(kernel_size, dilation_rate)
    before, _ = paddings.resolve(layer.padding, outputs or span * strides, kernel_size, strides, dilation_rate)

    def positions(i):
        reached = range(i + before, i + before - span, -dilation_rate)
        return [place // strides for place in reached if place % strides == 0]

    return axis.seen_from(positions, len(axis.spans) * strides, len(axis.spans))


def _up_sampled(node, axis):
    factor = _of_axis(node, axis, node.layer.size)
    interpolation = getattr(node.layer, "interpolation", "nearest")
    if factor == ALL:
        return ALL
    if interpolation == "nearest":
        return axis.seen_from(lambda i: [i // factor], len(axis.spans) * factor, len(axis.spans))
    if interpolation != "bilinear":
        return None

    def positions(i):
        centre = Fraction(2 * i + 1 - factor, 2 * factor)
        return [floor(centre), ceil(centre)]

    return axis.seen_from(positions, len(axis.spans) * factor, len(axis.spans))


def _zero_padded(node, axis):
    return _shifted(axis, _of_axis(node, axis, node.layer.padding, pairs=True), -1)


def _cropped(node, axis):
    return _shifted(axis, _of_axis(node, axis, node.layer.cropping, pairs=True), 1)


def _shifted(axis, pair, sign):
    return ALL if pair == ALL else axis.seen_from(lambda i: [i + sign * pair[0]], len(axis.spans), len(axis.spans))


def _of_axis(node, axis, numbers, pairs=False):
    """The entry of a layer's argument that is for this axis; "all" if to this layer the axis is one of channels."""
    places = spatial(len(node.input_shapes[0]), data_format(node) == "channels_first")
    if axis.where not in places:
        return ALL
    if not hasattr(numbers, "__iter__"):
        return numbers
    numbers = [numbers] if pairs and len(places) == 1 else list(numbers)
    if len(numbers) != len(places):
        raise ValueError(f"{numbers} are not one for each of {len(places)} axes")
    return numbers[places.index(axis.where)]


_RULES = {
    (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose): _transposed,
    (layers.ZeroPadding1D, layers.ZeroPadding2D, layers.ZeroPadding3D): _zero_padded,
    (layers.Cropping1D, layers.Cropping2D, layers.Cropping3D): _cropped,
    (layers.UpSampling1D, layers.UpSampling2D, layers.UpSampling3D): _up_sampled,
    (layers.LayerNormalization, layers.RMSNormalization, layers.UnitNormalization, layers.Softmax): _over_axes,
    (layers.GroupNormalization,): lambda node, axis: ALL,
    (layers.Permute,): _permuted,
    (layers.Dense,): _over_last,
}
