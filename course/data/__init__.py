"""The course's data sets, by the words of TensorFlow Datasets: `load("digits", split="train")`."""

import importlib

from course.errors import integer, unknown

BUILDERS = {
    "digits": "course.data.digits.digits_dataset_builder",
    "glyphs": "course.data.glyphs.glyphs_dataset_builder",
    "glyph_scenes": "course.data.glyph_scenes.glyph_scenes_dataset_builder",
}


def load(name, split=None, *, batch_size=None, as_supervised=True, with_info=False, data_dir=None, strict=False):
    """Return a `tf.data.Dataset` of (image, label), prepared on disk by the first call.

    Embedded, and without need of a network: "digits", "glyphs", "glyph_scenes"; "glyphs/hard_64" is the hard
    configuration at 64×64. The papers', through TFDS: "mnist", "fashion_mnist", "cifar10", "imagenette",
    "oxford_iiit_pet", "voc", and "imagenet2012", whose archives a person must download. Where one of these cannot be
    had, one line says why, and an embedded set stands in; with `strict=True` that is an `OSError` instead. Which set it
    is, `name_of` says of the data, and `info.full_name`. Archives that were fetched by other means are taken from
    <data_dir>/downloads/manual.

    As `tfds.load`: `split` is "train", "test", a slice such as "train[:80%]", a list of these for a list of data sets,
    or None for a dict of all. Without `batch_size` an element is one example: image (height, width, channels) uint8,
    label () int64; with it, a batch. `as_supervised=False` gives a dict of all features. `with_info=True` returns
    `(data, info)`; `info.features["label"].names` are the classes. `data_dir` is TFDS's, `TFDS_DATA_DIR` by default.

    What differs from `tfds.load`: `as_supervised` is True when left out; it gives (image, segmentation_mask) for
    oxford_iiit_pet and (image, objects) for voc, whose `objects` are a dict of "bbox", "label" and more, ragged in a
    batch; `batch_size=-1` gives the whole split as NumPy arrays. A split of up to 512 MiB, decoded, is held in memory;
    a larger one is streamed. Pixels stay whole numbers from 0 to 255: see `scale`.

    Raises a `ValueError` for an unknown name or split, for a folder that cannot be written to, and where images of
    different sizes are to be in one batch.
    """
    from course.data.papers import PAPERS

    base, _, config = name.partition("/")
    if name not in PAPERS and (base not in BUILDERS or (config and base == "digits")):
        raise unknown("data set", name, [*BUILDERS, *(paper for paper in PAPERS if "/" not in paper)])
    if batch_size not in (None, -1):
        batch_size = integer("batch_size", batch_size, 1)

    import tensorflow as tf

    from course.data.reading import read

    paper = PAPERS.get(name)
    builder, title, split = _paper(name, split, data_dir, strict) if paper else (*_embedded(name, data_dir), split)
    supervised = ((paper and paper.supervised) or builder.info.supervised_keys) if as_supervised else None
    parts = {part: part for part in builder.info.splits} if split is None else split
    data = tf.nest.map_structure(
        lambda part: read(builder, part, batch_size=batch_size, supervised=supervised, name=title), parts
    )
    return (data, builder.info) if with_info else data


def name_of(data):
    """Return the name of the set that `load` gave, such as "glyphs/medium_32 in place of cifar10".

    It outlives `map`, `shuffle`, `batch` and the like. An empty string for a `tf.data.Dataset` made elsewhere, and for
    whatever is none.
    """
    import tensorflow as tf

    return (data.options().dataset_name or "") if isinstance(data, tf.data.Dataset) else ""


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


def _builder(name):
    """The builder class of an embedded set, and its configuration or None."""
    base, _, text = name.partition("/")
    module = importlib.import_module(BUILDERS[base])
    return module.Builder, module.config(text) if hasattr(module, "config") else None


def _embedded(name, data_dir):
    """The builder of an embedded set, its files on disk, and its name."""
    from course.data.prepared import prepared

    builder_class, config = _builder(name)
    title = f"{builder_class.name}/{config.name}" if config else builder_class.name
    return prepared(builder_class, data_dir, config=config), title


def _paper(name, split, data_dir, strict):
    """The builder of a paper's set, or of the one in its place; its name; and the split in that set's words."""
    from course.data import papers

    try:
        return papers.builder(name, data_dir), name, split
    except papers.Unavailable as error:
        paper = papers.PAPERS[name]
        if strict:
            raise papers.Unavailable(f"{error}; without strict=True, {paper.instead} is used in its place.") from error
        builder_class, config = _builder(paper.instead)
        sizes = "×".join(map(str, builder_class(data_dir=data_dir, config=config).info.features["image"].shape))
        print(f"{error}; the embedded {paper.instead}, {sizes}, is used in its place.", flush=True)
    builder, title = _embedded(paper.instead, data_dir)
    return builder, f"{title} in place of {name}", papers.in_place_of(paper, split)
