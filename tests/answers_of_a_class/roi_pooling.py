"""A class's answers to the exercise roi-pooling."""

# ruff: noqa: E731, F811, RUF046

import math
from fractions import Fraction

import numpy as np
import tensorflow as tf

from answers_of_a_class import right, wrong


def _half_up(v):
    return int(math.floor(v + 0.5))


def pool_bins(first, last, size, n, end=lambda p, h, n: -(-(p + 1) * h // n)):
    h = max(last - first + 1, 1)
    return [(min(max(first + p * h // n, 0), size), min(max(first + end(p, h, n), 0), size)) for p in range(n)]


def pool(features, ys, xs, reduce=np.max):
    zero = np.zeros(features.shape[-1])
    return np.array(
        [[reduce(features[a:b, c:d], axis=(0, 1)) if a < b and c < d else zero for c, d in xs] for a, b in ys]
    )


def corner(v):
    return int(np.floor(v + 0.5))


@wrong("roi-pooling", "truncates the corners with int()", "You cut the fraction of the corners off")
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    h, w, c = features.shape
    x1, y1, x2, y2 = (int(v * spatial_scale) for v in roi)
    rh, rw = max(y2 - y1 + 1, 1), max(x2 - x1 + 1, 1)
    out = np.zeros((pool_size, pool_size, c))
    for i in range(pool_size):
        for j in range(pool_size):
            ys, ye = y1 + i * rh // pool_size, y1 - (-(i + 1) * rh // pool_size)
            xs, xe = x1 + j * rw // pool_size, x1 - (-(j + 1) * rw // pool_size)
            cell = features[max(ys, 0) : min(ye, h), max(xs, 0) : min(xe, w)]
            if cell.size:
                out[i, j] = cell.max((0, 1))
    return out


@wrong("roi-pooling", "x and y swapped", "Rows and columns are swapped")
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    h, w, c = features.shape
    y1, x1, y2, x2 = [_half_up(v * spatial_scale) for v in roi]
    rh, rw = max(y2 - y1 + 1, 1), max(x2 - x1 + 1, 1)
    out = np.zeros((pool_size, pool_size, c))
    for i, j in np.ndindex(pool_size, pool_size):
        ys, ye = y1 + math.floor(i * rh / pool_size), y1 + math.ceil((i + 1) * rh / pool_size)
        xs, xe = x1 + math.floor(j * rw / pool_size), x1 + math.ceil((j + 1) * rw / pool_size)
        cell = features[min(max(ys, 0), h) : min(max(ye, 0), h), min(max(xs, 0), w) : min(max(xe, 0), w)]
        if cell.size:
            out[i, j] = cell.max((0, 1))
    return out


@wrong("roi-pooling", "average of the bins", "You take the mean of each bin")
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    h, w, c = features.shape
    x1, y1, x2, y2 = [_half_up(v * spatial_scale) for v in roi]
    rh, rw = max(y2 - y1 + 1, 1), max(x2 - x1 + 1, 1)
    clip = lambda v, n: min(max(v, 0), n)
    rows = [(clip(y1 + i * rh // pool_size, h), clip(y1 + -(-(i + 1) * rh // pool_size), h)) for i in range(pool_size)]
    cols = [(clip(x1 + i * rw // pool_size, w), clip(x1 + -(-(i + 1) * rw // pool_size), w)) for i in range(pool_size)]
    return np.array(
        [[features[a:b, d:e].mean((0, 1)) if b > a and e > d else np.zeros(c) for d, e in cols] for a, b in rows]
    )


@wrong("roi-pooling", "far corner left out: no + 1", "Your slice leaves the far corner out")
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    x1, y1, x2, y2 = [_half_up(v * spatial_scale) for v in roi]
    region = features[y1:y2, x1:x2]
    h, w = max(region.shape[0], 1), max(region.shape[1], 1)
    out = np.zeros((pool_size, pool_size, features.shape[-1]))
    for i in range(pool_size):
        for j in range(pool_size):
            top, bottom = i * h // pool_size, -(-(i + 1) * h // pool_size)
            left, right_ = j * w // pool_size, -(-(j + 1) * w // pool_size)
            part = region[top:bottom, left:right_]
            if part.size:
                out[i, j] = part.max(axis=(0, 1))
    return out


@wrong(
    "roi-pooling",
    "bins of floor(h / P): empty or short bins, the rest dropped",
    "You cut the region off at the map's edge",
)
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    x1, y1, x2, y2 = [_half_up(v * spatial_scale) for v in roi]
    region = features[y1 : y2 + 1, x1 : x2 + 1]
    bh, bw = max(region.shape[0] // pool_size, 1), max(region.shape[1] // pool_size, 1)
    out = np.zeros((pool_size, pool_size, features.shape[-1]))
    for i in range(pool_size):
        for j in range(pool_size):
            part = region[i * bh : (i + 1) * bh, j * bw : (j + 1) * bw]
            if part.size:
                out[i, j] = np.max(part, axis=(0, 1))
    return out


@wrong("roi-pooling", "forgets spatial_scale", "You ignore spatial_scale")
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    x1, y1, x2, y2 = (corner(v) for v in roi)
    h, w, _ = features.shape
    return pool(features, pool_bins(y1, y2, h, pool_size), pool_bins(x1, x2, w, pool_size))


@wrong(
    "roi-pooling",
    "floor at the end of a bin: no overlap, some cells lost or bins empty",
    "Your bins end where the next begins",
)
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    x1, y1, x2, y2 = (corner(v * spatial_scale) for v in roi)
    h, w, _ = features.shape
    end = lambda p, n, total: (p + 1) * n // total
    return pool(features, pool_bins(y1, y2, h, pool_size, end), pool_bins(x1, x2, w, pool_size, end))


@wrong("roi-pooling", "takes roi for x, y, width, height", "You read the region as x")
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    x, y, bw, bh = (corner(v * spatial_scale) for v in roi)
    h, w, _ = features.shape
    return pool(features, pool_bins(y, y + bh - 1, h, pool_size), pool_bins(x, x + bw - 1, w, pool_size))


@wrong("roi-pooling", "bins of the whole map: forgets to add the corner", "counted from the map's first cell")
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    x1, y1, x2, y2 = (corner(v * spatial_scale) for v in roi)
    h, w, _ = features.shape
    return pool(features, pool_bins(0, y2 - y1, h, pool_size), pool_bins(0, x2 - x1, w, pool_size))


@wrong("roi-pooling", "numpy's round", "A half was rounded to the even number")
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    x1, y1, x2, y2 = np.round(np.array(roi) * spatial_scale).astype(int)
    h, w, _ = features.shape
    return pool(features, pool_bins(y1, y2, h, pool_size), pool_bins(x1, x2, w, pool_size))


@right("roi-pooling", "helper closures and slices")
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    x1, y1, x2, y2 = (math.floor(float(v) * spatial_scale + 0.5) for v in roi)

    def bins(first, last, size):
        n = max(last - first + 1, 1)
        for p in range(pool_size):
            lo, hi = first + p * n // pool_size, first + ((p + 1) * n + pool_size - 1) // pool_size
            yield slice(min(max(lo, 0), size), min(max(hi, 0), size))

    def maximum(part):
        return part.max((0, 1)) if part.size else np.zeros(part.shape[-1], part.dtype)

    columns = list(bins(x1, x2, features.shape[1]))
    return np.stack([np.stack([maximum(features[r, c]) for c in columns]) for r in bins(y1, y2, features.shape[0])])


@right("roi-pooling", "cell by cell")
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    features = np.asarray(features)
    height, width, channels = features.shape
    left, top, right_, bottom = np.floor(np.asarray(roi) * spatial_scale + 0.5).astype(int)
    h, w = max(bottom - top + 1, 1), max(right_ - left + 1, 1)
    out = np.full((pool_size, pool_size, channels), -np.inf)
    for y in range(h):
        for x in range(w):
            if not (0 <= top + y < height and 0 <= left + x < width):
                continue
            for i in range(pool_size):
                for j in range(pool_size):
                    inside_y = i * h // pool_size <= y < math.ceil(Fraction((i + 1) * int(h), pool_size))
                    inside_x = j * w // pool_size <= x < math.ceil(Fraction((j + 1) * int(w), pool_size))
                    if inside_y and inside_x:
                        out[i, j] = np.maximum(out[i, j], features[top + y, left + x])
    return np.where(np.isinf(out), 0, out)


@right("roi-pooling", "tf.reduce_max of parts")
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    x1, y1, x2, y2 = [_half_up(float(v) * spatial_scale) for v in roi]
    height, width, channels = features.shape
    h, w = max(y2 - y1 + 1, 1), max(x2 - x1 + 1, 1)
    rows = []
    for i in range(pool_size):
        a = min(max(y1 + (i * h) // pool_size, 0), height)
        b = min(max(y1 + -((-(i + 1) * h) // pool_size), 0), height)
        row = []
        for j in range(pool_size):
            d = min(max(x1 + (j * w) // pool_size, 0), width)
            e = min(max(x1 + -((-(j + 1) * w) // pool_size), 0), width)
            row.append(tf.reduce_max(features[a:b, d:e], (0, 1)) if a < b and d < e else tf.zeros(channels))
        rows.append(tf.stack([tf.cast(v, tf.float32) for v in row]))
    return tf.stack(rows)


@wrong("roi-pooling", "takes the first cell of each bin", "You take the first cell of each bin alone")
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    x1, y1, x2, y2 = (int(np.floor(n * spatial_scale + 0.5)) for n in roi)
    rows = [y1 + p * (y2 - y1 + 1) // pool_size for p in range(pool_size)]
    columns = [x1 + p * (x2 - x1 + 1) // pool_size for p in range(pool_size)]
    height, width, channels = features.shape
    beyond = np.zeros(channels)
    return np.array([[features[y, x] if y < height and x < width else beyond for x in columns] for y in rows])


def _pooled(features, corners, pool_size, bins):
    x1, y1, x2, y2 = corners
    pooled = np.zeros((pool_size, pool_size, features.shape[2]))
    for i, (top, bottom) in enumerate(bins(y2 - y1 + 1, pool_size)):
        for j, (left, end) in enumerate(bins(x2 - x1 + 1, pool_size)):
            cells = features[y1 + top : y1 + bottom, x1 + left : x1 + end]
            pooled[i, j] = cells.max(axis=(0, 1)) if cells.size else 0
    return pooled


@wrong("roi-pooling", "bins of the size rounded up, inside the region", "high, so the last run out")
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    def bins(extent, n):
        size = math.ceil(extent / n)
        return [(i * size, min((i + 1) * size, extent)) for i in range(n)]

    return _pooled(features, [_half_up(v * spatial_scale) for v in roi], pool_size, bins)


@wrong("roi-pooling", "np.array_split", "np.array_split cuts the region into pieces that share nothing")
def roi_pooling(features, roi, pool_size=7, spatial_scale=1 / 16):
    def bins(extent, n):
        return [(part[0], part[-1] + 1) if len(part) else (0, 0) for part in np.array_split(range(extent), n)]

    return _pooled(features, [_half_up(v * spatial_scale) for v in roi], pool_size, bins)
