"""The kernel that interpolates bilinearly."""

import numpy as np
import tensorflow as tf
from keras import ops

from answers import right, wrong


@right("bilinear-kernel")
def bilinear_kernel(factor):
    k = 2 * factor - factor % 2
    taps = 1 - abs(np.arange(k) - (k - 1) / 2) / factor
    return np.outer(taps, taps)


@right("bilinear-kernel")
def as_the_release(factor):
    size = 2 * factor - factor % 2
    half = (size + 1) // 2
    centre = half - 1 if size % 2 == 1 else half - 0.5
    rows, columns = np.ogrid[:size, :size]
    return (1 - abs(rows - centre) / half) * (1 - abs(columns - centre) / half)


@right("bilinear-kernel")
def by_convolving_boxes(factor):
    """A tent is a box convolved with a box: of factor samples, and for an even factor halfway between them."""
    box = np.ones(factor) / factor
    tent = np.convolve(box, np.ones(factor))
    if factor % 2 == 0:
        tent = np.convolve(tent, [0.5, 0.5])
    return (tent[:, None] * tent).tolist()


@right("bilinear-kernel")
def by_keras(factor):
    k = 2 * factor - factor % 2
    taps = 1 - ops.abs(ops.arange(k, dtype="float32") - (k - 1) / 2) / factor
    return ops.matmul(taps[:, None], taps[None, :])


@right("bilinear-kernel")
def by_tensorflow(factor):
    k = 2 * factor - factor % 2
    middle = (k - 1) / 2
    taps = tf.constant([1 - abs(i - middle) / factor for i in range(k)])
    return tf.tensordot(taps, taps, 0)


def tent(k, middle, reach):
    return 1 - abs(np.arange(k) - middle) / reach


@wrong("bilinear-kernel", r"an odd factor has one less")
def always_twice(factor):
    taps = tent(2 * factor, factor - 0.5, factor)
    return np.outer(taps, taps)


@wrong("bilinear-kernel", r"an even factor has 2 · factor")
def always_odd(factor):
    taps = tent(2 * factor - 1, factor - 1, factor)
    return np.outer(taps, taps)


@wrong("bilinear-kernel", r"middle is k / 2")
def middle_off_by_half(factor):
    k = 2 * factor - factor % 2
    return np.outer(tent(k, k / 2, factor), tent(k, k / 2, factor))


@wrong("bilinear-kernel", r"middle is a whole number with you, \(k - 1\) // 2")
def whole_middle(factor):
    k = 2 * factor - factor % 2
    return np.outer(tent(k, (k - 1) // 2, factor), tent(k, (k - 1) // 2, factor))


@wrong("bilinear-kernel", r"adds up to 1 with you")
def normalised(factor):
    return bilinear_kernel(factor) / bilinear_kernel(factor).sum()


@wrong("bilinear-kernel", r"That is one dimension")
def one_dimension(factor):
    k = 2 * factor - factor % 2
    return tent(k, (k - 1) / 2, factor)


@wrong("bilinear-kernel", r"add the taps of row and column: multiply")
def added(factor):
    taps = one_dimension(factor)
    return taps[:, None] + taps


@wrong("bilinear-kernel", r"smaller of the taps")
def pyramid(factor):
    taps = one_dimension(factor)
    return np.minimum(taps[:, None], taps)


@wrong("bilinear-kernel", r"a cone")
def cone(factor):
    k = 2 * factor - factor % 2
    offsets = np.arange(k) - (k - 1) / 2
    return np.maximum(0, 1 - np.sqrt(offsets[:, None] ** 2 + offsets**2) / factor)


@wrong("bilinear-kernel", r"distance by k:")
def over_the_size(factor):
    k = 2 * factor - factor % 2
    return np.outer(tent(k, (k - 1) / 2, k), tent(k, (k - 1) / 2, k))


@wrong("bilinear-kernel", r"repeats pixels")
def box(factor):
    return np.ones((2 * factor - factor % 2, 2 * factor - factor % 2))


@wrong("bilinear-kernel", r"axes for channels")
def for_a_layer(factor):
    return bilinear_kernel(factor)[:, :, None, None]


@wrong("bilinear-kernel", r"what the course ships")
def the_course_s_own(factor):
    from course.segmentation import Bilinear

    k = 2 * factor - factor % 2
    return Bilinear()((k, k, 1, 1))[:, :, 0, 0]
