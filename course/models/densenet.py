"""DenseNet (Huang, Liu, van der Maaten and Weinberger 2017, "Densely Connected Convolutional Networks")."""

import sys

import keras
from keras import layers

from course import blocks
from course.errors import integer, unknown
from course.models.common import classifier, image_input

# Table 1: the growth rate, and the layers in each dense block. 161 is not in it, but in the authors' release. The
# blocks that the paper gives for 264 make 265 weight layers; the other names are exact.
IMAGENET = {
    121: (32, (6, 12, 24, 16)),
    169: (32, (6, 12, 32, 32)),
    201: (32, (6, 12, 48, 32)),
    264: (32, (6, 12, 64, 48)),
    161: (48, (6, 12, 36, 24)),
}


def densenet(depth=121, input_shape=(224, 224, 3), num_classes=1000, include_top=True):
    """DenseNet-BC for ImageNet, of 121, 169, 201, 264 or (with a growth rate of 48) 161 weight layers.

    Shapes: `(batch, 224, 224, 3) → (batch, num_classes)`, probabilities; without the top `(batch, 7, 7, channels)`.
    The smallest input is 29×29, which leaves 8×8 to the first dense block and 1×1 to the last.

    7,978,856 parameters at depth 121. No convolution has a bias, and they start as He et al. 2015 say. Padding is the
    same on all sides, as in the authors' release.

    Raises `ValueError` for a depth that is not in the table or an input too small.
    """
    if depth not in IMAGENET:
        raise unknown("depth of a DenseNet for ImageNet", depth, IMAGENET)
    growth_rate, num_layers = IMAGENET[depth]
    inputs = image_input(input_shape, smallest=29, num_classes=num_classes)
    stem = {"strides": 2, "padding": 3, "kernel_initializer": "he_normal"}
    x = blocks.conv_bn(inputs, 2 * growth_rate, 7, name="conv1", **stem)  # 112×112
    x = blocks.max_pool(x, 3, strides=2, padding=1, name="pool1")  # 56×56
    x = _dense_blocks(x, num_layers, growth_rate, bottleneck=True)
    return _model(inputs, x, num_classes, include_top, f"densenet{depth}")


def densenet_cifar(
    depth=40,
    growth_rate=12,
    bottleneck=False,
    input_shape=(32, 32, 3),
    num_classes=10,
    include_top=True,
    dropout_rate=0,
):
    """DenseNet for CIFAR (section 3, "Implementation Details"); with `bottleneck`, DenseNet-BC.

    Shapes: `(batch, 32, 32, 3) → (batch, num_classes)`, probabilities; without the top `(batch, 8, 8, channels)`. The
    smallest input is 4×4.

    Three dense blocks share `depth` weight layers: 3n + 4, or 6n + 4 for DenseNet-BC, which also halves the channels
    between blocks and begins with `2 * growth_rate` of them, not 16. 1,019,722 parameters for depth 40 and growth rate
    12; 769,162 for DenseNet-BC of depth 100. `dropout_rate`: the paper has 0.2, after each convolution but the first,
    where it trains without augmentation.

    Raises `ValueError` for a depth that does not divide so, or an input too small.
    """
    step = 6 if bottleneck else 3
    n, rest = divmod(integer("depth", depth, step + 4) - 4, step)
    if rest:
        nearest = f"{step * n + 4} or {step * n + step + 4}"
        raise ValueError(f"depth is {depth}; this DenseNet has {step}n + 4 weight layers: try {nearest}.")
    integer("growth_rate", growth_rate, 1)
    inputs = image_input(input_shape, smallest=4, num_classes=num_classes)
    filters = 2 * growth_rate if bottleneck else 16
    x = blocks.conv(inputs, filters, 3, activation=None, name="conv1", use_bias=False, kernel_initializer="he_normal")
    x = _dense_blocks(x, (n, n, n), growth_rate, bottleneck, dropout_rate)
    name = f"densenet{depth}{'_bc' if bottleneck else ''}_cifar"
    return _model(inputs, x, num_classes, include_top, name)


def _dense_blocks(x, num_layers, growth_rate, bottleneck, dropout_rate=0):
    """Dense blocks with transitions between them; the channels are halved there in DenseNet-BC alone."""
    for i, block_layers in enumerate(num_layers, start=1):
        x = blocks.dense_block(x, block_layers, growth_rate, bottleneck, dropout_rate, name=f"dense{i}")
        if i < len(num_layers):
            x = blocks.transition(x, 0.5 if bottleneck else 1, dropout_rate, name=f"transition{i}")
    # Keras follows the graph by recursion, a frame a layer: over 900 in DenseNet-264.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 1000 + 7 * sum(num_layers)))
    x = blocks.batch_normalization(x, name="bn")
    return layers.Activation("relu", name="relu")(x)


def _model(inputs, x, num_classes, include_top, name):
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = classifier(x, num_classes)
    return keras.Model(inputs, x, name=name)
