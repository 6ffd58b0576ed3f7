"""What the exercise of lesson 10 on anchors compares answers with, and the mistakes people make."""

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.readers import array_like


def anchors(answer, wanted):
    """`anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32))`: the anchors of a cell, `(9, 4)` by default.

    For each ratio, height over width, a box of about base_size² pixels: its width is base_size / √ratio, rounded, and
    its height that width times ratio, rounded. Then, for each scale, both sides times the scale. All have the middle
    of the cell's pixels, 0 to base_size - 1, for theirs. Rows are x1, y1, x2, y2, with both corners in the box: all
    scales of the first ratio, then those of the next.
    """
    small = [(4, [1], [1]), (4, [1], [2]), (5, [1], [1]), (4, [2], [1]), (10, [0.5], [1]), (10, [1 / 3, 3], [2, 5])]
    small += [(9, [0.5], [1, 2])]  # its height comes to 6.5
    words = ("base_size", "ratios", "scales")
    cases = [((), dict(zip(words, case, strict=True))) for case in small]
    cases += [((), {"base_size": 16, "ratios": [0.5, 1, 2], "scales": [8, 16]}), ((), {})]
    check_function(answer, _anchors, cases, ANCHOR_MISTAKES, array_like)
    return "Without arguments they are the nine of Faster R-CNN's release."


def _rounded_sides(base_size, ratio):
    width = np.round(base_size / np.sqrt(ratio))
    return width, np.round(width * ratio)


def _anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32), sides=_rounded_sides, place=None):
    """The anchors, row by row; `place(base_size, width, height)` gives the corners."""
    rows = []
    for ratio in ratios:
        width, height = sides(base_size, ratio)
        rows += [(place or _about_the_cell)(base_size, width * scale, height * scale) for scale in scales]
    return np.array(rows, float)


def _about_the_cell(base_size, width, height):
    middle, x, y = (base_size - 1) / 2, (width - 1) / 2, (height - 1) / 2
    return middle - x, middle - y, middle + x, middle + y


def _anchors_with(sides=_rounded_sides, place=None):
    return lambda base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32): _anchors(
        base_size, ratios, scales, sides, place
    )


def _unrounded(base_size, ratio):
    return base_size / np.sqrt(ratio), base_size * np.sqrt(ratio)


def _scales_first(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    return np.concatenate([_anchors(base_size, ratios, [scale]) for scale in scales])


def _rounded_after_scaling(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    rows = [_anchors(base_size * scale, [ratio], [1]) for ratio in ratios for scale in scales]
    moves = [(base_size - base_size * scale) / 2 for _ in ratios for scale in scales]
    return np.concatenate(rows) + np.array(moves)[:, None]


def _both_rounded_after_scaling(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    """Width and height of the scaled box, each rounded by itself."""
    rows = [
        _about_the_cell(base_size, *(np.round(scale * side) for side in _unrounded(base_size, ratio)))
        for ratio in ratios
        for scale in scales
    ]
    return np.array(rows)


def _sides_by(rounded):
    """Width and height from it, each rounded in another way."""
    return lambda base, ratio: (rounded(base / np.sqrt(ratio)), rounded(rounded(base / np.sqrt(ratio)) * ratio))


ANCHOR_MISTAKES = (
    Mistake(
        "The sides are not rounded: round the width, then width * ratio, before you scale.", _anchors_with(_unrounded)
    ),
    *(
        Mistake("You round after scaling: the release rounds the sides first and then multiplies by the scale.", made)
        for made in (_rounded_after_scaling, _both_rounded_after_scaling)
    ),
    Mistake(
        "You round base_size * √ratio for the height: the release rounds the rounded width times ratio.",
        _anchors_with(lambda base, ratio: tuple(map(np.round, _unrounded(base, ratio)))),
    ),
    Mistake(
        "You cut the sides' fractions off: round them to the nearest whole number.",
        _anchors_with(_sides_by(np.floor)),
    ),
    Mistake("You round the sides up: round them to the nearest whole number.", _anchors_with(_sides_by(np.ceil))),
    Mistake(
        "A half is rounded up with you: np.round, which is asked, rounds it to the even number, 6.5 to 6.",
        _anchors_with(_sides_by(lambda side: np.floor(side + 0.5))),
    ),
    Mistake(
        "Your height is not rounded, only the width is: round width * ratio, too.",
        _anchors_with(lambda base, ratio: (np.round(base / np.sqrt(ratio)), np.round(base / np.sqrt(ratio)) * ratio)),
    ),
    Mistake(
        "The middle is 7.5 always with you: it is (base_size - 1) / 2.",
        lambda base_size=16, *rest, **words: _anchors(base_size, *rest, **words) + 7.5 - (base_size - 1) / 2,
    ),
    Mistake(
        "You return a corner, width and height: return the corners x1, y1, x2, y2.",
        _anchors_with(place=lambda base, w, h: (*_about_the_cell(base, w, h)[:2], w, h)),
    ),
    Mistake(
        "You divide by 2 with //, which rounds down: the middle and the corners may lie at a half.",
        _anchors_with(
            place=lambda base, w, h: (
                (base - 1) // 2 - (w - 1) // 2,
                (base - 1) // 2 - (h - 1) // 2,
                (base - 1) // 2 + (w - 1) // 2,
                (base - 1) // 2 + (h - 1) // 2,
            )
        ),
    ),
    Mistake(
        "The ratio is turned round: it is height over width, so 2 is a tall box.",
        _anchors_with(lambda base, ratio: _rounded_sides(base, 1 / ratio)),
    ),
    *(
        Mistake(
            "You change the width and leave the height: the height is the width times ratio.",
            _anchors_with(lambda base, ratio, power=power: (np.round(base / ratio**power), base)),
        )
        for power in (0.5, 1)
    ),
    Mistake(
        "You multiply the height by ratio and leave the width: the area has to stay base_size², so the width is "
        "base_size / √ratio.",
        _anchors_with(lambda base, ratio: (base, np.round(base * ratio))),
    ),
    *(
        Mistake(
            "You divide the width by ratio without the root: the area has to stay base_size², so it is base_size / "
            "√ratio.",
            _anchors_with(sides),
        )
        for sides in (
            lambda base, ratio: _rounded_sides(base, ratio**2),
            lambda base, ratio: (np.round(base / ratio), np.round(np.round(base / ratio) * ratio)),
        )
    ),
    Mistake(
        "The rows are in another order: all scales of the first ratio come first, then those of the next.",
        _scales_first,
    ),
    Mistake(
        "The boxes are a pixel too large: both corners belong to the box, so they lie width - 1 apart.",
        _anchors_with(
            place=lambda base, w, h: ((base - 1 - w) / 2, (base - 1 - h) / 2, (base - 1 + w) / 2, (base - 1 + h) / 2)
        ),
    ),
    Mistake(
        "The centre is base_size / 2 and the corners lie width apart: the cell's pixels are 0 to base_size - 1, so its "
        "middle is (base_size - 1) / 2, and both corners belong to the box.",
        _anchors_with(place=lambda base, w, h: ((base - w) / 2, (base - h) / 2, (base + w) / 2, (base + h) / 2)),
    ),
    Mistake(
        "The centre is base_size / 2: the cell's pixels are 0 to base_size - 1, so its middle is (base_size - 1) / 2.",
        lambda *args, **kwargs: _anchors(*args, **kwargs) + 0.5,
    ),
    Mistake(
        "The anchors lie about the point 0, 0: they lie about the middle of the cell, (base_size - 1) / 2.",
        _anchors_with(place=lambda base, w, h: ((1 - w) / 2, (1 - h) / 2, (w - 1) / 2, (h - 1) / 2)),
    ),
    Mistake(
        "The anchors lie about the point 0, 0 and their corners width apart: the middle is (base_size - 1) / 2, and "
        "both corners belong to the box.",
        _anchors_with(place=lambda base, w, h: (-w / 2, -h / 2, w / 2, h / 2)),
    ),
    Mistake(
        "Every number is 1 too large: the first pixel is 0 here; the release's MATLAB edition counts from 1.",
        lambda *args, **kwargs: _anchors(*args, **kwargs) + 1,
    ),
    Mistake(
        "Width and height are swapped: a ratio is height over width, and a box is x1, y1, x2, y2.",
        lambda *args, **kwargs: _anchors(*args, **kwargs)[:, [1, 0, 3, 2]],
    ),
    Mistake(
        "You return centre, width and height: return the corners x1, y1, x2, y2.",
        _anchors_with(place=lambda base, w, h: ((base - 1) / 2, (base - 1) / 2, w, h)),
    ),
    Mistake(
        "The result has three axes: one row an anchor, (len(ratios) * len(scales), 4).",
        lambda base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32): _anchors(base_size, ratios, scales).reshape(
            len(ratios), len(scales), 4
        ),
    ),
    Mistake("You ignore the arguments: compute the anchors from them.", lambda *args, **kwargs: _anchors()),
    Mistake(
        "The boxes begin at 0, 0: their middle lies at the middle of the cell, (base_size - 1) / 2.",
        lambda *args, **kwargs: _anchors(*args, **kwargs) - _anchors(*args, **kwargs)[:, [0, 1, 0, 1]],
    ),
    Mistake(
        "You multiply the area by the scale: both sides are multiplied by it.",
        lambda base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32): _anchors(
            base_size, ratios, [scale**0.5 for scale in scales]
        ),
    ),
)
