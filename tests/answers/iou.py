"""Intersection over union of boxes whose corners are pixels."""

import numpy as np
import tensorflow as tf
from keras import ops

from answers import right, wrong


def sides(near, far):
    return np.maximum(far - near + 1, 0)


@right("iou")
def iou(boxes, others):
    near = np.maximum(boxes[:, None, :2], others[None, :, :2])
    far = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    both = sides(near, far).prod(axis=-1)
    areas = sides(boxes[:, :2], boxes[:, 2:]).prod(axis=-1), sides(others[:, :2], others[:, 2:]).prod(axis=-1)
    return both / (areas[0][:, None] + areas[1] - both)


@right("iou")
def by_loops(boxes, others):
    rows = []
    for a in boxes.tolist():
        row = []
        for b in others.tolist():
            width = min(a[2], b[2]) - max(a[0], b[0]) + 1
            height = min(a[3], b[3]) - max(a[1], b[1]) + 1
            both = width * height if width > 0 and height > 0 else 0
            union = (a[2] - a[0] + 1) * (a[3] - a[1] + 1) + (b[2] - b[0] + 1) * (b[3] - b[1] + 1) - both
            row.append(both / union)
        rows.append(row)
    return rows


@right("iou")
def by_pixels(boxes, others):
    """Paint both and count."""
    result = np.zeros((len(boxes), len(others)), "float32")
    for i, a in enumerate(boxes.astype(int)):
        for j, b in enumerate(others.astype(int)):
            canvas = np.zeros((2, 80, 80), bool)
            canvas[0, a[1] : a[3] + 1, a[0] : a[2] + 1] = True
            canvas[1, b[1] : b[3] + 1, b[0] : b[2] + 1] = True
            result[i, j] = canvas.all(axis=0).sum() / canvas.any(axis=0).sum()
    return result


@right("iou")
def by_keras(boxes, others):
    a, b = ops.cast(boxes, "float32")[:, None], ops.cast(others, "float32")[None]
    both = ops.prod(ops.relu(ops.minimum(a[..., 2:], b[..., 2:]) - ops.maximum(a[..., :2], b[..., :2]) + 1), axis=-1)
    area = ops.prod(a[..., 2:] - a[..., :2] + 1, axis=-1) + ops.prod(b[..., 2:] - b[..., :2] + 1, axis=-1)
    return both / (area - both)


@right("iou")
def by_tensorflow(boxes, others):
    x1, y1, x2, y2 = (tf.cast(n, tf.float64)[:, tf.newaxis] for n in tf.unstack(boxes, axis=1))
    u1, v1, u2, v2 = (tf.cast(n, tf.float64)[tf.newaxis] for n in tf.unstack(others, axis=1))
    width = tf.maximum(tf.minimum(x2, u2) - tf.maximum(x1, u1) + 1, 0)
    height = tf.maximum(tf.minimum(y2, v2) - tf.maximum(y1, v1) + 1, 0)
    return width * height / ((x2 - x1 + 1) * (y2 - y1 + 1) + (u2 - u1 + 1) * (v2 - v1 + 1) - width * height)


def overlap(boxes, others, edge=1, area_edge=1):
    near = np.maximum(boxes[:, None, :2], others[None, :, :2])
    far = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    a, b = (np.prod(x[:, 2:] - x[:, :2] + area_edge, axis=1) for x in (boxes, others))
    return np.prod(np.clip(far - near + edge, 0, None), axis=2), a[:, None], b[None]


@wrong("iou", r"x2 - x1 for the width.*x2 - x1 \+ 1 wide")
def corners_as_points(boxes, others):
    both, a, b = overlap(boxes, others, 0, 0)
    return both / (a + b - both)


@wrong("iou", r"intersection lacks the \+ 1")
def edge_in_the_areas_alone(boxes, others):
    both, a, b = overlap(boxes, others, 0, 1)
    return both / (a + b - both)


@wrong("iou", r"areas lack the \+ 1")
def edge_in_the_intersection_alone(boxes, others):
    both, a, b = overlap(boxes, others, 1, 0)
    return both / (a + b - both)


@wrong("iou", r"can be negative where boxes lie apart")
def not_cut_off(boxes, others):
    near = np.maximum(boxes[:, None, :2], others[None, :, :2])
    far = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    both = (far - near + 1).prod(-1)
    _, a, b = overlap(boxes, others)
    return both / (a + b - both)


@wrong("iou", r"after multiplying.*cut off each")
def cut_off_too_late(boxes, others):
    near = np.maximum(boxes[:, None, :2], others[None, :, :2])
    far = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    both = np.maximum((far - near + 1).prod(-1), 0)
    _, a, b = overlap(boxes, others)
    return both / (a + b - both)


@wrong("iou", r"counts the intersection twice")
def over_the_sum(boxes, others):
    both, a, b = overlap(boxes, others)
    return both / (a + b)


@wrong("iou", r"Dice")
def dice(boxes, others):
    both, a, b = overlap(boxes, others)
    return 2 * both / (a + b)


@wrong("iou", r"smaller area")
def over_the_smaller(boxes, others):
    both, a, b = overlap(boxes, others)
    return both / np.minimum(a, b)


@wrong("iou", r"area of the first box")
def over_the_first(boxes, others):
    both, a, _ = overlap(boxes, others)
    return both / a


@wrong("iou", r"box around both")
def over_the_hull(boxes, others):
    both, _, _ = overlap(boxes, others)
    near = np.minimum(boxes[:, None, :2], others[None, :, :2])
    far = np.maximum(boxes[:, None, 2:], others[None, :, 2:])
    return both / np.prod(far - near + 1, axis=2)


@wrong("iou", r"1 - IoU")
def distance(boxes, others):
    return 1 - iou(boxes, others)


@wrong("iou", r"transposed")
def transposed(boxes, others):
    return iou(others, boxes)


@wrong("iou", r"every box goes with every other|raised ValueError.*\n.*shapes do not fit")
def box_by_box(boxes, others):
    near, far = np.maximum(boxes[:, :2], others[:, :2]), np.minimum(boxes[:, 2:], others[:, 2:])
    both = np.clip(far - near + 1, 0, None).prod(1)
    return both / ((boxes[:, 2:] - boxes[:, :2] + 1).prod(1) + (others[:, 2:] - others[:, :2] + 1).prod(1) - both)


@wrong("iou", r"x, y, width, height.*two corners")
def as_sides(boxes, others):
    a, b = (np.concatenate([x[:, :2], x[:, :2] + x[:, 2:] - 1], axis=1) for x in (boxes, others))
    return iou(a, b)


@wrong("iou", r"changed its argument")
def in_place(boxes, others):
    boxes[:, 2:] += 1
    return iou(boxes - np.array([0, 0, 1, 1], boxes.dtype), others)


@wrong("iou", r"what the course ships")
def the_course_s_own(boxes, others):
    from course.boxes import iou as shipped

    return shipped(boxes, others)
