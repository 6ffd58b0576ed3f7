"""A class's answers to the exercise max-pooling."""

# ruff: noqa: F811

import functools
import itertools

import keras
import numpy as np

from answers_of_a_class import right, wrong


@wrong("max-pooling", "maximum over the channels as well", "You take the maximum over the channels too")
def max_pooling(image, pool_size, strides):
    h = (image.shape[0] - pool_size) // strides + 1
    w = (image.shape[1] - pool_size) // strides + 1
    out = np.zeros((h, w, image.shape[2]))
    for i in range(h):
        for j in range(w):
            out[i, j] = np.max(image[i * strides : i * strides + pool_size, j * strides : j * strides + pool_size])
    return out


@wrong("max-pooling", "average", "You average the window")
def max_pooling(image, pool_size, strides):
    return keras.ops.average_pool(np.float32(image)[None], pool_size, strides)[0]


@wrong("max-pooling", "strides = pool_size always (reshape)", "You ignore strides and move by pool_size")
def max_pooling(image, pool_size, strides):
    h, w, c = image.shape
    h, w = h // pool_size, w // pool_size
    cut = image[: h * pool_size, : w * pool_size]
    return cut.reshape(h, pool_size, w, pool_size, c).max(axis=(1, 3))


@wrong("max-pooling", "starts from 0: negative maxima become 0", "You begin with 0")
def max_pooling(image, pool_size, strides):
    h, w, c = image.shape
    rows, cols = (h - pool_size) // strides + 1, (w - pool_size) // strides + 1
    out = np.zeros((rows, cols, c))
    for y in range(rows):
        for x in range(cols):
            for ch in range(c):
                best = 0
                for i in range(pool_size):
                    for j in range(pool_size):
                        best = max(best, image[y * strides + i, x * strides + j, ch])
                out[y, x, ch] = best
    return out


@wrong("max-pooling", "windows that stick out are kept (ceil)", "You let windows hang over the end")
def max_pooling(image, pool_size, strides):
    return np.array(
        [
            [image[y : y + pool_size, x : x + pool_size].max((0, 1)) for x in range(0, image.shape[1], strides)]
            for y in range(0, image.shape[0], strides)
        ]
    )


@wrong("max-pooling", "argmax over flattened window gives the sum: np.sum", "You add the window up")
def max_pooling(image, pool_size, strides):
    w = np.lib.stride_tricks.sliding_window_view(image, (pool_size, pool_size), axis=(0, 1))
    return w[::strides, ::strides].sum(axis=(-1, -2))


@wrong("max-pooling", "window and strides swapped", "You swap pool_size and strides")
def max_pooling(image, pool_size, strides):
    h, w = (image.shape[0] - strides) // pool_size + 1, (image.shape[1] - strides) // pool_size + 1
    return np.array(
        [
            [
                image[y * pool_size : y * pool_size + strides, x * pool_size : x * pool_size + strides].max((0, 1))
                for x in range(w)
            ]
            for y in range(h)
        ]
    )


@wrong("max-pooling", "maximum along the rows of the window only", "You take the maximum along one row of the window")
def max_pooling(image, pool_size, strides):
    rows, cols = (image.shape[0] - pool_size) // strides + 1, (image.shape[1] - pool_size) // strides + 1
    out = np.empty((rows, cols, image.shape[2]))
    for i in range(rows):
        for j in range(cols):
            out[i, j] = image[i * strides, j * strides : j * strides + pool_size].max(axis=0)
    return out


@wrong("max-pooling", "sorted window, last but one", "You take the median of the window")
def max_pooling(image, pool_size, strides):
    w = np.lib.stride_tricks.sliding_window_view(image, (pool_size, pool_size), axis=(0, 1))[::strides, ::strides]
    return np.median(w, axis=(-1, -2))


@wrong("max-pooling", "rows strided, columns not", "You move by strides along one axis alone")
def max_pooling(image, pool_size, strides):
    w = np.lib.stride_tricks.sliding_window_view(image, (pool_size, pool_size), axis=(0, 1))[::strides]
    return w.max((-1, -2))


@right("max-pooling", "sliding windows")
def max_pooling(image, pool_size, strides):
    windows = np.lib.stride_tricks.sliding_window_view(image, (pool_size, pool_size), (0, 1))
    return windows[::strides, ::strides].max((-2, -1))


@right("max-pooling", "reduce of np.maximum over shifts")
def max_pooling(image, pool_size, strides):
    h, w = (n - pool_size + 1 for n in image.shape[:2])
    shifts = itertools.product(range(pool_size), repeat=2)
    return functools.reduce(np.maximum, (image[i : i + h, j : j + w] for i, j in shifts))[::strides, ::strides]


@right("max-pooling", "keras.ops.max_pool")
def max_pooling(image, pool_size, strides):
    return keras.ops.max_pool(np.asarray(image, "float32")[None], pool_size, strides, "valid")[0]


@wrong("max-pooling", "an array of whole numbers for the result", "The fractions are cut off")
def max_pooling(image, pool_size, strides):
    rows, columns = ((n - pool_size) // strides + 1 for n in image.shape[:2])
    out = np.zeros((rows, columns, image.shape[2]), int)
    for y in range(rows):
        for x in range(columns):
            out[y, x] = image[y * strides :, x * strides :][:pool_size, :pool_size].max((0, 1))
    return out


@wrong("max-pooling", "the slice ends at pool_size - 1", "Your windows are one short")
def max_pooling(image, pool_size, strides):
    rows, columns = (range(0, n - pool_size + 1, strides) for n in image.shape[:2])
    end = max(pool_size - 1, 1)
    return np.array([[image[y : y + end, x : x + end].max((0, 1)) for x in columns] for y in rows])


@wrong("max-pooling", "as many columns as rows", "Look for a height that stands for a width")
def max_pooling(image, pool_size, strides):
    n = (image.shape[0] - pool_size) // strides + 1
    out = np.zeros((n, n, image.shape[2]))
    for y in range(n):
        for x in range(n):
            window = image[y * strides : y * strides + pool_size, x * strides : x * strides + pool_size]
            out[y, x] = window.max(axis=(0, 1))
    return out
