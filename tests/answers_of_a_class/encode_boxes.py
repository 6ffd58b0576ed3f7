"""A class's answers to the exercise encode-boxes."""

# ruff: noqa: B905, F811

import math

import keras
import numpy as np

from answers_of_a_class import right, wrong


def _cwh(b):
    w, h = b[:, 2] - b[:, 0] + 1, b[:, 3] - b[:, 1] + 1
    return b[:, 0] + w / 2, b[:, 1] + h / 2, w, h


def cwh(b):
    w, h = b[:, 2] - b[:, 0] + 1, b[:, 3] - b[:, 1] + 1
    return b[:, 0] + w / 2, b[:, 1] + h / 2, w, h


@wrong("encode-boxes", "no + 1", "You take x2 - x1 for the width")
def encode(boxes, targets):
    bw, bh = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    tw, th = targets[:, 2] - targets[:, 0], targets[:, 3] - targets[:, 1]
    dx = ((targets[:, 0] + tw / 2) - (boxes[:, 0] + bw / 2)) / bw
    dy = ((targets[:, 1] + th / 2) - (boxes[:, 1] + bh / 2)) / bh
    return np.stack([dx, dy, np.log(tw / bw), np.log(th / bh)], axis=1)


@wrong("encode-boxes", "boxes and targets swapped", "Boxes and targets are swapped")
def encode(boxes, targets):
    x, y, w, h = _cwh(targets)
    tx, ty, tw, th = _cwh(boxes)
    return np.column_stack([(tx - x) / w, (ty - y) / h, np.log(tw / w), np.log(th / h)])


@wrong("encode-boxes", "shift divided by the target's size", "You divide the shift by the sides of the target")
def encode(boxes, targets):
    x, y, w, h = _cwh(boxes)
    tx, ty, tw, th = _cwh(targets)
    return np.array([(tx - x) / tw, (ty - y) / th, np.log(tw / w), np.log(th / h)]).T


@wrong("encode-boxes", "no logarithm", "The ratios of the sides lack the logarithm")
def encode(boxes, targets):
    x, y, w, h = _cwh(boxes)
    tx, ty, tw, th = _cwh(targets)
    return np.stack([(tx - x) / w, (ty - y) / h, tw / w, th / h], -1)


@wrong("encode-boxes", "corner instead of centre", "You shift from corner to corner")
def encode(boxes, targets):
    out = []
    for (x1, y1, x2, y2), (u1, v1, u2, v2) in zip(boxes, targets):
        w, h, tw, th = x2 - x1 + 1, y2 - y1 + 1, u2 - u1 + 1, v2 - v1 + 1
        out.append([(u1 - x1) / w, (v1 - y1) / h, math.log(tw / w), math.log(th / h)])
    return np.array(out)


@wrong("encode-boxes", "both shifts divided by the width", "You divide both shifts by the width")
def encode(boxes, targets):
    x, y, w, h = cwh(boxes)
    u, v, tw, th = cwh(targets)
    return np.stack([(u - x) / w, (v - y) / w, np.log(tw / w), np.log(th / h)], 1)


@wrong("encode-boxes", "log of the inverse ratio", "The logarithm's sign is turned round")
def encode(boxes, targets):
    x, y, w, h = cwh(boxes)
    u, v, tw, th = cwh(targets)
    return np.stack([(u - x) / w, (v - y) / h, np.log(w / tw), np.log(h / th)], 1)


@wrong("encode-boxes", "(4, n)", "The result is transposed")
def encode(boxes, targets):
    x, y, w, h = cwh(boxes)
    u, v, tw, th = cwh(targets)
    return np.array([(u - x) / w, (v - y) / h, np.log(tw / w), np.log(th / h)])


@wrong("encode-boxes", "centre without the + 1 but width with it", "Your centres are x1 + x2")
def encode(boxes, targets):
    _, _, w, h = cwh(boxes)
    _, _, tw, th = cwh(targets)
    x, u = (boxes[:, 0] + boxes[:, 2]), (targets[:, 0] + targets[:, 2])
    y, v = (boxes[:, 1] + boxes[:, 3]), (targets[:, 1] + targets[:, 3])
    return np.stack([(u - x) / w, (v - y) / h, np.log(tw / w), np.log(th / h)], 1)


@wrong(
    "encode-boxes",
    "relative change instead of the logarithm: (tw - w) / w",
    "You take the change of the sides over the box's",
)
def encode(boxes, targets):
    x, y, w, h = cwh(boxes)
    u, v, tw, th = cwh(targets)
    return np.stack([(u - x) / w, (v - y) / h, (tw - w) / w, (th - h) / h], 1)


@right("encode-boxes", "row by row with math")
def encode(boxes, targets):
    rows = []
    for (x1, y1, x2, y2), (u1, v1, u2, v2) in zip(boxes, targets):
        w, h, tw, th = x2 - x1 + 1, y2 - y1 + 1, u2 - u1 + 1, v2 - v1 + 1
        rows.append(
            (((u1 + u2) - (x1 + x2)) / 2 / w, ((v1 + v2) - (y1 + y2)) / 2 / h, math.log(tw / w), math.log(th / h))
        )
    return rows


@right("encode-boxes", "a matrix to centres and sizes")
def encode(boxes, targets):
    m = np.array([[0.5, 0, -1, 0], [0, 0.5, 0, -1], [0.5, 0, 1, 0], [0, 0.5, 0, 1]])
    a, b = (np.asarray(v, float) @ m + [0.5, 0.5, 1, 1] for v in (boxes, targets))
    return np.hstack([(b[:, :2] - a[:, :2]) / a[:, 2:], np.log(b[:, 2:]) - np.log(a[:, 2:])])


@right("encode-boxes", "keras ops")
def encode(boxes, targets):
    ops = keras.ops
    boxes, targets = ops.cast(boxes, "float32"), ops.cast(targets, "float32")
    size, wanted = boxes[:, 2:] - boxes[:, :2] + 1, targets[:, 2:] - targets[:, :2] + 1
    shift = (targets[:, :2] + wanted / 2 - boxes[:, :2] - size / 2) / size
    return ops.concatenate([shift, ops.log(wanted / size)], axis=1)


@wrong("encode-boxes", "fills an array like the boxes", "Where boxes holds whole numbers, the fractions are cut off")
def encode(boxes, targets):
    result = np.zeros_like(boxes)
    (x, y, w, h), (u, v, a, b) = (
        (n[:, 0] + (n[:, 2] - n[:, 0] + 1) / 2, n[:, 1] + (n[:, 3] - n[:, 1] + 1) / 2, *(n[:, 2:] - n[:, :2] + 1).T)
        for n in (boxes, targets)
    )
    result[:] = np.stack([(u - x) / w, (v - y) / h, np.log(a / w), np.log(b / h)], axis=1)
    return result
