"""A class's answers to the exercise decode-boxes."""

# ruff: noqa: F811

import math

import numpy as np
import tensorflow as tf

from answers_of_a_class import right, wrong


def _cwh(b):
    w, h = b[:, 2] - b[:, 0] + 1, b[:, 3] - b[:, 1] + 1
    return b[:, 0] + w / 2, b[:, 1] + h / 2, w, h


def sides(a, b):
    lt, rb = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.maximum(rb - lt + 1, 0)


def cwh(b):
    w, h = b[:, 2] - b[:, 0] + 1, b[:, 3] - b[:, 1] + 1
    return b[:, 0] + w / 2, b[:, 1] + h / 2, w, h


@wrong("decode-boxes", "no - 1 at the far corner", "The far corner is a pixel too far")
def decode(boxes, deltas):
    x, y, w, h = _cwh(boxes)
    cx, cy = x + deltas[:, 0] * w, y + deltas[:, 1] * h
    nw, nh = w * np.exp(deltas[:, 2]), h * np.exp(deltas[:, 3])
    return np.stack([cx - nw / 2, cy - nh / 2, cx + nw / 2, cy + nh / 2], axis=1)


@wrong("decode-boxes", "forgets the exponential", "The sides are multiplied by the logarithm")
def decode(boxes, deltas):
    x, y, w, h = _cwh(boxes)
    cx, cy = x + deltas[:, 0] * w, y + deltas[:, 1] * h
    nw, nh = w * deltas[:, 2], h * deltas[:, 3]
    return np.stack([cx - nw / 2, cy - nh / 2, cx + nw / 2 - 1, cy + nh / 2 - 1], axis=1)


@wrong("decode-boxes", "shift not multiplied by the size", "The shift is added in pixels")
def decode(boxes, deltas):
    x, y, w, h = _cwh(boxes)
    dx, dy, dw, dh = deltas.T
    w, h = w * np.exp(dw), h * np.exp(dh)
    return np.vstack([x + dx - w / 2, y + dy - h / 2, x + dx + w / 2 - 1, y + dy + h / 2 - 1]).T


@wrong("decode-boxes", "returns centres and sizes", "You return centre")
def decode(boxes, deltas):
    x, y, w, h = _cwh(boxes)
    return np.stack(
        [x + deltas[:, 0] * w, y + deltas[:, 1] * h, w * np.exp(deltas[:, 2]), h * np.exp(deltas[:, 3])], axis=-1
    )


@wrong("decode-boxes", "uses the new width for the shift", "You multiply the shift by the new sides")
def decode(boxes, deltas):
    out = np.zeros(boxes.shape)
    for i in range(len(boxes)):
        x1, y1, x2, y2 = boxes[i]
        dx, dy, dw, dh = deltas[i]
        w, h = x2 - x1 + 1, y2 - y1 + 1
        cx, cy = x1 + w / 2, y1 + h / 2
        w, h = w * math.exp(dw), h * math.exp(dh)
        cx, cy = cx + dx * w, cy + dy * h
        out[i] = cx - w / 2, cy - h / 2, cx + w / 2 - 1, cy + h / 2 - 1
    return out


@wrong("decode-boxes", "corner moved, not the centre", "You shift the corner and let the box grow from there")
def decode(boxes, deltas):
    _, _, w, h = cwh(boxes)
    x1, y1 = boxes[:, 0] + deltas[:, 0] * w, boxes[:, 1] + deltas[:, 1] * h
    return np.stack([x1, y1, x1 + w * np.exp(deltas[:, 2]) - 1, y1 + h * np.exp(deltas[:, 3]) - 1], 1)


@wrong("decode-boxes", "half forgotten: centre ± width", "The corners lie a whole width from the centre")
def decode(boxes, deltas):
    x, y, w, h = cwh(boxes)
    x, y, w, h = x + deltas[:, 0] * w, y + deltas[:, 1] * h, w * np.exp(deltas[:, 2]), h * np.exp(deltas[:, 3])
    return np.stack([x - w, y - h, x + w - 1, y + h - 1], 1)


@wrong("decode-boxes", "changes boxes in place", "changed its argument")
def decode(boxes, deltas):
    w, h = boxes[:, 2] - boxes[:, 0] + 1, boxes[:, 3] - boxes[:, 1] + 1
    boxes[:, 0] += deltas[:, 0] * w
    boxes[:, 1] += deltas[:, 1] * h
    boxes[:, 2] = boxes[:, 0] + w * np.exp(deltas[:, 2]) - 1
    boxes[:, 3] = boxes[:, 1] + h * np.exp(deltas[:, 3]) - 1
    return boxes


@wrong("decode-boxes", "exp of the shifts as well", None)
def decode(boxes, deltas):
    x, y, w, h = cwh(boxes)
    x, y, w, h = (
        x + np.exp(deltas[:, 0]) * w,
        y + np.exp(deltas[:, 1]) * h,
        w * np.exp(deltas[:, 2]),
        h * np.exp(deltas[:, 3]),
    )
    return np.stack([x - w / 2, y - h / 2, x + w / 2 - 1, y + h / 2 - 1], 1)


@right("decode-boxes", "pairs of coordinates")
def decode(boxes, deltas):
    boxes, deltas = np.asarray(boxes, float), np.asarray(deltas, float)
    size = boxes[:, 2:] - boxes[:, :2] + 1
    centre = boxes[:, :2] + size / 2 + deltas[:, :2] * size
    half = size * np.exp(deltas[:, 2:]) / 2
    return np.hstack([centre - half, centre + half - 1])


@right("decode-boxes", "rows with math.exp")
def decode(boxes, deltas):
    def move(box, delta):
        sides = [box[i + 2] - box[i] + 1 for i in (0, 1)]
        centres = [box[i] + sides[i] / 2 + delta[i] * sides[i] for i in (0, 1)]
        halves = [sides[i] * math.exp(delta[i + 2]) / 2 for i in (0, 1)]
        return [centres[0] - halves[0], centres[1] - halves[1], centres[0] + halves[0] - 1, centres[1] + halves[1] - 1]

    return list(map(move, boxes, deltas))


@right("decode-boxes", "tf.split")
def decode(boxes, deltas):
    x1, y1, x2, y2 = tf.unstack(tf.cast(boxes, tf.float32), axis=1)
    dx, dy, dw, dh = tf.unstack(tf.cast(deltas, tf.float32), axis=1)
    w, h = x2 - x1 + 1.0, y2 - y1 + 1.0
    x, y = x1 + w * (dx + 0.5), y1 + h * (dy + 0.5)
    w, h = w * tf.exp(dw), h * tf.exp(dh)
    return tf.stack([x - w / 2, y - h / 2, x + w / 2 - 1, y + h / 2 - 1], axis=1).numpy()


@wrong("decode-boxes", "takes the corner for the centre", "You take the corner x1 for the centre")
def decode(boxes, deltas):
    size = boxes[:, 2:] - boxes[:, :2] + 1
    centre, half = boxes[:, :2] + deltas[:, :2] * size, size * np.exp(deltas[:, 2:]) / 2
    return np.concatenate([centre - half, centre + half - 1], axis=1)


@wrong("decode-boxes", "torchvision's limit", "You hold the logarithms below a limit")
def decode(boxes, deltas):
    size = boxes[:, 2:] - boxes[:, :2] + 1
    half = size * np.exp(np.clip(deltas[:, 2:], None, math.log(1000 / 16))) / 2
    centre = boxes[:, :2] + size / 2 + deltas[:, :2] * size
    return np.concatenate([centre - half, centre + half - 1], axis=1)
