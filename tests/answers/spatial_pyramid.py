"""Maxima of n × n bins, for several n."""

import numpy as np
import tensorflow as tf
from keras import ops

from answers import right, wrong


@right("spatial-pyramid")
def spatial_pyramid(features, levels=(6, 3, 2, 1)):
    height, width, _ = features.shape
    pooled = []
    for n in levels:
        for i in range(n):
            for j in range(n):
                rows = slice(i * height // n, -(-(i + 1) * height // n))
                columns = slice(j * width // n, -(-(j + 1) * width // n))
                pooled.append(features[rows, columns].max(axis=(0, 1)))
    return np.concatenate(pooled)


@right("spatial-pyramid")
def by_numbers(features, levels=(6, 3, 2, 1)):
    height, width, channels = features.shape
    vector = []
    for n in levels:
        rows = [range(int(np.floor(i * height / n)), int(np.ceil((i + 1) * height / n))) for i in range(n)]
        columns = [range(int(np.floor(i * width / n)), int(np.ceil((i + 1) * width / n))) for i in range(n)]
        for ys in rows:
            for xs in columns:
                vector += [max(float(features[y, x, c]) for y in ys for x in xs) for c in range(channels)]
    return vector


@right("spatial-pyramid")
def by_adaptive_pooling(features, levels=(6, 3, 2, 1)):
    """Rows first, then columns."""
    vectors = []
    for n in levels:
        x = features
        for axis in (0, 1):
            size = x.shape[axis]
            ends = [(i * size // n, ((i + 1) * size + n - 1) // n) for i in range(n)]
            x = ops.stack([ops.max(ops.take(x, range(a, b), axis=axis), axis=axis) for a, b in ends], axis=axis)
        vectors.append(ops.reshape(x, (-1,)))
    return ops.concatenate(vectors)


@right("spatial-pyramid")
def by_tensorflow(features, levels=(6, 3, 2, 1)):
    x, parts = tf.constant(features), []
    height, width = features.shape[:2]
    for n in levels:
        for i in range(n):
            row = x[i * height // n : -((-(i + 1) * height) // n)]
            parts += [tf.reduce_max(row[:, j * width // n : -((-(j + 1) * width) // n)], (0, 1)) for j in range(n)]
    return tf.concat(parts, 0)


def pooled(features, levels, ends, reduce=np.max):
    vectors = []
    for n in levels:
        for a, b in ends(features.shape[0], n):
            for c, d in ends(features.shape[1], n):
                vectors.append(reduce(features[a:b, c:d], axis=(0, 1)))
    return np.concatenate(vectors)


def exact(size, n):
    return [(i * size // n, -(-(i + 1) * size // n)) for i in range(n)]


@wrong("spatial-pyramid", r"paper's sliding window.*does not always give n bins")
def sliding(features, levels=(6, 3, 2, 1)):
    def windows(size, n):
        length, step = int(np.ceil(size / n)), max(size // n, 1)
        return [(start, start + length) for start in range(0, size - length + 1, step)]

    return pooled(features, levels, windows)


@wrong("spatial-pyramid", r"a bin's end is rounded up|raised ValueError: zero-size")
def ends_rounded_down(features, levels=(6, 3, 2, 1)):
    return pooled(features, levels, lambda size, n: [(i * size // n, (i + 1) * size // n) for i in range(n)])


@wrong("spatial-pyramid", r"mean of each bin")
def mean(features, levels=(6, 3, 2, 1)):
    return pooled(features, levels, exact, np.mean)


@wrong("spatial-pyramid", r"never negative")
def from_zero(features, levels=(6, 3, 2, 1)):
    return np.maximum(spatial_pyramid(features, levels), 0)


@wrong("spatial-pyramid", r"over the channels too")
def over_the_channels(features, levels=(6, 3, 2, 1)):
    return spatial_pyramid(features.max(axis=-1, keepdims=True), levels)


@wrong("spatial-pyramid", r"channel after channel")
def channel_after_channel(features, levels=(6, 3, 2, 1)):
    return np.concatenate([spatial_pyramid(features[:, :, c, None], levels) for c in range(features.shape[2])])


@wrong("spatial-pyramid", r"Within a level the channel comes first")
def channels_first(features, levels=(6, 3, 2, 1)):
    return np.concatenate([spatial_pyramid(features, [n]).reshape(n, n, -1).transpose(2, 0, 1).ravel() for n in levels])


@wrong("spatial-pyramid", r"smallest level stands first")
def smallest_first(features, levels=(6, 3, 2, 1)):
    return spatial_pyramid(features, sorted(levels))


@wrong("spatial-pyramid", r"levels stand in reverse")
def turned_round(features, levels=(6, 3, 2, 1)):
    return spatial_pyramid(features, levels[::-1])


@wrong("spatial-pyramid", r"Rows and columns are swapped")
def column_by_column(features, levels=(6, 3, 2, 1)):
    return spatial_pyramid(features.transpose(1, 0, 2), levels)


@wrong("spatial-pyramid", r"6, 3, 2 and 1 always")
def always_the_same(features, levels=(6, 3, 2, 1)):
    return spatial_pyramid(features)


@wrong("spatial-pyramid", r"one row a bin|shape is \(1, 1\)")
def a_row_a_bin(features, levels=(6, 3, 2, 1)):
    return spatial_pyramid(features, levels).reshape(-1, features.shape[2])


@wrong("spatial-pyramid", r"what the course ships")
def the_course_s_own(features, levels=(6, 3, 2, 1)):
    from course.detection import SpatialPyramidPooling2D

    return SpatialPyramidPooling2D(levels)(features[None])[0]
