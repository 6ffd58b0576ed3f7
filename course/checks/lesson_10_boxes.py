"""What the exercises of lesson 10 on single boxes compare answers with: overlap, anchors, encoding and decoding.

A box is x1, y1, x2, y2 with both corners inside it, as in `course.boxes`.
"""

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.readers import array_like


def iou(answer, wanted):
    """`iou(boxes, others)`: intersection over union of each box with each other, `(n, 4), (m, 4) → (n, m)`.

    A box is x1, y1, x2, y2 in pixels. Both corners belong to it: it is x2 - x1 + 1 wide and y2 - y1 + 1 high.
    """
    whole, half = [0, 0, 9, 9], [5, 0, 14, 9]
    pairs = [([whole], [whole]), ([whole], [half]), ([[0, 0, 3, 3]], [[6, 6, 9, 9]]), ([[0, 0, 4, 4]], [[4, 4, 8, 8]])]
    pairs += [([whole], [[2, 3, 2, 3]]), ([whole, half], [whole, half, [30, 2, 39, 20]])]
    cases = [((np.array(boxes, "float32"), np.array(others, "float32")), {}) for boxes, others in pairs]
    rng = np.random.default_rng(10)
    cases += [((random_boxes(rng, n), random_boxes(rng, m)), {}) for n, m in ((4, 2), (3, 3))]
    cases.append(((random_boxes(rng, 2).astype("int64"), random_boxes(rng, 5).astype("int64")), {}))
    check_function(answer, _iou, cases, IOU_MISTAKES, array_like)


def random_boxes(rng, count, size=30):
    """Boxes of two pixels a side or more that overlap often."""
    corners = rng.integers(0, size // 2, (count, 2))
    return np.concatenate([corners, corners + rng.integers(1, size // 2, (count, 2))], axis=1).astype("float32")


def overlaps(boxes, others, edge=1, least=0, area_edge=None):
    """The intersections, the areas of the boxes and those of the others, `(n, m)` each."""
    area_edge = edge if area_edge is None else area_edge
    boxes, others = (np.asarray(b, float).reshape(-1, 4) for b in (boxes, others))
    first = np.maximum(boxes[:, None, :2], others[None, :, :2])
    last = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    intersection = np.maximum(last - first + edge, least).prod(axis=-1)
    areas = [(b[:, 2:] - b[:, :2] + area_edge).prod(axis=-1) for b in (boxes, others)]
    return intersection, *np.broadcast_arrays(areas[0][:, None], areas[1])


def _iou(boxes, others, **convention):
    intersection, areas, other_areas = overlaps(boxes, others, **convention)
    return intersection / (areas + other_areas - intersection)


def _hull(boxes, others):
    first = np.minimum(boxes[:, None, :2], others[None, :, :2])
    last = np.maximum(boxes[:, None, 2:], others[None, :, 2:])
    return overlaps(boxes, others)[0] / (last - first + 1.0).prod(axis=-1)


def _clipped_late(boxes, others):
    intersection, areas, other_areas = overlaps(boxes, others, least=-np.inf)
    intersection = np.maximum(intersection, 0)
    return intersection / (areas + other_areas - intersection)


def _with_sides(boxes):
    """The corners that boxes have if their last two numbers are taken for width and height."""
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:] - 1], axis=1)


def _over(divisor):
    return lambda boxes, others: overlaps(boxes, others)[0] / divisor(*overlaps(boxes, others)[1:])


IOU_MISTAKES = (
    Mistake(
        "You take x2 - x1 for the width: both corners belong to the box, which is x2 - x1 + 1 wide.",
        lambda b, o: _iou(b, o, edge=0),
    ),
    Mistake(
        "The areas lack the + 1 that the intersection has: a box is x2 - x1 + 1 wide.",
        lambda b, o: _iou(b, o, area_edge=0),
    ),
    Mistake(
        "The intersection lacks the + 1 that the areas have: it is right - left + 1 wide.",
        lambda b, o: _iou(b, o, edge=0, area_edge=1),
    ),
    Mistake(
        "The sides of the intersection can be negative where boxes lie apart: take 0 then.",
        lambda b, o: _iou(b, o, least=-np.inf),
    ),
    Mistake(
        "You cut the intersection off at 0 after multiplying: two negative sides make a positive area; cut off each.",
        _clipped_late,
    ),
    Mistake(
        "You divide by the sum of the areas: it counts the intersection twice, so subtract it once.",
        _over(lambda mine, theirs: mine + theirs),
    ),
    Mistake(
        "You add the intersection to the union: the sum of the areas counts it twice, so subtract it once.",
        lambda b, o: overlaps(b, o)[0] / sum(overlaps(b, o)),
    ),
    Mistake(
        "That is twice the intersection over the sum of the areas, the Dice coefficient: divide by the union.",
        lambda b, o: 2 * overlaps(b, o)[0] / sum(overlaps(b, o)[1:]),
    ),
    Mistake("You divide by the smaller area: divide by the union, what either box covers.", _over(np.minimum)),
    Mistake("You divide by the larger area: divide by the union, what either box covers.", _over(np.maximum)),
    Mistake(
        "You divide by the area of the first box: divide by the union, what either box covers.",
        _over(lambda mine, theirs: mine),
    ),
    Mistake(
        "You divide by the area of the second box: divide by the union, what either box covers.",
        _over(lambda mine, theirs: theirs),
    ),
    Mistake("You divide by the box around both: the union is what either box covers.", _hull),
    Mistake("That is the intersection in pixels: divide it by the union.", lambda b, o: overlaps(b, o)[0]),
    Mistake("That is 1 - IoU, a distance: equal boxes have 1, boxes apart 0.", lambda b, o: 1 - _iou(b, o)),
    Mistake("The result is transposed: row i belongs to boxes[i], column j to others[j].", lambda b, o: _iou(b, o).T),
    Mistake(
        "You take each box with the one of the same index: every box goes with every other, so (n, m) values.",
        lambda b, o: np.diagonal(_iou(b, o)) if len(b) == len(o) else None,
    ),
    Mistake(
        "You read a box as x, y, width, height: it is x1, y1, x2, y2, two corners.",
        lambda b, o: _iou(_with_sides(b), _with_sides(o)),
    ),
    Mistake(
        "You read a box as x1, x2, y1, y2: it is x1, y1, x2, y2.",
        lambda b, o: _iou(b[:, [0, 2, 1, 3]], o[:, [0, 2, 1, 3]]),
    ),
    Mistake("Rounded down to whole numbers: divide with /, not //.", lambda b, o: np.floor(_iou(b, o))),
    Mistake("That is in per cent: IoU goes from 0 to 1.", lambda b, o: 100 * _iou(b, o)),
)


def anchors(answer, wanted):
    """`anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32))`: the anchors of a cell, `(9, 4)` by default.

    For each ratio, height over width, a box of about base_size² pixels: its width is base_size / √ratio, rounded, and
    its height that width times ratio, rounded. Then, for each scale, both sides times the scale. All have the middle
    of the cell's pixels, 0 to base_size - 1, for theirs. Rows are x1, y1, x2, y2, with both corners in the box: all
    scales of the first ratio, then those of the next.
    """
    small = [(4, [1], [1]), (4, [1], [2]), (5, [1], [1]), (4, [2], [1]), (10, [0.5], [1]), (10, [1 / 3, 3], [2, 5])]
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
        _anchors_with(
            lambda base, ratio: (np.floor(base / np.sqrt(ratio)), np.floor(np.floor(base / np.sqrt(ratio)) * ratio))
        ),
    ),
    Mistake(
        "The ratio is turned round: it is height over width, so 2 is a tall box.",
        _anchors_with(lambda base, ratio: _rounded_sides(base, 1 / ratio)),
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
