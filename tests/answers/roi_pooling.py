"""Maxima of the bins of one region of interest."""

import numpy as np
import tensorflow as tf
from keras import ops

from answers import right, wrong


def rounded(x):
    return int(np.floor(x + 0.5))


@right("roi-pooling")
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    x1, y1, x2, y2 = (rounded(n * spatial_scale) for n in roi)
    height, width = max(y2 - y1 + 1, 1), max(x2 - x1 + 1, 1)
    pooled = np.zeros((pool_size, pool_size, features.shape[-1]))
    for p in range(pool_size):
        for q in range(pool_size):
            rows = slice(y1 + p * height // pool_size, y1 - (-(p + 1) * height // pool_size))
            columns = slice(x1 + q * width // pool_size, x1 - (-(q + 1) * width // pool_size))
            cells = features[rows, columns]
            if cells.size:
                pooled[p, q] = cells.max(axis=(0, 1))
    return pooled


@right("roi-pooling")
def by_scalars(features, roi, pool_size=7, spatial_scale=1 / 16):
    """As the release in C: cell by cell."""
    map_height, map_width, channels = features.shape
    left, top, right_, bottom = (int(n * spatial_scale + 0.5) for n in roi)
    height, width = bottom - top + 1, right_ - left + 1
    result = []
    for p in range(pool_size):
        row = []
        for q in range(pool_size):
            begin_y = min(top + int(np.floor(p * height / pool_size)), map_height)
            end_y = min(top + int(np.ceil((p + 1) * height / pool_size)), map_height)
            begin_x = min(left + int(np.floor(q * width / pool_size)), map_width)
            end_x = min(left + int(np.ceil((q + 1) * width / pool_size)), map_width)
            values = []
            for c in range(channels):
                cells = [features[y, x, c] for y in range(begin_y, end_y) for x in range(begin_x, end_x)]
                values.append(max(cells, default=0))
            row.append(values)
        result.append(row)
    return result


@right("roi-pooling")
def by_masks(features, roi, pool_size=7, spatial_scale=1 / 16):
    x1, y1, x2, y2 = np.floor(np.array(roi) * spatial_scale + 0.5)
    steps = np.arange(pool_size)

    def inside(first, last, size):
        extent = last - first + 1
        begin, end = first + steps * extent // pool_size, first + np.ceil((steps + 1) * extent / pool_size)
        cells = np.arange(size)
        return (cells >= begin[:, None]) & (cells < end[:, None])

    rows, columns = inside(y1, y2, features.shape[0]), inside(x1, x2, features.shape[1])
    mask = rows[:, None, :, None, None] & columns[None, :, None, :, None]
    pooled = ops.max(ops.where(mask, features, -np.inf), axis=(2, 3))
    return ops.where(ops.isinf(pooled), 0.0, pooled)


@right("roi-pooling")
def by_tensorflow(features, roi, pool_size=7, spatial_scale=1 / 16):
    x1, y1, x2, y2 = (rounded(n * spatial_scale) for n in roi)
    bins = []
    for p in range(pool_size):
        for q in range(pool_size):
            cells = tf.constant(features)[
                y1 + p * (y2 - y1 + 1) // pool_size : y1 + -(-(p + 1) * (y2 - y1 + 1) // pool_size),
                x1 + q * (x2 - x1 + 1) // pool_size : x1 + -(-(q + 1) * (x2 - x1 + 1) // pool_size),
            ]
            bins.append(tf.reduce_max(cells, axis=(0, 1)) if tf.size(cells) else tf.zeros(features.shape[2]))
    return tf.reshape(tf.stack(bins), (pool_size, pool_size, -1))


def pooled(features, roi, pool_size, scale, rounding=rounded, edge=1, down=False, reduce=np.max, empty=0.0):
    x1, y1, x2, y2 = (int(rounding(n * scale)) for n in roi)
    result = np.full((pool_size, pool_size, features.shape[2]), empty)
    for p in range(pool_size):
        for q in range(pool_size):
            spans = []
            for index, first, extent in ((p, y1, max(y2 - y1 + edge, 1)), (q, x1, max(x2 - x1 + edge, 1))):
                end = (index + 1) * extent / pool_size
                spans.append(slice(first + index * extent // pool_size, first + int(end if down else np.ceil(end))))
            cells = features[spans[0], spans[1]]
            if cells.size:
                result[p, q] = reduce(cells, axis=(0, 1))
    return result


@wrong("roi-pooling", r"x2 - x1 for the region's width")
def corners_as_points(features, roi, pool_size=7, spatial_scale=1 / 16):
    return pooled(features, roi, pool_size, spatial_scale, edge=0)


@wrong("roi-pooling", r"half was rounded to the even")
def half_to_even(features, roi, pool_size=7, spatial_scale=1 / 16):
    return pooled(features, roi, pool_size, spatial_scale, rounding=round)


@wrong("roi-pooling", r"fraction of the corners off")
def cut(features, roi, pool_size=7, spatial_scale=1 / 16):
    return pooled(features, roi, pool_size, spatial_scale, rounding=int)


@wrong("roi-pooling", r"end where the next begins")
def ends_rounded_down(features, roi, pool_size=7, spatial_scale=1 / 16):
    return pooled(features, roi, pool_size, spatial_scale, down=True)


@wrong("roi-pooling", r"last rows are left out")
def equal_bins(features, roi, pool_size=7, spatial_scale=1 / 16):
    x1, y1, x2, y2 = (rounded(n * spatial_scale) for n in roi)
    h, w = (y2 - y1 + 1) // pool_size, (x2 - x1 + 1) // pool_size
    result = np.zeros((pool_size, pool_size, features.shape[2]))
    for p in range(pool_size):
        for q in range(pool_size):
            cells = features[y1 + p * h : y1 + (p + 1) * h, x1 + q * w : x1 + (q + 1) * w]
            if cells.size:
                result[p, q] = cells.max((0, 1))
    return result


@wrong("roi-pooling", r"mean of each bin")
def mean(features, roi, pool_size=7, spatial_scale=1 / 16):
    return pooled(features, roi, pool_size, spatial_scale, reduce=np.mean)


@wrong("roi-pooling", r"Rows and columns are swapped")
def x_for_rows(features, roi, pool_size=7, spatial_scale=1 / 16):
    y1, x1, y2, x2 = roi
    return roi_pooling(features, (x1, y1, x2, y2), pool_size, spatial_scale)


@wrong("roi-pooling", r"ignore spatial_scale")
def without_scale(features, roi, pool_size=7, spatial_scale=1 / 16):
    return pooled(features, roi, pool_size, 1)


@wrong("roi-pooling", r"begins with 0")
def from_zero(features, roi, pool_size=7, spatial_scale=1 / 16):
    return np.maximum(0, roi_pooling(features, roi, pool_size, spatial_scale))


@wrong("roi-pooling", r"-inf with you.*value 0")
def minus_infinity(features, roi, pool_size=7, spatial_scale=1 / 16):
    return pooled(features, roi, pool_size, spatial_scale, empty=-np.inf)


@wrong("roi-pooling", r"zero-size array.*\n.*no cell of the map.*its value is 0")
def of_nothing(features, roi, pool_size=7, spatial_scale=1 / 16):
    x1, y1, x2, y2 = (rounded(n * spatial_scale) for n in roi)
    h, w = y2 - y1 + 1, x2 - x1 + 1
    ends = [(p * h // pool_size, -(-(p + 1) * h // pool_size)) for p in range(pool_size)]
    sides = [(q * w // pool_size, -(-(q + 1) * w // pool_size)) for q in range(pool_size)]
    return np.array([[features[y1 + a : y1 + b, x1 + c : x1 + d].max((0, 1)) for c, d in sides] for a, b in ends])


@wrong("roi-pooling", r"cut the region off at the map's edge and then divide")
def cut_off_first(features, roi, pool_size=7, spatial_scale=1 / 16):
    x1, y1, x2, y2 = (rounded(n * spatial_scale) for n in roi)
    height, width = features.shape[:2]
    corners = min(x1, width - 1), min(y1, height - 1), min(x2, width - 1), min(y2, height - 1)
    return pooled(features, corners, pool_size, 1)


@wrong("roi-pooling", r"result is transposed")
def transposed(features, roi, pool_size=7, spatial_scale=1 / 16):
    return roi_pooling(features, roi, pool_size, spatial_scale).swapaxes(0, 1)


@wrong("roi-pooling", r"what the course ships")
def the_course_s_own(features, roi, pool_size=7, spatial_scale=1 / 16):
    from course.detection import RoIPooling2D

    layer = RoIPooling2D(pool_size, spatial_scale)
    return layer([features[None], np.array([[roi]], "float32")])[0, 0]
