"""AlexNet, ZFNet's cousin VGG and MiniVGG, in several styles."""

import keras
import tensorflow as tf
from keras import layers, ops


def sequential(change=None, towers=2):
    """AlexNet as a list of layers by name; `change` may edit the list."""

    def build_alexnet():
        net = {
            "conv1": layers.Conv2D(96, 11, strides=4, activation="relu"),
            "norm1": layers.Lambda(lambda x: tf.nn.local_response_normalization(x, 2, 2, 1e-4, 0.75)),
            "pool1": layers.MaxPooling2D(3, 2),
            "conv2": layers.Conv2D(256, 5, padding="same", groups=towers, activation="relu"),
            "norm2": layers.Lambda(lambda x: tf.nn.local_response_normalization(x, 2, 2, 1e-4, 0.75)),
            "pool2": layers.MaxPooling2D(3, 2),
            "conv3": layers.Conv2D(384, 3, padding="same", activation="relu"),
            "conv4": layers.Conv2D(384, 3, padding="same", groups=towers, activation="relu"),
            "conv5": layers.Conv2D(256, 3, padding="same", groups=towers, activation="relu"),
            "pool5": layers.MaxPooling2D(3, 2),
            "flatten": layers.Flatten(),
            "fc6": layers.Dense(4096, "relu"),
            "drop6": layers.Dropout(0.5),
            "fc7": layers.Dense(4096, "relu"),
            "drop7": layers.Dropout(0.5),
            "fc8": layers.Dense(1000, "softmax"),
        }
        net = change(net) if change else net
        return keras.Sequential([keras.Input((227, 227, 3)), *net.values()])

    return build_alexnet


class Response(layers.Layer):
    """Local response normalisation with TensorFlow's function, as many write it."""

    def call(self, x):
        return tf.nn.local_response_normalization(x, depth_radius=2, bias=2, alpha=1e-4, beta=0.75)


def written_out(x):
    """Local response normalisation with keras.ops."""
    squares = ops.pad(ops.square(x), ((0, 0), (0, 0), (0, 0), (2, 2)))
    channels = x.shape[-1]
    total = 0
    for i in range(5):
        total = total + squares[..., i : i + channels]
    return x / (2 + 1e-4 * total) ** 0.75


class Towers(keras.Model):
    """Two towers, each with its own layers, in a subclassed model."""

    def __init__(self):
        super().__init__()
        self.conv1 = [layers.Conv2D(48, 11, 4) for _ in range(2)]
        self.conv2 = [layers.Conv2D(128, 5, padding="same") for _ in range(2)]
        self.conv3 = [layers.Conv2D(192, 3, padding="same") for _ in range(2)]
        self.conv4 = [layers.Conv2D(192, 3, padding="same") for _ in range(2)]
        self.conv5 = [layers.Conv2D(128, 3, padding="same") for _ in range(2)]
        self.norm, self.pool = Response(), layers.MaxPooling2D(3, 2)
        self.head = keras.Sequential(
            [layers.Flatten(), layers.Dense(4096, "relu"), layers.Dropout(0.5), layers.Dense(4096, "relu")]
        )
        self.drop, self.fc8 = layers.Dropout(0.5), layers.Dense(1000)

    def call(self, images, training=False):
        towers = [self.pool(self.norm(ops.relu(conv(images)))) for conv in self.conv1]
        towers = [self.pool(self.norm(ops.relu(conv(x)))) for conv, x in zip(self.conv2, towers, strict=True)]
        both = ops.concatenate(towers, axis=-1)
        towers = [ops.relu(conv(both)) for conv in self.conv3]
        towers = [ops.relu(conv(x)) for conv, x in zip(self.conv4, towers, strict=True)]
        towers = [self.pool(ops.relu(conv(x))) for conv, x in zip(self.conv5, towers, strict=True)]
        x = self.head(ops.concatenate(towers, axis=-1), training=training)
        return ops.softmax(self.fc8(self.drop(x, training=training)))


def split_by_hand():
    """Grouped convolutions as slices, and everything but the convolutions by keras.ops."""

    def grouped(x, filters, kernel_size):
        halves = ops.split(x, 2, axis=-1)
        halves = [layers.Conv2D(filters // 2, kernel_size, padding="same")(half) for half in halves]
        return ops.relu(layers.concatenate(halves))

    inputs = keras.Input((227, 227, 3))
    x = ops.max_pool(written_out(ops.relu(layers.Conv2D(96, 11, 4)(inputs / 255))), 3, 2)
    x = ops.max_pool(written_out(grouped(x, 256, 5)), 3, 2)
    x = ops.relu(layers.Conv2D(384, 3, padding="same")(x))
    x = ops.max_pool(grouped(grouped(x, 384, 3), 256, 3), 3, 2)
    x = layers.Conv2D(4096, 6, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Flatten()(layers.Dropout(0.5)(layers.Conv2D(4096, 1, activation="relu")(x)))
    return keras.Model(inputs, layers.Softmax()(layers.Dense(1000)(x)))


RIGHT = [sequential(), Towers, split_by_hand]


def without(*names):
    return sequential(lambda net: {name: layer for name, layer in net.items() if name not in names})


def replaced(**layer_makers):
    return sequential(
        lambda net: {name: layer_makers.get(name, lambda made=layer: made)() for name, layer in net.items()}
    )


def swapped(a, b):
    def change(net):
        order = list(net)
        i, j = order.index(a), order.index(b)
        order[i], order[j] = order[j], order[i]
        return {name: net[name] for name in order}

    return sequential(change)


def response(*args):
    return lambda: layers.Lambda(lambda x: tf.nn.local_response_normalization(x, *args))


def same_layer_twice():
    same = layers.Conv2D(384, 3, padding="same", groups=2, activation="relu")
    return sequential(lambda net: {**net, "conv4": same, "conv5": same})()


def softmax_twice():
    return sequential(lambda net: {**net, "softmax": layers.Softmax()})()


WRONG = [
    (without("norm1"), r"layer norm1: it is missing.*\n.*local response normalisation \(n=5"),
    (swapped("norm1", "pool1"), r"layer norm1: it is not in its place.*\n.*You have it after pool1; .* after conv1"),
    (swapped("norm2", "pool2"), r"layer norm2: it is not in its place.*\n.*You have it after pool2; .* after conv2"),
    (without("drop6"), r"layer drop6: it is missing.*\n.*dropout \(rate 0.5\)"),
    (without("drop6", "drop7"), r"layer drop6: it is missing"),
    (replaced(drop7=lambda: layers.Dropout(0.4)), r"layer drop7: you have rate 0.4, the paper has rate 0.5"),
    (replaced(norm1=response(5, 2, 1e-4, 0.75)), r"layer norm1: you have n 11, .* n 5.*\n.*depth_radius is n // 2"),
    (replaced(norm1=response(2, 2, 2e-5, 0.75)), r"layer norm1: you have alpha 2e-05.*\n.*divide alpha by n"),
    (replaced(norm2=response(2, 1, 1e-4, 0.75)), r"layer norm2: you have k 1, the paper has k 2"),
    (replaced(norm1=layers.BatchNormalization), r"after conv1: you have batch normalisation.*\n"),
    (sequential(towers=1), r"layer conv2: you have 1 group, .* 2 groups.*\n.*the maps of their own half"),
    (replaced(pool1=lambda: layers.MaxPooling2D(2)), r"layer pool1: you have 2×2 windows, the paper has 3×3 windows"),
    (replaced(pool5=lambda: layers.AveragePooling2D(3, 2)), r"layer pool5: you have average.*\n.*You average"),
    (
        replaced(conv1=lambda: layers.Conv2D(96, 11, 4, "same", activation="relu")),
        r"layer conv1: your map is 57×57×96.*",
    ),
    (
        replaced(conv3=lambda: layers.Conv2D(256, 3, padding="same", activation="relu")),
        r"layer conv3.*\n.*256 filters.*384",
    ),
    (
        replaced(conv5=lambda: layers.Conv2D(256, 3, padding="same", groups=2)),
        r"layer conv5: you have no activation.*ReLU",
    ),
    (replaced(fc8=lambda: layers.Dense(1000)), r"layer fc8: you have no activation.*softmax.*\n.*logits"),
    (replaced(fc6=lambda: layers.Dense(4096, "tanh")), r"layer fc6: you have tanh, the paper has ReLU"),
    (without("conv5"), r"layer conv.*\n"),
    (without("flatten"), r"layer fc6.*\n.*Flatten is missing"),
    (same_layer_twice, r"layer conv5: .*"),
    (softmax_twice, r"after fc8: you have an activation.*softmax.*\n.*Softmax is there twice"),
]
