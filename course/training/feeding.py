"""Data sets of batches whose order and augmentation are functions of a seed and the epoch."""

import functools
import hashlib
import inspect

import numpy as np
import tensorflow as tf

SHUFFLE_BUFFER = 10_000  # images held in memory, from which the next one is drawn
SHUFFLE_BYTES = 2**30
FIRST = 32  # examples by which a data set is known again
SAMPLED = 2**28  # bytes of an array beyond which not every one is read for that


def examples(name, data):
    """Return data as a `tf.data.Dataset` of (image, label). Raises a `ValueError` for data of another kind."""
    if isinstance(data, tuple) and len(data) == 2 and not isinstance(data[0], tf.data.Dataset):
        images, labels = (np.asarray(part) for part in data)
        if len(images) != len(labels) or not len(images):
            raise ValueError(f"{name} has {len(images)} images and {len(labels)} labels; give a label for each image.")
        with tf.device("CPU"):  # a data set's own place, whatever the GPU holds
            data = tf.data.Dataset.from_tensor_slices((images, labels))
    if not isinstance(data, tf.data.Dataset):
        raise ValueError(
            f"{name} is a {type(data).__name__}; give a tf.data.Dataset of (image, label), "
            'such as load("digits", split="train"), or a tuple of arrays (images, labels).'
        )
    return data


def batched(data, model):
    """Whether the elements are batches already, by the rank that the model takes."""
    images = tf.nest.flatten(data.element_spec)[0]
    inputs = getattr(model, "inputs", None)  # a subclassed model has none: (batch, height, width, channels) is taken
    return images.shape.rank == (len(inputs[0].shape) if inputs else 4)


def in_batches(data, model, batch_size):
    """The data as batches, in their order."""
    return (data if batched(data, model) else data.batch(batch_size)).prefetch(tf.data.AUTOTUNE)


class Epochs:
    """The training data, an epoch at a time: `begin(epoch)` sets what the next pass over `data` draws.

    The order and the augmentation follow from the seed and the number of the epoch alone, so that a run which is taken
    up again sees what it would have seen. Batches that come ready-made are left as they are.
    """

    def __init__(self, train, model, batch_size, seed, steps=(), images=None, batches=None, replicas=1):
        self.seed = seed
        with tf.device("CPU"):
            self._seeds = tf.Variable([0, 0], dtype=tf.int64, trainable=False)
        if batched(train, model):
            if steps:
                raise ValueError(
                    "The augmentation takes single images, and train gives batches; give train.unbatch() instead."
                )
            self.data, size = train, None
        else:
            size = int(train.cardinality())  # negative: unknown or without end
            self.data = self._drawn(train, size, steps, images).batch(batch_size)
            if images is not None and size != tf.data.UNKNOWN_CARDINALITY:
                size = images if size < 0 else min(images, size)
            if size == tf.data.INFINITE_CARDINALITY:
                self.data = self.data.apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))
            elif size >= 0:
                # A last batch of fewer images than devices would leave one of them without any.
                count = size // batch_size if size % batch_size < replicas else -(-size // batch_size)
                self.data = self.data.take(count).apply(tf.data.experimental.assert_cardinality(count))
        if batches is not None:
            self.data = self.data.take(batches)
        if int(self.data.cardinality()) == tf.data.INFINITE_CARDINALITY:
            raise ValueError("train is without end; say how many batches make an epoch: steps_per_epoch=….")
        self.data = self.data.prefetch(tf.data.AUTOTUNE)

    def begin(self, epoch):
        self._seeds.assign((np.random.SeedSequence([self.seed, epoch]).generate_state(2) % 2**31).astype("int64"))

    def batches(self):
        """Count the batches of an epoch, by going through them once where nothing else tells."""
        count = int(self.data.cardinality())
        return count if count >= 0 else int(self.data.reduce(0, lambda count, _: count + 1))

    def _drawn(self, train, size, steps, images):
        buffer = _buffer(train, size)

        def epoch(seeds):
            tf.random.set_seed(1)  # this function's own: the order is to depend on nothing outside
            order = train.shuffle(buffer, seed=seeds[0], reshuffle_each_iteration=False)
            order = order if images is None else order.take(images)
            return _augmented(order, steps, seeds) if steps else order

        once = tf.data.Dataset.from_tensors(0).map(lambda _: self._seeds.read_value())
        return once.flat_map(epoch)


def _buffer(data, size):
    """How many examples to hold: all of few, fewer of large ones, so that they take about a gibibyte at most."""
    specs = tf.nest.flatten(data.element_spec)
    counts = [spec.shape.num_elements() for spec in specs]
    bytes_each = sum(count * spec.dtype.size for count, spec in zip(counts, specs, strict=True) if count)
    most = min(SHUFFLE_BUFFER, max(SHUFFLE_BYTES // max(bytes_each, 1), 1))
    return min(size, most) if size > 0 else most


def _augmented(data, steps, seeds):
    """The images with the steps done to them, each by a seed of its own: the epoch's, the image's place, the step's."""
    takes_seed = [_takes_seed(step) for step in steps]

    def augmented(number, example):
        image, *rest = example
        drawn = tf.random.split(tf.random.fold_in(seeds, number), len(steps))
        for step, with_seed, own in zip(steps, takes_seed, tf.unstack(drawn), strict=True):
            image = step(image, seed=own) if with_seed else step(image)
        return image, *rest

    return data.enumerate().map(augmented, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def _takes_seed(step):
    bound = isinstance(step, functools.partial) and "seed" in step.keywords
    return not bound and "seed" in inspect.signature(step).parameters


def fingerprint(data):
    """Say what the data are, so that other data can be told from them: what is in an element, how many, the first."""
    if data is None:
        return ""
    if isinstance(data, tuple):
        arrays = [np.ascontiguousarray(part) for part in data]
        return "; ".join(f"{array.shape} {array.dtype} {_digest(array)}" for array in arrays)
    spec = f"{data.element_spec}; {int(data.cardinality())} elements"
    first, again = (_first(data) for _ in range(2))
    return f"{spec}; {first}" if first == again else spec  # shuffled anew each time: the first ones say nothing


def _digest(array):
    flat = array.reshape(-1)
    step = -(-array.nbytes // SAMPLED) or 1
    return hashlib.sha256(np.ascontiguousarray(flat[::step])).hexdigest()[:16]


def _first(data):
    digest = hashlib.sha256()
    for element in data.take(FIRST).as_numpy_iterator():
        for part in tf.nest.flatten(element):
            digest.update(np.ascontiguousarray(part))
    return digest.hexdigest()[:16]
