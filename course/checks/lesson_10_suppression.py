"""What the exercise of lesson 10 on non-maximum suppression compares answers with."""

from functools import partial

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.lesson_10_boxes import overlaps, random_boxes
from course.checks.readers import whole_numbers
from course.checks.verdict import WrongAnswer


def nms(answer, wanted):
    """`nms(boxes, scores, iou_threshold)`: the indices of the boxes that stay, by falling score.

    The best box stays, and every box that overlaps it by more than the threshold goes; then the best of those that are
    left, until none is left. Boxes are `(n, 4)`, both corners inside; scores are `(n,)`, no two alike.
    """
    left, right, far = [0, 0, 9, 9], [5, 0, 14, 9], [40, 40, 49, 49]
    rows = [
        ([left], [0.9], 0.5),
        ([left, left], [0.8, 0.9], 0.5),
        ([left, far], [0.8, 0.9], 0.5),
        ([left, [0, 0, 9, 4]], [0.8, 0.9], 0.5),
        ([left, [4, 0, 13, 9]], [0.8, 0.9], 0.4),
        ([left, right, [10, 0, 19, 9]], [0.9, 0.8, 0.7], 0.3),
        ([far, left, right], [0.7, 0.8, 0.9], 0.3),
    ]
    cases = [((np.array(boxes, "float32"), np.array(scores, "float32"), limit), {}) for boxes, scores, limit in rows]
    rng = np.random.default_rng(15)
    for count, limit in ((6, 0.3), (9, 0.5), (12, 0.35), (25, 0.2)):
        scores = rng.permutation(np.linspace(0.05, 0.95, count)).astype("float32")
        cases.append(((random_boxes(rng, count), scores, limit), {}))
    cases.append(((np.zeros((0, 4), "float32"), np.zeros(0, "float32"), 0.5), {}))
    check_function(answer, _nms, cases, NMS_MISTAKES, _indices, describe=_described)


def _described(args, given, expected):
    """Which box should go, stay or stand elsewhere, and why."""
    boxes, _, limit = args
    overlap = _overlap(boxes)
    if not set(given) <= set(range(len(boxes))):
        return f"The last box has the index {len(boxes) - 1}: you return {max(given)}, and the first is 0."
    if len(set(given)) < len(given):
        return "A box is in the result twice."
    for i in given:
        if i not in expected:
            better = next(j for j in expected if overlap[i, j] > limit)
            return (
                f"Box {i} stays with you: box {better}, which is better and stays, overlaps it by "
                f"{overlap[i, better]:.2f}, more than {limit:g}."
            )
    for i in expected:
        if i not in given:
            return f"Box {i} goes with you: no better box that stays overlaps it by more than {limit:g}."
    return "The right boxes stay: return them by falling score."


def _indices(value, name):
    kind = getattr(value, "dtype", None)
    if "bool" in str(kind) or (isinstance(value, list) and any(type(item) is bool for item in value)):
        raise WrongAnswer(f"{name} returned True and False for the boxes.", "Return the indices of those that stay.")
    if len(getattr(value, "shape", ())) == 2 and value.shape[1] == 4:
        raise WrongAnswer(f"{name} returned boxes, an array of shape {tuple(value.shape)}.", "Return their indices.")
    try:
        return whole_numbers(form="indices")(value, name)
    except WrongAnswer as wrong:
        if not wrong.finding.endswith("expected a whole number."):
            raise
        raise WrongAnswer(wrong.finding, "Return the indices of the boxes that stay, not their scores.") from None


def _overlap(boxes, **convention):
    intersection, areas, others = overlaps(boxes, boxes, **convention)
    return intersection / (areas + others - intersection)


def _nms(boxes, scores, iou_threshold, order=None, suppressed=np.greater, overlap=None, **convention):
    """Indices that stay; `suppressed(overlap, threshold)` says what goes."""
    overlap = _overlap(boxes, **convention) if overlap is None else overlap
    order = np.argsort(-scores, kind="stable") if order is None else order
    kept = []
    for i in order:
        if not any(suppressed(overlap[i, j], iou_threshold) for j in kept):
            kept.append(int(i))
    return tuple(kept)


def _all_suppress(boxes, scores, iou_threshold):
    """Boxes that are out suppress others."""
    overlap, order = _overlap(boxes), np.argsort(-scores, kind="stable")
    return tuple(int(i) for n, i in enumerate(order) if not (overlap[i, order[:n]] > iou_threshold).any())


def _only_the_best(boxes, scores, iou_threshold):
    order = np.argsort(-scores, kind="stable")
    best = order[:1]
    return tuple(int(i) for i in order if i in best or not (_overlap(boxes)[i, best] > iou_threshold).any())


def _only_with_the_last(boxes, scores, iou_threshold):
    """Each box is compared with the last that stays."""
    overlap, kept = _overlap(boxes), []
    for i in np.argsort(-scores, kind="stable").tolist():
        if not kept or overlap[i, kept[-1]] <= iou_threshold:
            kept.append(i)
    return tuple(kept)


def _only_with_the_next_better(boxes, scores, iou_threshold):
    overlap, order = _overlap(boxes), np.argsort(-scores, kind="stable").tolist()
    pairs = zip(order[1:], order, strict=False)
    return tuple(order[:1] + [i for i, better in pairs if overlap[i, better] <= iou_threshold])


def _removed_while_looping(boxes, scores, iou_threshold):
    """A loop over the list from which boxes are removed passes the one after each of them over."""
    overlap, left, kept = _overlap(boxes), np.argsort(-scores, kind="stable").tolist(), []
    while left:
        kept.append(left.pop(0))
        for i in left:
            if overlap[i, kept[-1]] > iou_threshold:
                left.remove(i)
    return tuple(kept)


def _gone(boxes, scores, iou_threshold):
    stay = _nms(boxes, scores, iou_threshold)
    return tuple(int(i) for i in np.argsort(-scores, kind="stable") if i not in stay)


def _over_the_smaller(boxes):
    intersection, areas, others = overlaps(boxes, boxes)
    return intersection / np.minimum(areas, others)


def _over_one(boxes, of):
    """The intersection over the area of one box alone: that looked at, 0, or the better one, 1."""
    intersection, *areas = overlaps(boxes, boxes)
    return intersection / areas[of]


def _of_sorted(boxes, scores, iou_threshold):
    order = np.argsort(-scores, kind="stable")
    place = {int(i): n for n, i in enumerate(order)}
    return tuple(place[i] for i in _nms(boxes, scores, iou_threshold))


NMS_MISTAKES = (
    Mistake(
        "You drop boxes that overlap by exactly the threshold: only those that overlap by more go.",
        lambda *args: _nms(*args, suppressed=np.greater_equal),
    ),
    Mistake(
        "You begin with the lowest score: argsort sorts upwards, and the best box comes first.",
        lambda boxes, scores, limit: _nms(boxes, scores, limit, order=np.argsort(scores, kind="stable")),
    ),
    Mistake(
        "You ignore the scores and take the boxes as they come: begin with the best.",
        lambda boxes, scores, limit: _nms(boxes, scores, limit, order=range(len(boxes))),
    ),
    Mistake(
        "The right boxes stay, sorted by index: return them by falling score.", lambda *args: tuple(sorted(_nms(*args)))
    ),
    Mistake(
        "The right boxes stay, from the lowest score to the highest: return them by falling score.",
        lambda *args: _nms(*args)[::-1],
    ),
    Mistake("Boxes that are out suppress others: only a box that stays may do so.", _all_suppress),
    Mistake(
        "You stop after the best box: the best of those that are left goes on, until none is left.", _only_the_best
    ),
    Mistake(
        "You return the best box alone: the best of those that are left goes on, until none is left.",
        lambda boxes, scores, limit: tuple(np.argsort(-scores)[:1].tolist()),
    ),
    Mistake(
        "You keep every box: those that overlap a better one by more than the threshold go.",
        lambda boxes, scores, limit: tuple(np.argsort(-scores).tolist()),
    ),
    *(
        Mistake(
            "The comparison is turned round: boxes that overlap by more than the threshold go, the others stay.",
            partial(_nms, suppressed=suppressed),
        )
        for suppressed in (np.less, np.less_equal)
    ),
    Mistake(
        "Your indices are those of the sorted boxes: return those of the boxes as they were given, order[i].",
        _of_sorted,
    ),
    Mistake("No box stays: each overlaps itself by 1, so compare it with the others alone.", lambda *args: ()),
    Mistake(
        "The overlap lacks the + 1: both corners belong to a box, which is x2 - x1 + 1 wide.",
        lambda *args: _nms(*args, edge=0),
    ),
    Mistake(
        "The sides of an intersection can be negative where boxes lie apart: take 0 then.",
        lambda *args: _nms(*args, least=-np.inf),
    ),
    Mistake("You ignore iou_threshold and take 0.5 always.", lambda boxes, scores, limit: _nms(boxes, scores, 0.5)),
    Mistake("You compare a box with the last one that stays: any that stays may drop it.", _only_with_the_last),
    Mistake(
        "You compare a box with the next better one alone: any that stays may drop it, and one that is out may not.",
        _only_with_the_next_better,
    ),
    Mistake(
        "You remove boxes from the list that you go through: the loop passes over the one after each. Make a new list.",
        _removed_while_looping,
    ),
    Mistake("You return the boxes that go: those that stay are asked.", _gone),
    Mistake(
        "You divide the intersection by the smaller area: divide by the union, what either box covers.",
        lambda boxes, scores, limit: _nms(boxes, scores, limit, overlap=_over_the_smaller(boxes)),
    ),
    *(
        Mistake(
            f"You divide the intersection by the area of the {which} box alone: divide by the union, what either box "
            "covers.",
            lambda boxes, scores, limit, of=of: _nms(boxes, scores, limit, overlap=_over_one(boxes, of)),
        )
        for of, which in ((0, "worse"), (1, "better"))
    ),
    *(
        Mistake(
            "You compare the scores with iou_threshold, too: it is for overlaps alone, and a low score may stay.",
            lambda boxes, scores, limit, high=high: tuple(
                i for i in _nms(boxes, scores, limit) if high(scores[i], limit)
            ),
        )
        for high in (np.greater, np.greater_equal)
    ),
)
