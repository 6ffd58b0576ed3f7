"""Squared distances to codes."""

import numpy as np
import tensorflow as tf
from keras import ops

from answers import right, wrong


@right("rbf")
def rbf(x, codes):
    return np.sum((x[:, np.newaxis, :] - codes[np.newaxis]) ** 2, axis=-1)


@right("rbf")
def by_keras(x, codes):
    return ops.sum(ops.square(ops.expand_dims(x, 1) - ops.convert_to_tensor(codes)), axis=2)


@right("rbf")
def by_loops(x, codes):
    distances = np.zeros((len(x), len(codes)))
    for i, row in enumerate(x):
        for j, code in enumerate(codes):
            distances[i, j] = sum((a - b) ** 2 for a, b in zip(row, code, strict=True))
    return distances


@right("rbf")
def expanded(x, codes):
    return (x**2).sum(1, keepdims=True) - 2 * x @ codes.T + (codes**2).sum(1)


@right("rbf")
def by_tensorflow(x, codes):
    return tf.reduce_sum(tf.math.squared_difference(tf.expand_dims(x, 1), codes), -1)


@right("rbf")
def by_norm(x, codes):
    return np.linalg.norm(x[:, None] - codes, axis=2) ** 2


@wrong("rbf", r"leave out the root")
def distance(x, codes):
    return np.linalg.norm(x[:, None] - codes, axis=2)


@wrong("rbf", r"transposed")
def transposed(x, codes):
    return np.sum((codes[:, None] - x) ** 2, axis=-1)


@wrong("rbf", r"mean over the features")
def mean(x, codes):
    return np.mean((x[:, None] - codes) ** 2, axis=-1)


@wrong("rbf", r"absolute differences")
def absolute(x, codes):
    return np.abs(x[:, None] - codes).sum(-1)


@wrong("rbf", r"without squaring")
def not_squared(x, codes):
    return (x[:, None] - codes).sum(-1)


@wrong("rbf", r"square the sum")
def squared_sum(x, codes):
    return (x[:, None] - codes).sum(-1) ** 2


@wrong("rbf", r"inner product")
def inner_product(x, codes):
    return x @ codes.T


@wrong("rbf", r"sign is turned")
def negative(x, codes):
    return -rbf(x, codes)


@wrong("rbf", r"Gaussian")
def gaussian(x, codes):
    return np.exp(-rbf(x, codes))


@wrong("rbf", r"cross term lacks its factor")
def cross_term_once(x, codes):
    return (x**2).sum(1, keepdims=True) - x @ codes.T + (codes**2).sum(1)


@wrong("rbf", r"sum over everything")
def summed_up(x, codes):
    return ((x[:, None] - codes) ** 2).sum()


@wrong("rbf", r"nearest class")
def nearest(x, codes):
    return rbf(x, codes).argmin(1)


@wrong("rbf", r"changed its argument")
def in_place(x, codes):
    distances = []
    for code in codes:
        x -= code
        distances.append((x**2).sum(1))
        x += code + 1e-3
    return np.stack(distances, axis=1)


@wrong("rbf", r"\[\[1, 2\]\], \[\[3, 5\]\]\) returned \[13\].*\n.*every image with every code")
def no_new_axis(x, codes):
    return ((x - codes) ** 2).sum(-1)


@wrong("rbf", r"a list.*\n.*an array")
def as_lists(x, codes):
    return rbf(x, codes).tolist()


@wrong("rbf", r"halve")
def halved(x, codes):
    return rbf(x, codes) / 2


@wrong("rbf", r"what the course ships.*\n.*your own")
def the_course_s_own(x, codes):
    from course.layers import RadialBasis

    return RadialBasis(codes)(x)


@wrong("rbf", r"an array of text.*numbers")
def as_texts(x, codes):
    return rbf(x, codes).astype(str)


@wrong("rbf", r"not numbers \(NaN\)")
def root_of_a_negative(x, codes):
    return np.sqrt(-rbf(x, codes) - 1)
