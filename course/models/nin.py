"""NiN (Lin, Chen and Yan 2014, "Network In Network"), by the configurations that its first author published."""

import keras
from keras import layers

from course import blocks
from course.errors import integer
from course.layers import CeilAveragePooling2D
from course.models.common import image_input


def nin_cifar10(input_shape=(32, 32, 3), num_classes=10, include_top=True):
    """NiN for CIFAR-10: three mlpconv layers, and a map a class averaged over space in place of dense layers.

    Shapes: `(batch, 32, 32, 3) → (batch, num_classes)`, probabilities; `(batch, 8, 8, 192)` without the top, which is
    the last 1×1 convolution and what follows it. 966,986 parameters. Height and width may be `None`.

    The paper prints no table: filters, pooling and dropout are those of the published configuration, in which pool1
    takes the maximum and pool2 the average, both rounding the size up, and ReLU follows the map of each class, too.
    Its conv1, cccp1, cccp2 are mlpconv1_1, mlpconv1_2, mlpconv1_3 here. Weights start by Glorot's rule.

    Raises `ValueError` for an input below 4.
    """
    inputs = image_input(input_shape, smallest=4, num_classes=num_classes)
    x = blocks.mlpconv_block(inputs, (192, 160, 96), 5, name="mlpconv1")  # 32×32×96
    x = blocks.max_pool(x, 3, strides=2, ceil_mode=True, name="pool1")  # 16×16×96
    x = layers.Dropout(0.5, name="drop1")(x)
    x = blocks.mlpconv_block(x, (192, 192, 192), 5, name="mlpconv2")
    x = CeilAveragePooling2D(3, strides=2, name="pool2")(x)  # 8×8×192
    x = layers.Dropout(0.5, name="drop2")(x)
    x = blocks.mlpconv_block(x, (192, 192, *_classes(num_classes, include_top)), 3, name="mlpconv3")
    return _model(inputs, x, include_top, "nin_cifar10")


def nin_imagenet(input_shape=(224, 224, 3), num_classes=1000, include_top=True):
    """NiN for ImageNet: four mlpconv layers, the last of 1024, 1024 and `num_classes` filters.

    Shapes: `(batch, 224, 224, 3) → (batch, num_classes)`, probabilities; `(batch, 6, 6, 1024)` without the top, which
    is the last 1×1 convolution and what follows it. 7,595,176 parameters. Height and width may be `None`.

    Not in the paper: it is the first author's published configuration. Pooling rounds the size up, and weights start by
    Glorot's rule.

    Raises `ValueError` for an input below 55.
    """
    inputs = image_input(input_shape, smallest=55, num_classes=num_classes)
    x = blocks.mlpconv_block(inputs, (96, 96, 96), 11, strides=4, padding="valid", name="mlpconv1")  # 54×54×96
    x = blocks.max_pool(x, 3, strides=2, ceil_mode=True, name="pool1")  # 27×27×96
    x = blocks.mlpconv_block(x, (256, 256, 256), 5, name="mlpconv2")
    x = blocks.max_pool(x, 3, strides=2, ceil_mode=True, name="pool2")  # 13×13×256
    x = blocks.mlpconv_block(x, (384, 384, 384), 3, name="mlpconv3")
    x = blocks.max_pool(x, 3, strides=2, ceil_mode=True, name="pool3")  # 6×6×384
    x = layers.Dropout(0.5, name="drop3")(x)
    x = blocks.mlpconv_block(x, (1024, 1024, *_classes(num_classes, include_top)), 3, name="mlpconv4")
    return _model(inputs, x, include_top, "nin_imagenet")


def _classes(num_classes, include_top):
    return (integer("num_classes", num_classes, 1),) if include_top else ()


def _model(inputs, x, include_top, name):
    if include_top:
        x = layers.GlobalAveragePooling2D(name="average")(x)
        x = layers.Activation("softmax", dtype="float32", name="softmax")(x)
    return keras.Model(inputs, x, name=name)
