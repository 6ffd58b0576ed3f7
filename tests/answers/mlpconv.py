"""The mlpconv block of network in network."""

import keras
import tensorflow as tf
from keras import layers, ops

from answers import right, wrong


@right("mlpconv")
def mlpconv(x, filters, kernel_size, strides=1):
    x = layers.Conv2D(filters[0], kernel_size, strides=strides, padding="same", activation="relu")(x)
    x = layers.Conv2D(filters[1], 1, activation="relu")(x)
    return layers.Conv2D(filters[2], (1, 1), padding="same", activation="relu")(x)


@right("mlpconv")
def with_dense_layers(x, filters, kernel_size, strides=1):
    first, *others = filters
    x = ops.relu(layers.Conv2D(first, kernel_size, strides, "same")(x))
    for units in others:
        x = layers.ReLU()(layers.Dense(units)(x))  # at each pixel by itself
    return x


class MLPConv(layers.Layer):
    def __init__(self, filters, kernel_size, strides):
        super().__init__()
        sizes = [(kernel_size, strides), (1, 1), (1, 1)]
        self.convs = [layers.Conv2D(f, k, s, padding="same") for f, (k, s) in zip(filters, sizes, strict=True)]

    def call(self, x):
        for conv in self.convs:
            x = keras.activations.relu(conv(x))
        return x


@right("mlpconv")
def by_a_layer(x, filters, kernel_size, strides=1):
    return MLPConv(filters, kernel_size, strides)(x)


@right("mlpconv")
def by_a_sequential(x, filters, kernel_size, strides=1):
    a, b, c = filters
    block = keras.Sequential(
        [layers.Conv2D(a, kernel_size, strides, padding="same", activation=tf.nn.relu)]
        + [layers.Conv2D(n, 1, activation=lambda x: ops.maximum(x, 0)) for n in (b, c)]
    )
    return block(x)


def changed(relus=(True, True, True), kernels=(None, 1, 1), padding="same", order=(0, 1, 2), strided=0, norm=False):
    def mlpconv(x, filters, kernel_size, strides=1):
        for i in range(3):
            step = strides if i == strided else 1
            x = layers.Conv2D(filters[order[i]], kernels[i] or kernel_size, step, padding=padding)(x)
            x = layers.BatchNormalization()(x) if norm else x
            x = layers.ReLU()(x) if relus[i] else x
        return x

    return mlpconv


wrong("mlpconv", r"mlpconv_1: you have no activation.*\n.*left its activation out")(changed((False, True, True)))
wrong("mlpconv", r"mlpconv_2: you have no activation.*\n.*left its activation out")(changed((True, False, True)))
wrong("mlpconv", r"mlpconv_3: you have no activation.*\n.*left its activation out")(changed((True, True, False)))
wrong("mlpconv", r"mlpconv_2: you have 3×3 kernels, the paper has 1×1")(changed(kernels=(None, None, None)))
wrong("mlpconv", r"mlpconv_1: you have 1×1 kernels, the paper has 3×3")(changed(kernels=(1, 1, None)))
wrong("mlpconv", r"mlpconv_1: your map is 8×10×4.*10×12×4.*\n.*did not pad")(changed(padding="valid"))
wrong("mlpconv", r"mlpconv_1: your map is 10×12×6, the paper's is 10×12×4.*\n.*6 filters")(changed(order=(2, 1, 0)))
wrong("mlpconv", r"strides=2.*mlpconv_1: your map is 10×12×6.*5×6×6.*\nYou put the strides of 2×2 in mlpconv_2")(
    changed(strided=1)
)
wrong("mlpconv", r"strides=2.*mlpconv_1: your map.*\nYou have strides 1×1.*strides 2×2")(changed(strided=None))
wrong("mlpconv", r"after mlpconv_1: you have batch normalisation, the paper has none")(changed(norm=True))


@wrong("mlpconv", r"mlpconv_3: it is missing")
def one_layer_too_few(x, filters, kernel_size, strides=1):
    x = layers.Conv2D(filters[0], kernel_size, strides, padding="same", activation="relu")(x)
    return layers.Conv2D(filters[1], 1, activation="relu")(x)


@wrong("mlpconv", r"returned None.*\n.*return")
def nothing_returned(x, filters, kernel_size, strides=1):
    mlpconv(x, filters, kernel_size, strides)


@wrong("mlpconv", r"raised TypeError.*\n.*one for each convolution: filters\[0\]")
def all_filters_at_once(x, filters, kernel_size, strides=1):
    return layers.Conv2D(filters, kernel_size, strides, padding="same", activation="relu")(x)


@wrong("mlpconv", r"raised ValueError.*\n.*one\(one\(x\)\).*built for inputs of another size")
def the_same_layer_twice(x, filters, kernel_size, strides=1):
    x = layers.Conv2D(filters[0], kernel_size, strides, padding="same", activation="relu")(x)
    one = layers.Conv2D(filters[2], 1, activation="relu")
    return one(one(x))


@wrong("mlpconv", r"after mlpconv_1: you have batch normalisation.*\n.*2015")
def normalised_after_relu(x, filters, kernel_size, strides=1):
    x = layers.Conv2D(filters[0], kernel_size, strides, padding="same", activation="relu")(x)
    x = layers.Conv2D(filters[1], 1, activation="relu")(layers.BatchNormalization()(x))
    return layers.Conv2D(filters[2], 1, activation="relu")(x)
