"""Several letters on a photograph, with masks and boxes, as a TensorFlow Datasets builder: segmentation, detection."""

from typing import ClassVar, NamedTuple

import numpy as np
import tensorflow_datasets as tfds

from course.data import configs, drawing

SEED = 2015
SPLITS = ("train", "test")
MOST = 5  # letters in a scene
CLASSES = ("background", *drawing.LETTERS)  # a pixel's value in the mask is its class's place here

DIFFICULTIES = {
    "easy": drawing.Level((0.28, 0.42), 10, 0.05, (0.40, 0.50), fade=0.5, fragments=0, noise=4),
    "medium": drawing.Level((0.26, 0.42), 20, 0.10, (0.25, 0.45), fade=0.2, fragments=4, noise=8),
    "hard": drawing.Level((0.24, 0.48), 30, 0.20, (0.15, 0.40), fade=0.0, fragments=8, noise=12),
}
APART = 0.03  # of the side: between the boxes of any two letters, where none may overlap
OVERLAP = {"easy": 0.0, "medium": 0.0, "hard": 0.3}  # of the smaller of two boxes: how much the other may take
TRIES = 20  # places tried for a letter before all are made smaller


class Scene(NamedTuple):
    """An image (size, size, 3) uint8, each pixel's letter (size, size) int8, −1 for none, and what was drawn."""

    image: np.ndarray
    owners: np.ndarray
    letters: list
    background: drawing.Background

    def mask(self):
        """(size, size) uint8: each pixel's class."""
        classes = [CLASSES.index(letter.character) for letter in self.letters]
        return np.array([*classes, 0], np.uint8)[self.owners]

    def boxes(self):
        """left, top, right, bottom of what is seen of each letter, in pixels."""
        return [drawing.extent(self.owners == number) for number in range(len(self.letters))]


def draw(split, index, difficulty, size):
    """Draw scene number `index` of a split; it is the same scene at every size."""
    rng, level = np.random.default_rng((SEED, SPLITS.index(split), index)), DIFFICULTIES[difficulty]
    background = drawing.random_background(rng, split, level.fade)
    characters = [drawing.LETTERS[rng.integers(len(drawing.LETTERS))] for _ in range(rng.integers(1, MOST + 1))]
    letters = [drawing.random_letter(rng, split, character, level) for character in characters]
    letters = _placed(rng, letters, OVERLAP[difficulty])
    image = background.pixels(size)
    for letter, window in drawing.random_fragments(rng, split, level):
        colour = drawing.random_colour(rng, background.luma(window), level.contrasts)
        drawing.paint(image, drawing.ink(size, [(letter, window)]), colour)
    owners = np.full((size, size), -1, np.int8)
    for number, letter in enumerate(letters):
        colour = drawing.random_colour(rng, background.luma(letter.box()), level.contrasts)
        ink = drawing.ink(size, [(letter, letter.box())])
        drawing.paint(image, ink, colour)
        owners[ink >= drawing.INKED] = number
    return Scene(drawing.finish(rng, image, level.noise), owners, letters, background)


def _placed(rng, letters, overlap):
    """The letters where they leave each other free, all made smaller until there is room."""
    while True:
        placed = []
        for letter in letters:
            tries = (drawing.random_place(rng, letter) for _ in range(TRIES))
            place = next((it for it in tries if all(_free(it.box(), other.box(), overlap) for other in placed)), None)
            if place is None:
                break
            placed.append(place)
        else:
            return placed
        letters = [letter._replace(height=0.9 * letter.height) for letter in letters]


def _free(box, other, overlap):
    gap = 0 if overlap else APART
    width = min(box[2], other[2]) - max(box[0], other[0]) + gap
    height = min(box[3], other[3]) - max(box[1], other[1]) + gap
    areas = ((right - left) * (bottom - top) for left, top, right, bottom in (box, other))
    return max(width, 0) * max(height, 0) <= overlap * min(areas)


def config(text):
    """The configuration that a text names: "hard_96", "hard" for 64×64, or "" for the default, `easy_64`.

    Raises a `ValueError` for another difficulty, or a size outside 32 to 224.
    """
    return configs.chosen(Builder, text)


def counts(size):
    """{split: scenes}: at any size no more than 100 MiB in memory."""
    train = 800 if size <= 128 else 400
    return {"train": train, "test": train // 4}


class Builder(tfds.core.GeneratorBasedBuilder):
    """1 to 5 letters on a photograph (size, size, 3), with a class for each pixel and a box for each letter."""

    VERSION = tfds.core.Version("1.0.1")
    BUILDER_CONFIGS: ClassVar = configs.every("1 to 5 letters on a photograph", 32, 224)
    DEFAULT_BUILDER_CONFIG_NAME = "easy_64"

    def _info(self):
        size = self.builder_config.size
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(size, size, 3), encoding_format="png"),
                    "segmentation_mask": tfds.features.LabeledImage(
                        labels=list(CLASSES), shape=(size, size, 1), encoding_format="png"
                    ),
                    "objects": tfds.features.Sequence(
                        {
                            "bbox": tfds.features.BBoxFeature(doc="What is seen of the letter."),
                            "label": tfds.features.ClassLabel(names=list(CLASSES)),
                            "font": tfds.features.Text(doc="The file of matplotlib's fonts, without its ending."),
                        }
                    ),
                    "index": tfds.features.Scalar(dtype=np.int64, doc="The number that it is drawn from."),
                    "photograph": tfds.features.Text(doc="The name of scikit-learn's sample image."),
                    "crop": tfds.features.BBoxFeature(doc="The background's place in the photograph."),
                }
            ),
            supervised_keys=("image", "segmentation_mask"),
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
            scene = draw(split, index, level, size)
            objects = zip(scene.boxes(), scene.letters, strict=True)
            yield (
                index,
                {
                    "image": drawing.png(scene.image),
                    "segmentation_mask": drawing.png(scene.mask()),
                    "objects": [
                        {"bbox": configs.bbox(box, (size, size)), "label": letter.character, "font": letter.font}
                        for box, letter in objects
                    ],
                    "index": index,
                    "photograph": scene.background.photograph,
                    "crop": configs.bbox(*scene.background.place()),
                },
            )
