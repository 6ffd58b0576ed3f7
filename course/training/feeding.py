"""Data sets of batches whose order and augmentation are functions of a seed and the epoch."""

import functools
import hashlib
import inspect

import numpy as np
import tensorflow as tf

SHUFFLE_BYTES = 2**30  # of examples held in memory, from which the next one is drawn
SHUFFLE_BUFFER = 10_000  # examples held at most where nobody knows how many there are
ASSUMED = 2**20  # bytes of an example of a data set that gives none to measure
MEASURED = 8  # examples by which the size of all is judged
FIRST = 32  # examples that are read twice, to see whether both readings give the same
LABELS = 100_000  # elements of a data set whose labels make it known again
IMAGES = 2**26  # bytes of a data set's images that do
SAMPLED = 2**28  # bytes of an array beyond which not every one is read for that


def examples(name, data):
    """Return data as a `tf.data.Dataset` of (image, label). Raises a `ValueError` for data of another kind."""
    if isinstance(data, tuple) and len(data) == 2 and not isinstance(data[0], tf.data.Dataset):
        images, labels = (np.asarray(part) for part in data)
        if len(images) != len(labels) or not len(images):
            raise ValueError(f"{name} has {len(images)} images and {len(labels)} labels; give a label for each image.")
        with tf.device("CPU"):  # a data set's own place, whatever the GPU holds
            arrays = tf.convert_to_tensor(images), tf.convert_to_tensor(labels)
            data = tf.data.Dataset.from_tensor_slices(arrays)
        data.arrays = arrays  # so that `Epochs` can draw from all of them, without a buffer
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


def steps(epochs, *data):
    """How many batches the sets have together in so many epochs, a set may be `None`; -1 where one does not say."""
    counts = [int(batches.cardinality()) for batches in data if batches is not None]
    return epochs * sum(counts) if min(counts) >= 0 else -1


def in_batches(data, model, batch_size, steps=()):
    """The data as batches, in their order; steps without chance are done to single images."""
    if not batched(data, model):
        data = (augmented(data, steps, tf.zeros(2, tf.int64)) if steps else data).batch(batch_size)
    return data.prefetch(tf.data.AUTOTUNE)


class Epochs:
    """The training data, an epoch at a time: `begin(epoch)` sets what the next pass over `data` draws.

    The order and the augmentation follow from the seed and the number of the epoch alone, so that a run which is taken
    up again sees what it would have seen. Of arrays, every order is as likely; of a `tf.data.Dataset`, the next example
    is drawn from as many as a gibibyte holds, all of a small set. Batches that come ready-made are left as they are.
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
            self.data = self._drawn(train, size, steps, images, batch_size)
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

    def _drawn(self, train, size, steps, images, batch_size):
        arrays = getattr(train, "arrays", None)
        source = train if arrays is None else tf.data.Dataset.range(size)
        buffer = _buffer(train, size) if arrays is None else size

        def looked_up(places):
            return tuple(tf.gather(array, places) for array in arrays)

        def epoch(seeds):
            tf.random.set_seed(1)  # this function's own: the order is to depend on nothing outside
            order = source.shuffle(buffer, seed=seeds[0], reshuffle_each_iteration=False)
            order = order if images is None else order.take(images)
            if not steps:
                return order.batch(batch_size)
            return augmented(order if arrays is None else order.map(looked_up), steps, seeds).batch(batch_size)

        once = tf.data.Dataset.from_tensors(0).map(lambda _: self._seeds.read_value())
        drawn = once.flat_map(epoch)
        return drawn if arrays is None or steps else drawn.map(looked_up, tf.data.AUTOTUNE, deterministic=True)


def _buffer(data, size):
    """How many examples to hold, so that they take about a gibibyte at most: all of a set that is no larger."""
    most = max(SHUFFLE_BYTES // max(_bytes_each(data), 1024), 1)  # a tensor takes some memory, however small
    return min(size, most) if size > 0 else min(SHUFFLE_BUFFER, most)


def _bytes_each(data):
    """The bytes of an example: by its shape, or of the largest of the first ones where the shapes are not known."""
    specs = tf.nest.flatten(data.element_spec)
    if all(isinstance(spec, tf.TensorSpec) and spec.shape.is_fully_defined() for spec in specs):
        return sum(spec.shape.num_elements() * spec.dtype.size for spec in specs)
    sizes = [sum(len(part) for part in _contents(element)) for element in data.take(MEASURED)]
    return max(sizes, default=ASSUMED)


def augmented(data, steps, seeds):
    """The images with the steps done to them, each by a seed of its own: the epoch's, the image's place, the step's."""
    takes_seed = [_takes_seed(step) for step in steps]

    def drawn(number, example):
        image, *rest = example
        pairs = tf.random.split(tf.random.fold_in(seeds, number), len(steps))
        for step, with_seed, own in zip(steps, takes_seed, tf.unstack(pairs), strict=True):
            image = step(image, seed=own) if with_seed else step(image)
        return image, *rest

    return data.enumerate().map(drawn, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


def _takes_seed(step):
    bound = isinstance(step, functools.partial) and "seed" in step.keywords
    return not bound and "seed" in inspect.signature(step).parameters


def fingerprint(name, data):
    """Say what the data are, so that other data can be told from them.

    Of arrays up to 256 MiB all is read, of larger ones numbers evenly spread. Of a `tf.data.Dataset`, the form and the
    number of its elements count, the labels of its first 100,000 elements, and its first 64 MiB of images: beyond,
    other data are not noticed. Raises a `ValueError` for a data set that reads differently each time.
    """
    if data is None:
        return ""
    if isinstance(data, tuple):
        arrays = [np.ascontiguousarray(part) for part in data]
        return "; ".join(f"{array.shape} {array.dtype} {_digest(array)}" for array in arrays)
    first, again = (_hashed(data.take(FIRST)) for _ in range(2))
    if first != again:
        raise ValueError(
            f"{name} gives other elements each time it is read, so that a run could not be taken up again; leave out "
            "its shuffling and its random steps: fit shuffles single images itself, and takes steps as augment=[…]."
        )
    return (
        f"{data.element_spec}; {int(data.cardinality())} elements; {_hashed(_images(data))}; {_hashed(_labels(data))}"
    )


def _digest(array):
    flat = array.reshape(-1)
    step = -(-array.nbytes // SAMPLED) or 1
    return hashlib.sha256(_bytes(np.ascontiguousarray(flat[::step]))).hexdigest()[:16]


def _images(data):
    """The first elements, up to so many bytes."""
    read = 0
    for element in data.take(LABELS):
        yield element
        read += sum(len(part) for part in _contents(element))
        if read > IMAGES:
            return


def _labels(data):
    """The labels of the elements: all but the first part of each."""
    data = data.take(LABELS)
    if not isinstance(data.element_spec, tuple):
        return data.take(0)
    labels = data.map(lambda image, *rest: rest, num_parallel_calls=tf.data.AUTOTUNE)
    specs = tf.nest.flatten(labels.element_spec)
    known = all(isinstance(spec, tf.TensorSpec) and spec.shape.is_fully_defined() for spec in specs)
    return labels.batch(1024) if known else labels


def _hashed(elements):
    digest = hashlib.sha256()
    for element in elements:
        for content in _contents(element):
            digest.update(content)
    return digest.hexdigest()[:16]


def _contents(element):
    return [_bytes(part.numpy()) for part in tf.nest.flatten(element, expand_composites=True)]


def _bytes(array):
    array = np.asarray(array)
    return repr(array.tolist()).encode() if array.dtype.hasobject else array.tobytes()
