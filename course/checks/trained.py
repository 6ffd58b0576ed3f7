"""Check a trained model by what it says of images that were not for training."""

from math import prod

import keras
import numpy as np

from course import data
from course.checks.calling import article, call, shortened
from course.checks.verdict import WrongAnswer

BATCH = 128
# Other ways to scale pixels of 0 to 1, with the words for them.
SCALINGS = (
    ("from 0 to 255, not scaled at all", lambda x: x * 255),
    ("from 0 to 1/255, scaled twice", lambda x: x / 255),
    ("from -1 to 1", lambda x: x * 2 - 1),
    ("from -0.1 to 1.175, as in the paper", lambda x: x * 1.275 - 0.1),
    ("from 1 to 0, black for white", lambda x: 1 - x),
    ("to a mean of 0 and a deviation of 1", lambda x: (x - x.mean()) / x.std()),
)


def check_trained(answer, dataset, threshold, title, wanted):
    """A remark on the accuracy if the model, or the one that the answer returns, reaches it on the test split."""
    model = answer if isinstance(answer, keras.Model) or not callable(answer) else call(answer)
    if not isinstance(model, keras.Model):
        history = (
            " fit returns the history: return the model after it." if isinstance(model, keras.callbacks.History) else ""
        )
        received = f"{article(type(model).__name__)}, {shortened(model)}" if model is not None else "None"
        raise WrongAnswer(f"{title}: you handed over {received}, not a model.", f"Hand over {wanted}.{history}")
    images, labels = _split(dataset, "test")
    _require_size(model, images.shape[1:], title)
    outputs = _outputs(model, images, title)
    classes = int(labels.max()) + 1
    if outputs.shape != (len(labels), classes):
        raise WrongAnswer(
            f"{title}: for {len(labels)} images your outputs are {outputs.shape}, expected {(len(labels), classes)}.",
            f"The last layer has one unit a class, {classes}.",
        )
    accuracy = _accuracy(outputs, labels)
    if accuracy >= threshold:
        sums = outputs.sum(axis=1)
        logits = "" if np.abs(sums - 1).max() < 1e-3 else " Its outputs are logits, which rank the classes as well."
        return f"{accuracy:.1%} of the {len(labels)} test images, {threshold:.0%} was asked.{logits}"
    raise WrongAnswer(
        f"{title}: your model is right on {accuracy:.1%} of the {len(labels)} test images, {threshold:.0%} is asked.",
        _cause(model, outputs, (images, labels), dataset, threshold, title),
    )


def _require_size(model, shape, title):
    """Raise `WrongAnswer` if the model takes images of another size, whatever their axes."""
    takes = model.input_shape[1:] if getattr(model, "inputs", None) else (None,)
    if None not in takes and prod(takes) != prod(shape):
        sizes = ["×".join(map(str, size)) for size in (takes, shape)]
        raise WrongAnswer(
            f"{title}: your model takes images of {sizes[0]}, the digits are {sizes[1]}.",
            f"Build it with keras.Input({tuple(shape)}), and train it on the digits as they are loaded.",
        )


def _cause(model, outputs, test, dataset, threshold, title):
    images, labels = test
    if not np.isfinite(outputs).all():
        return "The outputs are not numbers (NaN): training has diverged; take a smaller learning rate."
    if _accuracy(-outputs, labels) >= threshold:
        return "The smallest output is right most times: your outputs are distances; give probabilities, softmax(-y)."
    for words, scale in SCALINGS:
        if _accuracy(_outputs(model, scale(images), title), labels) >= threshold:
            return f"It is right on pixels {words}: train on pixels from 0 to 1, as course.data.scale makes them."
    guesses = np.unique(outputs.argmax(axis=1))
    if len(guesses) == 1:
        return (
            f"It says one class, {guesses[0]}, for every image: the loss has stuck; look at learning rate and labels."
        )
    accuracy = _accuracy(outputs, labels)
    if accuracy < 2 / outputs.shape[1]:
        return (
            "That is no better than guessing: it seems untrained. Call fit on this very model, with the right labels."
        )
    seen_images, seen_labels = _split(dataset, "train")
    seen = _accuracy(_outputs(model, seen_images, title), seen_labels)
    if seen >= threshold + 0.01:
        return f"On the training images it is right on {seen:.1%}: it learned them by heart. Stop earlier, or augment."
    return f"On the training images it is right on {seen:.1%}: train for more epochs, or with a larger learning rate."


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


def _accuracy(outputs, labels):
    return float((outputs.argmax(axis=1) == labels).mean())
