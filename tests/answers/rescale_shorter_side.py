"""The size of an image whose shorter side is given."""

import math
from fractions import Fraction

import numpy as np

from answers import right, wrong


@right("rescale-shorter-side")
def rescale_shorter_side(height, width, shorter_side):
    factor = shorter_side / min(height, width)
    return round(height * factor), round(width * factor)


@right("rescale-shorter-side")
def by_cases(height, width, shorter_side):
    if height < width:
        return shorter_side, int(width * shorter_side / height + 0.5)
    return [int(height * shorter_side / width + 0.5), shorter_side]


@right("rescale-shorter-side")
def exactly(height, width, shorter_side):
    factor = Fraction(shorter_side, min(height, width))
    return tuple(math.floor(n * factor + Fraction(1, 2)) for n in (height, width))


@right("rescale-shorter-side")
def by_numpy(height, width, shorter_side):
    size = np.array([height, width])
    return np.rint(size * (shorter_side / size.min())).astype(int)


@wrong("rescale-shorter-side", r"longer side became shorter_side")
def longer_side(height, width, shorter_side):
    factor = shorter_side / max(height, width)
    return round(height * factor), round(width * factor)


@wrong("rescale-shorter-side", r"fraction of the longer side is cut off")
def cut(height, width, shorter_side):
    short = min(height, width)
    return height * shorter_side // short, width * shorter_side // short


@wrong("rescale-shorter-side", r"rounded up")
def rounded_up(height, width, shorter_side):
    short = min(height, width)
    return math.ceil(height * shorter_side / short), math.ceil(width * shorter_side / short)


@wrong("rescale-shorter-side", r"Height and width are swapped|right values in the wrong order")
def swapped(height, width, shorter_side):
    return rescale_shorter_side(width, height, shorter_side)


@wrong("rescale-shorter-side", r"the aspect has to stay")
def square(height, width, shorter_side):
    return shorter_side, shorter_side


@wrong("rescale-shorter-side", r"height became shorter_side always")
def of_the_height(height, width, shorter_side):
    return shorter_side, round(width * shorter_side / height)


@wrong("rescale-shorter-side", r"longer side stays as it was")
def one_side(height, width, shorter_side):
    return (shorter_side if height <= width else height), (shorter_side if width <= height else width)


@wrong("rescale-shorter-side", r"Small images stay small")
def only_smaller(height, width, shorter_side):
    factor = min(1, shorter_side / min(height, width))
    return round(height * factor), round(width * factor)


@wrong("rescale-shorter-side", r"factor is a whole number")
def whole_factor(height, width, shorter_side):
    factor = shorter_side // min(height, width)
    return height * factor, width * factor


@wrong("rescale-shorter-side", r"expected a whole number.*\n.*round to the nearest")
def with_fraction(height, width, shorter_side):
    factor = shorter_side / min(height, width)
    return height * factor, width * factor


@wrong("rescale-shorter-side", r"area became")
def by_the_area(height, width, shorter_side):
    factor = shorter_side / (height * width) ** 0.5
    return round(height * factor), round(width * factor)
