"""AlexNet (Krizhevsky et al. 2012, "ImageNet Classification with Deep Convolutional Neural Networks")."""

import keras
from keras import layers

from course import blocks
from course.layers import LocalResponseNormalization
from course.models.common import classifier, image_input


def alexnet(input_shape=(227, 227, 3), num_classes=1000, towers=2, include_top=True):
    """AlexNet, figure 2: `towers=2` as it was split over two GPUs, `towers=1` with every kernel seeing all maps.

    Shapes: `(batch, 227, 227, 3) → (batch, num_classes)`, probabilities; `(batch, 6, 6, 256)` without the top.
    60,965,224 parameters in two towers, 62,378,344 in one.

    Two towers are grouped convolutions: conv2, conv4 and conv5 see the maps of their own GPU alone, the first half or
    the second. Local response normalisation follows the ReLU of conv1 and conv2 (section 3.3), pooling windows of 3
    overlap by 1 (3.4), dropout of 0.5 follows fc6 and fc7 (4.2), weights start N(0, 0.01²), and biases at 1 in conv2,
    conv4, conv5, fc6 and fc7, 0 elsewhere (5).

    Departure from the paper: it says 224×224, which would give 54×54; 227 gives the 55×55 of its figure.

    Raises `ValueError` for an input below 67, or an unknown height or width with the top.
    """
    if towers not in (1, 2):
        raise ValueError(f"towers is {towers!r}; it must be 2, one a GPU as in the paper, or 1.")
    inputs = image_input(input_shape, smallest=67, num_classes=num_classes)
    x = _conv(inputs, 96, 11, strides=4, padding="valid", name="conv1")  # 55×55×96
    x = LocalResponseNormalization(name="norm1")(x)
    x = blocks.max_pool(x, 3, strides=2, name="pool1")  # 27×27×96
    x = _conv(x, 256, 5, bias=1, groups=towers, name="conv2")  # 27×27×256
    x = LocalResponseNormalization(name="norm2")(x)
    x = blocks.max_pool(x, 3, strides=2, name="pool2")  # 13×13×256
    x = _conv(x, 384, 3, name="conv3")  # 13×13×384
    x = _conv(x, 384, 3, bias=1, groups=towers, name="conv4")
    x = _conv(x, 256, 3, bias=1, groups=towers, name="conv5")  # 13×13×256
    x = blocks.max_pool(x, 3, strides=2, name="pool5")  # 6×6×256
    if include_top:
        x = dense_head(x, num_classes, stddev=0.01, bias=1)
    return keras.Model(inputs, x, name="alexnet")


def alexnet_2014(input_shape=(224, 224, 3), num_classes=1000, include_top=True):
    """The later AlexNet in one tower that torchvision has, after Krizhevsky 2014, "One weird trick …" (61,100,840).

    Shapes: `(batch, 224, 224, 3) → (batch, num_classes)`, probabilities; `(batch, 6, 6, 256)` without the top.

    Fewer filters, conv1 padded by 2, and no local response normalisation. Departures from torchvision: dropout follows
    fc6 and fc7 rather than going before them, and weights start by Glorot's rule. Outputs at inference are the same.

    Raises `ValueError` for an input below 63, or an unknown height or width with the top.
    """
    inputs = image_input(input_shape, smallest=63, num_classes=num_classes)
    x = blocks.conv(inputs, 64, 11, strides=4, padding=2, name="conv1")  # 55×55×64
    x = blocks.max_pool(x, 3, strides=2, name="pool1")  # 27×27×64
    x = blocks.conv(x, 192, 5, name="conv2")  # 27×27×192
    x = blocks.max_pool(x, 3, strides=2, name="pool2")  # 13×13×192
    x = blocks.conv(x, 384, 3, name="conv3")  # 13×13×384
    x = blocks.conv(x, 256, 3, name="conv4")  # 13×13×256
    x = blocks.conv(x, 256, 3, name="conv5")
    x = blocks.max_pool(x, 3, strides=2, name="pool5")  # 6×6×256
    if include_top:
        x = dense_head(x, num_classes)
    return keras.Model(inputs, x, name="alexnet_2014")


def dense_head(x, num_classes, stddev=None, bias=0):
    """fc6, fc7 and fc8, which ZFNet and VGG took from AlexNet: 4096, 4096 and `num_classes`, dropout of 0.5 between.

    Weights start N(0, `stddev`²), or by Glorot's rule where it is `None`; the biases of fc6 and fc7 start at `bias`.
    """
    x = blocks.flatten(x)
    for number in (6, 7):
        x = layers.Dense(4096, "relu", name=f"fc{number}", **initial(stddev, bias))(x)
        x = layers.Dropout(0.5, name=f"drop{number}")(x)
    return classifier(x, num_classes, name="fc8", **initial(stddev))


def initial(stddev=None, bias=0):
    """The initialisers of a layer, as arguments: weights N(0, `stddev`²), Glorot's for `None`; biases all `bias`."""
    # A new one for each layer: one initialiser gives every layer of the same shape the same weights.
    normal = "glorot_uniform" if stddev is None else keras.initializers.RandomNormal(stddev=stddev)
    return {"kernel_initializer": normal, "bias_initializer": keras.initializers.Constant(bias)}


def _conv(x, filters, kernel_size, bias=0, **kwargs):
    return blocks.conv(x, filters, kernel_size, **initial(0.01, bias), **kwargs)
