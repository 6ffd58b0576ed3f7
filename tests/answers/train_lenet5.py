"""Trained models. One is trained here; what goes wrong in training is made from it."""

import functools

import keras
import numpy as np
from keras import layers

from answers import right, wrong
from answers.lenet5 import sequential_with_dense_c5
from course import data, training


@functools.cache
def trained():
    keras.utils.set_random_seed(1)
    model = sequential_with_dense_c5()
    images, labels = data.load("digits", split="train", batch_size=-1)
    training.fit(model, (data.scale(images), labels), epochs=12, verbose=0)
    return model


def logits():
    model = keras.models.clone_model(trained())
    model.set_weights(trained().get_weights())
    model.layers[-1].activation = keras.activations.linear
    return model


def after(*preparation):
    """The trained net as one that was trained on pixels of another scale."""
    inputs = keras.Input((32, 32, 1))
    x = inputs
    for layer in preparation:
        x = layer(x)
    return keras.Model(inputs, trained()(x))


@right("train-lenet5")
def train_lenet5():
    print("training")
    return trained()


right("train-lenet5")(logits)


@right("train-lenet5")
def with_coefficients():
    """A weight a map, as S2 has it in the paper, whose shape is not a vector's."""

    class Coefficient(layers.Layer):
        def build(self, shape):
            self.coefficient = self.add_weight(shape=(1, 1, 1, shape[-1]), initializer="ones")

        def call(self, x):
            return x * self.coefficient

    return after(Coefficient())


@right("train-lenet5")
def train_own_loop():
    """The net of another style, subclassed, trained by Keras from pixels that it scales itself."""

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.net = trained()

        def call(self, x):
            return self.net(x)

    return Net()


@wrong("train-lenet5", r"\n.*untrained")
def untrained():
    keras.utils.set_random_seed(0)
    return sequential_with_dense_c5()


@wrong("train-lenet5", r"pixels from 0 to 255")
def trained_on_bytes():
    return after(layers.Rescaling(1 / 255))


@wrong("train-lenet5", r"black for white")
def trained_on_negatives():
    return after(layers.Rescaling(-1, 1))


@wrong("train-lenet5", r"scaled twice")
def trained_on_pixels_scaled_twice():
    return after(layers.Rescaling(255))


@wrong("train-lenet5", r"distances")
def distances():
    model = logits()
    return keras.Model(model.inputs, layers.Rescaling(-1)(model.outputs[0]))


@wrong("train-lenet5", r"history")
def history():
    model = sequential_with_dense_c5()
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model.fit(np.zeros((8, 32, 32, 1)), np.zeros(8), verbose=1)


@wrong("train-lenet5", r"NaN")
def diverged():
    model = sequential_with_dense_c5()
    model.set_weights([weight * np.nan for weight in model.get_weights()])
    return model


@wrong("train-lenet5", r"\(355, 12\).*\n.*one unit a class")
def twelve_classes():
    return keras.Sequential([keras.Input((32, 32, 1)), layers.Flatten(), layers.Dense(12, activation="softmax")])


@wrong("train-lenet5", r"takes images of 28×28×1, the digits are 32×32×1")
def for_28_pixels():
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, activation="softmax")])


@wrong("train-lenet5", r"several outputs")
def two_outputs():
    model = logits()
    return keras.Model(model.inputs, [model.outputs[0], model.outputs[0] * 2])


@wrong("train-lenet5", r"more epochs")
def one_epoch():
    keras.utils.set_random_seed(1)
    model = sequential_with_dense_c5()
    images, labels = data.load("digits", split="train", batch_size=-1)
    training.fit(model, (data.scale(images), labels), epochs=1, verbose=1)
    return model


@wrong("train-lenet5", r"one class, \d, for every image")
def always_the_same():
    model = sequential_with_dense_c5()
    model.layers[-1].set_weights([np.zeros((84, 10)), np.eye(10)[3]])
    return model


@wrong("train-lenet5", r"an ndarray.*not a model")
def predictions():
    return np.zeros((355, 10))


@wrong("train-lenet5", r"kernels hold 264,704 numbers, expected 61,470.*\n.*another net")
def another_net():
    """It is accurate, and has no convolution."""
    images, labels = data.load("digits", split="train", batch_size=-1)
    model = keras.Sequential(
        [keras.Input((32, 32, 1)), layers.Flatten(), layers.Dense(256, "relu"), layers.Dense(10, "softmax")]
    )
    training.fit(model, (data.scale(images), labels), epochs=30, verbose=0, seed=0)
    return model
