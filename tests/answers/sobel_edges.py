"""The strength of edges, by Sobel's kernels."""

import numpy as np
import tensorflow as tf
from keras import ops
from scipy import ndimage, signal

from answers import right, wrong

KERNEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def slide(image, kernel):
    return signal.correlate2d(image.astype(float), kernel, "valid")


@right("sobel-edges")
def sobel_edges(image):
    image = image.astype("float32")
    height, width = image.shape
    edges = np.zeros((height - 2, width - 2))
    for i in range(height - 2):
        for j in range(width - 2):
            window = image[i : i + 3, j : j + 3]
            gx, gy = np.sum(window * KERNEL), np.sum(window * KERNEL.T)
            edges[i, j] = (gx**2 + gy**2) ** 0.5
    return edges


@right("sobel-edges")
def by_scipy(image):
    image = image.astype(float)
    return np.hypot(ndimage.sobel(image, 0), ndimage.sobel(image, 1))[1:-1, 1:-1]


@right("sobel-edges")
def flipped(image):
    return np.sqrt(sum(signal.convolve2d(image.astype(float), k, "valid") ** 2 for k in (KERNEL, KERNEL.T)))


@right("sobel-edges")
def by_tensorflow(image):
    edges = tf.image.sobel_edges(tf.cast(image, tf.float32)[None, :, :, None])[0, 1:-1, 1:-1, 0]
    return tf.norm(edges, axis=-1)


@right("sobel-edges")
def by_keras(image):
    kernels = np.stack([KERNEL, KERNEL.T], axis=-1)[:, :, None].astype("float32")
    gradient = ops.conv(ops.cast(image, "float32")[None, :, :, None], kernels)[0]
    return ops.norm(gradient, axis=-1)


@right("sobel-edges")
def by_differences(image):
    """Smoothing one way, a difference the other, in plain Python."""
    rows = [[float(pixel) for pixel in row] for row in image]
    smooth = (1, 2, 1)
    result = []
    for i in range(len(rows) - 2):
        result.append([])
        for j in range(len(rows[0]) - 2):
            gx = sum(s * (rows[i + n][j + 2] - rows[i + n][j]) for n, s in enumerate(smooth))
            gy = sum(s * (rows[i][j + n] - rows[i + 2][j + n]) for n, s in enumerate(smooth))
            result[-1].append(abs(complex(gx, gy)))
    return result


@wrong("sobel-edges", r"add the absolute values")
def absolute(image):
    return np.abs(slide(image, KERNEL)) + np.abs(slide(image, KERNEL.T))


@wrong("sobel-edges", r"left the root out")
def squared(image):
    return slide(image, KERNEL) ** 2 + slide(image, KERNEL.T) ** 2


@wrong("sobel-edges", r"cancel one another")
def added(image):
    return slide(image, KERNEL) + slide(image, KERNEL.T)


@wrong("sobel-edges", r"along the rows alone")
def horizontal(image):
    return np.abs(slide(image, KERNEL))


@wrong("sobel-edges", r"down the columns alone")
def vertical(image):
    return slide(image, KERNEL.T)


@wrong("sobel-edges", r"Both of your kernels")
def the_same_twice(image):
    return np.hypot(slide(image, KERNEL), slide(image, KERNEL[:, ::-1]))


@wrong("sobel-edges", r"Prewitt")
def prewitt(image):
    kernel = np.array([[-1, 0, 1]] * 3)
    return np.hypot(slide(image, kernel), slide(image, kernel.T))


@wrong("sobel-edges", r"Scharr")
def scharr(image):
    kernel = np.outer([3, 10, 3], [-1, 0, 1])
    return np.hypot(slide(image, kernel), slide(image, kernel.T))


@wrong("sobel-edges", r"divide by 8")
def by_eight(image):
    return sobel_edges(image) / 8


@wrong("sobel-edges", r"scale by the largest")
def scaled(image):
    edges = sobel_edges(image)
    return edges / edges.max()


@wrong("sobel-edges", r"pad with zeros")
def padded(image):
    return np.hypot(
        signal.correlate2d(image.astype(float), KERNEL, "same"),
        signal.correlate2d(image.astype(float), KERNEL.T, "same"),
    )


@wrong("sobel-edges", r"keep the image's size: the kernels stay inside")
def same_size(image):
    return np.linalg.norm([ndimage.sobel(image.astype(float), axis, mode="nearest") for axis in (0, 1)], axis=0)


@wrong("sobel-edges", r"gradient's direction")
def direction(image):
    return np.arctan2(slide(image, KERNEL.T), slide(image, KERNEL))


@wrong("sobel-edges", r"uint8 overflows")
def in_bytes(image):
    gx = image[:-2, 2:] - image[:-2, :-2] + 2 * image[1:-1, 2:] - 2 * image[1:-1, :-2] + image[2:, 2:] - image[2:, :-2]
    gy = image[2:, :-2] - image[:-2, :-2] + 2 * image[2:, 1:-1] - 2 * image[:-2, 1:-1] + image[2:, 2:] - image[:-2, 2:]
    return np.hypot(gx, gy)


@wrong("sobel-edges", r"difference of neighbours")
def by_gradient(image):
    return np.hypot(*np.gradient(image.astype(float)))[1:-1, 1:-1]


@wrong("sobel-edges", r"last row and column")
def off_by_one(image):
    return sobel_edges(image)[:-1, :-1]


@wrong("sobel-edges", r"larger of gx and gy")
def larger(image):
    return np.maximum(np.abs(slide(image, KERNEL)), np.abs(slide(image, KERNEL.T)))


@wrong("sobel-edges", r"changed its argument")
def stretched_in_place(image):
    image -= image.min()
    return sobel_edges(image)


@wrong("sobel-edges", r"You return gx and gy")
def both(image):
    return slide(image, KERNEL), slide(image, KERNEL.T)
