"""Blocks and the nets made of them, as public code has them: helper functions, subclasses, operators."""

import keras
import tensorflow as tf
from keras import layers, ops

from course.layers import LocalResponseNormalization


def slim_vgg_block(size=3, padding="same", relu="layer", pool=2, extra=0, where="end"):
    def vgg_block(x, filters, layers):
        for i in range(layers + extra):
            x = keras.layers.Conv2D(filters, size, padding=padding, name=f"c{i}")(x)
            x = {"layer": keras.layers.ReLU(), "ops": ops.relu, "none": lambda x: x}[relu](x)
            if where == "each":
                x = keras.layers.MaxPool2D(pool)(x)
        return keras.layers.MaxPool2D(pool, strides=2)(x) if where == "end" else x

    return vgg_block


def d2l_nin(last_relu=True, one=1, strides_in="first"):
    def mlpconv(x, filters, kernel_size, strides=1):
        a, b, c = filters
        first, second = (strides, 1) if strides_in == "first" else (1, strides)
        net = keras.Sequential(
            [
                layers.Conv2D(a, kernel_size, strides=first, padding="same", activation="relu"),
                layers.Conv2D(b, kernel_size=one, strides=second, padding="same", activation="relu"),
                layers.Conv2D(c, kernel_size=1, activation="relu" if last_relu else None),
            ]
        )
        return net(x)

    return mlpconv


def conv_module(bn=False, swap=False, pool_first=True, axis=-1, factor=False):
    """PyImageSearch's conv_module and inception_module."""

    def conv_module(x, k, size):
        x = layers.Conv2D(k, size, padding="same")(x)
        x = layers.BatchNormalization()(x) if bn else x
        return layers.Activation("relu")(x)

    def inception(x, f1, f3r, f3, f5r, f5, proj):
        first = conv_module(x, f1, 1)
        second = conv_module(conv_module(x, f3 if swap else f3r, 1), f3r if swap else f3, 3)
        third = conv_module(x, f5r, 1)
        third = conv_module(conv_module(third, f5, 3), f5, 3) if factor else conv_module(third, f5, 5)
        if pool_first:
            fourth = conv_module(layers.MaxPooling2D(3, strides=1, padding="same")(x), proj, 1)
        else:
            fourth = layers.MaxPooling2D(3, strides=1, padding="same")(conv_module(x, proj, 1))
        return layers.concatenate([first, second, third, fourth], axis=axis)

    return inception


def rolled_googlenet(keepdims=False, dropout=0.4, three=True, norm=True, size=5):
    """One inception helper with names, global pooling, an Inception class left out."""

    def build_googlenet():
        def cbr(x, k, n, **kwargs):
            return layers.Conv2D(k, n, padding="same", activation="relu", bias_initializer="zeros", **kwargs)(x)

        def inception(x, o, tr, t, fr, f, p, name):
            towers = [cbr(x, o, 1, name=f"{name}_1x1"), cbr(cbr(x, tr, 1), t, 3), cbr(cbr(x, fr, 1), f, size)]
            towers.append(cbr(layers.MaxPool2D(3, 1, "same")(x), p, 1))
            return layers.Concatenate(name=f"{name}_output")(towers)

        lrn = (lambda x: LocalResponseNormalization(5, 1, 1e-4 / 5, 0.75)(x)) if norm else (lambda x: x)
        inputs = keras.Input((224, 224, 3))
        x = layers.Conv2D(64, 7, 2, activation="relu")(layers.ZeroPadding2D(3)(inputs))
        x = lrn(layers.MaxPool2D(3, 2, padding="same")(x))
        x = lrn(cbr(cbr(x, 64, 1), 192, 3))
        x = layers.MaxPool2D(3, 2, padding="same")(x)
        x = inception(x, 64, 96, 128, 16, 32, 32, "3a")
        x = inception(x, 128, 128, 192, 32, 96, 64, "3b") if three else x
        x = layers.MaxPool2D(3, 2, padding="same")(x)
        x = inception(x, 192, 96, 208, 16, 48, 64, "4a")
        x = inception(x, 160, 112, 224, 24, 64, 64, "4b")
        x = inception(x, 128, 128, 256, 24, 64, 64, "4c")
        x = inception(x, 112, 144, 288, 32, 64, 64, "4d")
        x = inception(x, 256, 160, 320, 32, 128, 128, "4e")
        x = layers.MaxPool2D(3, 2, padding="same")(x)
        x = inception(x, 256, 160, 320, 32, 128, 128, "5a")
        x = inception(x, 384, 192, 384, 48, 128, 128, "5b")
        x = layers.GlobalAveragePooling2D(keepdims=keepdims)(x)
        x = layers.Dropout(dropout)(x) if dropout else x
        if keepdims:
            return keras.Model(inputs, layers.Flatten()(layers.Softmax()(layers.Conv2D(1000, 1)(x))))
        return keras.Model(inputs, layers.Softmax()(layers.Dense(1000)(x)))

    return build_googlenet


class ResnetIdentityBlock(keras.Model):
    """TensorFlow's tutorial on custom layers: conv2a, bn2a, tf.nn.relu and x += input."""

    def __init__(self, kernel_size, filters, strides, project, slip=""):
        super().__init__(name="")
        widths = (*filters[:-1], filters[-1])
        pads = "same"
        self.pad, self.slip = layers.ZeroPadding2D(1), slip
        self.convs, self.bns = [], []
        for i, width in enumerate(widths):
            size = kernel_size if i == len(widths) // 2 or len(widths) == 2 else 1
            s = strides if i == 0 else 1
            self.convs.append(layers.Conv2D(width, size, s, "valid" if size > 1 and i == 0 else pads, use_bias=False))
            self.bns.append(layers.BatchNormalization())
        self.shortcut = (
            keras.Sequential([layers.Conv2D(widths[-1], 1, strides, use_bias=False), layers.BatchNormalization()])
            if project
            else None
        )

    def call(self, input_tensor, training=False):
        x = self.pad(input_tensor) if self.convs[0].kernel_size[0] > 1 else input_tensor
        for i, (conv, bn) in enumerate(zip(self.convs, self.bns, strict=True)):
            x = conv(x)
            if self.slip != "no bn" or i:
                x = bn(x, training=training)
            if i < len(self.convs) - 1 or self.slip == "relu before":
                x = tf.nn.relu(x)
        if self.slip != "no shortcut":
            x += input_tensor if self.shortcut is None else self.shortcut(input_tensor, training=training)
        return x if self.slip in ("no relu", "relu before") else tf.nn.relu(x)


def tutorial_residual(slip=""):
    def residual_block(x, filters, strides=1):
        project = strides > 1 or x.shape[-1] != filters
        return ResnetIdentityBlock(3, (filters, filters), strides, project, slip)(x)

    return residual_block


def tutorial_bottleneck(slip=""):
    def bottleneck_block(x, filters, strides=1):
        project = strides > 1 or x.shape[-1] != 4 * filters
        return ResnetIdentityBlock(3, (filters, filters, filters * 4), strides, project, slip)(x)

    return bottleneck_block


def channels_first_residual(x, filters, strides=1):
    """torchvision line by line, in its layout."""
    kind = {"data_format": "channels_first"}
    identity = x = layers.Permute((3, 1, 2))(x)
    out = layers.Conv2D(filters, 3, strides, use_bias=False, **kind)(layers.ZeroPadding2D(1, **kind)(x))
    out = layers.ReLU()(layers.BatchNormalization(axis=1)(out))
    out = layers.Conv2D(filters, 3, use_bias=False, **kind)(layers.ZeroPadding2D(1, **kind)(out))
    out = layers.BatchNormalization(axis=1)(out)
    if strides != 1 or identity.shape[1] != filters:
        identity = layers.Conv2D(filters, 1, strides, use_bias=False, **kind)(identity)
        identity = layers.BatchNormalization(axis=1)(identity)
    out = layers.Activation("relu")(out + identity)
    return layers.Permute((2, 3, 1))(out)


def he_bottleneck(wide=4, late=False, project_bn=True, middle=3, relu=keras.activations.relu, last=True):
    """conv_block and identity_block in one, ops and +."""

    def bottleneck_block(x, filters, strides=1):
        def cb(x, k, n=1, s=1):
            return layers.BatchNormalization(axis=-1, epsilon=1.1e-5)(
                layers.Conv2D(k, n, strides=s, padding="same", use_bias=False)(x)
            )

        y = relu(cb(x, filters, 1, 1 if late else strides))
        y = layers.ZeroPadding2D(1)(y) if late and strides > 1 else y
        if late and strides > 1:
            y = layers.BatchNormalization()(layers.Conv2D(filters, middle, strides, use_bias=False)(y))
        else:
            y = cb(y, filters, middle)
        y = cb(relu(y), filters * wide)
        if strides > 1 or x.shape[-1] != filters * wide:
            x = cb(x, filters * wide, 1, strides) if project_bn else layers.Conv2D(filters * wide, 1, strides)(x)
        return relu(x + y) if last else x + y

    return bottleneck_block


def flchollet_dense(first_bn=True, mid_bn=True, bottleneck=4, concat="all", dropout=0.0):
    """conv_factory and a list of features."""

    def dense_block(x, num_layers, growth_rate):
        features = [x]
        for _ in range(num_layers):
            y = layers.concatenate(features) if len(features) > 1 else x
            y = features[-1] if concat == "last" else y
            y = layers.BatchNormalization(gamma_regularizer="l2")(y) if first_bn else y
            y = layers.Activation("relu")(y)
            y = layers.Conv2D(bottleneck * growth_rate, (1, 1), use_bias=False)(y)
            y = layers.BatchNormalization()(y) if mid_bn else y
            y = layers.Activation("relu")(y)
            y = layers.Conv2D(growth_rate, (3, 3), padding="same", use_bias=False)(y)
            features.append(layers.Dropout(dropout)(y) if dropout else y)
        return layers.concatenate(features)

    return dense_block


def public_transition(bn=True, pool="average", compress=True, relu=True, bias=False):
    def transition(x, compression=0.5):
        filters = int(x.shape[-1] * compression) if compress else x.shape[-1]
        x = layers.BatchNormalization(epsilon=1.1e-5)(x) if bn else x
        x = layers.Activation("relu")(x) if relu else x
        x = layers.Convolution2D(filters, 1, use_bias=bias)(x)
        kind = layers.AveragePooling2D if pool == "average" else layers.MaxPooling2D
        return kind(pool_size=(2, 2), strides=(2, 2))(x)

    return transition


def public_densenet(block=None, change=None, last_bn=True, stem_pad=3, keepdims=False):
    block, change = block or flchollet_dense(), change or public_transition()

    def build_densenet(blocks, growth_rate):
        inputs = keras.Input(shape=(224, 224, 3), name="data")
        x = layers.ZeroPadding2D(stem_pad)(inputs) if stem_pad else inputs
        x = layers.Conv2D(2 * growth_rate, 7, 2, "valid" if stem_pad else "same", use_bias=False, name="conv1")(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
        for i, n in enumerate(blocks):
            x = block(x, n, growth_rate)
            x = change(x) if i < len(blocks) - 1 else x
        x = layers.ReLU()(layers.BatchNormalization()(x) if last_bn else x)
        x = layers.GlobalAveragePooling2D(keepdims=keepdims)(x)
        if keepdims:
            return keras.Model(inputs, layers.Softmax()(layers.Flatten()(layers.Conv2D(1000, 1)(x))))
        return keras.Model(inputs, layers.Dense(1000, "softmax")(x))

    return build_densenet


ROWS = [
    ("vgg-block", slim_vgg_block(), None),
    ("vgg-block", slim_vgg_block(relu="ops"), None),
    ("vgg-block", slim_vgg_block(relu="none"), r"layer conv1_1: you have no activation"),
    ("vgg-block", slim_vgg_block(padding="valid"), r"layer conv1_1: your map is"),
    ("vgg-block", slim_vgg_block(pool=3), r"pool1: .*\n.*3×3 windows"),
    ("vgg-block", slim_vgg_block(extra=-1), r"conv1_1: it is missing"),
    ("vgg-block", slim_vgg_block(where="each"), r"after conv1_1: you have a 2×2 max pooling"),
    ("mlpconv", d2l_nin(), None),
    ("mlpconv", d2l_nin(last_relu=False), r"you have no activation, the paper has ReLU"),
    ("mlpconv", d2l_nin(one=3), r"you have 3×3 kernels, the paper has 1×1"),
    ("mlpconv", d2l_nin(strides_in="second"), r"strides"),
    ("inception", conv_module(), None),
    ("inception", conv_module(bn=True), r"you have batch normalisation, the paper has none"),
    ("inception", conv_module(swap=True), r"3x3_reduce: your map is"),
    ("inception", conv_module(pool_first=False), r"pool_proj|pool"),
    ("inception", conv_module(axis=1), r"raised|axis 1"),
    ("inception", conv_module(factor=True), r"5x5: you have 3×3 kernels|3×3 convolution"),
    ("googlenet", rolled_googlenet(), None),
    ("googlenet", rolled_googlenet(keepdims=True), None),
    ("googlenet", rolled_googlenet(dropout=0), r"layer dropout: it is missing"),
    ("googlenet", rolled_googlenet(three=False), r"stage inception_3 has 1 module"),
    ("googlenet", rolled_googlenet(norm=False), r"layer norm1: it is missing"),
    ("googlenet", rolled_googlenet(size=3), r"layer inception_3a_5x5: you have 3×3 kernels"),
    ("residual-block", tutorial_residual(), None),
    ("residual-block", channels_first_residual, None),
    ("residual-block", tutorial_residual("relu before"), r"before the addition"),
    ("residual-block", tutorial_residual("no shortcut"), r"add: it is missing|shortcut is missing"),
    ("residual-block", tutorial_residual("no bn"), r"bn: it is missing"),
    ("residual-block", tutorial_residual("no relu"), r"no activation, the paper has ReLU"),
    ("bottleneck-block", tutorial_bottleneck(), None),
    ("bottleneck-block", he_bottleneck(), None),
    ("bottleneck-block", he_bottleneck(relu=ops.relu), None),
    ("bottleneck-block", he_bottleneck(wide=1), r"your map is"),
    ("bottleneck-block", he_bottleneck(late=True), r"strides"),
    ("bottleneck-block", he_bottleneck(project_bn=False), r"proj_bn: it is missing|biases"),
    ("bottleneck-block", he_bottleneck(middle=1), r"1×1 kernels"),
    ("bottleneck-block", he_bottleneck(last=False), r"no activation, the paper has ReLU"),
    ("dense-block", flchollet_dense(), None),
    ("dense-block", flchollet_dense(first_bn=False), r"dense_1_1x1_bn: it is missing"),
    ("dense-block", flchollet_dense(mid_bn=False), r"dense_1_3x3_bn: it is missing"),
    ("dense-block", flchollet_dense(bottleneck=2), r"dense_1_1x1: your map is"),
    ("dense-block", flchollet_dense(concat="last"), r"dense_2_1x1_bn"),
    ("transition", public_transition(), None),
    ("transition", public_transition(bn=False), r"transition_1x1_bn: it is missing"),
    ("transition", public_transition(pool="max"), r"you have max pooling"),
    ("transition", public_transition(compress=False), r"transition_1x1: your map is"),
    ("transition", public_transition(relu=False), r"you have no activation, the paper has ReLU"),
    ("densenet", public_densenet(), None),
    ("densenet", public_densenet(keepdims=True), None),
    ("densenet", public_densenet(flchollet_dense(first_bn=False)), r"dense1_1_1x1_bn: it is missing"),
    ("densenet", public_densenet(change=public_transition(bn=False)), r"transition1_1x1_bn: it is missing"),
    ("densenet", public_densenet(last_bn=False), r"layer bn: it is missing"),
    ("densenet", public_densenet(stem_pad=0), r"layer conv1: .*\n.*same"),
]
