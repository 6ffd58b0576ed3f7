"""A class's answers to the exercise spatial-pyramid."""

# ruff: noqa: E731, F811, RUF059

import itertools
import math

import numpy as np
import tensorflow as tf

from answers_of_a_class import right, wrong


def pool(features, ys, xs, reduce=np.max):
    zero = np.zeros(features.shape[-1])
    return np.array(
        [[reduce(features[a:b, c:d], axis=(0, 1)) if a < b and c < d else zero for c, d in xs] for a, b in ys]
    )


def pyramid_bins(size, n):
    return [(i * size // n, -(-(i + 1) * size // n)) for i in range(n)]


@wrong("spatial-pyramid", "levels from small to large", "The smallest level stands first")
def spatial_pyramid(features, levels=(6, 3, 2, 1)):
    h, w, c = features.shape
    out = []
    for n in sorted(levels):
        for i in range(n):
            for j in range(n):
                out.append(features[i * h // n : -(-(i + 1) * h // n), j * w // n : -(-(j + 1) * w // n)].max((0, 1)))
    return np.concatenate(out)


@wrong(
    "spatial-pyramid",
    "channel-major: all bins of a channel together",
    "Within a level the channel comes first with you",
)
def spatial_pyramid(features, levels=(6, 3, 2, 1)):
    h, w, c = features.shape
    parts = []
    for n in levels:
        grid = np.zeros((n, n, c))
        for i, j in np.ndindex(n, n):
            grid[i, j] = features[i * h // n : math.ceil((i + 1) * h / n), j * w // n : math.ceil((j + 1) * w / n)].max(
                axis=(0, 1)
            )
        parts.append(grid.transpose(2, 0, 1).ravel())
    return np.concatenate(parts)


@wrong("spatial-pyramid", "average", "You take the mean of each bin")
def spatial_pyramid(features, levels=(6, 3, 2, 1)):
    h, w, _ = features.shape
    vector = []
    for n in levels:
        for i in range(n):
            for j in range(n):
                rows = slice(math.floor(i * h / n), math.ceil((i + 1) * h / n))
                cols = slice(math.floor(j * w / n), math.ceil((j + 1) * w / n))
                vector.extend(np.mean(features[rows, cols], axis=(0, 1)))
    return np.array(vector)


@wrong(
    "spatial-pyramid", "np.array_split bins, no overlap", "np.array_split cuts the map into pieces that share nothing"
)
def spatial_pyramid(features, levels=(6, 3, 2, 1)):
    out = []
    for n in levels:
        for rows in np.array_split(features, n, axis=0):
            for cell in np.array_split(rows, n, axis=1):
                out.append(cell.max(axis=(0, 1)))
    return np.concatenate(out)


@wrong("spatial-pyramid", "floor at the end: last cells lost", "All your bins are a // n long")
def spatial_pyramid(features, levels=(6, 3, 2, 1)):
    h, w, c = features.shape
    out = []
    for n in levels:
        sh, sw = h // n, w // n
        for i in range(n):
            for j in range(n):
                out.append(features[i * sh : (i + 1) * sh, j * sw : (j + 1) * sw].max((0, 1)))
    return np.hstack(out)


@wrong("spatial-pyramid", "ignores levels: 6, 3, 2, 1 always", "You ignore levels and take 6")
def spatial_pyramid(features, levels=(6, 3, 2, 1)):
    h, w, _ = features.shape
    return np.concatenate([pool(features, pyramid_bins(h, n), pyramid_bins(w, n)).ravel() for n in (6, 3, 2, 1)])


@wrong("spatial-pyramid", "columns before rows", "Rows and columns are swapped")
def spatial_pyramid(features, levels=(6, 3, 2, 1)):
    h, w, _ = features.shape
    out = []
    for n in levels:
        for a, b in pyramid_bins(w, n):
            for c, d in pyramid_bins(h, n):
                out.append(features[c:d, a:b].max((0, 1)))
    return np.concatenate(out)


@wrong("spatial-pyramid", "returns a list of levels, not joined", "the values are right")
def spatial_pyramid(features, levels=(6, 3, 2, 1)):
    h, w, _ = features.shape
    return [pool(features, pyramid_bins(h, n), pyramid_bins(w, n)) for n in levels]


@wrong("spatial-pyramid", "height's bins for both axes", "You take the height's bins for the width")
def spatial_pyramid(features, levels=(6, 3, 2, 1)):
    bins = lambda n: pyramid_bins(features.shape[0], n)
    return np.concatenate([pool(features, bins(n), bins(n)).ravel() for n in levels])


@wrong("spatial-pyramid", "returns the mean over channels", None)
def spatial_pyramid(features, levels=(6, 3, 2, 1)):
    h, w, _ = features.shape
    return np.concatenate([pool(features, pyramid_bins(h, n), pyramid_bins(w, n)).mean(-1).ravel() for n in levels])


@right("spatial-pyramid", "closures, generators")
def spatial_pyramid(features, levels=(6, 3, 2, 1)):
    def cuts(size, n):
        return [slice(i * size // n, (i * size + size + n - 1) // n) for i in range(n)]

    bins = (
        features[r, c]
        for n in levels
        for r, c in itertools.product(cuts(features.shape[0], n), cuts(features.shape[1], n))
    )
    return np.concatenate([part.max(axis=0).max(axis=0) for part in bins])


@right("spatial-pyramid", "adaptive pooling by masks")
def spatial_pyramid(features, levels=(6, 3, 2, 1)):
    h, w, _ = features.shape
    y, x = np.mgrid[:h, :w]
    vector = []
    for n in levels:
        for i, j in itertools.product(range(n), repeat=2):
            mask = (y >= i * h // n) & (y * n < (i + 1) * h) & (x >= j * w // n) & (x * n < (j + 1) * w)
            vector.append(features[mask].max(0))
    return tf.concat(vector, axis=0)


@right("spatial-pyramid", "recursion over the levels")
def spatial_pyramid(features, levels=(6, 3, 2, 1)):
    if not levels:
        return []
    n, *rest = levels
    h, w = len(features), len(features[0])
    values = []
    for i in range(n):
        rows = features[i * h // n : -((-(i + 1) * h) // n)]
        for j in range(n):
            values += list(np.max(rows[:, j * w // n : -((-(j + 1) * w) // n)], (0, 1)))
    return values + list(spatial_pyramid(features, rest))


@wrong("spatial-pyramid", "slides a window, as many times as there are bins", "You slide a window")
def sliding(features, levels=(6, 3, 2, 1)):
    vector = []
    for n in levels:
        (height, up), (width, left) = ((-(-size // n), size // n) for size in features.shape[:2])
        for y in range(n):
            for x in range(n):
                vector.append(features[y * up :, x * left :][:height, :width].max((0, 1)))
    return np.concatenate(vector)


@wrong("spatial-pyramid", "a list of the levels' vectors", "You return a list with a vector for each level")
def level_by_level(features, levels=(6, 3, 2, 1)):
    height, width = features.shape[:2]
    return [
        np.concatenate(
            [
                features[i * height // n : -(-(i + 1) * height // n), j * width // n : -(-(j + 1) * width // n)].max(
                    (0, 1)
                )
                for i, j in itertools.product(range(n), repeat=2)
            ]
        )
        for n in levels
    ]
