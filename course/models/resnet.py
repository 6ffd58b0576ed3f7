"""Plain nets and ResNets (He, Zhang, Ren and Sun 2016, "Deep Residual Learning for Image Recognition")."""

import sys

import keras
from keras import layers

from course import blocks
from course.errors import integer, unknown
from course.models.common import classifier, image_input

# Table 1: the kind of block, and how many there are in conv2_x, conv3_x, conv4_x and conv5_x.
IMAGENET = {
    18: ("residual", (2, 2, 2, 2)),
    34: ("residual", (3, 4, 6, 3)),
    50: ("bottleneck", (3, 4, 6, 3)),
    101: ("bottleneck", (3, 4, 23, 3)),
    152: ("bottleneck", (3, 8, 36, 3)),
}
# Table 1: filters of conv2_x to conv5_x; a bottleneck block's output has four times as many channels.
IMAGENET_FILTERS = (64, 128, 256, 512)
# Section 4.2's table: filters on maps of 32, 16 and 8 pixels, in 2n layers each.
CIFAR_FILTERS = (16, 32, 64)


def resnet(depth=50, input_shape=(224, 224, 3), num_classes=1000, include_top=True, shortcut="B", stride_in="1x1"):
    """A ResNet for ImageNet of 18, 34, 50, 101 or 152 weight layers; with `shortcut=None`, the plain net.

    Shapes: `(batch, 224, 224, 3) → (batch, num_classes)`, probabilities; without the top the maps of conv5_x,
    `(batch, 7, 7, 512)`, or 2048 channels from depth 50. Any input of one pixel or more will do.

    `shortcut` (section 4.1): "A" pads new channels with zeros, "B" projects where the shape changes, "C" projects
    everywhere. The paper has all three for 34 layers, B from 50 on, and A where it sets plain nets against residual
    ones (table 2). `stride_in`: bottleneck blocks halve their maps in the first "1x1" convolution, as in the authors'
    release (the paper only says in which blocks), or in the "3x3", as others do since (version 1.5).

    25,557,032 parameters at depth 50 (table 1 gives 3.8 billion multiply-adds: 3,857,973,248). No convolution has a
    bias, and all weights start as He et al. 2015 say. Padding is the same on all sides, as in the authors' release.

    Raises `ValueError` for a depth that is not in table 1, or an unknown `shortcut` or `stride_in`.
    """
    if depth not in IMAGENET:
        raise unknown("depth of a ResNet for ImageNet", depth, IMAGENET)
    if stride_in not in ("1x1", "3x3"):
        raise unknown("convolution to stride in", stride_in, ["1x1", "3x3"])
    kind, num_blocks = IMAGENET[depth]
    if kind == "residual" and stride_in != "1x1":
        raise ValueError(
            f'stride_in is "{stride_in}"; a ResNet of {depth} layers has 3×3 convolutions alone: '
            "leave it out, or try depth 50."
        )

    def block(x, filters, strides, name):
        if kind == "residual":
            return blocks.residual_block(x, filters, strides, shortcut, name=name)
        return blocks.bottleneck_block(x, filters, strides, shortcut, stride_in, name=name)

    inputs = image_input(input_shape, num_classes=num_classes)
    x = blocks.conv_bn(inputs, 64, 7, strides=2, padding=3, name="conv1", kernel_initializer="he_normal")  # 112×112
    x = blocks.max_pool(x, 3, strides=2, padding=1, name="pool1")  # 56×56
    x = _stages(x, block, num_blocks, IMAGENET_FILTERS)
    name = f"{'resnet' if shortcut else 'plain'}{depth}{'_v1_5' if stride_in == '3x3' else ''}"
    return _model(inputs, x, num_classes, include_top, name)


def resnet_cifar(depth=20, input_shape=(32, 32, 3), num_classes=10, include_top=True, shortcut="A"):
    """A ResNet for CIFAR of 6n + 2 weight layers (section 4.2: 20, 32, 44, 56, 110, 1202), or with None, a plain net.

    Shapes: `(batch, 32, 32, 3) → (batch, num_classes)`, probabilities; without the top `(batch, 8, 8, 64)`. Any input
    of one pixel or more will do.

    `shortcut` is "A" in the paper, so that plain and residual nets have the same parameters: 269,722 at depth 20.

    Raises `ValueError` for a depth that is not 6n + 2, or an unknown `shortcut`.
    """
    n, rest = divmod(integer("depth", depth, 8) - 2, 6)
    if rest:
        raise ValueError(
            f"depth is {depth}; a ResNet for CIFAR has 6n + 2 weight layers: try {6 * n + 2} or {6 * n + 8}."
        )

    def block(x, filters, strides, name):
        return blocks.residual_block(x, filters, strides, shortcut, name=name)

    # Keras follows the graph by recursion, a frame a layer: 4,200 at depth 1202.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 1000 + 4 * depth))
    inputs = image_input(input_shape, num_classes=num_classes)
    x = blocks.conv_bn(inputs, 16, 3, name="conv1", kernel_initializer="he_normal")
    x = _stages(x, block, (n, n, n), CIFAR_FILTERS)
    return _model(inputs, x, num_classes, include_top, f"{'resnet' if shortcut else 'plain'}{depth}_cifar")


def _stages(x, block, num_blocks, filters):
    """conv2_x and those after it; each but conv2_x halves its maps in its first block."""
    for stage, (stage_blocks, stage_filters) in enumerate(zip(num_blocks, filters, strict=True), start=2):
        for i in range(1, stage_blocks + 1):
            strides = 2 if stage > 2 and i == 1 else 1
            x = block(x, stage_filters, strides, f"conv{stage}_{i}")
    return x


def _model(inputs, x, num_classes, include_top, name):
    if include_top:
        x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        x = classifier(x, num_classes, kernel_initializer="he_normal")
    return keras.Model(inputs, x, name=name)
