"""What the exercise of lesson 10 on average precision compares answers with."""

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.readers import number


def average_precision(answer, wanted):
    """`average_precision(scores, matched, objects, eleven_points=False)`: PASCAL VOC's average precision, a number.

    `scores` `(n,)` are the detections', in no order, no two alike; `matched` `(n,)` the index of the object that each
    lies on, or -1; `objects` how many objects there are. The first detection of an object, by falling score, is right,
    all others are false positives. The interpolated precision at a recall is the highest at this or any higher recall:
    its area over the recall, or its mean at the eleven recalls 0, 0.1, …, 1 (VOC 2007).
    """
    rows = [
        ([0.9], [0], 1),
        ([0.9], [-1], 1),
        ([0.9], [0], 2),
        ([0.8, 0.9], [0, -1], 1),
        ([0.9, 0.8], [0, 0], 1),
        ([0.9, 0.8, 0.7], [0, 0, 1], 2),
        ([0.9, 0.8, 0.7], [0, -1, 1], 2),
        ([0.7, 0.8, 0.9, 0.6], [1, -1, 0, 2], 3),
    ]
    rng = np.random.default_rng(23)  # no recall of 0.6, on which floating point rounds both ways
    for count, objects in ((8, 4), (12, 7), (20, 6)):
        matched = rng.integers(-1, objects, count).tolist()
        rows.append((rng.permutation(np.linspace(0.05, 0.95, count)).round(3).tolist(), matched, objects))
    cases = [((np.array(scores), np.array(matched), objects), {}) for scores, matched, objects in rows]
    cases += [(args, {"eleven_points": True}) for args, _ in cases[:1] + cases[2:]]
    cases.append(((np.zeros(0), np.zeros(0, int), 3), {}))
    check_function(answer, _average_precision, cases, PRECISION_MISTAKES, number)


def _curve(scores, matched, objects, order=None, once=True):
    """Recall and precision after each detection, by falling score."""
    order = np.argsort(-scores, kind="stable") if order is None else order
    seen, correct = set(), []
    for match in np.asarray(matched)[order].tolist():
        correct.append(match >= 0 and not (once and match in seen))
        seen.add(match)
    found = np.cumsum(correct)
    return found / objects, found / np.arange(1, len(found) + 1)


def _points(recall, precision, thresholds):
    return [precision[recall >= threshold - 1e-9].max(initial=0) for threshold in thresholds]


def _area(recall, precision, envelope=True):
    steps = np.diff(recall, prepend=0)
    if envelope:
        precision = np.maximum.accumulate(precision[::-1])[::-1]
    return float((steps * precision).sum())


def _average_precision(scores, matched, objects, eleven_points=False, **curve):
    recall, precision = _curve(scores, matched, objects, **curve)
    if eleven_points:
        return float(np.mean(_points(recall, precision, np.arange(11) / 10)))
    return _area(recall, precision)


def _of_the_curve(every, eleven=None):
    """A mistake in what is made of the curve: `every(recall, precision)`, and `eleven` for eleven points."""

    def mistaken(scores, matched, objects, eleven_points=False):
        if eleven_points and eleven is None:
            return _average_precision(scores, matched, objects, eleven_points=True)
        if not eleven_points and every is None:
            return _average_precision(scores, matched, objects)
        return (eleven if eleven_points else every)(*_curve(scores, matched, objects))

    return mistaken


def _at_recall(recall, precision):
    """Without the maximum: the precision of the first detection that reaches each recall."""
    reached = [np.flatnonzero(recall >= n / 10 - 1e-9) for n in range(11)]
    return float(np.mean([precision[places[0]] if len(places) else 0 for places in reached]))


def _over_found(scores, matched, objects, eleven_points=False):
    found = len({match for match in np.asarray(matched).tolist() if match >= 0})
    return _average_precision(scores, matched, found, eleven_points) if found else 0.0


def _without_duplicates(scores, matched, *args, **kwargs):
    seen, left = set(), []
    for i in np.argsort(-scores, kind="stable"):
        if matched[i] not in seen:
            left.append(i)
        seen |= {matched[i]} - {-1}
    return _average_precision(scores[left], matched[left], *args, **kwargs)


def _over_reached(recall, precision):
    """The mean at those of the eleven recalls that are reached."""
    reached = [n / 10 for n in range(11) if n / 10 <= recall.max(initial=-1) + 1e-9]
    return float(np.mean(_points(recall, precision, reached))) if reached else 0.0


def _first_as_given(scores, matched, *args, **kwargs):
    """Of each object's detections the first in the order given is right."""
    first = [match not in matched[:i] for i, match in enumerate(matched)]
    return _average_precision(scores, np.where(first, matched, -1), *args, **kwargs)


PRECISION_MISTAKES = (
    Mistake(
        "You count every detection of an object as right: the first, by score, is; the others are false positives.",
        lambda *args, **kwargs: _average_precision(*args, **kwargs, once=False),
    ),
    Mistake(
        "The detections are not sorted: go through them by falling score.",
        lambda scores, *args, **kwargs: _average_precision(scores, *args, **kwargs, order=range(len(scores))),
    ),
    Mistake(
        "The detections are sorted by rising score: begin with the highest.",
        lambda scores, *args, **kwargs: _average_precision(scores, *args, **kwargs, order=np.argsort(scores)),
    ),
    Mistake(
        "You take the precision as it is: interpolated, it is the highest at this recall or any later one.",
        _of_the_curve(lambda r, p: _area(r, p, envelope=False), _at_recall),
    ),
    Mistake(
        "You take the precision as it is: interpolated, it is the highest at this recall or any later one.",
        _of_the_curve(lambda r, p: _area(r, p, envelope=False)),
    ),
    Mistake(
        "Recall is divided by the objects that were found: divide by all, so that those never found count.", _over_found
    ),
    Mistake(
        "Recall is divided by the objects that were found: divide by all, so that those never found count.",
        lambda *args, eleven_points=False: (_average_precision if eleven_points else _over_found)(
            *args, eleven_points=eleven_points
        ),
    ),
    Mistake(
        "You take the recalls above each of the eleven: one that is reached exactly counts, so compare with >=.",
        _of_the_curve(None, lambda r, p: float(np.mean([p[r > n / 10 + 1e-9].max(initial=0) for n in range(11)]))),
    ),
    Mistake(
        "You ignore eleven_points and take every point.",
        lambda scores, matched, objects, eleven_points=False: _average_precision(scores, matched, objects),
    ),
    Mistake(
        "You take eleven points always: by default the area under all points is asked.",
        lambda scores, matched, objects, eleven_points=False: _average_precision(scores, matched, objects, True),
    ),
    Mistake(
        "You have ten recalls, 0 to 0.9: the eleventh is 1.0, which np.arange(0, 1, 0.1) leaves out.",
        _of_the_curve(None, lambda r, p: float(np.mean(_points(r, p, np.arange(10) / 10)))),
    ),
    Mistake(
        "You have ten recalls, 0.1 to 1: the first of the eleven is 0.",
        _of_the_curve(None, lambda r, p: float(np.mean(_points(r, p, np.arange(1, 11) / 10)))),
    ),
    Mistake(
        "You add eleven precisions and divide by 10: divide by 11.",
        _of_the_curve(None, lambda r, p: float(np.sum(_points(r, p, np.arange(11) / 10)) / 10)),
    ),
    Mistake(
        "You average the precision over all detections: each counts by the recall that it adds.",
        _of_the_curve(lambda r, p: float(np.mean(np.maximum.accumulate(p[::-1]))) if len(p) else 0.0),
    ),
    Mistake(
        "You average the precision over all detections: each counts by the recall that it adds.",
        _of_the_curve(lambda r, p: float(np.mean(p)), _at_recall),
    ),
    Mistake(
        "You average the precision over all detections: each counts by the recall that it adds.",
        _of_the_curve(lambda r, p: float(np.mean(p)) if len(p) else 0.0),
    ),
    *(
        Mistake("You join the points by straight lines: the interpolated curve has steps.", _of_the_curve(area))
        for area in (
            lambda r, p: float(np.trapezoid([1, *p], [0, *r])),
            lambda r, p: float(np.trapezoid(p, r)) if len(r) else 0.0,
        )
    ),
    Mistake(  # on the filled curve steps and straight lines come to the same
        "Your area begins at the first detection: the curve begins at recall 0, and has steps, no straight lines.",
        _of_the_curve(lambda r, p: float(np.trapezoid(np.maximum.accumulate(p[::-1])[::-1], r)) if len(r) else 0.0),
    ),
    Mistake(
        "You average the precision over the objects that were found: divide by all of them.",
        _of_the_curve(lambda r, p: float(np.mean(p[np.diff(r, prepend=0) > 0])) if r.any() else 0.0),
    ),
    Mistake(
        "Recalls that are never reached are left out with you: they count as precision 0.",
        _of_the_curve(lambda r, p: _area(r, p) / max(r.max(initial=0), 1e-9), _over_reached),
    ),
    Mistake(
        "Recalls that are never reached are left out with you: they count as precision 0.",
        _of_the_curve(None, _over_reached),
    ),
    Mistake(
        "You take the precision as it is at the eleven recalls: interpolated, it is the highest at this recall or any "
        "later one.",
        _of_the_curve(None, _at_recall),
    ),
    Mistake(
        "You take 101 recalls, as COCO does: here there are eleven.",
        _of_the_curve(None, lambda r, p: float(np.mean(_points(r, p, np.linspace(0, 1, 101))))),
    ),
    Mistake(
        "Of several detections of an object you take the first as they are given: the one with the highest score is "
        "right.",
        _first_as_given,
    ),
    Mistake(
        "That is the precision after the last detection: average it over the recall.",
        _of_the_curve(
            lambda r, p: p[-1] if len(p) else 0.0,
            lambda r, p: p[-1] if len(p) else 0.0,
        ),
    ),
    Mistake(
        "You take -1 for a match: it says that the detection lies on no object.",
        lambda scores, matched, *args, **kwargs: _average_precision(
            scores, np.where(np.asarray(matched) < 0, 10**6 + np.arange(len(matched)), matched), *args, **kwargs
        ),
    ),
    Mistake(
        "A match of 0 counts as none with you: 0 is the first object, only -1 is none.",
        lambda scores, matched, *args, **kwargs: _average_precision(
            scores, np.where(np.asarray(matched) == 0, -1, matched), *args, **kwargs
        ),
    ),
    Mistake(
        "You leave out a second detection of an object: it is a false positive and lowers the precision after it.",
        _without_duplicates,
    ),
    *(
        Mistake(
            "You take the highest precision at this recall or any lower one: it is the highest at this or any later "
            "one.",
            _of_the_curve(lambda r, p: float((np.diff(r, prepend=0) * np.maximum.accumulate(p)).sum()), eleven),
        )
        for eleven in (None, lambda r, p: _at_recall(r, np.maximum.accumulate(p)))
    ),
    Mistake(
        "You divide by the number of detections for the recall: divide by objects, how many there are to be found.",
        lambda scores, matched, objects, *rest, **words: _average_precision(
            scores, matched, max(len(scores), 1), *rest, **words
        ),
    ),
)
