"""The configurations of the drawn data sets: a difficulty and an image size, "hard_64"."""

import dataclasses
import re

import tensorflow_datasets as tfds

from course.errors import unknown

DIFFICULTIES = ("easy", "medium", "hard")
HOMEPAGE = "https://scikit-learn.org/stable/datasets/loading_other_datasets.html#sample-images"
LICENSE = (
    "The photographs are scikit-learn's sample images, china.jpg by danielbuechele and flower.jpg by vultilion, both "
    "on Flickr: CC BY 2.0. The fonts are those that matplotlib ships: DejaVu (Bitstream Vera's licence, with changes "
    "in the public domain), STIX (STIX Font License, 2010) and Computer Modern (BaKoMa Fonts Licence)."
)


@dataclasses.dataclass(eq=False)
class Drawn(tfds.core.BuilderConfig):
    """How hard the pictures are, and how many pixels high and wide."""

    difficulty: str = DIFFICULTIES[0]
    size: int = 32


def every(what, smallest, largest):
    """All configurations of a data set. TFDS prints a warning for one that is not on its list."""
    return [
        Drawn(name=f"{level}_{size}", description=f"{level}, {size}×{size}: {what}", difficulty=level, size=size)
        for level in DIFFICULTIES
        for size in range(smallest, largest + 1)
    ]


def chosen(builder, text):
    """The configuration of a builder class that a text names: "hard_64", "hard", or "" for its default.

    Raises a `ValueError` for another difficulty, and for a size that is not drawn.
    """
    default = builder.builder_configs[builder.DEFAULT_BUILDER_CONFIG_NAME]
    difficulty, _, size = (text or default.difficulty).partition("_")
    if difficulty not in DIFFICULTIES:
        raise unknown(f"difficulty of {builder.name}", difficulty, DIFFICULTIES)
    size = size if "_" in text else str(default.size)
    name = f"{difficulty}_{int(size)}" if re.fullmatch("[0-9]{1,9}", size) else ""
    if name not in builder.builder_configs:
        sizes = [config.size for config in builder.BUILDER_CONFIGS]
        raise ValueError(
            f'{builder.name} is drawn {min(sizes)} to {max(sizes)} pixels high and wide, and "{text}" asks for '
            f'"{size}"; give a whole number between them, such as "{difficulty}_{default.size}".'
        )
    return builder.builder_configs[name]


def bbox(edges, sides):
    """TFDS's box of left, top, right, bottom in an image of that width and height."""
    left, top, right, bottom = edges
    width, height = sides
    return tfds.features.BBox(ymin=top / height, xmin=left / width, ymax=bottom / height, xmax=right / width)
