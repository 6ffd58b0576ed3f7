"""PASCAL VOC's average precision, over all points and over eleven."""

import numpy as np

from answers import right, wrong


def curve(scores, matched, objects):
    order = np.argsort(-scores)
    seen, correct = set(), []
    for match in matched[order]:
        correct.append(match >= 0 and match not in seen)
        seen.add(match)
    found = np.cumsum(correct)
    return found / objects, found / np.arange(1, len(order) + 1)


@right("average-precision")
def average_precision(scores, matched, objects, eleven_points=False):
    if len(scores) == 0:
        return 0.0
    recall, precision = curve(scores, matched, objects)
    if eleven_points:
        return np.mean([precision[recall >= t].max(initial=0) for t in np.linspace(0, 1, 11)])
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    return np.sum(np.diff(recall, prepend=0) * precision)


@right("average-precision")
def by_loops(scores, matched, objects, eleven_points=False):
    ranked = sorted(zip(scores.tolist(), matched.tolist(), strict=True), reverse=True)
    found, points = set(), []
    for rank, (_, match) in enumerate(ranked, start=1):
        if match != -1:
            found.add(match)
        points.append((len(found) / objects, len(found) / rank))
    if eleven_points:
        best = [max((p for r, p in points if r * 10 >= t - 1e-6), default=0) for t in range(11)]
        return sum(best) / 11
    total = before = 0
    for recall in sorted({r for r, _ in points}):
        total += (recall - before) * max(p for r, p in points if r >= recall)
        before = recall
    return total


@right("average-precision")
def as_voc_eval(scores, matched, objects, eleven_points=False):
    """The release of Fast R-CNN, with sentinels at both ends."""
    recall, precision = curve(scores, matched, objects)
    if eleven_points:
        ap = 0.0
        for t in np.arange(0.0, 1.1, 0.1):
            ap += (np.max(precision[recall >= t]) if np.sum(recall >= t) else 0) / 11.0
        return np.float32(ap)
    recall, precision = np.concatenate([[0], recall, [1]]), np.concatenate([[0], precision, [0]])
    for i in range(len(precision) - 1, 0, -1):
        precision[i - 1] = max(precision[i - 1], precision[i])
    steps = np.where(recall[1:] != recall[:-1])[0]
    return np.sum((recall[steps + 1] - recall[steps]) * precision[steps + 1])


def area(recall, precision):
    return float(np.sum(np.diff(recall, prepend=0) * np.maximum.accumulate(precision[::-1])[::-1]))


@wrong("average-precision", r"every detection of an object")
def duplicates_are_right(scores, matched, objects, eleven_points=False):
    found = np.cumsum(matched[np.argsort(-scores)] >= 0)
    recall, precision = found / objects, found / np.arange(1, len(scores) + 1)
    if eleven_points:
        return np.mean([precision[recall >= t].max(initial=0) for t in np.arange(11) / 10])
    return area(recall, precision)


@wrong("average-precision", r"not sorted")
def unsorted(scores, matched, objects, eleven_points=False):
    return average_precision(-np.arange(len(scores)), matched, objects, eleven_points)


@wrong("average-precision", r"rising score")
def ascending(scores, matched, objects, eleven_points=False):
    return average_precision(-scores, matched, objects, eleven_points)


@wrong("average-precision", r"precision as it is")
def not_interpolated(scores, matched, objects, eleven_points=False):
    if eleven_points:
        return average_precision(scores, matched, objects, True)
    recall, precision = curve(scores, matched, objects)
    return np.sum(np.diff(recall, prepend=0) * precision)


@wrong("average-precision", r"objects that were found")
def of_those_found(scores, matched, objects, eleven_points=False):
    found = len({match for match in matched if match >= 0})
    return average_precision(scores, matched, found, eleven_points) if found else 0


@wrong("average-precision", r"ignore eleven_points")
def all_points_always(scores, matched, objects, eleven_points=False):
    return average_precision(scores, matched, objects)


@wrong("average-precision", r"eleven points always")
def eleven_points_always(scores, matched, objects, eleven_points=False):
    return average_precision(scores, matched, objects, True)


@wrong("average-precision", r"ten recalls, 0 to 0.9")
def ten_points(scores, matched, objects, eleven_points=False):
    if not eleven_points:
        return average_precision(scores, matched, objects)
    recall, precision = curve(scores, matched, objects)
    return np.mean([precision[recall >= t].max(initial=0) for t in np.arange(0, 1, 0.1)])


@wrong("average-precision", r"divide by 11")
def over_ten(scores, matched, objects, eleven_points=False):
    return average_precision(scores, matched, objects, eleven_points) * (1.1 if eleven_points else 1)


@wrong("average-precision", r"straight lines")
def trapezoids(scores, matched, objects, eleven_points=False):
    if eleven_points or not len(scores):
        return average_precision(scores, matched, objects, eleven_points)
    recall, precision = curve(scores, matched, objects)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return sum((recall[i] - recall[i - 1]) * (envelope[i] + envelope[i - 1]) / 2 for i in range(1, len(recall)))


@wrong("average-precision", r"-1 for a match")
def any_match(scores, matched, objects, eleven_points=False):
    return average_precision(
        scores, np.where(matched < 0, 1000 + np.arange(len(matched)), matched), objects, eleven_points
    )


@wrong("average-precision", r"match of 0 counts as none")
def zero_is_false(scores, matched, objects, eleven_points=False):
    return average_precision(scores, np.where(matched > 0, matched, -1), objects, eleven_points)


@wrong("average-precision", r"changed its argument")
def in_place(scores, matched, objects, eleven_points=False):
    result = average_precision(scores, matched, objects, eleven_points)
    scores *= -1
    return result


@wrong("average-precision", r"a tuple.*\n.*a number")
def with_the_curve(scores, matched, objects, eleven_points=False):
    return average_precision(scores, matched, objects, eleven_points), curve(scores, matched, objects)


@wrong("average-precision", r"leave out a second detection")
def without_duplicates(scores, matched, objects, eleven_points=False):
    seen, left = set(), []
    for i in np.argsort(-scores):
        if matched[i] == -1 or matched[i] not in seen:
            left.append(i)
        seen.add(matched[i])
    return average_precision(scores[left], matched[left], objects, eleven_points)
