"""Small nets for the exercise on gradient norms, and the gradients of several losses on them."""

import functools
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Net:
    """A small net with fixed weights: shape of an image, (name of a Keras layer, its first argument) from it on."""

    shape: tuple
    layers: tuple

    def __repr__(self):
        return f"model({', '.join(name for name, *_ in self.layers)})"

    def build(self, compiled=True):
        """A `keras.Sequential`, new at each call."""
        import keras

        made = [getattr(keras.layers, name)(*arguments) for name, *arguments in self.layers]
        model = keras.Sequential([keras.Input(self.shape), *made, keras.layers.Softmax()])
        rng = np.random.default_rng(7)
        trainable = [rng.normal(0, 0.7, weight.shape) for weight in model.trainable_variables]
        for weight, value in zip(model.trainable_variables, trainable, strict=True):
            weight.assign(value)
        if compiled:
            model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    def batch(self, size):
        """Images and labels."""
        rng = np.random.default_rng(size)
        classes = self.layers[-1][1]
        return rng.normal(1, 2, (size, *self.shape)).astype("float32"), rng.permutation(np.arange(size) % classes)


# The loss of each image; `right` is 1 for its class and 0 for others, `(images, classes)` both.
LOSSES = {
    "cross-entropy": lambda ops, right, probabilities: -ops.log(ops.sum(right * probabilities, axis=1)),
    "squared error": lambda ops, right, probabilities: ops.sum((probabilities - right) ** 2, axis=1),
    "without logarithm": lambda ops, right, probabilities: -ops.sum(right * probabilities, axis=1),
    "of the largest": lambda ops, right, probabilities: -ops.log(ops.max(probabilities, axis=1)),
}


@functools.cache
def _built(net):
    model = net.build(compiled=False)
    return model, model.get_weights()


@functools.cache
def _forward(net, size, training, alone=None):
    """The net's model, a tape and the losses on it, by name, of a batch or of the image with the number `alone`."""
    import keras
    import tensorflow as tf

    model, weights = _built(net)
    model.set_weights(weights)  # batch normalisation moves its averages
    images, labels = net.batch(size)
    if alone is not None:
        images, labels = images[alone : alone + 1], labels[alone : alone + 1]
    with tf.GradientTape(persistent=True) as tape:
        outputs = model(images, training=training)
        right = keras.ops.one_hot(labels, outputs.shape[-1])
        losses = {name: loss(keras.ops, right, outputs) for name, loss in LOSSES.items()}
    return model, tape, losses


@functools.cache
def gradients(net, size, training=True, loss="cross-entropy", image=None, alone=False):
    """`[(layer, weights, gradients)]`: a layer's name and its trainable weights, the kernel first where it has one.

    The loss is the mean over the batch, or that of one `image` by its number, which the model may get `alone`.
    """
    import keras

    model, tape, losses = _forward(net, size, training, image if alone else None)
    one_of_more = image is not None and not alone
    shares = np.eye(size)[image] if one_of_more else np.full(len(losses[loss]), 1 / len(losses[loss]))
    found = tape.gradient(
        losses[loss],
        [weight.value for weight in model.trainable_variables],
        output_gradients=keras.ops.convert_to_tensor(shares, "float32"),
    )
    of = {
        id(weight): keras.ops.convert_to_numpy(value)
        for weight, value in zip(model.trainable_variables, found, strict=True)
    }
    return [
        (
            type(layer).__name__,
            trainable_values(layer),
            [of[id(weight)] for weight in layer.trainable_variables],
        )
        for layer in model.layers
    ]


def trainable_values(layer):
    """The layer's trainable weights as arrays, which do not change with them."""
    import keras

    return [np.array(keras.ops.convert_to_numpy(weight)) for weight in layer.trainable_variables]
