"""What the exercises of lesson 10 on box regression compare answers with: R-CNN's transform and its inverse."""

import numpy as np

from course.checks.functions import Mistake
from course.checks.lesson_10_boxes import check_with_whole_numbers, random_boxes


def encode(answer, wanted):
    """`encode(boxes, targets)`: the four numbers that take each box to its target, `(n, 4), (n, 4) → (n, 4)`.

    The shift of the centre in x, in widths of the box, and in y, in heights; the logarithms of target's width over
    box's and of target's height over box's. Both corners belong to a box: it is x2 - x1 + 1 wide.
    """
    pairs = [([[0, 0, 9, 9]], [[0, 0, 9, 9]]), ([[0, 0, 9, 9]], [[5, 0, 14, 9]]), ([[0, 0, 9, 9]], [[0, 0, 9, 19]])]
    cases = [((np.array(boxes, "float32"), np.array(targets, "float32")), {}) for boxes, targets in pairs]
    rng = np.random.default_rng(11)
    cases += [((random_boxes(rng, n), random_boxes(rng, n)), {}) for n in (1, 5)]
    whole = (tuple(random_boxes(rng, 4).astype("int64") for _ in range(2)), {})
    check_with_whole_numbers(answer, _encode, cases, whole, ENCODE_MISTAKES)


def decode(answer, wanted):
    """`decode(boxes, deltas)`: the boxes x1, y1, x2, y2 that `encode`'s numbers lead to, `(n, 4), (n, 4) → (n, 4)`."""
    boxes = [0, 0, 9, 9], [10, 20, 29, 59]
    pairs = [(boxes[:1], [[0, 0, 0, 0]]), (boxes[:1], [[0.5, 0, 0, 0]]), (boxes[1:], [[0, 0.25, 0.5, 0]])]
    cases = [((np.array(boxes, "float32"), np.array(deltas, "float32")), {}) for boxes, deltas in pairs]
    rng = np.random.default_rng(12)
    for count, most in ((1, 0.8), (5, 0.8), (4, 6)):
        deltas = rng.uniform(-most, most, (count, 4)).astype("float32")
        cases.append(((random_boxes(rng, count), deltas), {}))
    whole = (random_boxes(rng, 4).astype("int64"), deltas / 6), {}
    check_with_whole_numbers(answer, _decode, cases, whole, DECODE_MISTAKES)


def _centred(boxes, edge=1):
    """Centre x, centre y, width, height, `(n,)` each."""
    x1, y1, x2, y2 = np.asarray(boxes, float).reshape(-1, 4).T
    width, height = x2 - x1 + edge, y2 - y1 + edge
    return x1 + width / 2, y1 + height / 2, width, height


def _encode(boxes, targets, edge=1, log=np.log):
    x, y, width, height = _centred(boxes, edge)
    target_x, target_y, target_width, target_height = _centred(targets, edge)
    shifts = (target_x - x) / width, (target_y - y) / height
    return np.stack([*shifts, log(target_width / width), log(target_height / height)], axis=1)


def _encode_shifts(shifts):
    """`_encode` with other shifts, a function of the two centred boxes."""
    return lambda boxes, targets: np.column_stack(
        [*shifts(_centred(boxes), _centred(targets)), _encode(boxes, targets)[:, 2:]]
    )


def _encode_with_edges(boxes, targets, edge, target_edge):
    """Boxes and targets whose sides are counted differently."""
    (x, y, width, height), (u, v, target_width, target_height) = _centred(boxes, edge), _centred(targets, target_edge)
    ratios = np.log(target_width / width), np.log(target_height / height)
    return np.stack([(u - x) / width, (v - y) / height, *ratios], axis=1)


def _corner_shifts(boxes, targets):
    _, _, width, height = _centred(boxes)
    shifts = (targets[:, :2] - boxes[:, :2]) / np.stack([width, height], axis=1)
    return np.concatenate([shifts, _encode(boxes, targets)[:, 2:]], axis=1)


ENCODE_MISTAKES = (
    Mistake(
        "You take x2 - x1 for the width: both corners belong to the box, which is x2 - x1 + 1 wide.",
        lambda b, t: _encode(b, t, edge=0),
    ),
    Mistake(
        "The logarithm's sign is turned round: it is of the target's side over the box's.",
        lambda b, t: np.concatenate([_encode(b, t)[:, :2], -_encode(b, t)[:, 2:]], axis=1),
    ),
    Mistake(
        "Boxes and targets are swapped: the targets of regression take a box to its target.", lambda b, t: _encode(t, b)
    ),
    Mistake(
        "The shift's sign is turned round: it is the target's centre minus the box's.",
        lambda b, t: _encode(b, t) * [-1, -1, 1, 1],
    ),
    Mistake(
        "You divide the shift by the sides of the target: divide by those of the box.",
        _encode_shifts(lambda b, t: ((t[0] - b[0]) / t[2], (t[1] - b[1]) / t[3])),
    ),
    Mistake(
        "The shift is in pixels: divide it by the width and the height of the box.",
        _encode_shifts(lambda b, t: (t[0] - b[0], t[1] - b[1])),
    ),
    Mistake(
        "You divide both shifts by the width: the one in y goes by the height.",
        _encode_shifts(lambda b, t: ((t[0] - b[0]) / b[2], (t[1] - b[1]) / b[2])),
    ),
    Mistake(
        "You divide the shift in x by the height and the one in y by the width: it is the other way round.",
        _encode_shifts(lambda b, t: ((t[0] - b[0]) / b[3], (t[1] - b[1]) / b[2])),
    ),
    Mistake("You shift from corner to corner: the shift is between the centres.", _corner_shifts),
    Mistake(
        "The ratios of the sides lack the logarithm: log(target's side / box's side).",
        lambda b, t: _encode(b, t, log=lambda ratio: ratio),
    ),
    Mistake(
        "You take the change of the sides over the box's: it is the logarithm of the ratio, target over box.",
        lambda b, t: _encode(b, t, log=lambda ratio: ratio - 1),
    ),
    Mistake(
        "You take the difference of the sides: it is the logarithm of their ratio.",
        lambda b, t: np.concatenate(
            [_encode(b, t)[:, :2], np.stack(_centred(t)[2:], axis=1) - np.stack(_centred(b)[2:], axis=1)], axis=1
        ),
    ),
    Mistake(
        "The targets are x2 - x1 + 1 wide with you and the boxes are not: both corners belong to either.",
        lambda b, t: _encode_with_edges(b, t, 0, 1),
    ),
    Mistake(
        "The boxes are x2 - x1 + 1 wide with you and the targets are not: both corners belong to either.",
        lambda b, t: _encode_with_edges(b, t, 1, 0),
    ),
    *(
        Mistake(
            f"The {name}' centres lie at (x1 + x2) / 2 with you and the others at x1 + w / 2: take one rule for both.",
            _encode_shifts(
                lambda b, t, move=move: ((t[0] - b[0] + move) / b[2], (t[1] - b[1] + move) / b[3]),
            ),
        )
        for name, move in (("boxes", 0.5), ("targets", -0.5))
    ),
    Mistake(
        "You round the centres down to whole pixels, as // does: they may lie at a half.",
        _encode_shifts(
            lambda b, t: (
                (np.floor(t[0]) - np.floor(b[0])) / b[2],
                (np.floor(t[1]) - np.floor(b[1])) / b[3],
            )
        ),
    ),
    Mistake("You take the logarithm to base 2: it is the natural one.", lambda b, t: _encode(b, t, log=np.log2)),
    Mistake("You take the logarithm of 1 plus the ratio: leave the 1 out.", lambda b, t: _encode(b, t, log=np.log1p)),
    Mistake(
        "You read a box as x, y, width, height: it is x1, y1, x2, y2, two corners.",
        lambda b, t: _encode(*[np.column_stack([n[:, :2], n[:, :2] + n[:, 2:] - 1]) for n in (b, t)]),
    ),
    Mistake("You take the logarithm to base 10: it is the natural one.", lambda b, t: _encode(b, t, log=np.log10)),
    Mistake("The order is x, y, width, height.", lambda b, t: _encode(b, t)[:, [0, 2, 1, 3]]),
    Mistake("The order is x, y, width, height: you have the sides first.", lambda b, t: _encode(b, t)[:, [2, 3, 0, 1]]),
    Mistake("The order is x, y, width, height: you have y before x.", lambda b, t: _encode(b, t)[:, [1, 0, 3, 2]]),
    Mistake("The result is transposed: one row of four a box.", lambda b, t: _encode(b, t).T),
    Mistake(
        "You divide by the standard deviations 0.1 and 0.2, as Fast R-CNN does later: here the plain values are asked.",
        lambda b, t: _encode(b, t) / [0.1, 0.1, 0.2, 0.2],
    ),
    Mistake(
        "Your centres are x1 + x2, twice what they are: half of the sum.",
        lambda b, t: _encode(b, t) * [2, 2, 1, 1],
    ),
)


def _decode(boxes, deltas, edge=1, far=1, grow=np.exp, unit=None):
    """`edge` belongs to the sides, `far` to the far corner; `unit` gives what the shifts are counted in."""
    x, y, width, height = _centred(boxes, edge)
    dx, dy, dw, dh = np.asarray(deltas, float).reshape(-1, 4).T
    x_unit, y_unit = unit(width, height, width * grow(dw), height * grow(dh)) if unit else (width, height)
    x, y, width, height = x + dx * x_unit, y + dy * y_unit, width * grow(dw), height * grow(dh)
    return np.stack([x - width / 2, y - height / 2, x + width / 2 - far, y + height / 2 - far], axis=1)


def _about_the_corner(boxes, deltas):
    """The shift moves the near corner, and the sides grow from there."""
    _, _, width, height = _centred(boxes)
    near = boxes[:, :2] + deltas[:, :2] * np.stack([width, height], axis=1)
    sides = np.exp(deltas[:, 2:]) * np.stack([width, height], axis=1)
    return np.concatenate([near, near + sides - 1], axis=1)


def _as_centre(boxes, deltas):
    x1, y1, x2, y2 = _decode(boxes, deltas).T
    return np.stack([(x1 + x2 + 1) / 2, (y1 + y2 + 1) / 2, x2 - x1 + 1, y2 - y1 + 1], axis=1)


def _as_corner_and_sides(boxes, deltas):
    x1, y1, x2, y2 = _decode(boxes, deltas).T
    return np.stack([x1, y1, x2 - x1 + 1, y2 - y1 + 1], axis=1)


HALVES = np.array([-0.5, -0.5, 0.5, 0.5])
DECODE_MISTAKES = (
    *(
        Mistake(
            "You take (x1 + x2) / 2 for the centre: with both corners in the box it is x1 + width / 2.",
            lambda b, d, far=far: _decode(b, d, far=far) - 0.5,
        )
        for far in (1, 0)
    ),
    Mistake(
        "You subtract 1 from the near corner, too: it is centre - width / 2, and only the far one is a pixel less.",
        lambda b, d: _decode(b, d) - [1, 1, 0, 0],
    ),
    Mistake(
        "The far corner lies half of the old width from the centre: take half of the new one.",
        lambda b, d: np.concatenate([_decode(b, d)[:, :2], _decode(b, d * [1, 1, 0, 0])[:, 2:]], axis=1),
    ),
    Mistake(
        "The far corner is a pixel too far: both corners belong to the box, so x2 is centre + width / 2 - 1. The "
        "release of Faster R-CNN has this slip.",
        lambda b, d: _decode(b, d, far=0),
    ),
    Mistake(
        "You take x2 - x1 for the width: both corners belong to the box, which is x2 - x1 + 1 wide.",
        lambda b, d: _decode(b, d, edge=0, far=0),
    ),
    Mistake(
        "The corners lie a whole width from the centre: it is half a width to either side.",
        lambda b, d: _decode(b, d) + (_decode(b, d)[:, [2, 3, 2, 3]] - _decode(b, d)[:, [0, 1, 0, 1]] + 1) * HALVES,
    ),
    Mistake(
        "You take x2 - x1 for the width, yet subtract 1 at the far corner: the box is x2 - x1 + 1 wide.",
        lambda b, d: _decode(b, d, edge=0),
    ),
    Mistake(
        "The sides are multiplied by the logarithm: it is the ratio's, so take exp first.",
        lambda b, d: _decode(b, d, grow=lambda log: log),
    ),
    Mistake(
        "You add the logarithm to 1: multiply the side by its exp.",
        lambda b, d: _decode(b, d, grow=lambda log: 1 + log),
    ),
    Mistake(
        "You raise 2 to the logarithm: it is the natural one, so take exp.", lambda b, d: _decode(b, d, grow=np.exp2)
    ),
    Mistake(
        "The sign of the logarithm is turned round: a positive one makes the box larger.",
        lambda b, d: _decode(b, d, grow=lambda log: np.exp(-log)),
    ),
    Mistake(
        "The shift is added in pixels: it counts widths and heights of the box, so multiply.",
        lambda b, d: _decode(b, d, unit=lambda w, h, *new: (1, 1)),
    ),
    Mistake(
        "You multiply the shift by the new sides: it counts widths and heights of the box as it was.",
        lambda b, d: _decode(b, d, unit=lambda w, h, *new: new),
    ),
    Mistake(
        "You multiply both shifts by the width: the one in y goes by the height.",
        lambda b, d: _decode(b, d, unit=lambda w, h, *new: (w, w)),
    ),
    Mistake(
        "You multiply the shift in x by the height and the one in y by the width: it is the other way round.",
        lambda b, d: _decode(b, d, unit=lambda w, h, *new: (h, w)),
    ),
    Mistake(
        "The sign of the shift is turned round: add it to the centre.", lambda b, d: _decode(b, d * [-1, -1, 1, 1])
    ),
    Mistake(
        "You take the corner x1 for the centre: the centre is x1 + width / 2.",
        lambda b, d: _decode(b, d) - np.stack(_centred(b)[2:] * 2, axis=1) / 2,
    ),
    Mistake(
        "The corners lie (width - 1) / 2 from the centre with you: half of the width before it, at x - width / 2, and "
        "the far one at x + width / 2 - 1.",
        lambda b, d: _decode(b, d) + 0.5,
    ),
    *(
        Mistake(
            f"You take the logarithm of the {one} for the {other}, too: each side has its own.",
            lambda b, d, place=place: _decode(b, d[:, [0, 1, place, place]]),
        )
        for place, one, other in ((2, "width", "height"), (3, "height", "width"))
    ),
    Mistake(
        "You hold the logarithms below a limit, as torchvision does: here they are taken as they are.",
        lambda b, d: _decode(b, np.minimum(d, [np.inf, np.inf, *[np.log(1000 / 16)] * 2])),
    ),
    Mistake("You shift the corner and let the box grow from there: shift the centre.", _about_the_corner),
    Mistake("The centre does not move: the first two of the four shift it.", lambda b, d: _decode(b, d * [0, 0, 1, 1])),
    Mistake("The sides do not change: the last two of the four do that.", lambda b, d: _decode(b, d * [1, 1, 0, 0])),
    Mistake(
        "You read the four as x, width, y, height: they are x, y, width, height.",
        lambda b, d: _decode(b, d[:, [0, 2, 1, 3]]),
    ),
    Mistake("You return centre, width and height: return the corners x1, y1, x2, y2.", _as_centre),
    Mistake("You return a corner, width and height: return the corners x1, y1, x2, y2.", _as_corner_and_sides),
    Mistake("The result is transposed: one row of four a box.", lambda b, d: _decode(b, d).T),
    Mistake(
        "You multiply by the standard deviations 0.1 and 0.2, as Fast R-CNN does: here the plain values are given.",
        lambda b, d: _decode(b, d * [0.1, 0.1, 0.2, 0.2]),
    ),
    Mistake("You take y for x: the four are x, y, width, height.", lambda b, d: _decode(b, d[:, [1, 0, 3, 2]])),
    Mistake("You round to whole pixels: return the corners as they are.", lambda b, d: np.round(_decode(b, d))),
)
