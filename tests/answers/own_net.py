"""A small net of one's own. One is trained here; what goes wrong is made from it."""

import functools

import keras
import numpy as np
from keras import layers

from answers import right, wrong
from course import data

EXERCISE = "own-net"


def small(widths=(16, 32, 40), dense=(), pool=2):
    net = keras.Sequential([keras.Input((32, 32, 3)), layers.AveragePooling2D(pool)])
    for filters in widths:
        net.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        net.add(layers.BatchNormalization(momentum=0.9))
        net.add(layers.ReLU())
        net.add(layers.MaxPooling2D(2))
    net.add(layers.Flatten())
    for units in dense:
        net.add(layers.Dense(units, activation="relu"))
    net.add(layers.Dense(10, activation="softmax"))
    return net


@functools.cache
def trained():
    keras.utils.set_random_seed(1)
    net = small()
    images, labels = data.load("glyphs", split="train", batch_size=-1)
    rate = keras.optimizers.schedules.CosineDecay(0.01, 2 * len(labels) // 50)
    net.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    net.fit(data.scale(images), labels, batch_size=50, epochs=2, verbose=0)
    return net


def within(*preparation, end=lambda x: x):
    """The trained net as one that was trained on pixels of another scale, or gives something else."""
    x = inputs = keras.Input((32, 32, 3))
    for layer in preparation:
        x = layer(x)
    return keras.Model(inputs, end(trained()(x)))


@right(EXERCISE)
def own_net():
    return trained()


@right(EXERCISE)
def logits():
    net = keras.models.clone_model(trained())
    net.set_weights(trained().get_weights())
    net.layers[-1].activation = None
    return net


class Mine(keras.Model):
    """Subclassed, with a net inside."""

    def __init__(self):
        super().__init__()
        self.parts = [trained()]

    def call(self, x, training=False):
        for part in self.parts:
            x = part(x, training=training)
        return x


right(EXERCISE)(lambda: Mine())
right(EXERCISE)(lambda: within())


@wrong(EXERCISE, r"has 20,131 parameters, 20,000 is the most.*\n.*moving averages of batch normalisation do: 236 here")
def with_too_many_moving_averages():
    net = keras.Sequential([keras.Input((32, 32, 3))])
    for filters in (10, 10, 20, 20, 29, 29):
        net.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        net.add(layers.BatchNormalization())
    net.add(layers.GlobalAveragePooling2D())
    net.add(layers.Dense(10, activation="softmax"))
    return net


@wrong(EXERCISE, r"has 62,006 parameters, 20,000 is the most.*\n.*48,120 of them are in .*channels in times filters")
def lenet5():
    net = keras.Sequential([keras.Input((32, 32, 3))])
    for filters in (6, 16):
        net.add(layers.Conv2D(filters, 5, activation="tanh"))
        net.add(layers.AveragePooling2D(2))
    net.add(layers.Conv2D(120, 5, activation="tanh"))
    net.add(layers.Flatten())
    net.add(layers.Dense(84, activation="tanh"))
    net.add(layers.Dense(10, activation="softmax"))
    return net


@wrong(EXERCISE, r"parameters, 20,000 is the most.*\n.*of them are in dense.*: a dense layer.*GlobalAveragePooling2D")
def wide_dense_layer():
    return small((8, 8), dense=(128,), pool=1)


@wrong(EXERCISE, r"calls layers with 18,522 parameters that it does not list.*\n.*attribute of the model")
def hidden_in_a_function():
    inputs = keras.Input((32, 32, 3))
    return keras.Model(inputs, layers.Lambda(lambda x: trained()(x), output_shape=(10,))(inputs))


class Forgetful(keras.Model):
    def call(self, x):
        return trained()(x)


wrong(EXERCISE, r"calls layers with 18,522 parameters that it does not list")(lambda: Forgetful())


@wrong(EXERCISE, r"right on \d+\.\d% of the 2,000 test images, 95% is asked.*\n.*untrained")
def untrained():
    keras.utils.set_random_seed(0)
    return small()


@wrong(EXERCISE, r"\n.*pixels from 0 to 255")
def trained_on_bytes():
    return within(layers.Rescaling(1 / 255))


@wrong(EXERCISE, r"\n.*from -1 to 1")
def trained_around_zero():
    return within(layers.Rescaling(0.5, 0.5))


@wrong(EXERCISE, r"takes images of 28×28×1, the glyphs are 32×32×3.*\n.*keras.Input\(\(32, 32, 3\)\)")
def for_other_images():
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, activation="softmax")])


@wrong(EXERCISE, r"outputs are \(2000, 26\), expected \(2000, 10\).*\n.*one unit a class")
def for_the_alphabet():
    return keras.Sequential([keras.Input((32, 32, 3)), layers.GlobalAveragePooling2D(), layers.Dense(26)])


@wrong(EXERCISE, r"\n.*NaN")
def diverged():
    return within(end=lambda x: x * np.nan)


@wrong(EXERCISE, r"handed over a History.*\n.*fit returns the history")
def history():
    net = small((4,))
    net.compile("sgd", "sparse_categorical_crossentropy")
    return net.fit(np.zeros((4, 32, 32, 3)), np.zeros(4), verbose=0)


@wrong(EXERCISE, r"\n.*one class, 7, for every image")
def always_the_same():
    net = small((4,))
    net.layers[-1].set_weights([np.zeros(weight.shape) for weight in net.layers[-1].get_weights()])
    net.layers[-1].bias.assign(np.eye(10)[7])
    return net


@wrong(EXERCISE, r"\n.*(train for more epochs|by heart)")
def half_trained():
    """As after one short epoch: some of the classes are mixed up."""
    return within(end=lambda x: keras.ops.concatenate([x[:, :7], x[:, 7:] * 0], axis=-1))
