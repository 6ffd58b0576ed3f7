"""Residual, bottleneck, dense, Inception and mlpconv blocks, VGG's block and DenseNet's transition."""

import keras
from keras import layers, ops


class Residual(keras.Model):
    """The book d2l's class: two convolutions with biases, same padding, and an optional 1×1 without normalisation."""

    def __init__(self, num_channels, use_1x1conv=False, strides=1):
        super().__init__()
        self.conv1 = layers.Conv2D(num_channels, padding="same", kernel_size=3, strides=strides)
        self.conv2 = layers.Conv2D(num_channels, kernel_size=3, padding="same")
        self.conv3 = layers.Conv2D(num_channels, kernel_size=1, strides=strides) if use_1x1conv else None
        self.bn1, self.bn2 = layers.BatchNormalization(), layers.BatchNormalization()

    def call(self, x):
        y = keras.activations.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.conv3 is not None:
            x = self.conv3(x)
        return keras.activations.relu(y + x)


def d2l_residual(x, filters, strides=1):
    return Residual(filters, strides > 1 or x.shape[-1] != filters, strides)(x)


def torchvision_basic(x, filters, strides=1):
    """conv3x3, norm_layer, downsample."""

    def conv3x3(x, strides=1):
        return layers.Conv2D(filters, 3, strides, padding="valid", use_bias=False)(layers.ZeroPadding2D(1)(x))

    identity = x
    out = layers.ReLU()(layers.BatchNormalization(epsilon=1e-5, momentum=0.9)(conv3x3(x, strides)))
    out = layers.BatchNormalization(epsilon=1e-5, momentum=0.9)(conv3x3(out))
    if strides != 1 or x.shape[-1] != filters:
        identity = layers.Conv2D(filters, 1, strides, use_bias=False)(x)
        identity = layers.BatchNormalization(epsilon=1e-5, momentum=0.9)(identity)
    return layers.ReLU()(layers.Add()([out, identity]))


def preactivated(x, filters, strides=1):
    """He et al.'s second paper."""
    y = ops.relu(layers.BatchNormalization()(x))
    y = layers.Conv2D(filters, 3, strides, use_bias=False)(layers.ZeroPadding2D(1)(y))
    y = ops.relu(layers.BatchNormalization()(y))
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
    if strides > 1 or x.shape[-1] != filters:
        x = layers.Conv2D(filters, 1, strides, use_bias=False)(x)
    return y + x


def torchvision_bottleneck(stride_in_3x3):
    def bottleneck_block(x, filters, strides=1):
        one, three = (1, strides) if stride_in_3x3 else (strides, 1)
        identity = x
        out = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(filters, 1, one, use_bias=False)(x)))
        out = layers.Conv2D(filters, 3, three, use_bias=False)(layers.ZeroPadding2D(1)(out))
        out = layers.ReLU()(layers.BatchNormalization()(out))
        out = layers.BatchNormalization()(layers.Conv2D(filters * 4, 1, use_bias=False)(out))
        if strides != 1 or x.shape[-1] != filters * 4:
            identity = layers.BatchNormalization()(layers.Conv2D(filters * 4, 1, strides, use_bias=False)(x))
        return layers.ReLU()(out + identity)

    return bottleneck_block


def keras_applications_bottleneck(x, filters, strides=1):
    """block1 of keras.applications' ResNet: biases everywhere, epsilon 1.001e-5, the shortcut first."""
    eps = 1.001e-5
    shortcut = x
    if strides > 1 or x.shape[-1] != 4 * filters:
        shortcut = layers.Conv2D(4 * filters, 1, strides=strides, name="b_0_conv")(x)
        shortcut = layers.BatchNormalization(axis=3, epsilon=eps, name="b_0_bn")(shortcut)
    x = layers.Conv2D(filters, 1, strides=strides, name="b_1_conv")(x)
    x = layers.Activation("relu", name="b_1_relu")(layers.BatchNormalization(axis=3, epsilon=eps, name="b_1_bn")(x))
    x = layers.Conv2D(filters, 3, padding="SAME", name="b_2_conv")(x)
    x = layers.Activation("relu", name="b_2_relu")(layers.BatchNormalization(axis=3, epsilon=eps, name="b_2_bn")(x))
    x = layers.Conv2D(4 * filters, 1, name="b_3_conv")(x)
    x = layers.BatchNormalization(axis=3, epsilon=eps, name="b_3_bn")(x)
    return layers.Activation("relu", name="b_out")(layers.Add(name="b_add")([shortcut, x]))


def keras_applications_dense(bias=False, bottleneck=4):
    """conv_block and dense_block of keras.applications' DenseNet."""

    def dense_block(x, num_layers, growth_rate):
        for _ in range(num_layers):
            x1 = layers.BatchNormalization(axis=3, epsilon=1.001e-5)(x)
            x1 = layers.Activation("relu")(x1)
            if bottleneck:
                x1 = layers.Conv2D(bottleneck * growth_rate, 1, use_bias=bias)(x1)
                x1 = layers.Activation("relu")(layers.BatchNormalization(axis=3, epsilon=1.001e-5)(x1))
            x1 = layers.Conv2D(growth_rate, 3, padding="same", use_bias=bias)(x1)
            x = layers.Concatenate(axis=3)([x, x1])
        return x

    return dense_block


def torchvision_dense(x, num_layers, growth_rate):
    """torchvision's _DenseBlock: a list of features, each layer concatenating it anew."""
    features = [x]
    for _ in range(num_layers):
        y = ops.concatenate(features, axis=-1) if len(features) > 1 else x
        y = layers.Conv2D(4 * growth_rate, 1, use_bias=False)(layers.ReLU()(layers.BatchNormalization()(y)))
        y = layers.ReLU()(layers.BatchNormalization()(y))
        features.append(layers.Conv2D(growth_rate, 3, padding="same", use_bias=False)(y))
    return ops.concatenate(features, axis=-1)


def keras_applications_transition(x, compression=0.5):
    x = layers.Activation("relu")(layers.BatchNormalization(axis=3, epsilon=1.001e-5)(x))
    x = layers.Conv2D(int(x.shape[3] * compression), 1, use_bias=False)(x)
    return layers.AveragePooling2D(2, strides=2)(x)


def d2l_transition(x, compression=0.5):
    """With biases."""
    x = keras.activations.relu(layers.BatchNormalization()(x))
    return layers.AvgPool2D(pool_size=2, strides=2)(layers.Conv2D(int(compression * x.shape[-1]), kernel_size=1)(x))


class Inception(keras.Model):
    """The book d2l's."""

    def __init__(self, c1, c2, c3, c4):
        super().__init__()
        self.p1_1 = layers.Conv2D(c1, 1, activation="relu")
        self.p2_1 = layers.Conv2D(c2[0], 1, activation="relu")
        self.p2_2 = layers.Conv2D(c2[1], 3, padding="same", activation="relu")
        self.p3_1 = layers.Conv2D(c3[0], 1, activation="relu")
        self.p3_2 = layers.Conv2D(c3[1], 5, padding="same", activation="relu")
        self.p4_1 = layers.MaxPool2D(3, 1, padding="same")
        self.p4_2 = layers.Conv2D(c4, 1, activation="relu")

    def call(self, x):
        p2, p3 = self.p2_2(self.p2_1(x)), self.p3_2(self.p3_1(x))
        return layers.Concatenate()([self.p1_1(x), p2, p3, self.p4_2(self.p4_1(x))])


def d2l_inception(x, f1, f3r, f3, f5r, f5, proj):
    return Inception(f1, (f3r, f3), (f5r, f5), proj)(x)


def torchvision_inception(kernel, normalised=True):
    """BasicConv2d: no bias, batch normalisation; its "5×5" is 3×3."""

    def conv(x, filters, size):
        x = layers.Conv2D(filters, size, padding="same", use_bias=not normalised)(x)
        return ops.relu(layers.BatchNormalization(epsilon=1e-3)(x) if normalised else x)

    def inception(x, f1, f3r, f3, f5r, f5, proj):
        branches = [
            conv(x, f1, 1),
            conv(conv(x, f3r, 1), f3, 3),
            conv(conv(x, f5r, 1), f5, kernel),
            conv(layers.MaxPooling2D(3, strides=1, padding="same")(x), proj, 1),
        ]
        return ops.concatenate(branches, -1)

    return inception


def d2l_nin(x, filters, kernel_size, strides=1):
    """nin_block, a Sequential called once."""
    return keras.Sequential(
        [
            layers.Conv2D(filters[0], kernel_size, strides=strides, padding="same"),
            layers.Activation("relu"),
            layers.Conv2D(filters[1], kernel_size=1),
            layers.Activation("relu"),
            layers.Conv2D(filters[2], kernel_size=1),
            layers.Activation("relu"),
        ]
    )(x)


def d2l_vgg(x, filters, layers):
    blk = keras.models.Sequential()
    for _ in range(layers):
        blk.add(keras.layers.Conv2D(filters, kernel_size=3, padding="same", activation="relu"))
    blk.add(keras.layers.MaxPool2D(pool_size=2, strides=2))
    return blk(x)


def vgg_with_normalisation(x, filters, layers):
    for _ in range(layers):
        x = keras.layers.Conv2D(filters, 3, padding="same")(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    return keras.layers.MaxPooling2D()(x)


ROWS = [
    ("residual-block", torchvision_basic, None),
    ("residual-block", d2l_residual, r"strides=2\), layer block_1: you have same padding.*\n.*ZeroPadding2D"),
    ("residual-block", preactivated, r"after the input: you have batch normalisation.*\n.*pre-activation block"),
    ("bottleneck-block", torchvision_bottleneck(False), None),
    (
        "bottleneck-block",
        torchvision_bottleneck(True),
        r"layer block_1: your map is 16×12×8.*\n.*strides of 2×2 in block_2; they are in block_1",
    ),
    ("bottleneck-block", keras_applications_bottleneck, "remark: biases before batch normalisation"),
    ("dense-block", keras_applications_dense(), None),
    ("dense-block", torchvision_dense, None),
    ("dense-block", keras_applications_dense(bottleneck=0), r"dense_1_1x1_bn and dense_1_1x1: they are missing"),
    ("dense-block", keras_applications_dense(bias=True), r"dense_1_3x3: you have biases"),
    ("transition", keras_applications_transition, None),
    ("transition", d2l_transition, r"transition_1x1: you have biases"),
    ("inception", d2l_inception, None),
    ("inception", torchvision_inception(5, normalised=False), None),
    ("inception", torchvision_inception(3), r"no biases, the paper has biases.*\n.*after a batch normalisation"),
    ("inception", torchvision_inception(3, normalised=False), r"inception_5x5: you have 3×3 kernels.*5×5"),
    ("mlpconv", d2l_nin, None),
    ("vgg-block", d2l_vgg, None),
    ("vgg-block", vgg_with_normalisation, r"after conv1_1: you have batch normalisation.*\n.*in 2015"),
]
