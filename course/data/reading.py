"""From files to `tf.data`: a small set is held in memory, a large one is streamed."""

import math

import tensorflow as tf
import tensorflow_datasets as tfds

IN_MEMORY = 512 * 2**20  # bytes of decoded examples, above which a split is streamed
READ = tfds.ReadConfig(try_autocache=False)


def read(builder, split, *, batch_size=None, supervised=None, name=""):
    """Return one split as a `tf.data.Dataset`, or as NumPy arrays if `batch_size` is -1.

    `supervised` names the features of an element, as a tuple; a dict of all when it is None. Features of which images
    have different numbers, such as boxes, are ragged in batches. Raises a `ValueError` if images of different sizes
    are to be in one batch.
    """
    specs = builder.info.features.get_tensor_spec()
    specs = {key: specs[key] for key in supervised} if supervised else specs
    flat = [spec for spec in tf.nest.flatten(specs) if isinstance(spec, tf.TensorSpec)]
    sizes_differ = any(spec.shape.rank and spec.shape.rank >= 3 and None in spec.shape[:2] for spec in flat)
    if sizes_differ and batch_size is not None:
        raise ValueError(
            f"The images of {builder.name} differ in size and cannot be in one batch; load them without batch_size, "
            "bring them to one size with map, then call batch."
        )
    data = _examples(builder, split, supervised)
    together = "batch" if all(spec.shape.is_fully_defined() for spec in flat) else "ragged_batch"
    count = builder.info.splits[split].num_examples
    if batch_size == -1 or (not sizes_differ and _bytes(flat) * count <= IN_MEMORY):
        whole = getattr(data, together)(max(count, 1)).get_single_element()
        if batch_size == -1:
            return tf.nest.map_structure(lambda part: part.numpy(), whole)
        data = tf.data.Dataset.from_tensor_slices(whole)
        if together == "ragged_batch":  # each example as TFDS gives it: a tensor of its own length
            data = data.map(lambda *parts: parts if supervised else parts[0])
    if batch_size:
        data = getattr(data, together)(batch_size)
    options = tf.data.Options()
    options.dataset_name = name
    return data.with_options(options)


def _examples(builder, split, supervised):
    """As TFDS reads them: from several files at once, decoded on all cores, some ahead."""
    if supervised in (None, builder.info.supervised_keys):
        return builder.as_dataset(split=split, as_supervised=supervised is not None, read_config=READ)
    data = builder.as_dataset(split=split, read_config=READ)
    return data.map(lambda features: tuple(features[key] for key in supervised))


def _bytes(specs):
    return sum(math.prod(side or 1 for side in spec.shape) * spec.dtype.size for spec in specs)
