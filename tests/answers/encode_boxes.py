"""The four numbers that take a box to its target."""

import numpy as np
import tensorflow as tf
from keras import ops

from answers import right, wrong


def centred(boxes, edge=1):
    width, height = boxes[:, 2] - boxes[:, 0] + edge, boxes[:, 3] - boxes[:, 1] + edge
    return boxes[:, 0] + width / 2, boxes[:, 1] + height / 2, width, height


@right("encode-boxes")
def encode(boxes, targets):
    x, y, w, h = centred(boxes)
    u, v, a, b = centred(targets)
    return np.stack([(u - x) / w, (v - y) / h, np.log(a / w), np.log(b / h)], axis=1)


@right("encode-boxes")
def by_loops(boxes, targets):
    rows = []
    for (x1, y1, x2, y2), (u1, v1, u2, v2) in zip(boxes, targets, strict=True):
        width, height = x2 - x1 + 1, y2 - y1 + 1
        rows.append(
            [
                ((u1 + u2) / 2 - (x1 + x2) / 2) / width,
                ((v1 + v2) / 2 - (y1 + y2) / 2) / height,
                np.log((u2 - u1 + 1) / width),
                np.log((v2 - v1 + 1) / height),
            ]
        )
    return rows


@right("encode-boxes")
def by_keras(boxes, targets):
    sides = boxes[:, 2:] - boxes[:, :2] + 1
    target_sides = targets[:, 2:] - targets[:, :2] + 1
    shifts = (targets[:, :2] + targets[:, 2:] - boxes[:, :2] - boxes[:, 2:]) / 2 / sides
    return ops.concatenate([shifts, ops.log(target_sides) - ops.log(sides)], axis=-1)


@right("encode-boxes")
def by_tensorflow(boxes, targets):
    x, y, w, h = centred(tf.constant(boxes))
    u, v, a, b = centred(tf.constant(targets))
    return tf.stack([(u - x) / w, (v - y) / h, tf.math.log(a / w), tf.math.log(b / h)], -1)


@wrong("encode-boxes", r"x2 - x1 for the width")
def corners_as_points(boxes, targets):
    x, y, w, h = centred(boxes, 0)
    u, v, a, b = centred(targets, 0)
    return np.stack([(u - x) / w, (v - y) / h, np.log(a / w), np.log(b / h)], axis=1)


@wrong("encode-boxes", r"sides of the target")
def over_the_target(boxes, targets):
    x, y, w, h = centred(boxes)
    u, v, a, b = centred(targets)
    return np.stack([(u - x) / a, (v - y) / b, np.log(a / w), np.log(b / h)], axis=1)


@wrong("encode-boxes", r"in pixels")
def in_pixels(boxes, targets):
    x, y, w, h = centred(boxes)
    u, v, a, b = centred(targets)
    return np.stack([u - x, v - y, np.log(a / w), np.log(b / h)], axis=1)


@wrong("encode-boxes", r"both shifts by the width")
def by_the_width(boxes, targets):
    x, y, w, h = centred(boxes)
    u, v, a, b = centred(targets)
    return np.stack([(u - x) / w, (v - y) / w, np.log(a / w), np.log(b / h)], axis=1)


@wrong("encode-boxes", r"lack the logarithm")
def without_logarithm(boxes, targets):
    x, y, w, h = centred(boxes)
    u, v, a, b = centred(targets)
    return np.stack([(u - x) / w, (v - y) / h, a / w, b / h], axis=1)


@wrong("encode-boxes", r"logarithm's sign")
def ratio_turned_round(boxes, targets):
    x, y, w, h = centred(boxes)
    u, v, a, b = centred(targets)
    return np.stack([(u - x) / w, (v - y) / h, np.log(w / a), np.log(h / b)], axis=1)


@wrong("encode-boxes", r"Boxes and targets are swapped")
def swapped(boxes, targets):
    return encode(targets, boxes)


@wrong("encode-boxes", r"corner to corner")
def from_corner_to_corner(boxes, targets):
    _, _, w, h = centred(boxes)
    _, _, a, b = centred(targets)
    near = targets[:, :2] - boxes[:, :2]
    return np.stack([near[:, 0] / w, near[:, 1] / h, np.log(a / w), np.log(b / h)], axis=1)


@wrong("encode-boxes", r"base 2")
def to_base_2(boxes, targets):
    return np.hstack([encode(boxes, targets)[:, :2], encode(boxes, targets)[:, 2:] / np.log(2)])


@wrong("encode-boxes", r"order is x, y, width, height")
def in_another_order(boxes, targets):
    return encode(boxes, targets)[:, [0, 2, 1, 3]]


@wrong("encode-boxes", r"transposed")
def transposed(boxes, targets):
    return encode(boxes, targets).T


@wrong("encode-boxes", r"changed its argument")
def in_place(boxes, targets):
    boxes[:, 2:] -= boxes[:, :2] - 1
    return boxes


@wrong("encode-boxes", r"what the course ships")
def the_course_s_own(boxes, targets):
    from course import boxes as ours

    return ours.encode(boxes, targets)
