"""Gradient norms, layer by layer."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from answers import right, wrong


@right("gradient-norms")
def gradient_norms(model, images, labels):
    kernels = [layer.kernel for layer in model.layers if hasattr(layer, "kernel")]
    with tf.GradientTape() as tape:
        losses = keras.losses.sparse_categorical_crossentropy(labels, model(images, training=True))
        loss = tf.reduce_mean(losses)
    return [float(tf.norm(gradient)) for gradient in tape.gradient(loss, kernels)]


@right("gradient-norms")
def by_name(model, images, labels):
    with tf.GradientTape() as tape:
        loss = keras.losses.SparseCategoricalCrossentropy()(labels, model(images, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    norms = {}
    for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
        if variable.name == "kernel":
            norms[variable.path] = np.sqrt((gradient.numpy() ** 2).sum())
    return norms


@right("gradient-norms")
def with_the_loss_of_the_model(model, images, labels):
    with tf.GradientTape(persistent=True) as tape:
        loss = model.compute_loss(x=images, y=labels, y_pred=model(images, training=True))
    norms = ()
    for layer in model.layers:
        if len(layer.weights) and isinstance(layer, keras.layers.Dense | keras.layers.Conv2D):
            gradient = tape.gradient(loss, layer.kernel)
            norms += (ops.sqrt(ops.sum(ops.square(gradient))),)
    return norms


class GradientNorms:
    """With one-hot labels and a logarithm of its own; an array."""

    def __call__(self, model, images, labels):
        with tf.GradientTape() as tape:
            probabilities = model(images, training=True)
            chosen = tf.reduce_sum(tf.one_hot(labels, probabilities.shape[-1]) * tf.math.log(probabilities), axis=-1)
            loss = -tf.reduce_mean(chosen)
        kernels = [variable for variable in model.trainable_variables if len(variable.shape) > 1]
        return np.array([np.linalg.norm(np.ravel(gradient)) for gradient in tape.gradient(loss, kernels)])


right("gradient-norms")(GradientNorms())


def changed(
    norm=tf.norm, training=True, mean=tf.reduce_mean, of=lambda model: model.trainable_variables,
    counts=lambda variable: variable.name == "kernel",
):  # fmt: skip
    def gradient_norms(model, images, labels):
        with tf.GradientTape() as tape:
            outputs = model(images, training=training)
            loss = mean(keras.losses.sparse_categorical_crossentropy(labels, outputs))
        weights = [weight for weight in of(model) if counts(weight)]
        return [float(norm(gradient)) for gradient in tape.gradient(loss, weights)]

    return gradient_norms


for answer, pattern in (
    (changed(lambda g: tf.reduce_sum(g**2)), r"left out the root"),
    (changed(lambda g: tf.reduce_sum(tf.abs(g))), r"sum absolute values"),
    (changed(lambda g: tf.reduce_mean(tf.abs(g))), r"mean of the absolute values"),
    (changed(lambda g: tf.reduce_max(tf.abs(g))), r"largest absolute value"),
    (changed(lambda g: tf.sqrt(tf.reduce_mean(g**2))), r"mean of the squares before the root"),
    (changed(lambda g: tf.reduce_sum(g)), r"cancel: square them first"),
    (changed(training=False), r"training=True, for batch normalisation"),
    (changed(mean=tf.reduce_sum), r"sum over the images: take the mean"),
    (changed(counts=lambda variable: True), r"a norm for each weight, biases too"),
    (changed(of=lambda model: model.trainable_variables[::-1]), r"from the last layer to the first"),
    (changed(mean=lambda losses: losses[0]), r"returned .* expected"),
):
    wrong("gradient-norms", pattern)(answer)


@wrong("gradient-norms", r"norms of the kernels: their gradients' are asked")
def of_the_weights(model, images, labels):
    return [float(tf.norm(layer.kernel.value)) for layer in model.layers if hasattr(layer, "kernel")]


@wrong("gradient-norms", r"over all weights of a layer, biases too")
def of_each_layer(model, images, labels):
    with tf.GradientTape() as tape:
        loss = model.compute_loss(y=labels, y_pred=model(images, training=True))
    layers = [layer for layer in model.layers if layer.trainable_variables]
    gradients = tape.gradient(loss, [layer.trainable_variables for layer in layers])
    return {layer.name: tf.linalg.global_norm(found) for layer, found in zip(layers, gradients, strict=True)}


@wrong("gradient-norms", r"changed the model's weights.*\n.*leave out fit")
def after_a_step(model, images, labels):
    model.fit(images, labels, verbose=0)
    return gradient_norms(model, images, labels)


@wrong("gradient-norms", r"returned a float.*expected a tuple or a list of numbers")
def one_number(model, images, labels):
    return float(np.linalg.norm(gradient_norms(model, images, labels)))


@wrong("gradient-norms", r"raised .*\n.*A gradient is None.*inside `with")
def outside_the_tape(model, images, labels):
    outputs = model(images, training=True)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, outputs))
    return [float(tf.norm(gradient)) for gradient in tape.gradient(loss, model.trainable_variables[::2])]


@wrong("gradient-norms", r"returned None for a gradient.*\n.*inside `with")
def outside_the_tape_as_it_is(model, images, labels):
    outputs = model(images, training=True)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, outputs))
    return tape.gradient(loss, model.trainable_variables[::2])


@wrong("gradient-norms", r"in a list: one for each")
def all_together(model, images, labels):
    return [np.linalg.norm(gradient_norms(model, images, labels))]


def _gradients(model, images, labels, loss, kernels):
    with tf.GradientTape() as tape:
        value = tf.reduce_mean(loss(labels, model(images, training=True)))
    return tape.gradient(value, kernels)


def _kernels(model, kind):
    return [layer.kernel for layer in model.layers if isinstance(layer, kind)]


ENTROPY = keras.losses.sparse_categorical_crossentropy
WITH_KERNEL = (keras.layers.Conv2D, keras.layers.Dense)


@wrong("gradient-norms", r"\n.*leave fully connected layers out")
def of_convolutions(model, images, labels):
    kernels = _kernels(model, keras.layers.Conv2D)
    return [float(tf.norm(g)) for g in _gradients(model, images, labels, ENTROPY, kernels)]


@wrong("gradient-norms", r"\n.*the spectral one")
def spectral(model, images, labels):
    kernels = _kernels(model, WITH_KERNEL)
    return [float(np.linalg.norm(g.numpy(), 2)) for g in _gradients(model, images, labels, ENTROPY, kernels)]


@wrong("gradient-norms", r"\n.*squared error")
def of_a_squared_error(model, images, labels):
    def loss(labels, probabilities):
        return keras.losses.mean_squared_error(tf.one_hot(labels, probabilities.shape[-1]), probabilities)

    kernels = _kernels(model, WITH_KERNEL)
    return [float(tf.norm(g)) for g in _gradients(model, images, labels, loss, kernels)]


@wrong("gradient-norms", r"\n.*norms of single images' gradients")
def image_by_image(model, images, labels):
    kernels = _kernels(model, WITH_KERNEL)
    each = [
        [float(tf.norm(g)) for g in _gradients(model, images[i : i + 1], labels[i : i + 1], ENTROPY, kernels)]
        for i in range(len(images))
    ]
    return np.mean(each, axis=0)
