"""A class's answers to the exercise iou."""

# ruff: noqa: E731, F811

import itertools

import numpy as np
import tensorflow as tf

from answers_of_a_class import right, wrong


def area(b):
    return (b[..., 2] - b[..., 0] + 1) * (b[..., 3] - b[..., 1] + 1)


def sides(a, b):
    lt, rb = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.maximum(rb - lt + 1, 0)


@wrong("iou", "no + 1 (half-open boxes)", "You take x2 - x1 for the width")
def iou(boxes, others):
    result = np.zeros((len(boxes), len(others)))
    for i, (ax1, ay1, ax2, ay2) in enumerate(boxes):
        for j, (bx1, by1, bx2, by2) in enumerate(others):
            w = max(0, min(ax2, bx2) - max(ax1, bx1))
            h = max(0, min(ay2, by2) - max(ay1, by1))
            union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - w * h
            result[i, j] = w * h / union
    return result


@wrong(
    "iou",
    "negative overlaps not cut off: disjoint boxes can overlap",
    "The sides of the intersection can be negative where boxes lie apart",
)
def iou(boxes, others):
    lt = np.maximum(boxes[:, None, :2], others[None, :, :2])
    rb = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    side = rb - lt + 1
    inter = side[..., 0] * side[..., 1]
    area = lambda b: (b[:, 2] - b[:, 0] + 1) * (b[:, 3] - b[:, 1] + 1)
    return inter / (area(boxes)[:, None] + area(others)[None] - inter)


@wrong("iou", "union without subtracting the intersection", "You divide by the sum of the areas")
def iou(boxes, others):
    def area(box):
        return max(box[2] - box[0] + 1, 0) * max(box[3] - box[1] + 1, 0)

    def one(a, b):
        common = [max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])]
        return area(common) / (area(a) + area(b))

    return np.array([[one(a, b) for b in others] for a in boxes])


@wrong("iou", "boxes taken as x, y, width, height", "You read a box as x")
def iou(boxes, others):
    x1 = np.maximum(boxes[:, None, 0], others[None, :, 0])
    y1 = np.maximum(boxes[:, None, 1], others[None, :, 1])
    x2 = np.minimum((boxes[:, 0] + boxes[:, 2])[:, None], (others[:, 0] + others[:, 2])[None])
    y2 = np.minimum((boxes[:, 1] + boxes[:, 3])[:, None], (others[:, 1] + others[:, 3])[None])
    inter = np.clip(x2 - x1, 0, None) * np.clip(y2 - y1, 0, None)
    return inter / ((boxes[:, 2] * boxes[:, 3])[:, None] + (others[:, 2] * others[:, 3])[None] - inter)


@wrong("iou", "pairs only: row i with row i", "You take each box with the one of the same index")
def iou(boxes, others):
    n = min(len(boxes), len(others))
    a, b = boxes[:n], others[:n]
    w = np.maximum(0, np.minimum(a[:, 2], b[:, 2]) - np.maximum(a[:, 0], b[:, 0]) + 1)
    h = np.maximum(0, np.minimum(a[:, 3], b[:, 3]) - np.maximum(a[:, 1], b[:, 1]) + 1)
    areas = [(c[:, 2] - c[:, 0] + 1) * (c[:, 3] - c[:, 1] + 1) for c in (a, b)]
    return w * h / (areas[0] + areas[1] - w * h)


@wrong("iou", "divides by the smaller area", "You divide by the smaller area")
def iou(boxes, others):
    inter = sides(boxes, others).prod(-1)
    return inter / np.minimum(area(boxes)[:, None], area(others)[None])


@wrong("iou", "intersection alone", "That is the intersection in pixels")
def iou(boxes, others):
    return sides(boxes, others).prod(-1)


@wrong("iou", "(m, n)", "The result is transposed")
def iou(boxes, others):
    inter = sides(boxes, others).prod(-1)
    return (inter / (area(boxes)[:, None] + area(others) - inter)).T


@wrong("iou", "+ 1 in the areas, not in the intersection", "The intersection lacks the + 1 that the areas have")
def iou(boxes, others):
    lt, rb = np.maximum(boxes[:, None, :2], others[:, :2]), np.minimum(boxes[:, None, 2:], others[:, 2:])
    inter = np.maximum(rb - lt, 0).prod(-1)
    return inter / (area(boxes)[:, None] + area(others) - inter)


@wrong("iou", "minimum and maximum swapped: the enclosing box", "You swap the larger and the smaller")
def iou(boxes, others):
    lt, rb = np.minimum(boxes[:, None, :2], others[:, :2]), np.maximum(boxes[:, None, 2:], others[:, 2:])
    inter = np.maximum(rb - lt + 1, 0).prod(-1)
    return inter / (area(boxes)[:, None] + area(others) - inter)


@right("iou", "sets of pixels")
def iou(boxes, others):
    def pixels(box):
        x1, y1, x2, y2 = map(int, box)
        return set(itertools.product(range(x1, x2 + 1), range(y1, y2 + 1)))

    a, b = [pixels(box) for box in boxes], [pixels(box) for box in others]
    return [[len(p & q) / len(p | q) for q in b] for p in a]


@right("iou", "tensorflow")
def iou(boxes, others):
    a, b = tf.cast(boxes, tf.float32)[:, None], tf.cast(others, tf.float32)[None]
    sides = tf.nn.relu(tf.minimum(a[..., 2:], b[..., 2:]) - tf.maximum(a[..., :2], b[..., :2]) + 1)
    inter = tf.reduce_prod(sides, -1)
    total = sum(tf.reduce_prod(c[..., 2:] - c[..., :2] + 1, -1) for c in (a, b))
    return tf.math.divide(inter, total - inter)


@right("iou", "unpacked columns with np.subtract.outer")
def iou(boxes, others):
    x1, y1, x2, y2 = np.asarray(boxes, float).T
    u1, v1, u2, v2 = np.asarray(others, float).T
    w = (np.minimum.outer(x2, u2) - np.maximum.outer(x1, u1) + 1).clip(min=0)
    h = (np.minimum.outer(y2, v2) - np.maximum.outer(y1, v1) + 1).clip(min=0)
    inter = w * h
    return inter / (np.add.outer((x2 - x1 + 1) * (y2 - y1 + 1), (u2 - u1 + 1) * (v2 - v1 + 1)) - inter)


@wrong("iou", "clips the width alone", "You cut the intersection's width off at 0 and not its height")
def iou(boxes, others):
    b, o = boxes[:, None].astype(float), others[None].astype(float)
    width = np.maximum(np.minimum(b[..., 2], o[..., 2]) - np.maximum(b[..., 0], o[..., 0]) + 1, 0)
    inter = width * (np.minimum(b[..., 3], o[..., 3]) - np.maximum(b[..., 1], o[..., 1]) + 1)
    return inter / (area(b) + area(o) - inter)


@wrong("iou", "one shared column is none", "Boxes that share one row or column of pixels share nothing with you")
def iou(boxes, others):
    b, o = boxes[:, None].astype(float), others[None].astype(float)
    apart = np.minimum(b[..., 2:], o[..., 2:]) - np.maximum(b[..., :2], o[..., :2])
    inter = np.where((apart > 0).all(-1), (apart + 1).prod(-1), 0)
    return inter / (area(b) + area(o) - inter)
