"""ResNet's bottleneck block, 1×1, 3×3, 1×1, with the strides in the first."""

import functools

from keras import layers
from written import resnet as written

from answers import right, wrong

for answer in written.RIGHT_BOTTLENECK:
    right("bottleneck-block")(answer)


def block(
    wide=4, relu_first=True, relu_last=True, relu_before=False, add=True, norm=True, proj_strides=True, project="shape"
):
    def bottleneck_block(x, filters, strides=1):
        y = layers.Conv2D(filters, 1, strides, use_bias=False)(x)
        y = layers.BatchNormalization()(y) if norm else y
        y = layers.ReLU()(y) if relu_first else y
        y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
        y = layers.ReLU()(layers.BatchNormalization()(y))
        y = layers.BatchNormalization()(layers.Conv2D(wide * filters, 1, use_bias=False)(y))
        y = layers.ReLU()(y) if relu_before else y
        changes = strides != 1 or x.shape[-1] != wide * filters
        if (changes and project == "shape") or project == "always":
            x = layers.Conv2D(wide * filters, 1, strides if proj_strides else 1, use_bias=False)(x)
            x = layers.BatchNormalization()(x)
        elif project == "width" and x.shape[-1] != filters:
            x = layers.BatchNormalization()(layers.Conv2D(wide * filters, 1, strides, use_bias=False)(x))
        y = layers.Add()([x, y]) if add else layers.Concatenate()([x, y])
        return layers.ReLU()(y) if relu_last else y

    return bottleneck_block


for answer, pattern in (
    (
        functools.partial(written.bottleneck_block, v1_5=True),
        r"layer block_1: your map.*\n.*strides of 2×2 in block_2; they are in block_1",
    ),
    (
        functools.partial(written.bottleneck_block, activation=lambda: layers.Activation("tanh")),
        r"layer block_1_bn: you have tanh.*ReLU",
    ),
    (block(wide=1, project="always"), r"layer block_3: your map is 16×12×8, the paper's is 16×12×32"),
    (block(wide=2, project="always"), r"layer block_3: your map is 16×12×16, the paper's is 16×12×32"),
    (written.two_layers, r"layer block_1"),
    (written.swapped_kernels, r"layer block_3: you have 3×3 kernels, the paper has 1×1"),
    (block(relu_first=False), r"layer block_1_bn: you have no activation.*\n.*left its activation out"),
    (block(relu_last=False), r"layer block_add: you have no activation.*\n.*left its activation out"),
    (block(relu_before=True), r"layer block_3_bn: you have ReLU.*\n.*ReLU before the addition"),
    (block(add=False), r"layer block_add: you have a concatenation.*\n.*adds them"),
    (block(norm=False), r"layer block_1_bn: it is missing"),
    (block(proj_strides=False), r"strides=2\) raised .*\n.*1×1 convolution with strides"),
    (block(project="never"), r"raised .*\n.*project the shortcut"),
    (block(project="always"), r"after the input: you have .*1×1 convolution.*\n.*the shortcut is the identity"),
    (block(project="width"), r"1×1 convolution.*\n.*the shortcut is the identity"),
):
    wrong("bottleneck-block", pattern)(answer)


@wrong("bottleneck-block", r"strides=2\) raised .*\n.*8×6×32, and one is 8×6×8: it comes of 8 filters, not of 32")
def projected_to_filters(x, filters, strides=1):
    y = x
    for n, size, step in ((filters, 1, strides), (filters, 3, 1), (4 * filters, 1, 1)):
        y = y if y is x else layers.ReLU()(y)
        y = layers.BatchNormalization()(layers.Conv2D(n, size, step, padding="same", use_bias=False)(y))
    if strides != 1 or x.shape[-1] != 4 * filters:
        x = layers.BatchNormalization()(layers.Conv2D(filters, 1, strides, use_bias=False)(x))
    return layers.ReLU()(layers.Add()([x, y]))
