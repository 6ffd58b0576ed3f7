"""Blocks: each takes a tensor `(batch, height, width, channels)` first and returns a tensor.

All follow `keras.config.image_data_format()`. Padding is "same", "valid", a number of zeros for every side, or a pair
(before, after), wherever a block takes one.
"""

from keras import config, layers

from course import arithmetic
from course.errors import unknown
from course.layers import ChannelsFirstConv2D, LocalResponseNormalization, ZeroPaddedShortcut
from course.padding import explicit

# keras.applications' value, so that carried weights give equal outputs.
EPSILON = 1.001e-5


def conv(x, filters, kernel_size, strides=1, padding="same", activation="relu", name=None, **kwargs):
    """Convolution with bias and activation; `kwargs` go to `keras.layers.Conv2D`."""
    x, padding = padded(x, padding, name)
    layer = layers.Conv2D if channel_axis() == -1 else ChannelsFirstConv2D
    return layer(filters, kernel_size, strides, padding, activation=activation, name=name, **kwargs)(x)


def conv_bn(x, filters, kernel_size, strides=1, padding="same", activation="relu", name=None, **kwargs):
    """Convolution without bias, batch normalisation, activation (none for `activation=None`).

    `kwargs` go to `keras.layers.Conv2D`.
    """
    x = conv(x, filters, kernel_size, strides, padding, activation=None, name=name, use_bias=False, **kwargs)
    x = batch_normalization(x, name=_named(name, "bn"))
    return layers.Activation(activation, name=_named(name, activation))(x) if activation else x


def batch_normalization(x, name=None):
    """Batch normalisation over the channels."""
    return layers.BatchNormalization(axis=channel_axis(), epsilon=EPSILON, name=name)(x)


def max_pool(x, pool_size, strides=None, padding="valid", ceil_mode=False, name=None):
    """Maximum over windows, of activations that are 0 or more: explicit padding is with zeros.

    `ceil_mode` rounds the output size up, as Caffe does. Raises `ValueError` for it with another padding than "valid".
    """
    if ceil_mode:
        if padding != "valid":
            raise ValueError(f'padding is {padding!r} and ceil_mode True; these go with padding="valid" alone.')
        padding = [_overhang(size, pool_size, strides) for size in sizes(x)]
        x = layers.ZeroPadding2D(padding, name=_named(name, "pad"))(x) if any(map(any, padding)) else x
        padding = "valid"
    x, padding = padded(x, padding, name)
    return layers.MaxPooling2D(pool_size, strides, padding, name=name)(x)


def vgg_block(x, filters, kernel_sizes=(3, 3), number=None):
    """Convolutions of as many filters, one a kernel size, then maximum pooling that halves height and width.

    A column of VGG's table 1 from one maxpool to the next (Simonyan and Zisserman 2015). "LRN" among the kernel sizes
    is local response normalisation, as in configuration A-LRN. `number` 3 names the layers conv3_1, conv3_2 … pool3.
    """
    for i, kernel_size in enumerate(kernel_sizes, 1):
        if kernel_size == "LRN":
            x = LocalResponseNormalization(name=number and f"norm{number}")(x)
        else:
            x = conv(x, filters, kernel_size, name=number and f"conv{number}_{i}")
    return max_pool(x, 2, name=number and f"pool{number}")


def mlpconv_block(x, filters, kernel_size, strides=1, padding="same", name=None):
    """A small multilayer perceptron slid over the image: a convolution, then 1×1 convolutions, ReLU after each.

    NiN's mlpconv layer (Lin, Chen and Yan 2014, section 3.1). `filters` has one number a layer, the first of which has
    the kernel size, strides and padding.
    """
    first, *others = filters
    x = conv(x, first, kernel_size, strides, padding, name=_named(name, 1))
    for i, filters in enumerate(others, 2):
        x = conv(x, filters, 1, name=_named(name, i))
    return x


def flatten(x, name="flatten"):
    """The features of each image in a row, `(batch, height * width * channels)`, for a dense layer.

    Raises `ValueError` where the height or width is not known.
    """
    if None in sizes(x):
        raise ValueError(
            "a height or width in input_shape is None; dense layers need both to be known: "
            "give numbers, or include_top=False where the net takes it."
        )
    return layers.Flatten(name=name)(x)


def inception_module(x, filters, batch_normalization=False, name=None):
    """GoogLeNet's module (Szegedy et al. 2015, figure 2b): four branches of the same height and width, concatenated.

    `filters` is a row of the paper's table 1: (#1×1, #3×3 reduce, #3×3, #5×5 reduce, #5×5, pool proj). The channels of
    the output are the first, third, fifth and sixth added up.
    """
    ones, threes_reduce, threes, fives_reduce, fives, pool_proj = filters
    unit = conv_bn if batch_normalization else conv
    branch_1x1 = unit(x, ones, 1, name=_named(name, "1x1"))
    branch_3x3 = unit(x, threes_reduce, 1, name=_named(name, "3x3_reduce"))
    branch_3x3 = unit(branch_3x3, threes, 3, name=_named(name, "3x3"))
    branch_5x5 = unit(x, fives_reduce, 1, name=_named(name, "5x5_reduce"))
    branch_5x5 = unit(branch_5x5, fives, 5, name=_named(name, "5x5"))
    branch_pool = max_pool(x, 3, strides=1, padding="same", name=_named(name, "pool"))
    branch_pool = unit(branch_pool, pool_proj, 1, name=_named(name, "pool_proj"))
    return concatenate([branch_1x1, branch_3x3, branch_5x5, branch_pool], name=name)


def residual_block(x, filters, strides=1, shortcut="B", name=None):
    """Two 3×3 convolutions and a shortcut around them (He et al. 2016, figure 5, left).

    `shortcut`: "A" pads new channels with zeros, "B" projects where the shape changes, "C" projects always, and `None`
    leaves the shortcut out: a plain net.
    """
    y = _he_conv_bn(x, filters, 3, strides, padding=1 if strides > 1 else "same", name=_named(name, 1))
    y = _he_conv_bn(y, filters, 3, activation=None, name=_named(name, 2))
    return _add_shortcut(x, y, strides, shortcut, name)


def bottleneck_block(x, filters, strides=1, shortcut="B", stride_in="1x1", name=None):
    """1×1, 3×3, and 1×1 to four times the filters, and a shortcut around them (He et al. 2016, figure 5, right).

    `stride_in` is the convolution that strides: the first "1x1", as the authors had it, or the "3x3": version 1.5.
    `shortcut` is as for `residual_block`.
    """
    if stride_in not in ("1x1", "3x3"):
        raise unknown("convolution to stride in", stride_in, ["1x1", "3x3"])
    first, second = (strides, 1) if stride_in == "1x1" else (1, strides)
    y = _he_conv_bn(x, filters, 1, first, name=_named(name, 1))
    y = _he_conv_bn(y, filters, 3, second, padding=1 if second > 1 else "same", name=_named(name, 2))
    y = _he_conv_bn(y, 4 * filters, 1, activation=None, name=_named(name, 3))
    return _add_shortcut(x, y, strides, shortcut, name)


def dense_block(x, num_layers, growth_rate, bottleneck=True, dropout_rate=0, name=None):
    """Layers that each see all maps before them and add `growth_rate` (Huang et al. 2017, section 3).

    A layer is BN-ReLU-3×3; with `bottleneck`, BN-ReLU-1×1 to four times the growth rate comes first. The channels grow
    by `num_layers * growth_rate`.
    """
    for layer in range(1, num_layers + 1):
        layer_name, y = _named(name, layer), x
        if bottleneck:
            y = bn_relu_conv(y, 4 * growth_rate, 1, dropout_rate, name=_named(layer_name, "1x1"))
        y = bn_relu_conv(y, growth_rate, 3, dropout_rate, name=_named(layer_name, "3x3"))
        x = concatenate([x, y], name=layer_name)
    return x


def transition(x, compression=0.5, dropout_rate=0, name=None):
    """BN-ReLU-1×1 to ⌊compression · channels⌋ and 2×2 average pooling: what joins dense blocks."""
    filters = int(compression * x.shape[channel_axis()])
    x = bn_relu_conv(x, filters, 1, dropout_rate, name=_named(name, "1x1"))
    return layers.AveragePooling2D(2, strides=2, name=_named(name, "pool"))(x)


def bn_relu_conv(x, filters, kernel_size, dropout_rate=0, name=None):
    """Batch normalisation, ReLU, convolution without bias: DenseNet's order; then dropout, where there is any."""
    x = batch_normalization(x, name=_named(name, "bn"))
    x = layers.Activation("relu", name=_named(name, "relu"))(x)
    x = conv(x, filters, kernel_size, activation=None, name=name, use_bias=False, kernel_initializer="he_normal")
    return layers.Dropout(dropout_rate, name=_named(name, "dropout"))(x) if dropout_rate else x


def concatenate(tensors, name=None):
    """Tensors of the same height and width, side by side in their channels."""
    return layers.Concatenate(axis=channel_axis(), name=name)(tensors)


def padded(x, padding, name=None):
    """The tensor with explicit zeros put around it, and the padding that is left for Keras's layer to do."""
    if isinstance(padding, str):
        return x, padding
    before, after = explicit(padding)
    if before or after:
        x = layers.ZeroPadding2D(((before, after), (before, after)), name=_named(name, "pad"))(x)
    return x, "valid"


def channel_axis():
    """The axis of the channels in the data format in force."""
    return -1 if config.image_data_format() == "channels_last" else 1


def sizes(x):
    """Height and width of a tensor, `None` where it is not known."""
    return x.shape[1:3] if config.image_data_format() == "channels_last" else x.shape[2:4]


def _he_conv_bn(*args, **kwargs):
    return conv_bn(*args, kernel_initializer="he_normal", **kwargs)


def _add_shortcut(x, y, strides, shortcut, name):
    """ReLU of the residual y with the shortcut from x added, of which there is none where `shortcut` is None."""
    if shortcut not in ("A", "B", "C", None):
        raise unknown("shortcut", shortcut, ["A", "B", "C", "None for a plain net"])
    filters = y.shape[channel_axis()]
    changes = strides > 1 or x.shape[channel_axis()] != filters
    if shortcut == "C" or (shortcut == "B" and changes):
        x = _he_conv_bn(x, filters, 1, strides, activation=None, name=_named(name, "proj"))
    elif shortcut == "A" and changes:
        x = ZeroPaddedShortcut(filters, strides, name=_named(name, "shortcut"))(x)
    if shortcut:
        y = layers.Add(name=_named(name, "add"))([x, y])
    return layers.Activation("relu", name=name)(y)


def _overhang(size, pool_size, strides):
    """(0, after): the zeros that a last window needs where the output size is rounded up."""
    strides = strides or pool_size
    if size is None:
        return 0, min(pool_size, strides) - 1  # as many as any size needs; a valid window leaves what it does not reach
    arithmetic.pool_output_size(size, pool_size, strides)  # refuses a map smaller than the window
    outputs = arithmetic.pool_output_size(size, pool_size, strides, ceil_mode=True)
    return 0, max((outputs - 1) * strides + pool_size - size, 0)


def _named(name, suffix):
    return f"{name}_{suffix}" if name else None
