"""A class's answers to the exercise convolve."""

# ruff: noqa: B905, F811, RUF059

import itertools
import math

import keras
import numpy as np
import tensorflow as tf

from answers_of_a_class import right, wrong


def pad_same(image, eh, ew, strides):
    h, w = image.shape[:2]
    th = max((-(-h // strides) - 1) * strides + eh - h, 0)
    tw = max((-(-w // strides) - 1) * strides + ew - w, 0)
    return np.pad(image, ((th // 2, th - th // 2), (tw // 2, tw - tw // 2), (0, 0)))


@wrong(
    "convolve",
    "stride applied to the number of outputs only, not to the position",
    "You count as many places as strides leave",
)
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    kh, kw, cin, cout = kernel.shape
    eh, ew = (kh - 1) * dilation_rate + 1, (kw - 1) * dilation_rate + 1
    if padding == "same":
        oh, ow = -(-image.shape[0] // strides), -(-image.shape[1] // strides)
        ph = max((oh - 1) * strides + eh - image.shape[0], 0)
        pw = max((ow - 1) * strides + ew - image.shape[1], 0)
        image = np.pad(image, ((ph // 2, ph - ph // 2), (pw // 2, pw - pw // 2), (0, 0)))
    else:
        oh, ow = (image.shape[0] - eh) // strides + 1, (image.shape[1] - ew) // strides + 1
    out = np.zeros((oh, ow, cout))
    for y in range(oh):
        for x in range(ow):
            patch = image[y : y + eh : dilation_rate, x : x + ew : dilation_rate]
            out[y, x] = np.tensordot(patch, kernel, 3)
    return out


@wrong("convolve", "same padding is k//2 on both sides", "You pad")
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    d = dilation_rate
    kh, kw = kernel.shape[:2]
    if padding == "same":
        image = np.pad(image, [(d * (kh - 1) // 2,) * 2, (d * (kw - 1) // 2,) * 2, (0, 0)])
    eh, ew = d * (kh - 1) + 1, d * (kw - 1) + 1
    view = np.lib.stride_tricks.sliding_window_view(image, (eh, ew), axis=(0, 1))[::strides, ::strides]
    return np.einsum("yxcij,ijcf->yxf", view[..., ::d, ::d], kernel)


@wrong("convolve", "ignores dilation", "You ignore dilation_rate")
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    return keras.ops.conv(image[None], kernel, strides=strides, padding=padding)[0]


@wrong("convolve", "flips the kernel", "You flip the kernel")
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    kernel = kernel[::-1, ::-1]
    return keras.ops.conv(keras.ops.expand_dims(image, 0), kernel, strides, padding, dilation_rate=dilation_rate)[0]


@wrong(
    "convolve",
    "treats each channel by itself: forgets to sum over channels (uses channel 0 only)",
    "You use the first channel alone",
)
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    kh, kw, _, filters = kernel.shape
    h, w, _ = image.shape
    eh, ew = (kh - 1) * dilation_rate + 1, (kw - 1) * dilation_rate + 1
    if padding == "same":
        oh, ow = math.ceil(h / strides), math.ceil(w / strides)
        th, tw = max((oh - 1) * strides + eh - h, 0), max((ow - 1) * strides + ew - w, 0)
        image = np.pad(image, ((th // 2, th - th // 2), (tw // 2, tw - tw // 2), (0, 0)))
    h, w, _ = image.shape
    planes = []
    for f in range(filters):
        plane = [
            [
                sum(
                    image[y + i * dilation_rate, x + j * dilation_rate, 0] * kernel[i, j, 0, f]
                    for i in range(kh)
                    for j in range(kw)
                )
                for x in range(0, w - ew + 1, strides)
            ]
            for y in range(0, h - eh + 1, strides)
        ]
        planes.append(plane)
    return np.moveaxis(np.array(planes), 0, -1)


@wrong("convolve", "pads with the height's zeros on both axes", "You pad the width with as many zeros as the height")
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    eh, ew = ((k - 1) * dilation_rate + 1 for k in kernel.shape[:2])
    if padding == "same":
        t = max((-(-image.shape[0] // strides) - 1) * strides + eh - image.shape[0], 0)
        image = np.pad(image, ((t // 2, t - t // 2), (t // 2, t - t // 2), (0, 0)))
    v = np.lib.stride_tricks.sliding_window_view(image, (eh, ew), axis=(0, 1))[::strides, ::strides]
    return np.einsum("yxcij,ijcf->yxf", v[..., ::dilation_rate, ::dilation_rate], kernel)


@wrong(
    "convolve", "dilates the step, not the kernel: strides * dilation_rate", "You move the kernel by dilation_rate more"
)
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    kh, kw, _, f = kernel.shape
    if padding == "same":
        image = pad_same(image, kh, kw, strides)
    step = strides * dilation_rate
    rows, cols = range(0, image.shape[0] - kh + 1, step), range(0, image.shape[1] - kw + 1, step)
    out = np.zeros((len(rows), len(cols), f))
    for a, y in enumerate(rows):
        for b, x in enumerate(cols):
            out[a, b] = np.tensordot(image[y : y + kh, x : x + kw], kernel, axes=3)
    return out


@wrong(
    "convolve",
    "every filter writes over the first: filter loop returns the last",
    "Each filter writes over the one before",
)
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    eh, ew = ((k - 1) * dilation_rate + 1 for k in kernel.shape[:2])
    if padding == "same":
        image = pad_same(image, eh, ew, strides)
    oh, ow = (image.shape[0] - eh) // strides + 1, (image.shape[1] - ew) // strides + 1
    out = np.zeros((oh, ow, kernel.shape[3]))
    for f in range(kernel.shape[3]):
        for y in range(oh):
            for x in range(ow):
                patch = image[
                    y * strides : y * strides + eh : dilation_rate, x * strides : x * strides + ew : dilation_rate
                ]
                out[y, x] = np.sum(patch * kernel[..., f])
    return out


@wrong("convolve", "same padding with valid size when kernel is 1 and no odd zero: pads all before", None)
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    eh, ew = ((k - 1) * dilation_rate + 1 for k in kernel.shape[:2])
    if padding == "same":
        th = max((-(-image.shape[0] // strides) - 1) * strides + eh - image.shape[0], 0)
        tw = max((-(-image.shape[1] // strides) - 1) * strides + ew - image.shape[1], 0)
        image = np.pad(image, ((th, 0), (tw, 0), (0, 0)))
    v = np.lib.stride_tricks.sliding_window_view(image, (eh, ew), axis=(0, 1))[::strides, ::strides]
    return np.einsum("yxcij,ijcf->yxf", v[..., ::dilation_rate, ::dilation_rate], kernel)


@wrong("convolve", "ignores strides with same padding, flips as well", None)
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    kernel = kernel[::-1, ::-1]
    if padding == "same":
        strides = 1
    return keras.ops.conv(
        np.float32(image)[None], np.float32(kernel), strides=strides, padding=padding, dilation_rate=dilation_rate
    )[0]


@right("convolve", "im2col and a matrix product")
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    kh, kw, channels, filters = kernel.shape
    spans = [(k - 1) * dilation_rate + 1 for k in (kh, kw)]
    if padding == "same":
        pads = []
        for n, span in zip(image.shape, spans):
            total = max((-(-n // strides) - 1) * strides + span - n, 0)
            pads.append((total // 2, total - total // 2))
        image = np.pad(image, [*pads, (0, 0)])
    rows = range(0, image.shape[0] - spans[0] + 1, strides)
    columns = range(0, image.shape[1] - spans[1] + 1, strides)
    matrix = [
        image[r : r + spans[0] : dilation_rate, c : c + spans[1] : dilation_rate].reshape(-1)
        for r, c in itertools.product(rows, columns)
    ]
    return (np.array(matrix) @ kernel.reshape(-1, filters)).reshape(len(rows), len(columns), filters)


@right("convolve", "tf.nn.convolution")
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    return tf.nn.convolution(
        tf.convert_to_tensor(image, tf.float32)[None],
        tf.cast(kernel, tf.float32),
        strides,
        padding.upper(),
        dilations=dilation_rate,
    )[0].numpy()


@right("convolve", "dilates the kernel with zeros, adds taps one by one")
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    big = np.zeros([(k - 1) * dilation_rate + 1 for k in kernel.shape[:2]] + list(kernel.shape[2:]))
    big[::dilation_rate, ::dilation_rate] = kernel

    def zeros(n, k):
        if padding == "valid":
            return (0, 0)
        total = max(k - strides if n % strides == 0 else k - n % strides, 0)
        return total // 2, total - total // 2

    padded = np.pad(image, [zeros(image.shape[0], big.shape[0]), zeros(image.shape[1], big.shape[1]), (0, 0)])
    h, w = padded.shape[0] - big.shape[0] + 1, padded.shape[1] - big.shape[1] + 1
    out = 0
    for i, j in np.ndindex(big.shape[:2]):
        out = out + padded[i : i + h, j : j + w] @ big[i, j]
    return out[::strides, ::strides]


@wrong("convolve", "cuts off what the image has too much of", "You cut pixels off")
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    x = np.asarray(image, float)
    spans = [(n - 1) * dilation_rate + 1 for n in kernel.shape[:2]]
    if padding == "same":
        for axis, span in enumerate(spans):
            total = (-(-x.shape[axis] // strides) - 1) * strides + span - x.shape[axis]
            if total < 0:
                x = np.take(x, range(-total // 2, x.shape[axis] + total + -total // 2), axis=axis)
            else:
                x = np.pad(x, [(total // 2, -(-total // 2)) if i == axis else (0, 0) for i in range(3)])
    windows = np.lib.stride_tricks.sliding_window_view(x, spans, axis=(0, 1))[::strides, ::strides]
    return np.einsum("yxcij,ijcf->yxf", windows[..., ::dilation_rate, ::dilation_rate], kernel)


@wrong("convolve", "other defaults", "By default strides is 2 with you: the exercise has strides=1")
def convolve(image, kernel, strides=2, padding="valid", dilation_rate=1):
    x, k = (tf.cast(array, tf.float32) for array in (image, kernel))
    return tf.nn.conv2d(x[None], k, strides, padding.upper(), dilations=dilation_rate)[0].numpy()


@wrong("convolve", "strides and dilation_rate swapped", "You swap strides and dilation_rate")
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    x = np.asarray(image, float)
    spans = [(n - 1) * strides + 1 for n in kernel.shape[:2]]
    if padding == "same":
        total = [max((-(-n // dilation_rate) - 1) * dilation_rate + span - n, 0) for n, span in zip(x.shape, spans)]
        x = np.pad(x, [*((n // 2, n - n // 2) for n in total), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(x, spans, axis=(0, 1))[::dilation_rate, ::dilation_rate]
    return np.einsum("yxcij,ijcf->yxf", windows[..., ::strides, ::strides], kernel)


def layer(image, kernel, strides, dilation_rate, shape):
    """The sums at places that begin strides apart, for an image that is padded already."""
    kh, kw = kernel.shape[:2]
    out = np.zeros((*shape, kernel.shape[3]))
    for y, x, i, j in itertools.product(range(shape[0]), range(shape[1]), range(kh), range(kw)):
        out[y, x] += image[y * strides + i * dilation_rate, x * strides + j * dilation_rate] @ kernel[i, j]
    return out


def halves(total):
    return total // 2, total - total // 2


@wrong("convolve", "pads by less than nothing", "A padding is never negative")
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    spans = [(k - 1) * dilation_rate + 1 for k in kernel.shape[:2]]
    if padding == "same":
        outputs = [-(-n // strides) for n in image.shape[:2]]
        totals = [(o - 1) * strides + s - n for o, s, n in zip(outputs, spans, image.shape)]
        image = np.pad(image, (*map(halves, totals), (0, 0)))
    shape = [(n - s) // strides + 1 for n, s in zip(image.shape, spans)]
    return layer(image, kernel, strides, dilation_rate, shape)


@wrong("convolve", "rounds the outputs of same down", "You round down")
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    spans = [(k - 1) * dilation_rate + 1 for k in kernel.shape[:2]]
    shape = [(n - s) // strides + 1 for n, s in zip(image.shape, spans)]
    if padding == "same":
        shape = [n // strides for n in image.shape[:2]]
        totals = [max((o - 1) * strides + s - n, 0) for o, s, n in zip(shape, spans, image.shape)]
        image = np.pad(image, (*map(halves, totals), (0, 0)))
    return layer(image, kernel, strides, dilation_rate, shape)


@wrong("convolve", "a dilated kernel of k * dilation_rate", "The dilated kernel is too long")
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    spans = [k * dilation_rate for k in kernel.shape[:2]]
    if padding == "same":
        totals = [max((-(-n // strides) - 1) * strides + s - n, 0) for s, n in zip(spans, image.shape)]
        image = np.pad(image, (*map(halves, totals), (0, 0)))
    shape = [max((n - s) // strides + 1, 0) for n, s in zip(image.shape, spans)]
    return layer(image, kernel, strides, dilation_rate, shape)


@wrong("convolve", "strides down the rows alone, in the padding too", None)
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    spans = [(k - 1) * dilation_rate + 1 for k in kernel.shape[:2]]
    steps = (strides, 1)
    if padding == "same":
        totals = [max((-(-n // t) - 1) * t + s - n, 0) for t, s, n in zip(steps, spans, image.shape)]
        image = np.pad(image, (*map(halves, totals), (0, 0)))
    shape = [n - s + 1 for n, s in zip(image.shape, spans)]
    return layer(image, kernel, 1, dilation_rate, shape)[::strides]


def windows_and_kernel(image, kernel, strides, padding, dilation_rate):
    """All windows of a padded image, and the kernel with zeros between its weights."""
    spans = [(k - 1) * dilation_rate + 1 for k in kernel.shape[:2]]
    spread = np.zeros((*spans, *kernel.shape[2:]))
    spread[::dilation_rate, ::dilation_rate] = kernel
    if padding == "same":
        totals = [max((-(-n // strides) - 1) * strides + s - n, 0) for s, n in zip(spans, image.shape)]
        image = np.pad(image, (*map(halves, totals), (0, 0)))
    return np.lib.stride_tricks.sliding_window_view(image, spans, axis=(0, 1))[::strides, ::strides], spread


@wrong("convolve", "filters before channels in the kernel", "You take the kernel's last two axes for (filters, ch")
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    windows, spread = windows_and_kernel(image, kernel, strides, padding, dilation_rate)
    return np.einsum("hwcij,ijfc->hwf", windows, spread)


@right("convolve", "a kernel that is dilated by hand, windows and einsum")
def convolve(image, kernel, strides=1, padding="valid", dilation_rate=1):
    windows, spread = windows_and_kernel(image, kernel, strides, padding, dilation_rate)
    return np.einsum("hwcij,ijcf->hwf", windows, spread)
