"""A class's answers to the exercise convolve-one-channel."""

# ruff: noqa: F811

import functools
import operator

import numpy as np
import scipy.signal

from answers_of_a_class import right, wrong


@wrong("convolve-one-channel", "does not flip", "You did not flip the kernel")
def convolve_one_channel(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel)


@wrong("convolve-one-channel", "flips twice because the loop flips as well", "You did not flip the kernel")
def convolve_one_channel(image, kernel):
    kernel = kernel[::-1, ::-1]
    kh, kw = kernel.shape
    out = np.zeros((image.shape[0] - kh + 1, image.shape[1] - kw + 1))
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            for i in range(kh):
                for j in range(kw):
                    out[y, x] += image[y + i, x + j] * kernel[kh - 1 - i, kw - 1 - j]
    return out


@wrong("convolve-one-channel", "full convolution", "That is the full convolution")
def convolve_one_channel(image, kernel):
    return scipy.signal.convolve2d(image, kernel)


@wrong("convolve-one-channel", "misses the last row and column", "You leave out the last row and column")
def convolve_one_channel(image, kernel):
    kh, kw = kernel.shape
    flipped = np.flip(kernel)
    result = []
    for y in range(image.shape[0] - kh):
        result.append([(image[y : y + kh, x : x + kw] * flipped).sum() for x in range(image.shape[1] - kw)])
    return np.array(result)


@wrong(
    "convolve-one-channel", "output in the image's integer dtype", "The array is of a type too small for that number"
)
def convolve_one_channel(image, kernel):
    m, n = kernel.shape
    out = np.zeros((image.shape[0] - m + 1, image.shape[1] - n + 1), dtype=np.uint8)
    for r, c in np.ndindex(*out.shape):
        out[r, c] = int(np.sum(image[r : r + m, c : c + n] * kernel[::-1, ::-1]))
    return out


@wrong("convolve-one-channel", "normalises by the kernel's sum", "You divide by the sum of the kernel's weights")
def convolve_one_channel(image, kernel):
    total = np.sum(kernel) or 1
    return scipy.signal.convolve2d(image, kernel, mode="valid") / total


@wrong("convolve-one-channel", "swaps rows and columns of the output", "Height and width of the result change places")
def convolve_one_channel(image, kernel):
    k = np.flip(kernel)
    kh, kw = k.shape
    out = np.zeros((image.shape[1] - kw + 1, image.shape[0] - kh + 1))
    for x in range(out.shape[0]):
        for y in range(out.shape[1]):
            out[x, y] = np.sum(image[y : y + kh, x : x + kw] * k)
    return out


@wrong("convolve-one-channel", "accumulator not reset between positions", "The values are summed up one after another")
def convolve_one_channel(image, kernel):
    kh, kw = kernel.shape
    h, w = image.shape[0] - kh + 1, image.shape[1] - kw + 1
    out, total = np.zeros((h, w)), 0
    for y in range(h):
        for x in range(w):
            for i in range(kh):
                for j in range(kw):
                    total += float(image[y + i, x + j]) * float(kernel[kh - 1 - i, kw - 1 - j])
            out[y, x] = total
    return out


@wrong(
    "convolve-one-channel", "one output column too few from // in the size", "Each value that is wrong is 0 with you"
)
def convolve_one_channel(image, kernel):
    kh, kw = kernel.shape
    k = kernel[::-1, ::-1]
    out = np.zeros((image.shape[0] - kh + 1, image.shape[1] - kw + 1))
    for y in range(out.shape[0]):
        for x in range(out.shape[1] - 1):
            out[y, x] = np.sum(image[y : y + kh, x : x + kw] * k)
    return out


@wrong("convolve-one-channel", "same mode", None)
def convolve_one_channel(image, kernel):
    return scipy.signal.convolve2d(image, kernel, mode="same")


@right("convolve-one-channel", "sum of shifted images")
def convolve_one_channel(image, kernel):
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    h, w = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    terms = (
        weight * image[kernel.shape[0] - 1 - i :, kernel.shape[1] - 1 - j :][:h, :w]
        for (i, j), weight in np.ndenumerate(kernel)
    )
    return functools.reduce(operator.add, terms)


@right("convolve-one-channel", "as_strided and tensordot")
def convolve_one_channel(image, kernel):
    image = np.ascontiguousarray(image, dtype=float)
    kh, kw = kernel.shape
    shape = (image.shape[0] - kh + 1, image.shape[1] - kw + 1, kh, kw)
    patches = np.lib.stride_tricks.as_strided(image, shape, image.strides * 2)
    return np.tensordot(patches, np.rot90(kernel, 2), 2)


@right("convolve-one-channel", "FFT")
def convolve_one_channel(image, kernel):
    return scipy.signal.fftconvolve(np.asarray(image, "float64"), np.asarray(kernel, "float64"), mode="valid")


@wrong("convolve-one-channel", "pads, the odd zero before", "You pad with zeros and keep the image's size")
def convolve_one_channel(image, kernel):
    kh, kw = kernel.shape
    padded = np.pad(image, ((kh // 2, kh - 1 - kh // 2), (kw // 2, kw - 1 - kw // 2)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return (windows * kernel[::-1, ::-1]).sum(axis=(2, 3))


@wrong(
    "convolve-one-channel", "one size for height and width of the kernel", "Look for a height that stands for a width"
)
def convolve_one_channel(image, kernel):
    k = kernel.shape[0]
    flipped = kernel[::-1, ::-1]
    out = np.zeros((image.shape[0] - k + 1, image.shape[1] - k + 1))
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            out[y, x] = (image[y : y + k, x : x + k] * flipped).sum()
    return out


@wrong("convolve-one-channel", "for kernels of 3x3 alone", "look for a fixed number in it")
def convolve_one_channel(image, kernel):
    out = np.zeros((image.shape[0] - 2, image.shape[1] - 2))
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            out[y, x] = (image[y : y + 3, x : x + 3] * kernel[::-1, ::-1]).sum()
    return out


@wrong("convolve-one-channel", "= instead of +=", "Each product takes the place of the one before")
def convolve_one_channel(image, kernel):
    kh, kw = kernel.shape
    out = np.zeros((image.shape[0] - kh + 1, image.shape[1] - kw + 1))
    for y, x in np.ndindex(out.shape):
        for i, j in np.ndindex(kernel.shape):
            out[y, x] = image[y + i, x + j] * kernel[kh - 1 - i, kw - 1 - j]
    return out


@wrong("convolve-one-channel", "cuts half a kernel off on both sides", "You cut half a kernel off on both sides")
def convolve_one_channel(image, kernel):
    kh, kw = kernel.shape
    out = scipy.signal.convolve2d(image.astype(float), kernel, "same")
    return out[kh // 2 : out.shape[0] - kh // 2, kw // 2 : out.shape[1] - kw // 2]
