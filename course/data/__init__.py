"""The course's data sets, by the words of TensorFlow Datasets: `load("digits", split="train")`."""

import importlib

from course.errors import integer, unknown

BUILDERS = {"digits": "course.data.digits.digits_dataset_builder"}


def load(name, split=None, *, batch_size=None, as_supervised=True, with_info=False, data_dir=None):
    """Return a `tf.data.Dataset` of (image, label), prepared on disk by the first call and held in memory.

    As `tfds.load`: `split` is "train", "test", a slice such as "train[:80%]", a list of these for a list of data sets,
    or None for a dict of all. Without `batch_size` an element is one example: image (height, width, channels) uint8,
    label () int64; with it, a batch. `as_supervised=False` gives a dict of all features. `with_info=True` returns
    `(data, info)`; `info.features["label"].names` are the classes. `data_dir` is TFDS's, `TFDS_DATA_DIR` by default.

    Two things differ from `tfds.load`: `as_supervised` is True when left out, and `batch_size=-1` gives the whole
    split as NumPy arrays. Pixels stay whole numbers from 0 to 255: see `scale`.

    Raises a `ValueError` for an unknown name or split, and for a folder that cannot be written to.
    """
    if name not in BUILDERS:
        raise unknown("data set", name, BUILDERS)
    if batch_size not in (None, -1):
        batch_size = integer("batch_size", batch_size, 1)

    import tensorflow as tf
    import tensorflow_datasets as tfds

    from course.data.prepared import prepared

    builder = prepared(importlib.import_module(BUILDERS[name]).Builder, data_dir)
    once = tfds.ReadConfig(try_autocache=False)

    def examples(part):
        whole = builder.as_dataset(split=part, batch_size=-1, as_supervised=as_supervised, read_config=once)
        if batch_size == -1:
            return tfds.as_numpy(whole)
        data = tf.data.Dataset.from_tensor_slices(whole)
        return data.batch(batch_size) if batch_size else data

    data = tf.nest.map_structure(examples, {part: part for part in builder.info.splits} if split is None else split)
    return (data, builder.info) if with_info else data


def scale(images, low=0.0, high=1.0):
    """Return the pixels as float32, with 0 at `low` and 255 at `high`; LeNet-5 of 1998 took -0.1 and 1.175.

    `images` is a NumPy array of any shape, or a `tf.data.Dataset` of (image, label), whose labels stay as they are.
    Raises a `ValueError` if the pixels are not uint8: scaled twice, they would all be near `low`.
    """
    import numpy as np
    import tensorflow as tf

    def scaled(pixels):
        return pixels / 255 * (high - low) + low

    if isinstance(images, tf.data.Dataset):
        _raw(images.element_spec[0].dtype.name)
        return images.map(lambda image, label: (scaled(tf.cast(image, tf.float32)), label))
    images = np.asarray(images)
    _raw(images.dtype.name)
    return scaled(images.astype(np.float32))


def _raw(dtype):
    if dtype != "uint8":
        raise ValueError(f"The images are {dtype}; scale takes pixels of 0 to 255 as uint8, and these may be scaled.")
