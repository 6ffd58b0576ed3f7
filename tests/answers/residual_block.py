"""ResNet's block of two 3×3 convolutions, with projection where the shape changes."""

import keras
from keras import layers, ops
from written import resnet as written

from answers import right, wrong

for answer in written.RIGHT_B:
    right("residual-block")(answer)


@right("residual-block")
def by_helpers(x, filters, strides=1):
    def conv_bn(x, size, strides=1):
        x = layers.ZeroPadding2D(size // 2)(x)
        return layers.BatchNormalization()(layers.Conv2D(filters, size, strides, use_bias=False)(x))

    y = conv_bn(keras.activations.relu(conv_bn(x, 3, strides)), 3)
    changes = strides != 1 or x.shape[-1] != filters
    return layers.Activation("relu")(layers.add([conv_bn(x, 1, strides) if changes else x, y]))


changed = written.changed
for answer, pattern in (
    (changed(relu_before=True), r"layer block_2_bn: you have ReLU.*\n.*ReLU before the addition, block_add"),
    (changed(relu_before=True, relu_after=False), r"layer block_2_bn: you have ReLU.*\n.*before the addition"),
    (changed(relu_after=False), r"layer block_add: you have no activation.*ReLU.*\n.*left its activation out"),
    (changed(join="concatenate"), r"layer block_add: you have a concatenation.*\n.*side by side.*adds them"),
    (changed(project="always"), r"after the input: you have a .*1×1 convolution.*\n.*project the shortcut.*identity"),
    (changed(project="conv"), r"layer block_proj_bn: it is missing"),
    (changed(bn=False), r"layer block_1_bn: it is missing.*\n.*batch normalisation"),
    (changed(shortcut=False), r"layer block_add: it is missing.*\n.*shortcut is missing"),
    (
        changed(first="same"),
        r'layer block_1: you have same padding.*\n.*padding="same" puts 0 zeros before and 1 after',
    ),
    (changed(first="late"), r"layer block_1: your map is 16×12×8.*8×6×8.*\nYou put the strides of 2×2 in block_2"),
    (written.nothing, r"returned None.*\n.*return"),
    (written.untouched, r"returned its argument"),
    (written.another_input, r"does not come from its argument.*\n.*no keras.Input"),
    (written.whole_model, r"returned a model.*\n.*tensor"),
):
    wrong("residual-block", pattern)(answer)


def conv_bn(x, filters, size, strides=1, relu=True):
    x = layers.ZeroPadding2D(size // 2)(x)
    x = layers.BatchNormalization()(layers.Conv2D(filters, size, strides, use_bias=False)(x))
    return layers.ReLU()(x) if relu else x


@wrong("residual-block", r"strides=2\) raised .*\n.*project the shortcut")
def never_projected(x, filters, strides=1):
    y = conv_bn(conv_bn(x, filters, 3, strides), filters, 3, relu=False)
    return layers.ReLU()(layers.Add()([x, y]))


@wrong("residual-block", r"16×12×4, filters=8\).* raised .*\n.*project the shortcut")
def projected_for_strides_alone(x, filters, strides=1):
    y = conv_bn(conv_bn(x, filters, 3, strides), filters, 3, relu=False)
    x = conv_bn(x, filters, 1, strides, relu=False) if strides > 1 else x
    return layers.ReLU()(layers.Add()([x, y]))


@wrong("residual-block", r"16×12×8, filters=8, strides=2\).* raised .*\n.*project the shortcut")
def projected_for_channels_alone(x, filters, strides=1):
    y = conv_bn(conv_bn(x, filters, 3, strides), filters, 3, relu=False)
    x = conv_bn(x, filters, 1, strides, relu=False) if x.shape[-1] != filters else x
    return layers.ReLU()(layers.Add()([x, y]))


@wrong("residual-block", r"block_proj: you have 3×3 kernels, the paper has 1×1")
def projected_by_3x3(x, filters, strides=1):
    y = conv_bn(conv_bn(x, filters, 3, strides), filters, 3, relu=False)
    if strides > 1 or x.shape[-1] != filters:
        x = conv_bn(x, filters, 3, strides, relu=False)
    return layers.ReLU()(layers.Add()([x, y]))


@wrong("residual-block", r"block_proj_bn: you have ReLU.*\n.*ReLU")
def relu_on_the_shortcut(x, filters, strides=1):
    y = conv_bn(conv_bn(x, filters, 3, strides), filters, 3, relu=False)
    if strides > 1 or x.shape[-1] != filters:
        x = conv_bn(x, filters, 1, strides)
    return layers.ReLU()(layers.Add()([x, y]))


@wrong("residual-block", r"layer block_add: yours is fed by")
def added_to_the_first_convolution(x, filters, strides=1):
    y = conv_bn(x, filters, 3, strides)
    z = conv_bn(y, filters, 3, relu=False)
    return layers.ReLU()(layers.Add()([y, z]))


@wrong("residual-block", r"after the input: you have batch normalisation.*\n.*follows each convolution.*pre-activation")
def before_activation(x, filters, strides=1):
    """The order of 2016b, BN and ReLU before each convolution."""
    y = ops.relu(layers.BatchNormalization()(x))
    shortcut = layers.Conv2D(filters, 1, strides, use_bias=False)(y) if strides > 1 or x.shape[-1] != filters else x
    y = layers.Conv2D(filters, 3, strides, use_bias=False)(layers.ZeroPadding2D(1)(y))
    y = ops.relu(layers.BatchNormalization()(y))
    return shortcut + layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)


@wrong("residual-block", r"raised .*\n.*8×6×8, and one is 4×3×8: strides of 2 are there once more")
def strided_twice(x, filters, strides=1):
    y = conv_bn(conv_bn(x, filters, 3, strides), filters, 3, strides, relu=False)
    changes = strides != 1 or x.shape[-1] != filters
    return layers.ReLU()(layers.Add()([conv_bn(x, filters, 1, strides, relu=False) if changes else x, y]))


@wrong("residual-block", r"raised .*\n.*8×6×8, and one is 9×7×8: look at its padding, too much")
def with_a_padded_shortcut(x, filters, strides=1):
    if strides != 1:
        x = layers.ZeroPadding2D(1)(x)
    y = layers.Conv2D(filters, 3, strides, padding="same" if strides == 1 else "valid", use_bias=False)(x)
    y = conv_bn(layers.ReLU()(layers.BatchNormalization()(y)), filters, 3, relu=False)
    changes = strides != 1 or x.shape[-1] != filters
    return layers.ReLU()(layers.Add()([conv_bn(x, filters, 1, strides, relu=False) if changes else x, y]))
