"""A class's answers to the exercise nms."""

# ruff: noqa: E731, F811

import collections
import dataclasses

import numpy as np

from answers_of_a_class import right, wrong


def _one_iou(a, b):
    w = max(0, min(a[2], b[2]) - max(a[0], b[0]) + 1)
    h = max(0, min(a[3], b[3]) - max(a[1], b[1]) + 1)
    area = lambda c: (c[2] - c[0] + 1) * (c[3] - c[1] + 1)
    return w * h / (area(a) + area(b) - w * h)


def area(b):
    return (b[..., 2] - b[..., 0] + 1) * (b[..., 3] - b[..., 1] + 1)


def sides(a, b):
    lt, rb = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.maximum(rb - lt + 1, 0)


def one_iou(a, b):
    return iou_of(np.array([a], float), np.array([b], float))


def iou_of(a, b):
    inter = sides(a, b).prod(-1)
    return (inter / (area(a)[:, None] + area(b) - inter))[0, 0]


@wrong("nms", "does not sort by score", "You ignore the scores and take the boxes as they come")
def nms(boxes, scores, iou_threshold):
    kept = []
    for i in range(len(boxes)):
        if all(_one_iou(boxes[i], boxes[j]) <= iou_threshold for j in kept):
            kept.append(i)
    return kept


@wrong("nms", "sorts rising", "You begin with the lowest score")
def nms(boxes, scores, iou_threshold):
    order, kept = list(np.argsort(scores)), []
    while order:
        best = order.pop(0)
        kept.append(best)
        order = [i for i in order if _one_iou(boxes[best], boxes[i]) <= iou_threshold]
    return kept


@wrong("nms", "a box falls to any better box, kept or not", "Boxes that are out suppress others")
def nms(boxes, scores, iou_threshold):
    stay = []
    for i in range(len(boxes)):
        better = [j for j in range(len(boxes)) if scores[j] > scores[i]]
        if not any(_one_iou(boxes[i], boxes[j]) > iou_threshold for j in better):
            stay.append(i)
    return sorted(stay, key=lambda i: -scores[i])


@wrong("nms", "returns the boxes", "returned boxes")
def nms(boxes, scores, iou_threshold):
    rest, kept = sorted(range(len(boxes)), key=lambda i: -scores[i]), []
    while rest:
        first, *rest = rest
        kept.append(boxes[first])
        rest = [i for i in rest if _one_iou(boxes[first], boxes[i]) <= iou_threshold]
    return np.array(kept)


@wrong("nms", "indices into the sorted list", "Your indices are those of the sorted boxes")
def nms(boxes, scores, iou_threshold):
    order = np.argsort(-np.asarray(scores))
    boxes = np.asarray(boxes)[order]
    kept = []
    for i in range(len(boxes)):
        if all(_one_iou(boxes[i], boxes[k]) <= iou_threshold for k in kept):
            kept.append(i)
    return np.array(kept)


@wrong("nms", "keeps boxes that overlap: the comparison the wrong way round", "The comparison is turned round")
def nms(boxes, scores, iou_threshold):
    order, kept = list(np.argsort(-np.asarray(scores))), []
    while order:
        best = order.pop(0)
        kept.append(best)
        order = [i for i in order if one_iou(boxes[best], boxes[i]) > iou_threshold]
    return kept


@wrong("nms", "compares with the last one kept only", "with the last one that stays")
def nms(boxes, scores, iou_threshold):
    kept = []
    for i in np.argsort(-np.asarray(scores)):
        if not kept or one_iou(boxes[kept[-1]], boxes[i]) <= iou_threshold:
            kept.append(i)
    return kept


@wrong("nms", "removes from a list while looping over it", "the loop passes over the one after each")
def nms(boxes, scores, iou_threshold):
    order = sorted(range(len(scores)), key=lambda i: -scores[i])
    for i in order:
        for j in order:
            if j != i and scores[j] <= scores[i] and one_iou(boxes[i], boxes[j]) > iou_threshold:
                order.remove(j)
    return order


@wrong("nms", "threshold on distance: 1 - iou", None)
def nms(boxes, scores, iou_threshold):
    kept = []
    for i in np.argsort(-np.asarray(scores)):
        if all(1 - one_iou(boxes[i], boxes[j]) > iou_threshold for j in kept):
            kept.append(int(i))
    return kept


@wrong("nms", "returns the scores' ranks as booleans of kept", "The last box has the index 0")
def nms(boxes, scores, iou_threshold):
    kept = []
    for i in np.argsort(-np.asarray(scores)):
        if all(one_iou(boxes[i], boxes[j]) <= iou_threshold for j in kept):
            kept.append(int(i))
    return [i + 1 for i in kept]


@right("nms", "recursion")
def nms(boxes, scores, iou_threshold):
    def keep(order):
        if not order:
            return []
        best, *rest = order
        return [best, *keep([i for i in rest if _one_iou(boxes[best], boxes[i]) <= iou_threshold])]

    return keep(sorted(range(len(scores)), key=lambda i: scores[i], reverse=True))


@right("nms", "boolean mask over a matrix")
def nms(boxes, scores, iou_threshold):
    overlap = np.array([[_one_iou(a, b) for b in boxes] for a in boxes]).reshape(len(boxes), len(boxes))
    alive, kept = np.ones(len(boxes), bool), []
    while alive.any():
        best = max(np.flatnonzero(alive), key=lambda i: scores[i])
        kept.append(best)
        alive &= overlap[best] <= iou_threshold
    return np.array(kept, dtype=np.int32)


@right("nms", "deque of dataclasses")
def nms(boxes, scores, iou_threshold):
    @dataclasses.dataclass(order=True)
    class Box:
        score: float
        index: int

    queue = collections.deque(sorted((Box(-s, i) for i, s in enumerate(scores))))
    kept = []
    while queue:
        box = queue.popleft()
        kept.append(box.index)
        queue = collections.deque(b for b in queue if not _one_iou(boxes[box.index], boxes[b.index]) > iou_threshold)
    return tuple(kept)


@wrong("nms", "a threshold of its own", "iou_threshold makes no difference with you")
def nms(boxes, scores, iou_threshold):
    kept = []
    for i in np.argsort(-scores):
        if all(_one_iou(boxes[i], boxes[j]) <= 0.3 for j in kept):
            kept.append(i)
    return kept


@wrong("nms", "over the area of the box looked at", "by the area of the worse box alone")
def nms(boxes, scores, iou_threshold):
    kept = []
    for i in np.argsort(-scores):
        shared = sides(boxes[[i]], boxes[kept]).prod(-1)[0] if kept else np.zeros(0)
        if (shared / area(boxes[i]) <= iou_threshold).all():
            kept.append(i)
    return kept
