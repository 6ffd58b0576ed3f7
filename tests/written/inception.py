"""Inception modules and GoogLeNet, in several styles."""

import keras
from keras import layers, ops

TABLE = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


def inception_module(x, filters):
    a, b, c, d, e, f = filters
    branch1 = layers.Conv2D(a, 1, activation="relu")(x)
    branch3 = layers.Conv2D(b, 1, activation="relu")(x)
    branch3 = layers.Conv2D(c, 3, padding="same", activation="relu")(branch3)
    branch5 = layers.Conv2D(d, 1, activation="relu")(x)
    branch5 = layers.Conv2D(e, 5, padding="same", activation="relu")(branch5)
    pool = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    pool = layers.Conv2D(f, 1, activation="relu")(pool)
    return layers.concatenate([branch1, branch3, branch5, pool])


def in_another_order(x, filters):
    """The branches from last to first, ReLU once, after the concatenation."""
    a, b, c, d, e, f = filters
    pool = layers.Conv2D(f, 1)(ops.max_pool(x, 3, 1, padding="same"))
    branch5 = layers.Conv2D(e, 5, padding="same")(ops.relu(layers.Conv2D(d, 1, padding="same")(x)))
    branch3 = layers.Conv2D(c, 3)(layers.ZeroPadding2D(1)(ops.relu(layers.Conv2D(b, 1)(x))))
    return ops.relu(ops.concatenate([pool, branch5, branch3, layers.Conv2D(a, 1)(x)], axis=-1))


class Module(layers.Layer):
    def __init__(self, filters):
        super().__init__()
        a, b, c, d, e, f = filters
        self.branches = [
            keras.Sequential([layers.Conv2D(a, 1, activation="relu")]),
            keras.Sequential([layers.Conv2D(b, 1, activation="relu"), layers.Conv2D(c, 3, padding="same")]),
            keras.Sequential([layers.Conv2D(d, 1, activation="relu"), layers.Conv2D(e, 5, padding="same")]),
            keras.Sequential(
                [layers.ZeroPadding2D(1), layers.MaxPooling2D(3, 1), layers.Conv2D(f, 1, activation="relu")]
            ),
        ]

    def call(self, x):
        first, three, five, pool = (branch(x) for branch in self.branches)
        return ops.concatenate([first, ops.relu(three), ops.relu(five), pool], axis=-1)


def by_a_layer(x, filters):
    return Module(filters)(x)


RIGHT = [inception_module, in_another_order, by_a_layer]


def changed(kernel=5, reduce=True, pool="max", project=True, strides=1, add=False, last=None, activation="relu"):
    def inception_module(x, filters):
        a, b, c, d, e, f = filters
        one = layers.Conv2D(a, 1, activation="relu")(x)
        three = layers.Conv2D(b, 1, activation=activation)(x) if reduce else x
        three = layers.Conv2D(c, 3, padding="same", activation="relu")(three)
        five = layers.Conv2D(d, 1, activation="relu")(x)
        five = layers.Conv2D(last or e, kernel, padding="same", activation="relu")(five)
        kind = layers.MaxPooling2D if pool == "max" else layers.AveragePooling2D
        pooled = kind(3, strides=strides, padding="same")(x)
        pooled = layers.Conv2D(f, 1, activation="relu")(pooled) if project else pooled
        return layers.Add()([one, three, five, pooled]) if add else layers.Concatenate()([one, three, five, pooled])

    return inception_module


def three_branches(x, filters):
    a, b, c, _, _, f = filters
    one = layers.Conv2D(a, 1, activation="relu")(x)
    three = layers.Conv2D(c, 3, padding="same", activation="relu")(layers.Conv2D(b, 1, activation="relu")(x))
    pool = layers.Conv2D(f, 1, activation="relu")(layers.MaxPooling2D(3, 1, "same")(x))
    return layers.Concatenate()([one, three, pool])


def swapped_columns(x, filters):
    a, b, c, d, e, f = filters
    return inception_module(x, (a, c, b, d, e, f))


def along_the_width(x, filters):
    a, *_ = filters
    return layers.Concatenate(axis=2)([layers.Conv2D(a, 1, activation="relu")(x)] * 2)


WRONG = [
    (changed(kernel=3), r"layer 3a_5x5: you have 3×3 kernels, the paper has 5×5 kernels"),
    (changed(reduce=False), r"layer 3a_3x3_reduce: it is missing.*\n.*1×1 convolution"),
    (changed(pool="average"), r"layer 3a_pool: you have average pooling.*max pooling.*\n.*You average"),
    (changed(project=False), r"layer 3a_pool_proj: it is missing"),
    (changed(strides=2), r"raised ValueError.*\n.*strides=1"),
    (changed(last=30), r"layer 3a_5x5: your map is 12×10×30, the paper's is 12×10×12"),
    (changed(activation=None), r"layer 3a_3x3_reduce: you have no activation, the paper has ReLU"),
    (three_branches, r"layer 3a_5x5_reduce: it is missing"),
    (swapped_columns, r"layer 3a_3x3_reduce: your map is 12×10×6, the paper's is 12×10×4"),
    (along_the_width, r"layer 3a"),
]


def googlenet(
    module=inception_module, auxiliary=False, response=True, pools=("4a", "5a"), skip=(), change=None, average=True
):
    def build_googlenet():
        from course.layers import LocalResponseNormalization

        table = {**TABLE, **(change or {})}
        inputs = keras.Input((224, 224, 3))
        x = layers.Conv2D(64, 7, 2, activation="relu")(layers.ZeroPadding2D(3)(inputs))
        x = layers.MaxPooling2D(3, 2, padding="same")(x)
        x = LocalResponseNormalization(n=5, k=1, alpha=1e-4 / 5, beta=0.75)(x) if response else x
        x = layers.Conv2D(64, 1, activation="relu")(x)
        x = layers.Conv2D(192, 3, padding="same", activation="relu")(x)
        x = LocalResponseNormalization(n=5, k=1, alpha=1e-4 / 5, beta=0.75)(x) if response else x
        x = layers.MaxPooling2D(3, 2, padding="same")(x)
        heads = []
        for name, filters in table.items():
            if name in skip:
                continue
            x = layers.MaxPooling2D(3, 2, padding="same")(x) if name in pools else x
            x = module(x, filters)
            if auxiliary and name in ("4a", "4d"):
                y = layers.Conv2D(128, 1, activation="relu")(layers.AveragePooling2D(5, 3)(x))
                y = layers.Dropout(0.7)(layers.Dense(1024, activation="relu")(layers.Flatten()(y)))
                heads.append(layers.Dense(1000, activation="softmax")(y))
        x = layers.AveragePooling2D(7)(x) if average else layers.MaxPooling2D(7)(x)
        x = layers.Dropout(0.4)(layers.Flatten()(x))
        x = layers.Dense(1000, activation="softmax")(x)
        return keras.Model(inputs, [x, *(heads[::-1] if auxiliary == "swapped" else heads)] if heads else x)

    return build_googlenet


RIGHT_NET = [googlenet(), googlenet(in_another_order), googlenet(by_a_layer)]
WRONG_NET = [
    (googlenet(response=False), r"layer norm1: it is missing.*\n.*local response"),
    (googlenet(skip=("4c",)), r"stage inception_4 has 4 modules in your net, the paper's has 5.*\n.*inception_4c"),
    (googlenet(pools=("4a",)), r"layer pool4: it is missing"),
    (googlenet(change={"4d": (112, 144, 288, 32, 64, 32)}), r"inception_4d_pool_proj: your map is 14×14×32.*14×14×64"),
    (googlenet(average=False), r"layer pool5: you have max pooling, the paper has average pooling"),
    (googlenet(changed(kernel=3)), r"layer inception_3a_5x5: you have 3×3 kernels.*5×5 kernels"),
    (googlenet(auxiliary=True), r"3 outputs.*has one"),
]
RIGHT_HEADS = [googlenet(auxiliary=True), googlenet(in_another_order, True), googlenet(by_a_layer, True)]
WRONG_HEADS = [
    (googlenet(), r"1 output, .* 3"),
    (googlenet(auxiliary="swapped"), r"layer auxiliary_4a_pool.*fed by inception_4d|another order"),
    (googlenet(auxiliary=True, response=False), r"layer norm1: it is missing"),
]
