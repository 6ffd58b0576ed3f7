"""A class's answers to the exercise average-precision."""

# ruff: noqa: E731, F811

import itertools
import math
from fractions import Fraction

import numpy as np

from answers_of_a_class import right, wrong


def first_hits(scores, matched):
    order = sorted(range(len(scores)), key=lambda i: -scores[i])
    seen, hits = set(), []
    for i in order:
        hits.append(matched[i] >= 0 and matched[i] not in seen)
        seen.add(matched[i])
    return np.array(hits, bool)


def area(b):
    return (b[..., 2] - b[..., 0] + 1) * (b[..., 3] - b[..., 1] + 1)


def found(scores, matched):
    seen, hits = set(), []
    for i in sorted(range(len(scores)), key=lambda i: -scores[i]):
        hits.append(matched[i] >= 0 and matched[i] not in seen)
        seen.add(matched[i])
    tp = np.cumsum(hits)
    return tp, tp / np.arange(1, len(tp) + 1)


@wrong(
    "average-precision",
    "a second match of the same object counts again",
    "You count every detection of an object as right",
)
def average_precision(scores, matched, objects, eleven_points=False):
    order = np.argsort(-np.asarray(scores), kind="stable")
    tp = np.cumsum(np.asarray(matched)[order] >= 0)
    recall, precision = tp / objects, tp / np.arange(1, len(tp) + 1)
    if eleven_points:
        return np.mean([precision[recall >= t / 10].max(initial=0) for t in range(11)])
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return np.sum(np.diff(recall, prepend=0) * best)


@wrong("average-precision", "does not sort by score", "The detections are not sorted")
def average_precision(scores, matched, objects, eleven_points=False):
    seen, hits = [], []
    for m in matched:
        hits.append(m != -1 and m not in seen)
        seen.append(m)
    tp = np.cumsum(hits)
    recall, precision = tp / objects, tp / np.arange(1, len(tp) + 1)
    if eleven_points:
        return np.mean([precision[recall >= t / 10].max(initial=0) for t in range(11)])
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return np.sum(np.diff(recall, prepend=0) * best)


@wrong("average-precision", "no envelope", "You take the precision as it is")
def average_precision(scores, matched, objects, eleven_points=False):
    tp = np.cumsum(first_hits(scores, matched))
    if eleven_points:
        p, r = tp / np.arange(1, len(tp) + 1), tp / objects
        return sum(max(p[r >= t / 10], default=0) for t in range(11)) / 11
    area, last = 0, 0
    for rank, found in enumerate(tp, 1):
        area += (found - last) / objects * found / rank
        last = found
    return area


@wrong("average-precision", "eleven_points divides by 10", "You add eleven precisions and divide by 10")
def average_precision(scores, matched, objects, eleven_points=False):
    tp = np.cumsum(first_hits(scores, matched))
    recall, precision = tp / objects, tp / (np.arange(len(tp)) + 1)
    if eleven_points:
        return sum(np.max(precision[recall >= t / 10], initial=0) for t in range(11)) / 10
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return (np.diff(np.concatenate([[0], recall])) * best).sum()


@wrong("average-precision", "trapezoids", "You join the points by straight lines")
def average_precision(scores, matched, objects, eleven_points=False):
    tp = np.cumsum(first_hits(scores, matched))
    recall, precision = tp / objects, tp / (np.arange(len(tp)) + 1)
    if eleven_points:
        return sum(np.max(precision[recall >= t / 10], initial=0) for t in range(11)) / 11
    return np.trapezoid(np.r_[1, precision], np.r_[0, recall])


@wrong("average-precision", "ignores eleven_points", "You ignore eleven_points and take every point")
def average_precision(scores, matched, objects, eleven_points=False):
    tp, precision = found(scores, matched)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(tp, prepend=0) * best).sum() / objects)


@wrong(
    "average-precision",
    "mean of the precisions at the hits, over the hits found",
    "Recall is divided by the objects that were found",
)
def average_precision(scores, matched, objects, eleven_points=False):
    tp, precision = found(scores, matched)
    if eleven_points:
        return sum(precision[tp / objects >= t / 10].max(initial=0) for t in range(11)) / 11
    hits = np.diff(tp, prepend=0) > 0
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best[hits].mean()) if hits.any() else 0.0


@wrong("average-precision", "recall strictly above the threshold", "You take the recalls above each of the eleven")
def average_precision(scores, matched, objects, eleven_points=False):
    tp, precision = found(scores, matched)
    recall = tp / objects
    if eleven_points:
        return sum(precision[recall > t / 10].max(initial=0) for t in range(11)) / 11
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(tp, prepend=0) * best).sum() / objects)


@wrong("average-precision", "averages over the number of detections", None)
def average_precision(scores, matched, objects, eleven_points=False):
    tp, p = found(scores, matched)
    if eleven_points:
        return sum(p[tp / objects >= t / 10].max(initial=0) for t in range(11)) / 11
    best = np.maximum.accumulate(p[::-1])[::-1]
    return float((np.diff(tp, prepend=0) * best).sum() / max(len(tp), 1))


@wrong("average-precision", "f-measure", None)
def average_precision(scores, matched, objects, eleven_points=False):
    tp, p = found(scores, matched)
    if not len(tp):
        return 0.0
    r = tp[-1] / objects
    return 2 * p[-1] * r / (p[-1] + r) if p[-1] + r else 0.0


@right("average-precision", "plain loops with fractions")
def average_precision(scores, matched, objects, eleven_points=False):
    curve, hits = [], 0
    for rank, hit in enumerate(first_hits(scores, matched), start=1):
        hits += int(hit)
        curve.append((Fraction(hits, int(objects)), Fraction(hits, rank)))
    best = lambda recall: max((p for r, p in curve if r >= recall), default=0)
    if eleven_points:
        return float(sum(best(Fraction(t, 10)) for t in range(11)) / 11)
    return float(sum(best(Fraction(n, int(objects))) for n in range(1, hits + 1)) / int(objects))


@right("average-precision", "VOC's code with sentinels")
def average_precision(scores, matched, objects, eleven_points=False):
    hit = first_hits(scores, matched)
    tp, fp = np.cumsum(hit), np.cumsum(~hit)
    rec, prec = tp / float(objects), tp / np.maximum(tp + fp, np.finfo(np.float64).eps)
    if eleven_points:
        ap = 0.0
        for t in range(11):
            ap = ap + (0 if np.sum(rec >= t / 10) == 0 else np.max(prec[rec >= t / 10])) / 11.0
        return ap
    mrec, mpre = np.concatenate(([0.0], rec, [1.0])), np.concatenate(([0.0], prec, [0.0]))
    for i in range(mpre.size - 1, 0, -1):
        mpre[i - 1] = np.maximum(mpre[i - 1], mpre[i])
    i = np.where(mrec[1:] != mrec[:-1])[0]
    return np.sum((mrec[i + 1] - mrec[i]) * mpre[i + 1])


@right("average-precision", "only the hits' ranks")
def average_precision(scores, matched, objects, eleven_points=False):
    ranks = [rank for rank, m in enumerate(first_hits(scores, matched), 1) if m]
    precisions = [(n + 1) / rank for n, rank in enumerate(ranks)]
    highest = list(itertools.accumulate(reversed(precisions), max))[::-1]
    if not eleven_points:
        return sum(highest) / objects
    needed = [max(math.ceil(Fraction(t, 10) * objects), 1) for t in range(11)]
    return sum(highest[n - 1] for n in needed if n <= len(highest)) / 11


@right("average-precision", "searchsorted in the filled curve")
def average_precision(scores, matched, objects, eleven_points=False):
    matched = np.asarray(matched)[np.argsort(-scores)]
    hits = [k >= 0 and k not in matched[:i] for i, k in enumerate(matched)]
    found = np.cumsum(hits)
    filled = np.maximum.accumulate((found / np.arange(1, len(found) + 1))[::-1])[::-1]
    wanted = np.arange(11) * objects / 10 if eleven_points else np.arange(1, objects + 1)
    return np.append(filled, 0.0)[np.searchsorted(found, wanted - 1e-9)].mean()


@wrong("average-precision", "no step before the first detection", "Your area begins at the first detection")
def average_precision(scores, matched, objects, eleven_points=False):
    if len(scores) == 0:
        return 0.0
    right_ones = first_hits(scores, matched)
    found = np.cumsum(right_ones)
    recall, precision = found / objects, found / np.arange(1, len(found) + 1)
    filled = np.maximum.accumulate(precision[::-1])[::-1]
    if eleven_points:
        return np.mean([filled[recall >= n / 10 - 1e-9].max(initial=0) for n in range(11)])
    return float((np.diff(recall) * filled[1:]).sum())


@wrong("average-precision", "the mean of nothing", "scores is empty there")
def average_precision(scores, matched, objects, eleven_points=False):
    if len(scores) == 0:
        return float("nan")
    found = np.cumsum(first_hits(scores, matched))
    recall, precision = found / objects, found / np.arange(1, len(found) + 1)
    filled = np.maximum.accumulate(precision[::-1])[::-1]
    if eleven_points:
        return np.mean([filled[recall >= n / 10 - 1e-9].max(initial=0) for n in range(11)])
    return float((np.diff(recall, prepend=0) * filled).sum())
