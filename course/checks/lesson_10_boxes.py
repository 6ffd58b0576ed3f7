"""What the exercise of lesson 10 on overlap compares answers with, and what other exercises on boxes share.

A box is x1, y1, x2, y2 with both corners inside it, as in `course.boxes`.
"""

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.readers import array_like
from course.checks.verdict import WrongAnswer


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


def check_with_whole_numbers(answer, oracle, cases, whole, mistakes):
    """Check an answer, at last where boxes are whole numbers: it may refuse those, as TensorFlow does, not cut them."""
    check_function(answer, oracle, cases, mistakes, array_like)
    try:
        check_function(answer, oracle, [*cases, whole], mistakes, array_like)
    except WrongAnswer as wrong:
        if " raised " not in wrong.finding:
            raise


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


def _iou_of_sides(boxes, others, made, last=np.minimum, first=np.maximum):
    """The IoU where the intersection's sides, x2 - x1 and y2 - y1, are made positive in another way."""
    sides = last(boxes[:, None, 2:], others[None, :, 2:]) - first(boxes[:, None, :2], others[None, :, :2])
    intersection = made(sides).prod(axis=-1)
    return intersection / (_sum_of_areas(boxes, others) - intersection)


def _sum_of_areas(boxes, others):
    return np.add(*overlaps(boxes, others)[1:])


def _hull(boxes, others):
    first = np.minimum(boxes[:, None, :2], others[None, :, :2])
    last = np.maximum(boxes[:, None, 2:], others[None, :, 2:])
    return overlaps(boxes, others)[0] / (last - first + 1.0).prod(axis=-1)


def _generalized(boxes, others):
    """GIoU: less the share of the box around both that neither covers."""
    first = np.minimum(boxes[:, None, :2], others[None, :, :2])
    hull = (np.maximum(boxes[:, None, 2:], others[None, :, 2:]) - first + 1.0).prod(axis=-1)
    return _iou(boxes, others) - 1 + (_sum_of_areas(boxes, others) - overlaps(boxes, others)[0]) / hull


def _clipped_on_one_side(boxes, others, place):
    sides = np.array([-np.inf, -np.inf])
    sides[place] = 0
    return _iou(boxes, others, least=sides)


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
        "You add the 1 after you take 0 for a negative side: boxes that lie apart then share a pixel.",
        lambda b, o: _iou_of_sides(b, o, lambda sides: np.maximum(sides, 0) + 1),
    ),
    Mistake(
        "You swap the larger and the smaller: the intersection begins at the larger of the two x1 and ends at the "
        "smaller of the two x2.",
        lambda b, o: _iou_of_sides(b, o, lambda sides: np.maximum(sides + 1, 0), np.maximum, np.minimum),
    ),
    *(
        Mistake(
            f"You take the intersection's {one} for its {other}, too: each comes from corners of its own.",
            lambda b, o, place=place: _iou_of_sides(b, o, lambda sides: np.maximum(sides[..., [place] * 2] + 1, 0)),
        )
        for place, one, other in ((0, "width", "height"), (1, "height", "width"))
    ),
    *(
        Mistake(
            "You add a number to the divisor: a box has one pixel at least, so the union is never 0.",
            lambda b, o, added=added: overlaps(b, o)[0] / (_sum_of_areas(b, o) - overlaps(b, o)[0] + added),
        )
        for added in (1, 0.1)
    ),
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
    *(
        Mistake(
            f"You cut the intersection's {one} off at 0 and not its {other}: either may be negative.",
            lambda b, o, place=place: _clipped_on_one_side(b, o, place),
        )
        for place, one, other in ((0, "width", "height"), (1, "height", "width"))
    ),
    Mistake(
        "Boxes that share one row or column of pixels share nothing with you: both corners belong to a box, so there "
        "is an intersection where x2 - x1 is 0.",
        lambda b, o: _iou_of_sides(b, o, lambda sides: np.where((sides > 0).all(axis=-1, keepdims=True), sides + 1, 0)),
    ),
    Mistake(
        "That is GIoU, of which the empty part of the box around both is subtracted: IoU alone is asked.", _generalized
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
