"""The convolution of an image with a kernel."""

import numpy as np
import tensorflow as tf
from keras import ops
from scipy import signal

from answers import right, wrong


@right("convolve-one-channel")
def convolve_one_channel(image, kernel):
    flipped = kernel[::-1, ::-1]
    kernel_height, kernel_width = kernel.shape
    height, width = image.shape[0] - kernel_height + 1, image.shape[1] - kernel_width + 1
    result = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            result[i, j] = np.sum(image[i : i + kernel_height, j : j + kernel_width] * flipped)
    return result


@right("convolve-one-channel")
def by_scipy(image, kernel):
    return signal.convolve2d(image.astype(float), kernel, mode="valid")


@right("convolve-one-channel")
def by_windows(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, np.flip(kernel).astype("float32"))


@right("convolve-one-channel")
def by_shifts(image, kernel):
    """The whole image at once for each weight."""
    height, width = np.subtract(image.shape, kernel.shape) + 1
    total = 0.0
    for m in range(kernel.shape[0]):
        for n in range(kernel.shape[1]):
            i, j = kernel.shape[0] - 1 - m, kernel.shape[1] - 1 - n
            total = total + image[i : i + height, j : j + width].astype(float) * kernel[m, n]
    return total


@right("convolve-one-channel")
def in_plain_python(image, kernel):
    """Four loops over lists, by the sum of I(i - m, j - n) K(m, n)."""
    image, kernel = image.tolist(), kernel.tolist()
    k, l = len(kernel), len(kernel[0])  # noqa: E741
    return [
        [
            sum(image[i - m][j - n] * kernel[m][n] for m in range(k) for n in range(l))
            for j in range(l - 1, len(image[0]))
        ]
        for i in range(k - 1, len(image))
    ]


@right("convolve-one-channel")
def by_keras(image, kernel):
    image, kernel = ops.cast(image, "float32"), ops.cast(kernel, "float32")
    return ops.conv(image[None, :, :, None], ops.flip(kernel)[:, :, None, None])[0, :, :, 0]


@right("convolve-one-channel")
def by_tensorflow(image, kernel):
    image, kernel = (tf.cast(x, tf.float32) for x in (image, kernel))
    flipped = tf.reverse(kernel, [0, 1])[:, :, tf.newaxis, tf.newaxis]
    return tf.squeeze(tf.nn.conv2d(image[tf.newaxis, :, :, tf.newaxis], flipped, 1, "VALID"), [0, 3])


def slide(image, kernel, reduce=np.sum):
    """The loops, without a flip."""
    height, width = np.subtract(image.shape, kernel.shape) + 1
    return np.array(
        [
            [reduce(image[i : i + kernel.shape[0], j : j + kernel.shape[1]] * kernel) for j in range(width)]
            for i in range(height)
        ]
    )


@wrong("convolve-one-channel", r"did not flip the kernel: that is cross-correlation")
def correlation(image, kernel):
    return signal.correlate2d(image.astype(float), kernel, mode="valid")


@wrong("convolve-one-channel", r"kernel's rows alone")
def rows_flipped(image, kernel):
    return slide(image, kernel[::-1])


@wrong("convolve-one-channel", r"kernel's columns alone")
def columns_flipped(image, kernel):
    return slide(image, kernel[:, ::-1])


@wrong("convolve-one-channel", r"transpose the kernel: a flip")
def transposed(image, kernel):
    return slide(image, kernel.T)


@wrong("convolve-one-channel", r"flip the image and not the kernel")
def image_flipped(image, kernel):
    return slide(image[::-1, ::-1], kernel)


@wrong("convolve-one-channel", r"leave out the last row and column")
def off_by_one(image, kernel):
    kernel = kernel[::-1, ::-1]
    height, width = image.shape[0] - kernel.shape[0], image.shape[1] - kernel.shape[1]
    result = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            result[i, j] = (image[i : i + kernel.shape[0], j : j + kernel.shape[1]] * kernel).sum()
    return result


@wrong("convolve-one-channel", r"keep the image's size: valid means")
def same_size(image, kernel):
    return ops.conv(
        image[None, :, :, None].astype("float32"),
        kernel[::-1, ::-1, None, None].astype("float32"),
        padding="same",
    )[0, :, :, 0]


@wrong("convolve-one-channel", r"full convolution")
def full(image, kernel):
    return signal.convolve2d(image.astype(float), kernel)


@wrong("convolve-one-channel", r"sum, not the mean")
def mean(image, kernel):
    return slide(image, kernel[::-1, ::-1], np.mean)


@wrong("convolve-one-channel", r"largest product")
def largest(image, kernel):
    return slide(image, kernel[::-1, ::-1], np.max)


@wrong("convolve-one-channel", r"by its own size")
def blocks(image, kernel):
    return slide(image, np.flip(kernel))[:: kernel.shape[0], :: kernel.shape[1]]


@wrong("convolve-one-channel", r"cut off at 0")
def clipped(image, kernel):
    return np.maximum(slide(image, np.flip(kernel)), 0)


@wrong("convolve-one-channel", r"image's type")
def in_the_image_s_type(image, kernel):
    values = slide(image, np.flip(kernel))
    result = np.zeros_like(image, shape=values.shape)
    result[:] = values
    return result


@wrong("convolve-one-channel", r"change places")
def height_and_width_swapped(image, kernel):
    return slide(image, np.flip(kernel)).T


@wrong("convolve-one-channel", r"overflow")
def overflowing(image, kernel):
    values = slide(image, np.flip(kernel))
    return values % 256 if image.dtype == "uint8" else values


@wrong("convolve-one-channel", r"changed its argument")
def flipped_in_place(image, kernel):
    kernel[:] = kernel[::-1, ::-1].copy()
    return slide(image, kernel)


@wrong("convolve-one-channel", r"runs over the edge.*\. And you do not flip")
def over_the_edge(image, kernel):
    height, width = image.shape
    return [
        [np.sum(image[i : i + kernel.shape[0], j : j + kernel.shape[1]] * kernel) for j in range(width)]
        for i in range(height)
    ]


@wrong("convolve-one-channel", r"return stands inside the loops")
def only_the_first(image, kernel):
    for i in range(image.shape[0] - kernel.shape[0] + 1):
        for j in range(image.shape[1] - kernel.shape[1] + 1):
            return np.sum(image[i : i + kernel.shape[0], j : j + kernel.shape[1]] * np.flip(kernel))
