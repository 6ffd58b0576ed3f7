"""AlexNet in one tower, in several styles; `changed` makes one with some layers other than they should be."""

import keras
import tensorflow as tf
from keras import layers, ops
from written import alexnet as written

from answers import right, wrong
from course.layers import LocalResponseNormalization


def changed(*left_out, towers=1, size=227, before=None, **layer_makers):
    """A builder with these layers left out, made otherwise, or with others before them, `{name: makers}`."""
    makers = dict.fromkeys(("norm1", "norm2"), LocalResponseNormalization) | layer_makers

    def change(net):
        made = {}
        for name, layer in net.items():
            made |= {f"{name} {i}": make() for i, make in enumerate((before or {}).get(name, []))}
            if name not in left_out:
                made[name] = makers[name]() if name in makers else layer
        return made

    def build_alexnet():
        net = written.sequential(change, towers)()
        if size == 227:
            return net
        return keras.Sequential(
            [keras.Input((size, size, 3)), *[type(layer).from_config(layer.get_config()) for layer in net.layers]]
        )

    return build_alexnet


def response(radius=2, bias=2, alpha=1e-4, beta=0.75):
    return layers.Lambda(lambda x: tf.nn.local_response_normalization(x, radius, bias, alpha, beta))


def swapped(names, a, b):
    return [{a: b, b: a}.get(name, name) for name in names]


right("alexnet")(written.sequential(towers=1))


@right("alexnet")
def functional_with_the_course_s_layer():
    x = inputs = keras.Input((227, 227, 3), name="pictures")
    for filters, kernel_size, strides, padding in ((96, 11, 4, "valid"), (256, 5, 1, "same")):
        x = layers.Conv2D(filters, kernel_size, strides=strides, padding=padding)(x)
        x = LocalResponseNormalization()(layers.ReLU()(x))
        x = layers.MaxPool2D((3, 3), strides=(2, 2))(x)
    for filters in (384, 384, 256):
        x = layers.ZeroPadding2D(1)(x)
        x = layers.Activation("relu")(layers.Conv2D(filters, (3, 3))(x))
    x = layers.Flatten()(layers.MaxPool2D((3, 3), strides=(2, 2))(x))
    for _ in range(2):
        x = layers.Dropout(0.5)(layers.Dense(4096, activation="relu", kernel_initializer="he_normal")(x))
    return keras.Model(inputs, layers.Softmax()(layers.Dense(1000)(x)))


@right("alexnet")
def by_operations():
    inputs = keras.Input((227, 227, 3))
    x = ops.relu(layers.Conv2D(96, 11, 4)(inputs / 255.0))
    x = ops.max_pool(written.written_out(x), 3, 2)
    x = ops.max_pool(written.written_out(ops.relu(layers.Conv2D(256, 5, padding="same")(x))), 3, 2)
    for filters in (384, 384, 256):
        x = ops.relu(layers.Conv2D(filters, 3, padding="same")(x))
    x = layers.Dropout(0.5)(layers.Conv2D(4096, 6, activation="relu")(ops.max_pool(x, 3, 2)))
    x = layers.Dropout(0.5)(ops.relu(layers.Conv2D(4096, 1)(x)))
    return keras.Model(inputs, ops.softmax(layers.Dense(1000)(ops.squeeze(x, (1, 2)))))


@right("alexnet")
class Subclassed(keras.Model):
    def __init__(self, classes=1000):
        super().__init__()
        self.features = keras.Sequential(
            [
                layers.Conv2D(96, 11, strides=4, activation="relu"),
                written.Response(),
                layers.MaxPooling2D(3, 2),
                layers.Conv2D(256, 5, padding="same", activation="relu"),
                written.Response(),
                layers.MaxPooling2D(3, 2),
                *[layers.Conv2D(filters, 3, padding="same", activation="relu") for filters in (384, 384, 256)],
                layers.MaxPooling2D(3, 2),
                layers.Flatten(),
            ]
        )
        self.fc6, self.fc7 = layers.Dense(4096, activation="relu"), layers.Dense(4096, activation="relu")
        self.fc8 = layers.Dense(classes, activation="softmax")
        self.drop = layers.Dropout(0.5)

    def call(self, x, training=None):
        x = self.drop(self.fc6(self.features(x)), training=training)
        return self.fc8(self.drop(self.fc7(x), training=training))


wrong("alexnet", r"input: yours is 224×224×3, expected 227×227×3.*\n.*54×54")(changed(size=224))
wrong("alexnet", r"layer conv1: your map is 57×57×96.*55×55×96.*\n.*padded")(
    changed(conv1=lambda: layers.Conv2D(96, 11, 4, padding="same", activation="relu"))
)
wrong("alexnet", r"layer conv2: your map is 23×23×256.*\n.*did not pad")(
    changed(conv2=lambda: layers.Conv2D(256, 5, activation="relu"))
)
wrong("alexnet", r"layer conv2: you have 2 groups, AlexNet in one tower has 1 group.*\n.*sees all of them")(
    changed(towers=2)
)
wrong("alexnet", r"layer pool1: you have 2×2 windows.*3×3.*\n.*overlap by one")(
    changed(pool1=lambda: layers.MaxPooling2D(2))
)
wrong("alexnet", r"layer pool1: your map is 18×18×96.*\n.*overlap by one")(
    changed(pool1=lambda: layers.MaxPooling2D(3))
)
wrong("alexnet", r"layer pool1: you have average.*\n.*average each window")(
    changed(pool1=lambda: layers.AveragePooling2D(3, 2))
)
wrong("alexnet", r"layer norm1: it is missing.*\n.*follows the ReLU of conv1, before the pooling")(changed("norm1"))
wrong("alexnet", r"layer norm1: it is missing.*\n.*follows the ReLU of conv1")(changed("norm1", "norm2"))
wrong("alexnet", r"layer norm1: it is not in its place.*\n.*after pool1; norm1 comes after conv1")(
    written.sequential(lambda net: {name: net[name] for name in swapped(list(net), "norm1", "pool1")}, towers=1)
)
wrong("alexnet", r"layer norm1: you have n 11.*n 5.*\n.*depth_radius is n // 2")(changed(norm1=lambda: response(5)))
wrong("alexnet", r"layer norm1: you have alpha 2e-05.*\n.*divide alpha by n")(
    changed(norm1=lambda: response(alpha=1e-4 / 5))
)
wrong("alexnet", r"after conv1: you have batch normalisation.*\n.*2015")(
    changed(norm1=layers.BatchNormalization, norm2=layers.BatchNormalization)
)
wrong("alexnet", r"after conv3: you have local response.*\n.*first two convolutions alone")(
    changed(before={"conv4": [response]})
)
wrong("alexnet", r"layer conv3: your map is 13×13×256.*\n.*256 filters.*384")(
    changed(conv3=lambda: layers.Conv2D(256, 3, padding="same", activation="relu"))
)
wrong("alexnet", r"layer conv3: you have tanh.*\n.*ReLU does not, and trains several times faster")(
    changed(conv3=lambda: layers.Conv2D(384, 3, padding="same", activation="tanh"))
)
wrong("alexnet", r"layer conv4: you have no activation.*\n.*left its activation out")(
    changed(conv4=lambda: layers.Conv2D(384, 3, padding="same"))
)
wrong("alexnet", r"layer conv[345]: it is missing")(changed("conv4"))
wrong("alexnet", r"after conv3: you have a 3×3 max pooling")(
    changed(before={"conv4": [lambda: layers.MaxPooling2D(3, 2, padding="same")]})
)
wrong("alexnet", r"layer drop6: it is missing.*\n.*Dropout\(0.5\) after its ReLU")(changed("drop6", "drop7"))
wrong("alexnet", r"layer drop7: it is missing.*\n.*Dropout\(0.5\) after its ReLU")(changed("drop7"))
wrong("alexnet", r"layer fc6.*\n.*Flatten is missing")(changed("flatten"))
wrong("alexnet", r"layer fc6: your output is 2,048.*4,096")(changed(fc6=lambda: layers.Dense(2048, "relu")))
wrong("alexnet", r"layer fc8: your output is 10 values.*\n.*1,000 classes")(
    changed(fc8=lambda: layers.Dense(10, "softmax"))
)
wrong("alexnet", r"layer fc8: you have no activation.*\n.*logits")(changed(fc8=lambda: layers.Dense(1000)))


@wrong("alexnet", r"layer conv1: your map is 55×55×64|input: yours is 224")
def of_2014():
    """torchvision's."""
    x = inputs = keras.Input((224, 224, 3))
    x = layers.Conv2D(64, 11, 4, activation="relu")(layers.ZeroPadding2D(2)(x))
    x = layers.MaxPooling2D(3, 2)(x)
    x = layers.MaxPooling2D(3, 2)(layers.Conv2D(192, 5, padding="same", activation="relu")(x))
    for filters in (384, 256, 256):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    x = layers.Flatten()(layers.MaxPooling2D(3, 2)(x))
    for _ in range(2):
        x = layers.Dense(4096, activation="relu")(layers.Dropout(0.5)(x))
    return keras.Model(inputs, layers.Dense(1000, activation="softmax")(x))


@wrong("alexnet", r"what the course ships.*\n.*your own")
def the_course_s_own():
    from course.models import BUILDERS

    return BUILDERS["alexnet_one_tower"]()
