"""A class's answers to the exercise sobel-edges."""

# ruff: noqa: F811

import math

import numpy as np
import scipy.ndimage
import scipy.signal
import tensorflow as tf

from answers_of_a_class import right, wrong

SX = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


@wrong("sobel-edges", "|gx| + |gy|", "You add the absolute values")
def sobel_edges(image):
    gx = scipy.signal.correlate2d(image.astype(float), SX, "valid")
    gy = scipy.signal.correlate2d(image.astype(float), SX.T, "valid")
    return np.abs(gx) + np.abs(gy)


@wrong("sobel-edges", "no square root", "You left the root out")
def sobel_edges(image):
    w = np.lib.stride_tricks.sliding_window_view(np.asarray(image, float), (3, 3))
    gx, gy = (w * SX).sum((2, 3)), (w * SX.T).sum((2, 3))
    return gx**2 + gy**2


@wrong("sobel-edges", "same size, border kept", "You pad and keep the image's size")
def sobel_edges(image):
    return np.hypot(scipy.ndimage.sobel(image.astype(float), 0), scipy.ndimage.sobel(image.astype(float), 1))


@wrong("sobel-edges", "Prewitt: forgets the 2s", "Those are Prewitt's kernels")
def sobel_edges(image):
    image = np.array(image, dtype=np.float64)
    h, w = image.shape
    out = np.empty((h - 2, w - 2))
    for i in range(h - 2):
        for j in range(w - 2):
            p = image[i : i + 3, j : j + 3]
            gx = p[:, 2].sum() - p[:, 0].sum()
            gy = p[2].sum() - p[0].sum()
            out[i, j] = math.sqrt(gx * gx + gy * gy)
    return out


@wrong("sobel-edges", "normalises to 0..1 for display", "You scale by the largest value")
def sobel_edges(image):
    gx = scipy.signal.convolve2d(image, SX, mode="valid")
    gy = scipy.signal.convolve2d(image, SX.T, mode="valid")
    edges = np.sqrt(gx.astype(float) ** 2 + gy.astype(float) ** 2)
    return edges / edges.max()


@wrong("sobel-edges", "adds before squaring: |gx + gy|", "You add gx and gy")
def sobel_edges(image):
    image = np.asarray(image, float)
    s = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    out = np.zeros((image.shape[0] - 2, image.shape[1] - 2))
    for y, x in np.ndindex(*out.shape):
        w = image[y : y + 3, x : x + 3]
        out[y, x] = np.sqrt(((w * s).sum() + (w * s.T).sum()) ** 2)
    return out


@wrong("sobel-edges", "gx only", "You take the gradient along the rows alone")
def sobel_edges(image):
    return np.abs(scipy.ndimage.sobel(np.asarray(image, float), axis=1))[1:-1, 1:-1]


@wrong("sobel-edges", "clips to 255", "You cut off what is large")
def sobel_edges(image):
    image = np.asarray(image, float)
    g = np.hypot(scipy.ndimage.sobel(image, 0), scipy.ndimage.sobel(image, 1))[1:-1, 1:-1]
    return np.minimum(g, 255)


@wrong("sobel-edges", "root of the mean of the two squares", "√2, the root of a mean")
def sobel_edges(image):
    s = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    gx = scipy.signal.convolve2d(np.float64(image), s, "valid")
    gy = scipy.signal.convolve2d(np.float64(image), s.T, "valid")
    return np.sqrt((gx**2 + gy**2) / 2)


@wrong("sobel-edges", "kernel divided by 8", "You divide by 8")
def sobel_edges(image):
    s = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8
    gx = scipy.signal.correlate2d(np.float64(image), s, "valid")
    gy = scipy.signal.correlate2d(np.float64(image), s.T, "valid")
    return np.hypot(gx, gy)


@right("sobel-edges", "separable slices, complex abs")
def sobel_edges(image):
    a = np.asarray(image, float)
    smooth_v = a[:-2] + 2 * a[1:-1] + a[2:]
    smooth_h = a[:, :-2] + 2 * a[:, 1:-1] + a[:, 2:]
    return abs((smooth_v[:, 2:] - smooth_v[:, :-2]) + 1j * (smooth_h[2:] - smooth_h[:-2]))


@right("sobel-edges", "scipy.ndimage cropped")
def sobel_edges(image):
    image = np.asarray(image, float)
    return np.hypot(*(scipy.ndimage.sobel(image, axis) for axis in (0, 1)))[1:-1, 1:-1]


@right("sobel-edges", "tf.image.sobel_edges cropped")
def sobel_edges(image):
    g = tf.image.sobel_edges(tf.cast(image, tf.float32)[None, ..., None])[0, 1:-1, 1:-1, 0]
    return tf.norm(g, axis=-1)


@wrong("sobel-edges", "whole numbers against overflow", "The pixels lose their fractions")
def sobel_edges(image):
    s = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(int), (3, 3))
    return np.hypot((windows * s).sum(axis=(2, 3)), (windows * s.T).sum(axis=(2, 3)))
