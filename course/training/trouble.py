"""What goes wrong in training, looked into and said: data that do not fit, NaN, memory."""

import functools
import math
import os
import subprocess

import keras
import numpy as np
import tensorflow as tf

from course import analysis
from course.training import feeding

LOOKED_AT = 1024  # examples of a data set that are looked at before the first step
RAW = 30.0  # pixels beyond it are hardly scaled: standardised images reach 10 or so
KEPT_FREE = 0.8  # the share of a device's memory that is counted on


class Diverged(FloatingPointError):
    """The loss is no number any more; a notebook shows the sentence alone."""

    def _render_traceback_(self):
        return [str(self)]


class OutOfMemory(MemoryError):
    """A step did not fit into the memory; a notebook shows the sentence alone."""

    def _render_traceback_(self):
        return [str(self)]


def check_data(name, data, model, fed):
    """Raise a `ValueError` if images or labels of the data do not fit the model: their shape, or a label's number.

    `data` is a `tf.data.Dataset` of examples or batches, whose first `LOOKED_AT` labels are read, and `fed` the batches
    that are made of it.
    """
    inputs, outputs = (getattr(model, part, None) or [] for part in ("inputs", "outputs"))
    if len(inputs) != 1 or not isinstance(data.element_spec, tuple) or len(data.element_spec) < 2:
        return
    images, labels = fed.element_spec[:2]
    if not isinstance(images, tf.TensorSpec) or not isinstance(labels, tf.TensorSpec):
        return
    expected, received = inputs[0].shape, images.shape
    if not received.is_compatible_with(tf.TensorShape(expected)):
        raise ValueError(
            f"{name} has images of {_by(received[1:])}, and the model takes {_by(expected[1:])}; "
            "resize them, add the axis of the channels, or build the model with their input_shape."
        )
    if len(outputs) == 1 and sparse(model.loss):
        _check_labels(name, data, labels.shape.rank, outputs[0].shape)


def _check_labels(name, data, rank, output):
    classes = output[-1]
    if rank not in (len(output) - 1, len(output)):
        kind = "one class number an image" if len(output) == 2 else f"class numbers of {_by(output[1:-1])}"
        raise ValueError(f"{name} has labels of {rank - 1} axes an image, and the model's loss takes {kind}.")
    seen = 0
    for _, labels, *_ in data.take(LOOKED_AT).as_numpy_iterator():
        if rank == len(output) and np.shape(labels)[-1] != 1:
            raise ValueError(
                f"{name} has labels of {labels.shape[-1]} numbers where the model's loss takes one, the class; "
                "of one-hot labels, give labels.argmax(-1)."
            )
        wrong = labels[(labels < 0) | (labels >= classes) | (labels != np.floor(labels))]
        if wrong.size:
            raise ValueError(
                f"{name} has the label {wrong.flat[0]}, and the model tells {classes} classes, 0 to {classes - 1}; "
                f"number the labels from 0, or build the model with more classes (num_classes=…)."
            )
        seen += labels.size
        if seen >= LOOKED_AT and labels.ndim:
            return


def check_pixels(name, data, model, steps):
    """Return a sentence where the model would see pixels of 0 to 255 without a layer that scales them, "" otherwise.

    `data` is a `tf.data.Dataset`, of which the first elements are read; `steps` is what is done to single images of it.
    Raises a `ValueError` where one is `pca_colour`, which shifts pixels from 0 to 255, and the pixels are scaled.
    """
    form = tf.nest.flatten(data.element_spec)[0]
    if not isinstance(form, tf.TensorSpec) or not (form.dtype.is_floating or form.dtype.is_integer):
        return ""
    few = data.take(1 if feeding.batched(data, model) else 8)
    low, high = _range(few)
    if form.dtype.is_floating and 0 < max(high, -low) <= RAW and "pca_colour" in map(_name, steps):
        raise ValueError(
            f"{name} has pixels from {low:.3g} to {high:.3g}, and pca_colour shifts the colours of pixels from 0 to "
            "255; leave the images unscaled and begin the model with keras.layers.Rescaling(1 / 255), or give the "
            "steps without it as augment=[…]."
        )
    if not np.isfinite(high) or high <= RAW or low < 0 or _scales(model):
        return ""
    low, high = _range(feeding.augmented(few, steps, tf.zeros(2, tf.int64)) if steps else few)
    if high <= RAW or low < 0:
        return ""
    return (
        f"The pixels go up to {high:g}, and the model has no layer that scales them: divide them by 255, as "
        "course.data.scale does, or begin the model with keras.layers.Rescaling(1 / 255)."
    )


def _range(data):
    """The smallest and the largest pixel; 0 and 0 of no image."""
    images = [np.asarray(tf.nest.flatten(element)[0], "float32") for element in data]
    return min((image.min(initial=np.inf) for image in images), default=0.0), max(
        (image.max(initial=-np.inf) for image in images), default=0.0
    )


def _name(step):
    while isinstance(step, functools.partial):
        step = step.func
    return getattr(step, "__name__", "")


def _scales(model):
    """Whether a layer of the model, or of a model in it, is there to scale pixels."""
    kinds = (keras.layers.Rescaling, keras.layers.Normalization)
    return any(isinstance(layer, kinds) or _scales(layer) for layer in getattr(model, "layers", ()))


class Guard(keras.callbacks.Callback):
    """Stops a run whose loss is no number any more, and says the likely cause."""

    async_safe = True  # so that a GPU need not wait for each step's loss

    def __init__(self, train):
        super().__init__()
        self.train, self.losses, self.step, self.bad = train, [], 0, None

    def on_train_batch_end(self, batch, logs=None):
        self.step += 1
        loss = (logs or {}).get("loss", 0.0)
        if self.bad is None and not np.all(np.isfinite(loss)):
            self.bad = (self.step, float(np.ravel(loss)[0]))
            self.model.stop_training = True
        elif self.bad is None:
            self.losses = [*self.losses[-4:], float(np.mean(loss))]

    def on_test_begin(self, logs=None):
        self._raise()

    def on_epoch_end(self, epoch, logs=None):
        self._raise()

    def _raise(self):
        if self.bad:
            raise Diverged(diagnosis(self.model, self.train, *self.bad, self.losses))


def diagnosis(model, train, step, loss, losses=()):
    """Say why the loss is NaN or infinite, as far as the data, the labels and the loss function tell.

    `train` is a `tf.data.Dataset` of examples or batches; `losses` are the last ones before.
    """
    found = _in_the_data(model, train)
    if not found and _own_loss(model.loss):
        found = [
            "the loss is not one of Keras's, and may take the logarithm of 0 or divide by 0: keep its argument above "
            "1e-7, or take keras.losses.SparseCategoricalCrossentropy"
        ]
    if not found:
        rate = float(np.asarray(keras.ops.convert_to_numpy(model.optimizer.learning_rate)))
        before = f" (the loss before: {', '.join(f'{value:.3g}' for value in losses)})" if losses else ""
        found = [
            f"the data are in order, so the learning rate of {rate:.3g} is likely too high{before}: try a tenth of it, "
            "or training.find_learning_rate"
        ]
        if "float16" in keras.config.dtype_policy().name and "bfloat16" not in keras.config.dtype_policy().name:
            found.append("or a number passed 65,504, the largest of float16: keep the last layers in float32")
    return f"The loss became {'NaN' if math.isnan(loss) else 'infinite'} at step {step}. Likely: {'; '.join(found)}."


def _in_the_data(model, train):
    """Sentences on what is wrong with images and labels, read once from the beginning until something is found."""
    outputs = getattr(model, "outputs", None) or []
    classes = outputs[0].shape[-1] if len(outputs) == 1 and sparse(model.loss) else None
    largest = 0.0
    for number, element in enumerate(train.take(10 * LOOKED_AT).as_numpy_iterator()):
        images = np.asarray(tf.nest.flatten(element[0])[0], "float32")
        if not np.isfinite(images).all():
            return [f"the images hold NaN or infinite pixels, first in element {number} of train"]
        largest = max(largest, float(np.abs(images).max(initial=0)))
        labels = np.asarray(tf.nest.flatten(element[1])[0]) if len(element) > 1 else np.zeros(0)
        if classes and labels.size and (labels.min() < 0 or labels.max() >= classes):
            wrong = labels.min() if labels.min() < 0 else labels.max()
            return [f"train has the label {wrong}, and the model tells {classes} classes, 0 to {classes - 1}"]
        if not np.isfinite(np.asarray(labels, "float64")).all():
            return [f"the labels hold NaN, first in element {number} of train"]
    if largest > RAW and not _scales(model):
        return [
            f"the pixels are not scaled (up to {largest:g}): divide them by 255, as course.data.scale does, and keep "
            "the learning rate"
        ]
    return []


def explained(error, model, batch_size):
    """Return the error that says why a step failed; the same one where that is not known."""
    if is_out_of_memory(error):
        return out_of_memory(model, batch_size)
    if isinstance(error, tf.errors.InvalidArgumentError) and "label value" in str(error):
        said = next(line for line in str(error).splitlines() if "label value" in line)
        return ValueError(f"A label is outside the range of the model's classes: {said.strip()}")
    return error


def is_out_of_memory(error):
    """Whether an error of TensorFlow, JAX or PyTorch says that the memory did not suffice."""
    text = str(error)
    return isinstance(error, tf.errors.ResourceExhaustedError) or any(
        words in text for words in ("RESOURCE_EXHAUSTED", "CUDA out of memory")
    )


def out_of_memory(model, batch_size, memory=None):
    """Return an error that says which batch size fits, by the model's activations and parameters.

    For each image its activations and their gradients are held, and for each parameter the weight, its gradient and
    the optimizer's slots. `memory` is in bytes: the device's when None.
    """
    memory = memory or device_memory()
    slots = max(len(model.optimizer.variables) // max(len(model.trainable_variables), 1), 1)
    number = 2 if "16" in keras.config.dtype_policy().compute_dtype else 4
    try:
        total = analysis.table(model).total
    except ValueError:  # a model without a graph of layers
        total = None
    if total is None or not memory:
        half = max(batch_size // 2, 1)
        return OutOfMemory(f"Out of memory with batches of {batch_size} images; try batch_size={half}.")
    image = 2 * total.memory * number // 4
    fixed = 4 * round(total.parameters + total.trainable_parameters * (1 + slots))
    room = memory * KEPT_FREE - fixed
    fits = min(int(room // max(image, 1)), batch_size // 2)  # this batch size did not fit, whatever the estimate
    needs = (
        f"Out of memory with batches of {batch_size} images: {model.name} needs about {_mebibytes(image)} an image for "
        f"activations and their gradients, and {_mebibytes(fixed)} for weights, gradients and the optimizer's state, "
        f"of {_mebibytes(memory)}"
    )
    if fits < 1:
        return OutOfMemory(f"{needs}. Not one image would fit beside; take smaller images or a smaller net.")
    return OutOfMemory(f"{needs}. batch_size={2 ** int(math.log2(fits))} would fit.")


def device_memory():
    """Return the bytes of the smallest GPU, or of the machine where TensorFlow sees none; 0 where neither is known."""
    if tf.config.list_physical_devices("GPU"):
        query = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
        try:
            answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout
            return min(int(float(line)) for line in answer.splitlines()) * 2**20
        except (OSError, subprocess.SubprocessError, ValueError):
            return 0
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows
        return 0


def sparse(loss):
    """Whether a compiled loss, a name, a function or an object, takes class numbers."""
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    return name in ("SparseCategoricalCrossentropy", "sparse_categorical_crossentropy")


def _own_loss(loss):
    if loss is None or isinstance(loss, str):
        return False
    kind = loss if hasattr(loss, "__name__") else type(loss)
    return not kind.__module__.startswith("keras.")


def _by(shape):
    return "×".join("?" if size is None else str(size) for size in shape)


def _mebibytes(count):
    return f"{count / 2**30:,.1f} GiB" if count >= 2**30 else f"{count / 2**20:,.1f} MiB"
