"""A class's answers to the exercise rbf."""

# ruff: noqa: B905, F811

import keras
import numpy as np
import scipy.spatial.distance

from answers_of_a_class import right, wrong


@wrong("rbf", "Euclidean distances, not squared", "That is the distance")
def rbf(x, codes):
    return scipy.spatial.distance.cdist(x, codes)


@wrong("rbf", "Gaussian of the distance", "That is exp(-distance²)")
def rbf(x, codes):
    d = ((x[:, None, :] - codes[None]) ** 2).sum(-1)
    return np.exp(-d)


@wrong("rbf", "mean over the features", "You take the mean over the features")
def rbf(x, codes):
    return np.mean((x[:, np.newaxis] - codes) ** 2, axis=2)


@wrong("rbf", "absolute differences", "You sum absolute differences")
def rbf(x, codes):
    out = np.zeros((len(x), len(codes)))
    for i, row in enumerate(x):
        for j, code in enumerate(codes):
            out[i, j] = np.sum(np.abs(row - code))
    return out


@wrong("rbf", "(classes, batch)", "The result is transposed")
def rbf(x, codes):
    return np.array([[sum((a - b) ** 2 for a, b in zip(row, code)) for row in x] for code in codes])


@wrong("rbf", "half the squared distance", "You halve it")
def rbf(x, codes):
    return 0.5 * np.sum(np.square(x[:, None] - codes[None]), axis=-1)


@wrong("rbf", "dot product", "That is the inner product of input and code")
def rbf(x, codes):
    return x @ codes.T


@wrong("rbf", "sums over the whole thing: square of the sum", "You square the sum")
def rbf(x, codes):
    return np.array([[(row - code).sum() ** 2 for code in codes] for row in x])


@wrong("rbf", "forgets the batch: sums over everything", None)
def rbf(x, codes):
    return np.array([[((x - code) ** 2).sum() for code in codes]])


@wrong("rbf", "minus sign in the expansion: x² + 2xw + w²", "The cross term has the wrong sign")
def rbf(x, codes):
    return (x**2).sum(1, keepdims=True) + 2 * x @ codes.T + (codes**2).sum(1)


@right("rbf", "expanded square")
def rbf(x, codes):
    x, codes = np.float64(x), np.float64(codes)
    return (x**2).sum(1)[:, None] - 2 * x @ codes.T + (codes**2).sum(1)


@right("rbf", "scipy sqeuclidean")
def rbf(x, codes):
    return scipy.spatial.distance.cdist(x, codes, "sqeuclidean")


@right("rbf", "einsum of keras ops")
def rbf(x, codes):
    difference = keras.ops.expand_dims(x, 1) - keras.ops.convert_to_tensor(codes)
    return keras.ops.einsum("bcf,bcf->bc", difference, difference)


@wrong("rbf", "the first image alone", "it is the first along axis 0 alone")
def rbf(x, codes):
    return ((x[:1, None] - codes) ** 2).sum(axis=-1)
