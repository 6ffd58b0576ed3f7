"""DenseNet's transition."""

import math

import keras
from keras import layers, ops
from written import densenet as written

from answers import right, wrong

right("transition")(written.transition)
right("transition")(written.transition_with_ops)


class Transition(layers.Layer):
    def __init__(self, filters):
        super().__init__()
        self.bn = layers.BatchNormalization(epsilon=1e-5)
        self.conv = layers.Conv2D(filters, 1, use_bias=False, kernel_initializer="he_normal")
        self.pool = layers.AveragePooling2D(2)

    def call(self, x, training=None):
        return self.pool(self.conv(keras.activations.relu(self.bn(x, training=training))))


@right("transition")
def by_a_layer(x, compression=0.5):
    return Transition(math.floor(compression * x.shape[-1]))(x)


@right("transition")
def by_a_sequential(x, compression=0.5):
    *_, channels = ops.shape(x)
    steps = [layers.BatchNormalization(), layers.ReLU(), layers.Conv2D(int(channels * compression), 1, use_bias=False)]
    return keras.Sequential([*steps, layers.AvgPool2D(pool_size=(2, 2), strides=(2, 2))])(x)


@right("transition")
def with_a_mean_written_out(x, compression=0.5):
    """An odd row or column is cut off first, which no window of AveragePooling2D(2) reaches."""
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Conv2D(int(x.shape[-1] * compression), 1, use_bias=False)(x)
    height, width, maps = x.shape[1] // 2, x.shape[2] // 2, x.shape[3]
    pairs = ops.reshape(x[:, : 2 * height, : 2 * width], (-1, height, 2, width, 2, maps))
    return ops.mean(pairs, axis=(2, 4))


def changed(
    norm=True, relu=True, size=1, filters=lambda share, channels: int(share * channels), bias=False, first="conv",
    pool=lambda: layers.AveragePooling2D(2), strides=1,
):  # fmt: skip
    def transition(x, compression=0.5):
        count = filters(compression, x.shape[-1])
        if first == "pool":
            x = pool()(x)
        if norm and first != "norm last":
            x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x) if relu and first != "norm last" else x
        x = layers.Conv2D(count, size, strides, padding="same", use_bias=bias)(x)
        if first == "norm last":
            x = layers.ReLU()(layers.BatchNormalization()(x))
        return pool()(x) if pool and first != "pool" else x

    return transition


def cut_from_the_front(x, compression=0.5):
    """An odd row or column is left out at the beginning."""
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Conv2D(int(x.shape[-1] * compression), 1, use_bias=False)(x)
    return layers.AveragePooling2D(2)(x[:, x.shape[1] % 2 :, x.shape[2] % 2 :])


for answer, pattern in (
    (cut_from_the_front, r"\(7×5×9\).* you have crop.*\n.*Take it out"),
    (changed(pool=lambda: layers.MaxPooling2D(2)), r"transition_pool: you have max pooling.*\n.*maximum"),
    (changed(pool=None), r"transition_pool: it is missing"),
    (changed(pool=None, strides=2), r"transition_1x1: your map is 4×3×4.*8×6×4"),
    (
        changed(pool=lambda: layers.AveragePooling2D(3, 2, "same")),
        r"transition_pool: .*\n.*You have 3×3 windows; transition_pool has 2×2",
    ),
    (changed(pool=lambda: layers.AveragePooling2D(2, 1)), r"transition_pool: your map is 7×5×4.*4×3×4.*\n.*strides"),
    (changed(pool=layers.GlobalAveragePooling2D), r"transition_pool: your"),
    (changed(norm=False), r"order is batch normalisation, ReLU, convolution|transition_1x1_bn: it is missing"),
    (changed(relu=False), r"transition_1x1_bn: you have no activation.*\n.*left its activation out"),
    (changed(size=3), r"transition_1x1: you have 3×3 kernels, the paper has 1×1"),
    (changed(lambda: None, filters=lambda share, n: n), r"transition_1x1: your map is 8×6×8.*8×6×4"),
    (changed(filters=lambda share, n: n // 2), r"compression=0.7\).*your map is 8×6×4.*8×6×5.*\n.*int\(compression"),
    (changed(filters=lambda share, n: math.ceil(share * n)), r"7×5×9\).*7×5×5.*7×5×4.*\n.*int\(compression"),
    (changed(filters=lambda share, n: int((1 - share) * n)), r"compression=0.7\).*your map is 8×6×2.*\n.*int\("),
    (changed(filters=lambda share, n: round(share * n)), r"compression=0.7\).*8×6×6.*8×6×5.*\n.*int\(compression"),
    (changed(filters=lambda share, n: share * n), r"raised .*\n.*whole one: int\("),
    (changed(first="pool"), r"transition_pool: it is not in its place|after the input: you have .*too early"),
    (changed(first="norm last"), r"transition_1x1_bn: it is not in its place"),
    (changed(bias=True), r"transition_1x1: you have biases.*\n.*no biases"),
):
    wrong("transition", pattern)(answer)


@wrong("transition", r"'NoneType' and 'float'.*\n.*a size that is left open, as x.shape\[0\] is")
def with_the_number_of_images(x, compression=0.5):
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Conv2D(int(x.shape[0] * compression), 1, use_bias=False)(x)
    return layers.AveragePooling2D(2)(x)
