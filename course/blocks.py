"""Blocks: each takes a tensor `(batch, height, width, channels)` first and returns a tensor.

All follow `keras.config.image_data_format()`. Padding is "same", "valid", a number of zeros for every side, or a pair
(before, after), wherever a block takes one.
"""

from keras import config, layers

from course import arithmetic
from course.padding import explicit

# keras.applications' value, so that carried weights give equal outputs.
EPSILON = 1.001e-5


def conv(x, filters, kernel_size, strides=1, padding="same", activation="relu", name=None, **kwargs):
    """Convolution with bias and activation; `kwargs` go to `keras.layers.Conv2D`."""
    x, padding = padded(x, padding, name)
    return layers.Conv2D(filters, kernel_size, strides, padding, activation=activation, name=name, **kwargs)(x)


def conv_bn(x, filters, kernel_size, strides=1, padding="same", activation="relu", name=None):
    """Convolution without bias, batch normalisation, activation (none for `activation=None`)."""
    x = conv(x, filters, kernel_size, strides, padding, activation=None, name=name, use_bias=False)
    x = batch_normalization(x, name=_named(name, "bn"))
    return layers.Activation(activation, name=_named(name, activation))(x) if activation else x


def batch_normalization(x, name=None):
    """Batch normalisation over the channels."""
    return layers.BatchNormalization(axis=channel_axis(), epsilon=EPSILON, name=name)(x)


def max_pool(x, pool_size, strides=None, padding="valid", ceil_mode=False, name=None):
    """Maximum over windows, of activations that are 0 or more: explicit padding is with zeros.

    `ceil_mode` rounds the output size up, as Caffe does; it needs a known height and width.
    """
    if ceil_mode:
        padding = [_overhang(size, pool_size, strides) for size in sizes(x)]
        x = layers.ZeroPadding2D(padding, name=_named(name, "pad"))(x) if any(map(any, padding)) else x
        padding = "valid"
    x, padding = padded(x, padding, name)
    return layers.MaxPooling2D(pool_size, strides, padding, name=name)(x)


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


def _overhang(size, pool_size, strides):
    """(0, after): the zeros that a last window needs where the output size is rounded up."""
    strides = strides or pool_size
    outputs = arithmetic.pool_output_size(size, pool_size, strides, ceil_mode=True)
    return 0, max((outputs - 1) * strides + pool_size - size, 0)


def _named(name, suffix):
    return f"{name}_{suffix}" if name else None
