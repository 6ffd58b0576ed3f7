"""Letters on photographs as a TensorFlow Datasets builder: one letter an image, at three difficulties and any size."""

from typing import ClassVar, NamedTuple

import numpy as np
import tensorflow_datasets as tfds

from course.data import configs, drawing

SEED = 1998
SPLITS = ("train", "test")


DIFFICULTIES = {
    "easy": drawing.Level((0.60, 0.90), 10, 0.05, (0.40, 0.50), fade=0.5, fragments=0, noise=4),
    "medium": drawing.Level((0.45, 0.85), 25, 0.15, (0.10, 0.40), fade=0.2, fragments=6, noise=10),
    "hard": drawing.Level((0.30, 0.80), 30, 0.20, (0.06, 0.40), fade=0.0, fragments=9, noise=13),
}


class Picture(NamedTuple):
    """An image (size, size, 3) uint8, the mask (size, size) of its letter, and what they were drawn from."""

    image: np.ndarray
    mask: np.ndarray
    letter: drawing.Letter
    background: drawing.Background


def draw(split, index, difficulty, size):
    """Draw picture number `index` of a split; it is the same picture at every size."""
    rng, level = np.random.default_rng((SEED, SPLITS.index(split), index)), DIFFICULTIES[difficulty]
    background = drawing.random_background(rng, split, level.fade)
    character = drawing.LETTERS[index % len(drawing.LETTERS)]
    letter = drawing.random_place(rng, drawing.random_letter(rng, split, character, level))
    colour = drawing.random_colour(rng, background.luma(letter.box()), level.contrasts)
    fragments = drawing.random_fragments(rng, split, level)
    image = background.pixels(size)
    if fragments:
        drawing.paint(image, drawing.ink(size, fragments), colour)
    ink = drawing.ink(size, [(letter, letter.box())])
    drawing.paint(image, ink, colour)
    return Picture(drawing.finish(rng, image, level.noise), ink >= drawing.INKED, letter, background)


def config(text):
    """The configuration that a text names: "hard_64", "hard" for 32×32, or "" for the default, `easy_32`.

    Raises a `ValueError` for another difficulty, or a size outside 16 to 224.
    """
    return configs.chosen(Builder, text)


def counts(size):
    """{split: images}: at any size no more than 200 MB in memory."""
    train = 8000 if size <= 64 else 2000 if size <= 128 else 1000
    return {"train": train, "test": train // 4}


class Builder(tfds.core.GeneratorBasedBuilder):
    """Ten letters, one an image (size, size, 3), on photographs; fonts and backgrounds of `test` are not in `train`."""

    VERSION = tfds.core.Version("1.0.1")
    BUILDER_CONFIGS: ClassVar = configs.every("a letter on a photograph", 16, 224)
    DEFAULT_BUILDER_CONFIG_NAME = "easy_32"

    def _info(self):
        size = self.builder_config.size
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(size, size, 3), encoding_format="png"),
                    "label": tfds.features.ClassLabel(names=list(drawing.LETTERS)),
                    "bbox": tfds.features.BBoxFeature(doc="The letter's."),
                    "font": tfds.features.Text(doc="The file of matplotlib's fonts, without its ending."),
                    "angle": tfds.features.Scalar(dtype=np.float32, doc="Degrees, counter-clockwise."),
                    "index": tfds.features.Scalar(dtype=np.int64, doc="The number that it is drawn from."),
                    "photograph": tfds.features.Text(doc="The name of scikit-learn's sample image."),
                    "crop": tfds.features.BBoxFeature(doc="The background's place in the photograph."),
                }
            ),
            supervised_keys=("image", "label"),
            homepage=configs.HOMEPAGE,
            license=configs.LICENSE,
        )

    def _split_generators(self, dl_manager):
        return {
            split: self._generate_examples(split, count) for split, count in counts(self.builder_config.size).items()
        }

    def _generate_examples(self, split, count):
        level, size = self.builder_config.difficulty, self.builder_config.size
        for index in range(count):
            picture = draw(split, index, level, size)
            yield (
                index,
                {
                    "image": drawing.png(picture.image),
                    "label": picture.letter.character,
                    "bbox": configs.bbox(drawing.extent(picture.mask), (size, size)),
                    "font": picture.letter.font,
                    "angle": picture.letter.angle,
                    "index": index,
                    "photograph": picture.background.photograph,
                    "crop": configs.bbox(*picture.background.place()),
                },
            )
