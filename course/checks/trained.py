"""Check a trained model by what it says of images that were not for training."""

from math import prod
from unittest import mock

import keras
import numpy as np

from course import data
from course.checks.calling import article, call, shortened
from course.checks.verdict import WrongAnswer

BATCH = 128
CLEARLY = 0.02  # by so much another scale has to be better, to be named
PROBED = 1000  # images enough to find a cause with
# Other ways to scale pixels of 0 to 1, with the words for them.
SCALINGS = (
    ("from 0 to 255, not scaled at all", lambda x: x * 255),
    ("from 0 to 1/255, scaled twice", lambda x: x / 255),
    ("from -1 to 1", lambda x: x * 2 - 1),
    ("from -0.1 to 1.175, as in the paper", lambda x: x * 1.275 - 0.1),
    ("from 1 to 0, black for white", lambda x: 1 - x),
    ("to a mean of 0 and a deviation of 1", lambda x: (x - x.mean()) / x.std()),
)


def check_trained(answer, dataset, threshold, title, wanted, most=None, kernels=None):
    """A remark on the accuracy if the model, or the one that the answer returns, reaches it on the test split.

    `most` is how many parameters it may have, moving averages included; `kernels` how many numbers its kernels hold,
    the usual count first.
    """
    model, *results = measured(answer, dataset, threshold, title, wanted, most)
    held = parameters(weight for weight in model.weights if prod(weight.shape) > max(weight.shape, default=1))
    if kernels is not None and held not in kernels:
        raise WrongAnswer(
            f"{title}: your model's kernels hold {held:,} numbers, expected {kernels[0]:,}.",
            "It is accurate enough, but another net: build the one that is asked, and train that.",
        )
    return remark(*results, threshold)


def measured(answer, dataset, threshold, title, wanted, most=None):
    """The model and its outputs and labels on the test split; raises `WrongAnswer` as `check_trained` does."""
    model = answer if isinstance(answer, keras.Model) or not callable(answer) else call(answer)
    if not isinstance(model, keras.Model):
        history = (
            " fit returns the history: return the model after it." if isinstance(model, keras.callbacks.History) else ""
        )
        received = f"{article(type(model).__name__)}, {shortened(model)}" if model is not None else "None"
        raise WrongAnswer(f"{title}: you handed over {received}, not a model.", f"Hand over {wanted}.{history}")
    images, labels = _split(dataset, "test")
    _require_size(model, images.shape[1:], dataset, title)
    if most is not None:
        _require_budget(model, images[:1], most, title)
    outputs = _outputs(model, images, title)
    classes = int(labels.max()) + 1
    if outputs.shape != (len(labels), classes):
        raise WrongAnswer(
            f"{title}: for {len(labels)} images your outputs are {outputs.shape}, expected {(len(labels), classes)}.",
            f"The last layer has one unit a class, {classes}.",
        )
    if accuracy(outputs, labels) >= threshold:
        return model, outputs, labels
    raise WrongAnswer(
        f"{title}: your model is right on {accuracy(outputs, labels):.1%} of the {len(labels):,} test images, "
        f"{threshold:.0%} is asked.",
        _cause(model, outputs, (images, labels), dataset, threshold, title),
    )


def remark(outputs, labels, threshold):
    """What is said of an accuracy that is enough."""
    logits = (
        ""
        if np.abs(outputs.sum(axis=1) - 1).max() < 1e-3
        else " Its outputs are logits, which rank the classes as well."
    )
    return f"{accuracy(outputs, labels):.1%} of the {len(labels):,} test images, {threshold:.0%} was asked.{logits}"


def accuracy(outputs, labels):
    """The share of rows whose largest value is at the label."""
    return float((outputs.argmax(axis=1) == labels).mean())


def parameters(weights):
    """How many numbers there are in these weights."""
    return sum(prod(weight.shape) for weight in weights)


def _require_budget(model, images, most, title):
    """Raise `WrongAnswer` if the model has more parameters, or uses some that are not its own."""
    used = {}

    def noting(layer, *args, **kwargs):
        used[id(layer)] = layer
        return call_layer(layer, *args, **kwargs)

    call_layer = keras.layers.Layer.__call__
    with mock.patch.object(keras.layers.Layer, "__call__", noting):
        _outputs(model, images, title)
    own = {id(weight) for weight in model.weights}
    foreign = {id(w): w for layer in used.values() for w in layer.weights if id(w) not in own}
    if foreign:
        count = parameters(foreign.values())
        raise WrongAnswer(
            f"{title}: your model calls layers with {count:,} parameters that it does not list among its own.",
            "Keep each layer as an attribute of the model (self.conv = …), none inside Lambda: then Keras trains it, "
            "saves it and counts it.",
        )
    count = parameters(model.weights)
    if count <= most:
        return
    inside = [layer for layer in used.values() if layer.weights and not isinstance(layer, keras.Model)]
    largest = max(inside, key=lambda layer: parameters(layer.weights), default=None)
    said = "Take fewer filters and units."
    if largest is not None:
        share = parameters(largest.weights)
        wide = isinstance(largest, keras.layers.Dense)
        said = f"{share:,} of them are in {largest.name}: " + (
            "a dense layer has one for each pair of input and unit, so pool further before it, or take the mean of "
            "each map, GlobalAveragePooling2D."
            if wide
            else "a convolution's go with channels in times filters, so half as many in both is a quarter."
        )
    trained = parameters(model.trainable_weights)
    if 0 < trained <= most:
        moving = count - trained
        said = f"What is not trained counts, too, as the moving averages of batch normalisation do: {moving:,} here."
    raise WrongAnswer(f"{title}: your model has {count:,} parameters, {most:,} is the most.", said)


def _require_size(model, shape, dataset, title):
    """Raise `WrongAnswer` if the model takes images of another size, whatever their axes."""
    takes = model.input_shape[1:] if getattr(model, "inputs", None) else (None,)
    if None not in takes and prod(takes) != prod(shape):
        sizes = ["×".join(map(str, size)) for size in (takes, shape)]
        raise WrongAnswer(
            f"{title}: your model takes images of {sizes[0]}, the {dataset} are {sizes[1]}.",
            f"Build it with keras.Input({tuple(shape)}), and train it on the {dataset} as they are loaded.",
        )


def _cause(model, outputs, test, dataset, threshold, title):
    images, labels, outputs = test[0][:PROBED], test[1][:PROBED], outputs[:PROBED]
    if not np.isfinite(outputs).all():
        return "The outputs are not numbers (NaN): training has diverged; take a smaller learning rate."
    sums_to_one = np.abs(outputs.sum(axis=1) - 1).max() < 1e-3  # on black for white the smallest may be the right one
    if accuracy(-outputs, labels) >= threshold and not sums_to_one:
        return "The smallest output is right most times: your outputs are distances; give probabilities, softmax(-y)."
    for words, scale in SCALINGS:
        if accuracy(_outputs(model, scale(images), title), labels) >= max(
            threshold, accuracy(outputs, labels) + CLEARLY
        ):
            return f"It is right on pixels {words}: train on pixels from 0 to 1, as course.data.scale makes them."
    guesses = np.unique(outputs.argmax(axis=1))
    if len(guesses) == 1:
        return (
            f"It says one class, {guesses[0]}, for every image: the loss has stuck; look at learning rate and labels."
        )
    if accuracy(outputs, labels) < 2 / outputs.shape[1]:
        return (
            "That is no better than guessing: it seems untrained. Call fit on this very model, with the right labels, "
            "each image's own, and with a learning rate that is not far too small."
        )
    seen_images, seen_labels = (values[:PROBED] for values in _split(dataset, "train"))
    said = _outputs(model, seen_images, title)
    seen = accuracy(said, seen_labels)
    first = _learned_at_the_beginning(said.argmax(axis=1) == seen_labels)
    if first:
        return f"It knows the first {first} of the training images and not the others so well: train on all of them."
    if seen >= threshold + 0.01:
        return f"On training images it is right on {seen:.1%}: it learned them by heart. Stop earlier, or augment."
    return f"On training images it is right on {seen:.1%}: train for more epochs, or with a larger learning rate."


def _learned_at_the_beginning(right):
    """How many of the first images, of which it knows nearly all, a net learned from that knows others less, or 0."""
    for count in (500, 300, 200, 100, 64):
        if count < len(right) and right[:count].mean() >= 0.98 and right[count:].mean() < 0.95:
            return count
    return 0


def _split(dataset, split):
    images, labels = data.load(dataset, split=split, batch_size=-1)
    return data.scale(images), labels


def _outputs(model, images, title):
    name = f"{title}: your model on images of {'×'.join(map(str, images.shape[1:]))}"
    if getattr(model, "inputs", None) and None not in model.input_shape[1:]:
        images = images.reshape(-1, *model.input_shape[1:])
    batches = [images[start : start + BATCH] for start in range(0, len(images), BATCH)]
    outputs = [call(model, batch, training=False, name=name) for batch in batches]
    if any(not keras.ops.is_tensor(batch) for batch in outputs):
        raise WrongAnswer(f"{title}: your model has several outputs.", "It has one: the probabilities of the classes.")
    return np.concatenate([keras.ops.convert_to_numpy(batch) for batch in outputs])
