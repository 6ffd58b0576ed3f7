"""Subclasses as in TensorFlow's tutorials: Keras's layers with weights, and tf's functions for all the rest."""

import keras
import tensorflow as tf
from keras import layers


def lrn(x, radius=2, k=2.0):
    return tf.nn.local_response_normalization(x, depth_radius=radius, bias=k, alpha=1e-4, beta=0.75)


def split_alexnet(radius=2, k=2.0):
    """tf.split, a convolution for each GPU, tf.concat."""

    class AlexNet(keras.Model):
        def __init__(self):
            super().__init__()
            kind = {"padding": "same", "activation": "relu"}
            self.conv1, self.conv3 = layers.Conv2D(96, 11, 4, activation="relu"), layers.Conv2D(384, 3, **kind)
            self.conv2 = [layers.Conv2D(128, 5, **kind) for _ in range(2)]
            self.conv4 = [layers.Conv2D(192, 3, **kind) for _ in range(2)]
            self.conv5 = [layers.Conv2D(128, 3, **kind) for _ in range(2)]
            self.dense = [layers.Dense(4096, activation="relu") for _ in range(2)]
            self.out, self.drop = layers.Dense(1000), layers.Dropout(0.5)

        def split(self, convs, x):
            return tf.concat([conv(half) for conv, half in zip(convs, tf.split(x, 2, axis=-1), strict=True)], -1)

        def call(self, x, training=False):
            x = tf.nn.max_pool2d(lrn(self.conv1(x), radius, k), 3, 2, "VALID")
            x = tf.nn.max_pool2d(lrn(self.split(self.conv2, x), radius, k), 3, 2, "VALID")
            x = self.split(self.conv5, self.split(self.conv4, self.conv3(x)))
            x = tf.reshape(tf.nn.max_pool2d(x, 3, 2, "VALID"), [-1, 9216])
            for dense in self.dense:
                x = self.drop(dense(x), training=training)
            return tf.nn.softmax(self.out(x))

    return AlexNet


class Inception(keras.Model):
    def __init__(self, filters, pool, act):
        super().__init__()
        sizes = (1, 1, 3, 1, 5, 1)
        self.convs = [layers.Conv2D(n, k, padding="same") for n, k in zip(filters, sizes, strict=True)]
        self.pool, self.act = pool, act

    def call(self, x):
        one, reduce3, three, reduce5, five, project = [lambda y, conv=conv: self.act(conv(y)) for conv in self.convs]
        pooled = tf.nn.pool(x, [3, 3], self.pool, strides=[1, 1], padding="SAME")
        return tf.concat([one(x), three(reduce3(x)), five(reduce5(x)), project(pooled)], axis=3)


def tutorial_inception(pool="MAX", act=tf.nn.relu):
    return lambda x, f1, f3r, f3, f5r, f5, proj: Inception((f1, f3r, f3, f5r, f5, proj), pool, act)(x)


class ResNet(keras.Model):
    """Option A by tf.pad, means by tf.reduce_mean."""

    def __init__(self, n, slip):
        super().__init__()
        conv = lambda k, s=1: layers.Conv2D(k, 3, s, use_bias=False)  # noqa: E731
        self.stem, self.bn, self.out, self.slip = conv(16), layers.BatchNormalization(), layers.Dense(10), slip
        self.convs, self.bns, self.plan = [], [], []
        for stage, k in enumerate((16, 32, 64)):
            for block in range(n):
                self.plan.append((k, 2 if stage and not block else 1))
                self.convs += [conv(*self.plan[-1]), conv(k)]
                self.bns += [layers.BatchNormalization(), layers.BatchNormalization()]

    def call(self, x, training=None):
        pad = lambda x: tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])  # noqa: E731
        x = tf.nn.relu(self.bn(self.stem(pad(x)), training=training))
        for i, (k, strides) in enumerate(self.plan):
            y = tf.nn.relu(self.bns[2 * i](self.convs[2 * i](pad(x)), training=training))
            y = self.bns[2 * i + 1](self.convs[2 * i + 1](pad(y)), training=training)
            if strides > 1:
                x = tf.nn.avg_pool2d(x, 2, 2, "VALID") if self.slip == "averaged" else x[:, ::2, ::2]
                x = tf.pad(x, [[0, 0], [0, 0], [0, 0], [k // 4, k // 4]])
            x = y + x if self.slip == "no relu" else tf.nn.relu(y + x)
        x = tf.reduce_max(x, axis=[1, 2]) if self.slip == "maximum" else tf.reduce_mean(x, axis=[1, 2])
        return tf.nn.softmax(self.out(x))


def tutorial_resnet(slip=""):
    return lambda n: ResNet(n, slip)


class DenseLayer(layers.Layer):
    def __init__(self, growth_rate, bn):
        super().__init__()
        self.conv1 = layers.Conv2D(4 * growth_rate, 1, use_bias=False)
        self.conv2 = layers.Conv2D(growth_rate, 3, padding="same", use_bias=False)
        self.bn1, self.bn2 = layers.BatchNormalization() if bn else tf.identity, layers.BatchNormalization()

    def call(self, x):
        y = self.conv1(tf.nn.relu(self.bn1(x)))
        return tf.concat([x, self.conv2(tf.nn.relu(self.bn2(y)))], axis=-1)


def tutorial_dense(bn=True):
    def dense_block(x, num_layers, growth_rate):
        for _ in range(num_layers):
            x = DenseLayer(growth_rate, bn)(x)
        return x

    return dense_block


class Transition(layers.Layer):
    def __init__(self, filters, pool):
        super().__init__()
        self.bn, self.conv, self.pool = layers.BatchNormalization(), layers.Conv2D(filters, 1, use_bias=False), pool

    def call(self, x):
        return self.pool(self.conv(tf.nn.relu(self.bn(x))), 2, 2, "VALID")


def tutorial_transition(pool=tf.nn.avg_pool2d):
    return lambda x, compression=0.5: Transition(int(x.shape[-1] * compression), pool)(x)


class Head(keras.Model):
    def __init__(self, num_classes, join):
        super().__init__()
        self.scores = [layers.Conv2D(num_classes, 1) for _ in range(3)]
        self.ups = [layers.Conv2DTranspose(num_classes, 2 * s, s, "same", use_bias=False) for s in (2, 2, 8)]
        self.join = join

    def call(self, maps):
        pool3, pool4, x = maps
        x = self.ups[0](self.scores[0](x))
        x = self.ups[1](self.join(x, self.scores[1](pool4)))
        return self.ups[2](self.join(x, self.scores[2](pool3)))


def tutorial_head(join=tf.add):
    return lambda pool3, pool4, fc7, num_classes: Head(num_classes, join)([pool3, pool4, fc7])


ROWS = [
    ("alexnet-two-towers", split_alexnet(), None),
    ("alexnet-two-towers", split_alexnet(radius=5), r"layer norm1: you have n 11, the paper has n 5.*\n.*depth_radius"),
    ("alexnet-two-towers", split_alexnet(k=1.0), r"layer norm1: you have k 1, the paper has k 2"),
    ("inception", tutorial_inception(), None),
    ("inception", tutorial_inception(pool="AVG"), r"layer inception_pool: you have average pooling"),
    ("inception", tutorial_inception(act=tf.identity), r"you have no activation, the paper has ReLU"),
    ("resnet-cifar", tutorial_resnet(), None),
    ("resnet-cifar", tutorial_resnet("averaged"), r"you have a 2×2 average pooling.*\n.*every other pixel"),
    ("resnet-cifar", tutorial_resnet("no relu"), r"layer conv2_1_add: you have no activation"),
    ("resnet-cifar", tutorial_resnet("maximum"), r"layer avg_pool: you have max pooling"),
    ("dense-block", tutorial_dense(), None),
    ("dense-block", tutorial_dense(bn=False), r"layer dense_1_1x1_bn: it is missing"),
    ("transition", tutorial_transition(), None),
    ("transition", tutorial_transition(pool=tf.nn.max_pool2d), r"layer transition_pool: you have max pooling"),
    ("fcn8s-head", tutorial_head(), None),
    ("fcn8s-head", tutorial_head(join=tf.maximum), r"layer fuse_pool4: you have a maximum of maps"),
]
