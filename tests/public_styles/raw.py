"""Subclasses that leave Keras's layers: tf's functions, weights of their own, keras.ops, and branches flattened."""

import keras
import tensorflow as tf
from keras import layers, ops
from written.inception import TABLE

from course.layers import LocalResponseNormalization


class RawLeNet(keras.Model):
    """tf.nn alone, on weights made in __init__."""

    def __init__(self, padding="VALID", act=tf.nn.tanh, pool=tf.nn.avg_pool2d, soft=True, bias=True, strides=1):
        super().__init__()
        self.act, self.pool, self.soft, self.bias = act, pool, soft, bias
        self.first = {"strides": strides, "padding": padding}
        self.k1, self.b1 = self.add_weight(shape=(5, 5, 1, 6)), self.add_weight(shape=(6,))
        self.k2, self.b2 = self.add_weight(shape=(5, 5, 6, 16)), self.add_weight(shape=(16,))
        sizes = ((400, 120), (120, 84), (84, 10))
        self.dense = [(self.add_weight(shape=size), self.add_weight(shape=size[1:])) for size in sizes]

    def call(self, x):
        x = tf.nn.conv2d(x, self.k1, **self.first)
        x = self.act(tf.nn.bias_add(x, self.b1) if self.bias else x)
        x = self.pool(x, 2, 2, "VALID")
        x = self.act(tf.nn.conv2d(x, self.k2, [1, 1, 1, 1], "VALID") + self.b2)
        x = tf.reshape(self.pool(x, 2, 2, "VALID"), [tf.shape(x)[0], -1])
        for kernel, bias in self.dense[:-1]:
            x = self.act(tf.matmul(x, kernel) + bias)
        x = tf.add(tf.matmul(x, self.dense[-1][0]), self.dense[-1][1])
        return tf.nn.softmax(x) if self.soft else x


class OwnConv(layers.Layer):
    """keras.ops on weights made in build."""

    def __init__(self, filters, size, act):
        super().__init__()
        self.filters, self.size, self.act = filters, size, act

    def build(self, shape):
        self.kernel = self.add_weight(shape=(self.size, self.size, shape[-1], self.filters))
        self.bias = self.add_weight(shape=(self.filters,))

    def call(self, x):
        return self.act(ops.conv(x, self.kernel) + self.bias)


class OwnDense(layers.Layer):
    def __init__(self, units, act):
        super().__init__()
        self.units, self.act = units, act

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units))
        self.bias = self.add_weight(shape=(self.units,))

    def call(self, x):
        return self.act(ops.matmul(x, self.kernel) + self.bias)


def own_layers(act=ops.tanh, size=5, units=120):
    def build_lenet5():
        features = [OwnConv(6, size, act), layers.AveragePooling2D(2), OwnConv(16, 5, act), layers.AveragePooling2D(2)]
        head = [layers.Flatten(), OwnDense(units, act), OwnDense(84, act), OwnDense(10, ops.softmax)]
        return keras.Sequential([keras.Input((32, 32, 1)), *features, *head])

    return build_lenet5


class Unread(keras.Model):
    """Its call asks for what a symbolic tensor has not: the check compares it as a function."""

    def __init__(self, flatten, act="tanh", strides=1, second=16):
        super().__init__()
        self.flatten, self.act = flatten, keras.activations.get(act)
        self.head = [layers.Dense(120), layers.Dense(84), layers.Dense(10)]
        self.conv1, self.conv2 = layers.Conv2D(6, 5, strides), layers.Conv2D(second, 5)
        self.pool = layers.AveragePooling2D(2)

    def call(self, x):
        x = self.pool(self.act(self.conv1(x)))
        x = self.flatten(self.pool(self.act(self.conv2(x))))
        for dense in self.head[:-1]:
            x = self.act(dense(x))
        return keras.activations.softmax(self.head[-1](x))


def unread(flatten=lambda x: tf.reshape(x, (len(x), -1)), **arguments):
    return lambda: Unread(flatten, **arguments)


def flattened_branches(pool=layers.AveragePooling2D, size=7, dropout="after", order=(0, 1, 2, 3), early=False):
    """GoogLeNet whose last branches, of unequal width, are pooled and flattened one by one, and then joined."""

    def build_googlenet():
        def branches(x, a, b, c, d, e, f):
            conv = lambda n, k: layers.Conv2D(n, k, padding="same", activation="relu")  # noqa: E731
            pooled = layers.MaxPooling2D(3, 1, padding="same")(x)
            return [conv(a, 1)(x), conv(c, 3)(conv(b, 1)(x)), conv(e, 5)(conv(d, 1)(x)), conv(f, 1)(pooled)]

        norm = lambda x: LocalResponseNormalization(5, 1, 1e-4 / 5, 0.75)(x)  # noqa: E731
        halve = lambda x: layers.MaxPooling2D(3, 2, padding="same")(x)  # noqa: E731
        inputs = keras.Input((224, 224, 3))
        x = norm(halve(layers.Conv2D(64, 7, 2, activation="relu")(layers.ZeroPadding2D(3)(inputs))))
        x = layers.Conv2D(192, 3, padding="same", activation="relu")(layers.Conv2D(64, 1, activation="relu")(x))
        x = halve(norm(x))
        for name, filters in TABLE.items():
            maps = branches(x, *filters)
            if name in ("3b", "4e"):
                x = layers.concatenate([halve(y) for y in maps]) if early else halve(layers.concatenate(maps))
            elif name != "5b":
                x = layers.concatenate(maps)
        rows = [layers.Flatten()(pool(size)(maps[i]) if size else maps[i]) for i in order]
        rows = [layers.Dropout(0.4)(row) for row in rows] if dropout == "each" else rows
        x = layers.concatenate(rows)
        x = layers.Dropout(0.4)(x) if dropout == "after" else x
        return keras.Model(inputs, layers.Dense(1000, activation="softmax")(x))

    return build_googlenet


ROWS = [
    ("lenet5", RawLeNet, None),
    ("lenet5", lambda: RawLeNet(act=tf.nn.relu), r"layer C1: you have ReLU"),
    ("lenet5", lambda: RawLeNet(pool=tf.nn.max_pool2d), r"layer S2: you have max pooling"),
    ("lenet5", lambda: RawLeNet(soft=False), r"layer OUTPUT: you have no activation.*\n.*logits"),
    ("lenet5", lambda: RawLeNet(bias=False), r"layer C1: you have no biases"),
    ("lenet5", own_layers(), None),
    ("lenet5", own_layers(act=ops.relu), r"layer C1: you have ReLU"),
    ("lenet5", own_layers(size=3), r"layer C1: .*\n.*3×3 kernels"),
    ("lenet5", own_layers(units=100), r"layer C5: your output is 100 values"),
    ("lenet5", unread(), None),
    ("lenet5", unread(lambda x: tf.reshape(x, tf.stack([tf.shape(x)[0], 400]))), None),
    ("lenet5", unread(lambda x: tf.map_fn(lambda one: tf.reshape(one, [400]), x)), None),
    (
        "lenet5",
        unread(act="relu"),
        r"with the same weights your outputs are not those.*\n.*cannot read.*raw\.py, line \d+: `.*len\(x\), -1",
    ),
    ("lenet5", unread(second=32), r"layer C3: you have filters 32, today's LeNet-5 has 16.*\n.*cannot read.*raw\.py"),
    ("lenet5", unread(strides=2), r"layer C1: you have strides \(2, 2\), .*\n.*cannot read.*raw\.py, line"),
    ("googlenet", flattened_branches(), None),
    ("googlenet", flattened_branches(dropout="each", order=(3, 1, 2, 0)), None),
    ("googlenet", flattened_branches(early=True), None),
    ("googlenet", flattened_branches(pool=layers.MaxPooling2D), r"layer pool5: you have max pooling"),
    ("googlenet", flattened_branches(size=None), r"layer pool5: it is missing"),
    ("googlenet", flattened_branches(dropout=None), r"layer dropout: it is missing"),
    ("googlenet", flattened_branches(order=(0, 1, 2)), r"layer inception_5b_pool: it is missing"),
]
