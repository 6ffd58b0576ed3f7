"""What a model would do: the loss by learning rate, and the gradients layer by layer. Both leave it as it was."""

import contextlib
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from course.errors import integer
from course.training import feeding, machine, trouble
from course.training.compiling import compiled

SMOOTHING = 0.9  # of the running mean of the losses
BLOWN_UP = 4.0  # times the lowest loss: the rate is too high


class RateTest(NamedTuple):
    """The loss at each learning rate that was tried, and the one suggested."""

    rates: list[float]
    losses: list[float]
    suggestion: float


def find_learning_rate(model, train, *, batch_size=32, lowest=1e-6, highest=10.0, steps=100, seed=0):
    """Train while the learning rate rises from `lowest` to `highest`, until the loss blows up; return a `RateTest`.

    `train` is as for `fit`, and as often gone through as `steps` batches need. The rate grows by the same factor each
    step (Smith 2017, "Cyclical learning rates", section 3.3, which lets it grow evenly). `losses` are those before each
    step, as a running mean. The suggestion is a tenth of the rate at which the mean was lowest: there it was about to
    turn. The model's weights and its optimizer are as before; one that was not compiled is, as `fit` does it.

    Raises a `ValueError` for data that do not fit the model, and for rates that do not rise.
    """
    integer("steps", steps, 2)
    if not 0 < lowest < highest:
        raise ValueError(f"lowest is {lowest} and highest {highest}; give two rates above 0, the lower first.")
    _needs_tensorflow()
    compiled(model)
    examples = feeding.examples("train", train)
    source = feeding.Epochs(examples, model, integer("batch_size", batch_size, 1), seed)
    trouble.check_data("train", examples, model, source.data)
    rates, losses, mean = [], [], 0.0
    with _left_as_it_was(model):
        optimizer = _fresh(model.optimizer, lowest)
        optimizer.build(model.trainable_variables)

        @tf.function
        def step(images, labels):
            loss, gradients = _gradients(model, images, labels, optimizer.scale_loss)
            optimizer.apply(gradients, model.trainable_variables)
            return loss

        for number, (images, labels) in enumerate(_endless(source, steps)):
            rate = lowest * (highest / lowest) ** (number / (steps - 1))
            optimizer.learning_rate = rate
            mean = SMOOTHING * mean + (1 - SMOOTHING) * float(step(images, labels))
            smooth = mean / (1 - SMOOTHING ** (number + 1))
            if not np.isfinite(smooth) or (losses and smooth > BLOWN_UP * min(losses)):
                break
            rates.append(rate)
            losses.append(smooth)
    if not rates:
        raise trouble.Diverged(trouble.diagnosis(model, examples, 1, float("nan")))
    return RateTest(rates, losses, rates[int(np.argmin(losses))] / 10)


def gradient_norms(model, images, labels):
    """Return {layer: norm} of the loss's gradient, over all weights of each layer together, in the layers' order.

    `images` (batch, height, width, channels) and `labels` are one batch; the loss is the model's own, or the one that
    follows from its last layer. The layers act as in training, batch normalisation with the batch's own statistics;
    all weights and statistics are as before. Layers without trainable weights are left out.
    """
    _needs_tensorflow()
    compiled(model)
    with _left_as_it_was(model):
        _, gradients = _gradients(model, tf.convert_to_tensor(images), tf.convert_to_tensor(labels))
    norms = {id(weight): gradient for weight, gradient in zip(model.trainable_variables, gradients, strict=True)}
    layers = [layer for layer in model.layers if layer.trainable_variables]
    return {
        layer.name: float(
            np.sqrt(
                sum(
                    np.sum(np.square(np.asarray(norms[id(weight)], "float64")))
                    for weight in layer.trainable_variables
                    if norms[id(weight)] is not None
                )
            )
        )
        for layer in layers
    }


def _gradients(model, images, labels, scale=tf.identity):
    """The loss, and the gradients of what `scale` makes of it."""
    with tf.GradientTape() as tape:
        loss = model.compute_loss(images, labels, model(images, training=True))
        scaled = scale(loss)
    return loss, tape.gradient(scaled, [weight.value for weight in model.trainable_variables])


def _endless(source, steps):
    """So many batches, one epoch after another."""
    taken = epoch = 0
    while taken < steps:
        source.begin(epoch)
        for batch in source.data.take(steps - taken):
            taken += 1
            yield batch[:2]
        epoch += 1


def _fresh(optimizer, rate):
    """An optimizer of the same kind, at the beginning, with a rate that can be set."""
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):  # of mixed_float16, around the optimizer given
        config = {name: value for name, value in optimizer.get_config().items() if name != "inner_optimizer"}
        return keras.optimizers.LossScaleOptimizer(_fresh(optimizer.inner_optimizer, rate), **config)
    return type(optimizer).from_config({**optimizer.get_config(), "learning_rate": rate})


@contextlib.contextmanager
def _left_as_it_was(model):
    variables = machine.state(model)
    before = [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)


def _needs_tensorflow():
    if keras.config.backend() != "tensorflow":
        raise ValueError(
            f"The backend is {keras.config.backend()}, and this needs TensorFlow's gradients; "
            "set KERAS_BACKEND=tensorflow before Keras is imported."
        )
