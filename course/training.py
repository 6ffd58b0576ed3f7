"""Training that repeats: one seed, a report of the devices, and one `fit` for every lesson."""

import os
import platform
import random
import subprocess
import sys

import keras
import numpy as np
import tensorflow as tf

from course.errors import integer

SHUFFLE_BUFFER = 10_000  # images held in memory, from which the next one is drawn


def seed(number):
    """Fix all that is random from here on: initial weights, dropout, the order of the images."""
    keras.utils.set_random_seed(integer("seed", number, 0))


def devices():
    """Return a report to print: processor cores, GPUs with their memory, precision, backend and versions."""
    backend = keras.config.backend()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    lines = {
        "CPU": f"{cores} core{'s' if cores > 1 else ''}",
        "GPU": _gpu_report(_gpus_in_use(backend), _gpus_in_machine(), backend),
        "precision": keras.config.dtype_policy().name,
        "backend": f"{backend} {sys.modules[backend].__version__}",
        "versions": f"Keras {keras.__version__}, Python {platform.python_version()}",
    }
    return "\n".join(f"{name:<11}{text}" for name, text in lines.items())


def fit(model, train, validation=None, *, epochs, batch_size=32, optimizer=None, seed=None, **options):
    """Train the model and return Keras's `History`.

    `train` and `validation` are each a `tf.data.Dataset` of (image, label) or a tuple of arrays (images, labels).
    Single images are shuffled anew each epoch and batched by `batch_size`; a data set of batches is taken as it is.

    A model that is not compiled yet is compiled here: `optimizer` (Adam when left out), the accuracy, and the
    cross-entropy of integer labels against the model's softmax, or its logits. An `optimizer` given for a compiled
    model compiles it anew with the loss it has. For another loss, call `model.compile` first.

    With `seed`, two runs from the same weights end with the same weights on a CPU; without it, the order of the images
    follows `course.training.seed`. `options` go to `model.fit`: `verbose`, `callbacks` and so on.

    Raises a `ValueError` for data of another kind, and where no loss follows from the model's last layer.
    """
    integer("epochs", epochs, 1)
    integer("batch_size", batch_size, 1)
    if seed is not None:
        keras.utils.set_random_seed(integer("seed", seed, 0))
    train = _batches("train", train, model, batch_size, order=random.randrange(2**31))
    if validation is not None:
        validation = _batches("validation", validation, model, batch_size)
    if optimizer is not None or not model.compiled:
        loss = model.loss if model.compiled else _loss(model)
        model.compile("adam" if optimizer is None else optimizer, loss, metrics=["accuracy"])
    return model.fit(train, validation_data=validation, epochs=epochs, shuffle=False, **options)  # shuffled above


def _batches(name, data, model, batch_size, order=None):
    if isinstance(data, tuple) and len(data) == 2 and not isinstance(data[0], tf.data.Dataset):
        data = tf.data.Dataset.from_tensor_slices(tuple(np.asarray(part) for part in data))
    if not isinstance(data, tf.data.Dataset):
        raise ValueError(
            f"{name} is a {type(data).__name__}; give a tf.data.Dataset of (image, label), "
            'such as load("digits", split="train"), or a tuple of arrays (images, labels).'
        )
    images = tf.nest.flatten(data.element_spec)[0]
    inputs = getattr(model, "inputs", None)  # a subclassed model has none: (batch, height, width, channels) is taken
    if images.shape.rank == (len(inputs[0].shape) if inputs else 4):
        return data
    if order is not None:
        size = int(data.cardinality())  # negative: unknown or without end
        data = data.shuffle(min(size, SHUFFLE_BUFFER) if size > 0 else SHUFFLE_BUFFER, seed=order)
    return data.batch(batch_size).prefetch(tf.data.AUTOTUNE)


def _loss(model):
    last = model.layers[-1]
    while isinstance(last, keras.Model):  # a model in a model
        last = last.layers[-1]
    activation = getattr(last, "activation", None)
    if activation is keras.activations.softmax or isinstance(last, keras.layers.Softmax):
        return keras.losses.SparseCategoricalCrossentropy()
    if activation is keras.activations.linear:
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    raise ValueError(
        f'The last layer, "{last.name}", gives neither class probabilities (softmax) nor logits (no activation), '
        "so its loss is not known here; call model.compile with a loss before fit."
    )


def _gpus_in_use(backend):
    if backend == "tensorflow":
        return len(tf.config.list_physical_devices("GPU"))
    if backend == "torch":
        return sys.modules["torch"].cuda.device_count()
    jax = sys.modules.get("jax")
    return sum(device.platform == "gpu" for device in jax.devices()) if jax else 0


def _gpus_in_machine():
    """[name and memory of each GPU that NVIDIA's driver lists]; none without the driver."""
    query = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout
        rows = [line.rsplit(",", 1) for line in answer.splitlines()]
        return [f"{name.strip()}, {float(mebibytes) / 1024:.1f} GiB" for name, mebibytes in rows]
    except (OSError, subprocess.SubprocessError, ValueError):
        return []


def _gpu_report(in_use, in_machine, backend):
    names = "; ".join(in_machine)
    if in_use == len(in_machine):
        return names or "none"
    if not in_machine:
        return f"{in_use} (names and memory unknown: no nvidia-smi)"
    return f"{names} ({in_use} of {len(in_machine)} seen by {backend})"
