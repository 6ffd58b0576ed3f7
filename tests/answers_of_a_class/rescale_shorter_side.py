"""A class's answers to the exercise rescale-shorter-side."""

# ruff: noqa: F811

import math
from fractions import Fraction

import numpy as np

from answers_of_a_class import right, wrong


def rescale_shorter_side_swapped(height, width, shorter_side):
    return [int(height * shorter_side / width + 0.5), shorter_side]


def sides(a, b):
    lt, rb = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.maximum(rb - lt + 1, 0)


@wrong("rescale-shorter-side", "scales the longer side", "The longer side became shorter_side")
def rescale_shorter_side(height, width, shorter_side):
    scale = shorter_side / max(height, width)
    return round(height * scale), round(width * scale)


@wrong("rescale-shorter-side", "(width, height)", "Height and width are swapped")
def rescale_shorter_side(height, width, shorter_side):
    if height < width:
        return round(width * shorter_side / height), shorter_side
    return shorter_side, round(height * shorter_side / width)


@wrong("rescale-shorter-side", "both sides become shorter_side", "Both sides became shorter_side")
def rescale_shorter_side(height, width, shorter_side):
    return shorter_side, shorter_side


@wrong("rescale-shorter-side", "assumes landscape", "The height became shorter_side always")
def rescale_shorter_side(height, width, shorter_side):
    ratio = width / height
    return shorter_side, round(shorter_side * ratio)


@wrong("rescale-shorter-side", "never enlarges", "Small images stay small with you")
def rescale_shorter_side(height, width, shorter_side):
    s = min(height, width)
    if s <= shorter_side:
        return height, width
    return round(height * shorter_side / s), round(width * shorter_side / s)


@wrong("rescale-shorter-side", "cuts off instead of rounding", "The fraction of the longer side is cut off")
def rescale_shorter_side(height, width, shorter_side):
    s = shorter_side / min(height, width)
    return int(height * s), int(width * s)


@wrong("rescale-shorter-side", "scale rounded to whole numbers first", "The factor is a whole number with you")
def rescale_shorter_side(height, width, shorter_side):
    s = shorter_side // min(height, width)
    return height * s, width * s


@wrong("rescale-shorter-side", "adds the difference", "You add the same number to both sides")
def rescale_shorter_side(height, width, shorter_side):
    d = shorter_side - min(height, width)
    return height + d, width + d


@wrong("rescale-shorter-side", "returns floats of the ratio", "expected a whole number")
def rescale_shorter_side(height, width, shorter_side):
    if height < width:
        return shorter_side, width * shorter_side / height
    return height * shorter_side / width, shorter_side


@wrong("rescale-shorter-side", "square root of the ratio", "You take the root of the factor")
def rescale_shorter_side(height, width, shorter_side):
    s = math.sqrt(shorter_side / min(height, width))
    return round(height * s), round(width * s)


@right("rescale-shorter-side", "Fraction")
def rescale_shorter_side(height, width, shorter_side):
    scale = Fraction(shorter_side, min(height, width))
    return tuple(round(side * scale) for side in (height, width))


@right("rescale-shorter-side", "numpy rint")
def rescale_shorter_side(height, width, shorter_side):
    sides = np.array([height, width])
    return np.rint(sides * shorter_side / sides.min()).astype(int)


@right("rescale-shorter-side", "recursion by transposing")
def rescale_shorter_side(height, width, shorter_side):
    if height > width:
        return rescale_shorter_side_swapped(height, width, shorter_side)
    return [shorter_side, int(width * shorter_side / height + 0.5)]


@wrong("rescale-shorter-side", "rounds the factor", "You round the factor")
def rescale_shorter_side(height, width, shorter_side):
    factor = round(shorter_side / min(height, width), 2)
    return round(height * factor), round(width * factor)


@right("rescale-shorter-side", "fractions")
def rescale_shorter_side(height, width, shorter_side):
    factor = Fraction(shorter_side, min(height, width))
    return tuple(int(side * factor + Fraction(1, 2)) for side in (height, width))
