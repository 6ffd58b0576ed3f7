"""The boxes that the four numbers lead to."""

import numpy as np
import tensorflow as tf
from keras import ops

from answers import right, wrong
from answers.encode_boxes import centred


@right("decode-boxes")
def decode(boxes, deltas):
    x, y, w, h = centred(boxes)
    x, y = x + deltas[:, 0] * w, y + deltas[:, 1] * h
    w, h = w * np.exp(deltas[:, 2]), h * np.exp(deltas[:, 3])
    return np.stack([x - w / 2, y - h / 2, x + w / 2 - 1, y + h / 2 - 1], axis=1)


@right("decode-boxes")
def by_loops(boxes, deltas):
    moved = []
    for (x1, y1, x2, y2), (dx, dy, dw, dh) in zip(boxes.tolist(), deltas.tolist(), strict=True):
        width, height = x2 - x1 + 1, y2 - y1 + 1
        middle_x, middle_y = (x1 + x2) / 2 + dx * width, (y1 + y2) / 2 + dy * height
        half_x, half_y = (width * np.exp(dw) - 1) / 2, (height * np.exp(dh) - 1) / 2
        moved.append((middle_x - half_x, middle_y - half_y, middle_x + half_x, middle_y + half_y))
    return np.array(moved)


@right("decode-boxes")
def by_keras(boxes, deltas):
    boxes, deltas = ops.convert_to_tensor(boxes), ops.convert_to_tensor(deltas)
    sides = boxes[:, 2:] - boxes[:, :2] + 1
    centres = boxes[:, :2] + sides / 2 + deltas[:, :2] * sides
    half = sides * ops.exp(deltas[:, 2:]) / 2
    return ops.concatenate([centres - half, centres + half - 1], axis=1)


@right("decode-boxes")
def by_tensorflow(boxes, deltas):
    near, far = tf.split(boxes, 2, axis=1)
    shift, log = tf.split(deltas, 2, axis=1)
    sides = far - near + 1
    near = near + sides / 2 + shift * sides - sides * tf.exp(log) / 2
    return tf.concat([near, near + sides * tf.exp(log) - 1], axis=1)


def with_sides(boxes, deltas, edge=1, far=1, grow=np.exp):
    x, y, w, h = centred(boxes, edge)
    x, y, w, h = x + deltas[:, 0] * w, y + deltas[:, 1] * h, w * grow(deltas[:, 2]), h * grow(deltas[:, 3])
    return np.stack([x - w / 2, y - h / 2, x + w / 2 - far, y + h / 2 - far], axis=1)


@wrong("decode-boxes", r"a pixel too far.*release of Faster R-CNN")
def the_release_s_slip(boxes, deltas):
    return with_sides(boxes, deltas, far=0)


@wrong("decode-boxes", r"x2 - x1 for the width: both")
def corners_as_points(boxes, deltas):
    return with_sides(boxes, deltas, edge=0, far=0)


@wrong("decode-boxes", r"take exp first")
def without_exp(boxes, deltas):
    return with_sides(boxes, deltas, grow=lambda log: log)


@wrong("decode-boxes", r"add the logarithm to 1")
def one_plus(boxes, deltas):
    return with_sides(boxes, deltas, grow=lambda log: 1 + log)


@wrong("decode-boxes", r"raise 2 to")
def two_to_the(boxes, deltas):
    return with_sides(boxes, deltas, grow=lambda log: 2**log)


@wrong("decode-boxes", r"added in pixels")
def in_pixels(boxes, deltas):
    x, y, w, h = centred(boxes)
    x, y, w, h = x + deltas[:, 0], y + deltas[:, 1], w * np.exp(deltas[:, 2]), h * np.exp(deltas[:, 3])
    return np.stack([x - w / 2, y - h / 2, x + w / 2 - 1, y + h / 2 - 1], axis=1)


@wrong("decode-boxes", r"by the new sides")
def by_the_new_sides(boxes, deltas):
    x, y, w, h = centred(boxes)
    w, h = w * np.exp(deltas[:, 2]), h * np.exp(deltas[:, 3])
    x, y = x + deltas[:, 0] * w, y + deltas[:, 1] * h
    return np.stack([x - w / 2, y - h / 2, x + w / 2 - 1, y + h / 2 - 1], axis=1)


@wrong("decode-boxes", r"shift the corner")
def the_corner(boxes, deltas):
    _, _, w, h = centred(boxes)
    x, y = boxes[:, 0] + deltas[:, 0] * w, boxes[:, 1] + deltas[:, 1] * h
    return np.stack([x, y, x + w * np.exp(deltas[:, 2]) - 1, y + h * np.exp(deltas[:, 3]) - 1], axis=1)


@wrong("decode-boxes", r"return centre, width and height")
def as_centre(boxes, deltas):
    return np.stack(centred(decode(boxes, deltas)), axis=1)


@wrong("decode-boxes", r"sides do not change")
def only_shifted(boxes, deltas):
    return decode(boxes, deltas * np.array([1, 1, 0, 0]))


@wrong("decode-boxes", r"standard deviations")
def denormalised(boxes, deltas):
    return decode(boxes, deltas * [0.1, 0.1, 0.2, 0.2])


@wrong("decode-boxes", r"changed its argument")
def in_place(boxes, deltas):
    deltas[:, 2:] = np.exp(deltas[:, 2:])
    return boxes


@wrong("decode-boxes", r"what the course ships")
def the_course_s_own(boxes, deltas):
    from course import boxes as ours

    return ours.decode(boxes, deltas)
