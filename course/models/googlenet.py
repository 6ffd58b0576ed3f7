"""GoogLeNet (Szegedy et al. 2015, "Going Deeper with Convolutions")."""

import keras
from keras import layers

from course import blocks
from course.errors import unknown
from course.layers import LocalResponseNormalization
from course.models.common import classifier, image_input

# Table 1: (#1×1, #3×3 reduce, #3×3, #5×5 reduce, #5×5, pool proj).
INCEPTION = {
    "3a": (64, 96, 128, 16, 32, 32),  # 28×28
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),  # 14×14
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),  # 7×7
    "5b": (384, 192, 384, 48, 128, 128),
}
# Table 1: the pools before these modules.
POOLS = {"4a": "pool3", "5a": "pool4"}
# Section 5: the modules with an auxiliary classifier on their output.
AUXILIARY = ("4a", "4d")

# Each variant's divisor of all widths, and the smallest input without and with auxiliary heads: those need maps of 5×5.
VARIANTS = {"2014": (1, 47, 79), "small": (4, 6, 10)}


def googlenet(
    input_shape=(224, 224, 3),
    num_classes=1000,
    include_top=True,
    auxiliary_heads=False,
    batch_normalization=False,
    variant="2014",
):
    """GoogLeNet: `variant="2014"` as in the paper's table 1, "small" for images of 32×32.

    Shapes: `(batch, 224, 224, 3) → (batch, num_classes)`, probabilities; with `auxiliary_heads` a list of three of
    them, [main, after 4a, after 4d]; without the top `(batch, 7, 7, 1024)`. In training the paper adds the losses of
    the auxiliary heads with a weight of 0.3: `loss_weights=[1, 0.3, 0.3]`.

    6,998,552 parameters, 13,378,280 with auxiliary heads. Every convolution has a bias and no batch normalisation; with
    `batch_normalization` the reverse, and no local response normalisation.

    "small" has the nine modules at a quarter of their widths, on maps of 32, 16 and 8 in place of 28, 14 and 7, after
    a single 3×3 convolution; the heads are a quarter as wide, too. It is in no paper.

    The paper leaves open what its "same" padding does with an odd zero, and local response normalisation's constants:
    they are BVLC's here (conv1 pads 3 on all sides, pools round up, n=5, α=10⁻⁴/5, β=0.75, k=1). The average pool is
    over whatever maps there are: 7×7 in the paper.

    Raises `ValueError` for an unknown variant, an input too small (47×47 will do, 79×79 with auxiliary heads; "small"
    6×6 and 10×10), or auxiliary heads without the top or on an unknown size.
    """
    if variant not in VARIANTS:
        raise unknown("variant of GoogLeNet", variant, VARIANTS)
    divisor, *smallest = VARIANTS[variant]
    inputs = image_input(input_shape, smallest[bool(auxiliary_heads)], num_classes)
    if auxiliary_heads and (not include_top or None in input_shape):
        raise ValueError(
            f"auxiliary_heads is {auxiliary_heads} with include_top={include_top} and input_shape={input_shape}; these "
            "heads are classifiers on maps of known size: set include_top=True and give a height and a width."
        )
    unit = blocks.conv_bn if batch_normalization else blocks.conv
    if variant == "2014":
        x = _stem(inputs, unit, respond=not batch_normalization)
    else:
        x = unit(inputs, 192 // divisor, 3, name="conv2")
    taps = {}
    for name, widths in INCEPTION.items():
        if name in POOLS:
            x = _pool(x, POOLS[name])
        widths = [width // divisor for width in widths]
        taps[name] = x = blocks.inception_module(x, widths, batch_normalization, name=f"inception_{name}")
    if include_top:
        x = layers.GlobalAveragePooling2D(name="pool5")(x)
        x = layers.Dropout(0.4, name="dropout")(x)
        x = classifier(x, num_classes)
    if auxiliary_heads:
        heads = [_auxiliary_head(taps[name], num_classes, unit, divisor, f"auxiliary_{name}") for name in AUXILIARY]
        x = [x, *heads]
    name = "googlenet" + ("_small" if variant == "small" else "") + ("_bn" if batch_normalization else "")
    return keras.Model(inputs, x, name=name)


def _stem(x, unit, respond):
    x = _pool(unit(x, 64, 7, strides=2, padding=3, name="conv1"), "pool1")  # 112×112, then 56×56
    x = _respond(x, "norm1") if respond else x
    x = unit(unit(x, 64, 1, name="conv2_reduce"), 192, 3, name="conv2")
    x = _respond(x, "norm2") if respond else x
    return _pool(x, "pool2")  # 28×28


def _respond(x, name):
    return LocalResponseNormalization(n=5, k=1, alpha=1e-4 / 5, beta=0.75, name=name)(x)


def _pool(x, name):
    return blocks.max_pool(x, 3, strides=2, ceil_mode=True, name=name)


def _auxiliary_head(x, num_classes, unit, divisor, name):
    """Section 5's list: 5×5 average pool, strides 3; 1×1 convolution; two dense layers with dropout between them."""
    x = layers.AveragePooling2D(5, strides=3, name=f"{name}_pool")(x)  # 4×4
    x = unit(x, 128 // divisor, 1, name=f"{name}_conv")
    x = blocks.flatten(x, name=f"{name}_flatten")
    x = layers.Dense(1024 // divisor, activation="relu", name=f"{name}_fc")(x)
    x = layers.Dropout(0.7, name=f"{name}_dropout")(x)
    x = layers.Dense(num_classes, name=f"{name}_predictions")(x)
    return layers.Activation("softmax", dtype="float32", name=name)(x)
