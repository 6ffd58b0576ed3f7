"""What one call of a layer costs: parameters, multiply-accumulates, numbers to keep."""

from math import prod

from keras import layers

from course import arithmetic

_CONV = (layers.Conv1D, layers.Conv2D, layers.Conv3D)
_DEPTHWISE = (layers.DepthwiseConv1D, layers.DepthwiseConv2D)
_SEPARABLE = (layers.SeparableConv1D, layers.SeparableConv2D)
_TRANSPOSED = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)
# They have weights, and multiply once an output at most, as activations and biases do: by convention nothing.
_FREE = (
    *(layers.BatchNormalization, layers.LayerNormalization, layers.GroupNormalization, layers.RMSNormalization),
    *(layers.Normalization, layers.PReLU, layers.Embedding),
)
# They have no weights, and multiply all the same.
_PRODUCTS = {"Attention", "AdditiveAttention", "Dot", "Matmul", "Einsum", "Tensordot", "DotProductAttention"}
_PRODUCTS |= {"Conv", "DepthwiseConv", "SeparableConv", "ConvTranspose"}
# Other views of the same memory.
_VIEWS = {"Flatten", "Reshape", "Identity", "ExpandDims", "Squeeze"}


def parameters(weights):
    """Count the numbers in a list of weights, which need no values."""
    return sum(prod(weight.shape) for weight in weights)


def macs(node):
    """Count a call's multiply-accumulates for one image, or `None` where they are not known.

    A layer's own method `macs(input_shape, output_shape)` comes first; with several inputs it gets a list of shapes.
    Biases, pooling, normalisation and activations count nothing. A transposed convolution counts each weight once a
    position of its input, those whose output is cropped away included.
    """
    layer, shapes, output_shape = node.layer, node.input_shapes, node.output_shape
    if any(None in shape[1:] for shape in (*shapes, *node.output_shapes)):
        return None if _multiplies(layer) else 0
    if callable(getattr(layer, "macs", None)):
        return int(layer.macs(shapes[0] if len(shapes) == 1 else list(shapes), output_shape))
    if isinstance(layer, layers.Dense):
        return prod(shapes[0][1:]) * layer.units
    if isinstance(layer, (*_CONV, *_DEPTHWISE, *_SEPARABLE, *_TRANSPOSED)):
        return _convolution(layer, shapes[0], output_shape)
    return None if _multiplies(layer) else 0


def _multiplies(layer):
    if callable(getattr(layer, "macs", None)) or type(layer).__name__ in _PRODUCTS:
        return True
    return bool(getattr(layer, "weights", [])) and not isinstance(layer, _FREE)


def _convolution(layer, input_shape, output_shape):
    last = layer.data_format == "channels_last"
    in_channels = input_shape[-1 if last else 1]
    sizes_in, sizes_out = (shape[1:-1] if last else shape[2:] for shape in (input_shape, output_shape))
    if isinstance(layer, _TRANSPOSED):
        return arithmetic.conv_macs(sizes_in, layer.kernel_size, in_channels, layer.filters)
    if isinstance(layer, _CONV):
        return arithmetic.conv_macs(sizes_out, layer.kernel_size, in_channels, layer.filters, layer.groups)
    deep = in_channels * layer.depth_multiplier
    depthwise = arithmetic.conv_macs(sizes_out, layer.kernel_size, in_channels, deep, groups=in_channels)
    if isinstance(layer, _DEPTHWISE):
        return depthwise
    return depthwise + arithmetic.conv_macs(sizes_out, [1] * len(sizes_out), deep, layer.filters)


def activations(node):
    """Count the numbers that a call's outputs hold for one image, or `None` where a size is not known."""
    if type(node.layer).__name__ in _VIEWS:
        return 0
    if any(None in shape[1:] for shape in node.output_shapes):
        return None
    return sum(prod(shape[1:]) for shape in node.output_shapes)
