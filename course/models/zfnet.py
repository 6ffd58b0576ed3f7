"""ZFNet (Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks")."""

import keras

from course import blocks
from course.errors import unknown
from course.layers import LocalResponseNormalization
from course.models.alexnet import dense_head, initial
from course.models.common import image_input

# Table 2: filters of conv3, conv4 and conv5. (a) is figure 3's net, (b) the enlarged one.
VARIANTS = {"a": (384, 384, 256), "b": (512, 1024, 512)}


def zfnet(input_shape=(224, 224, 3), num_classes=1000, variant="a", include_top=True):
    """ZFNet: `variant="a"` as in figure 3, `"b"` with more filters in conv3, conv4 and conv5 (table 2).

    Shapes: `(batch, 224, 224, 3) → (batch, num_classes)`, probabilities; `(batch, 6, 6, 256)` or `(batch, 6, 6, 512)`
    without the top. 62,357,608 parameters in (a), 107,627,624 in (b).

    AlexNet in one tower, but for conv1 of 7×7 with strides 2, conv2 with strides 2, and normalisation after pooling.
    Figure 3 leaves open how its sizes 110, 55, 26, 13, 6 come about: here conv1 is padded by 1, conv2 not at all, and
    pooling rounds up. The contrast normalisation across maps takes AlexNet's constants, since the paper gives none, and
    its initial weights of "10⁻²" are read as N(0, 0.01²). The paper's renormalising of filters in training is left out.

    Raises `ValueError` for an input below 63, an unknown variant, or an unknown height or width with the top.
    """
    if variant not in VARIANTS:
        raise unknown("variant of ZFNet", variant, VARIANTS)
    inputs = image_input(input_shape, smallest=63, num_classes=num_classes)
    x = _conv(inputs, 96, 7, strides=2, padding=1, name="conv1")  # 110×110×96
    x = blocks.max_pool(x, 3, strides=2, ceil_mode=True, name="pool1")  # 55×55×96
    x = LocalResponseNormalization(name="norm1")(x)
    x = _conv(x, 256, 5, strides=2, padding="valid", name="conv2")  # 26×26×256
    x = blocks.max_pool(x, 3, strides=2, ceil_mode=True, name="pool2")  # 13×13×256
    x = LocalResponseNormalization(name="norm2")(x)
    for number, filters in enumerate(VARIANTS[variant], 3):
        x = _conv(x, filters, 3, name=f"conv{number}")
    x = blocks.max_pool(x, 3, strides=2, ceil_mode=True, name="pool5")  # 6×6
    if include_top:
        x = dense_head(x, num_classes, stddev=0.01)
    return keras.Model(inputs, x, name="zfnet")


def _conv(x, filters, kernel_size, **kwargs):
    return blocks.conv(x, filters, kernel_size, **initial(0.01), **kwargs)
