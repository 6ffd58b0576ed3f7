"""What the exercise of lesson 01 on a convolutional layer compares answers with, and the mistakes people make."""

from functools import partial

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.readers import array_like

# type, shapes of image and kernel, the rest; the smallest first
CASES = (
    ("float32", (1, 1, 2), (1, 1, 2, 1), {}),
    ("float32", (1, 1, 2), (1, 1, 2, 2), {}),
    ("float32", (1, 3, 1), (1, 2, 1, 1), {}),
    ("float32", (3, 1, 1), (2, 1, 1, 1), {}),
    ("float32", (1, 4, 1), (1, 2, 1, 1), {"strides": 2}),
    ("float32", (1, 4, 1), (1, 2, 1, 1), {"dilation_rate": 2}),
    ("float32", (1, 3, 1), (1, 3, 1, 1), {"padding": "same"}),
    ("float32", (1, 3, 1), (1, 2, 1, 1), {"padding": "same"}),
    ("float64", (4, 5, 2), (3, 2, 2, 3), {}),
    ("float64", (6, 7, 2), (2, 3, 2, 3), {"strides": 2}),
    ("float32", (5, 4, 3), (1, 1, 3, 2), {"strides": 3}),
    ("float32", (5, 6, 2), (3, 3, 2, 2), {"padding": "same"}),
    ("float32", (6, 8, 3), (3, 3, 3, 2), {"strides": 2, "padding": "same"}),
    ("float32", (7, 5, 2), (4, 2, 2, 3), {"strides": 2, "padding": "same"}),
    ("float32", (8, 5, 2), (2, 2, 2, 2), {"strides": 3, "padding": "same"}),
    ("float32", (6, 9, 2), (1, 1, 2, 2), {"strides": 3, "padding": "same"}),
    ("float32", (9, 10, 2), (3, 3, 2, 3), {"dilation_rate": 3}),
    ("float32", (6, 7, 2), (3, 2, 2, 3), {"padding": "same", "dilation_rate": 2}),
    ("float64", (9, 8, 3), (5, 3, 3, 4), {"strides": 2, "padding": "valid", "dilation_rate": 1}),
)


def convolve(answer, wanted):
    rng = np.random.default_rng(3)
    cases = [((np.array([[[2]]], "float32"), np.array([[[[3]]]], "float32")), {})]
    for dtype, image, kernel, rest in CASES:
        cases.append((tuple(rng.integers(-5, 6, shape).astype(dtype) for shape in (image, kernel)), rest))
    pixels = rng.integers(0, 256, (5, 6, 2), "uint8")
    for kernel in (rng.integers(-2, 5, (2, 3, 2, 2)), rng.uniform(0, 0.1, (3, 3, 2, 2)).round(3)):
        cases.append(((pixels, kernel), {}))
    check_function(answer, _layer, cases, MISTAKES, array_like)


def _same(size, span, strides):
    """Zeros before and after, the odd one after."""
    total = max((-(-size // strides) - 1) * strides + span - size, 0)
    return total // 2, total - total // 2


def _layer(
    image, kernel, strides=1, padding="valid", dilation_rate=1, pads=_same, mode="constant", sums="hwf", along=(0, 1)
):
    """The layer's outputs, (height, width, filters), for an image and a kernel (height, width, channels, filters)."""
    spans = [(size - 1) * dilation_rate + 1 for size in kernel.shape[:2]]
    if padding == "same":
        zeros = [pads(size, span, strides) for size, span in zip(image.shape[:2], spans, strict=True)]
        image = np.pad(image, [*zeros, (0, 0)], mode)
    windows = np.lib.stride_tricks.sliding_window_view(image, spans, axis=(0, 1))
    rows, columns = (strides if axis in along else 1 for axis in (0, 1))
    windows = windows[::rows, ::columns, :, ::dilation_rate, ::dilation_rate]
    return np.einsum(f"hwcij,ijcf->{sums}", windows, kernel)


def _but(**changes):
    """The layer with other arguments than were asked."""
    return lambda image, kernel, **rest: _layer(image, kernel, **(rest | changes))


def _of_kernel(change):
    return lambda image, kernel, **rest: _layer(image, change(kernel), **rest)


def _then(change):
    return lambda image, kernel, **rest: change(_layer(image, kernel, **rest))


def _cut_off(image, kernel, strides=1, padding="valid", dilation_rate=1):
    """Where the image has more pixels than "same" needs, they are cut off: half of them before."""
    if padding == "same":
        outputs = [-(-size // strides) for size in image.shape[:2]]
        spans = [(size - 1) * dilation_rate + 1 for size in kernel.shape[:2]]
        needs = [(n - 1) * strides + span for n, span in zip(outputs, spans, strict=True)]
        more = [max(size - need, 0) for size, need in zip(image.shape[:2], needs, strict=True)]
        image = image[more[0] // 2 :, more[1] // 2 :][: needs[0], : needs[1]] if any(more) else image
    return _layer(image, kernel, strides, padding, dilation_rate)


def _dilated_along(axis, image, kernel, strides=1, padding="valid", dilation_rate=1):
    """The kernel is dilated along one axis alone."""
    shape = [(size - 1) * dilation_rate + 1 if i == axis else size for i, size in enumerate(kernel.shape)]
    wide = np.zeros(shape, kernel.dtype)
    wide[tuple(slice(None, None, dilation_rate if i == axis else 1) for i in range(4))] = kernel
    return _layer(image, wide, strides, padding)


def _long_span(image, kernel, strides=1, padding="valid", dilation_rate=1):
    """Zeros follow the last weight of the dilated kernel, too."""
    wide = np.zeros((kernel.shape[0] * dilation_rate, kernel.shape[1] * dilation_rate, *kernel.shape[2:]))
    wide[::dilation_rate, ::dilation_rate] = kernel
    return _layer(image, wide, strides, padding)


def _wide_dilation(image, kernel, dilation_rate=1, **rest):
    """`dilation_rate` zeros between the weights of the kernel."""
    return _layer(image, kernel, dilation_rate=dilation_rate + (dilation_rate > 1), **rest)


def _undilated_padding(image, kernel, strides=1, padding="valid", dilation_rate=1):
    def pads(size, span, strides):
        return _same(size, (span - 1) // dilation_rate + 1, strides)

    return _layer(image, kernel, strides, padding, dilation_rate, pads)


def _last_weight(kernel):
    """The kernel with nothing but its last place."""
    return np.pad(kernel[-1:, -1:], [(n - 1, 0) for n in kernel.shape[:2]] + [(0, 0)] * 2)


def _rounded_down(image, kernel, strides=1, padding="valid", **rest):
    def pads(size, span, strides):
        return _same(size - size % strides, span - size % strides, strides)

    outputs = _layer(image, kernel, strides, padding, pads=pads, **rest)
    return outputs[: len(image) // strides, : image.shape[1] // strides] if padding == "same" else outputs


def _first_filter(image, kernel, **rest):
    return _layer(image, kernel[..., :1], **rest)


def _mean(image, kernel, **rest):
    return _layer(image, kernel, **rest) / kernel[..., 0].size


def _in_its_type(image, kernel, **rest):
    return _layer(image, kernel, **rest).astype(image.dtype)


def _places_not_moved(image, kernel, strides=1, padding="valid", dilation_rate=1):
    """As many positions as with strides, one pixel apart."""
    rows, columns = _layer(image, kernel, strides, padding, dilation_rate).shape[:2]
    if padding == "same":
        spans = [(size - 1) * dilation_rate + 1 for size in kernel.shape[:2]]
        zeros = [_same(size, span, strides) for size, span in zip(image.shape[:2], spans, strict=True)]
        image = np.pad(image, [*zeros, (0, 0)])
    return _layer(image, kernel, 1, "valid", dilation_rate)[:rows, :columns]


def _padded_as_the_height(image, kernel, strides=1, padding="valid", dilation_rate=1):
    """The zeros above and below go to the left and the right as well."""
    if padding == "same":
        zeros = _same(image.shape[0], (kernel.shape[0] - 1) * dilation_rate + 1, strides)
        image = np.pad(image, [zeros, zeros, (0, 0)])
    return _layer(image, kernel, strides, "valid", dilation_rate)


def _wide_steps(image, kernel, strides=1, padding="valid", dilation_rate=1):
    """The kernel moves by strides * dilation_rate, and is not dilated."""
    if padding == "same":
        zeros = [_same(size, k, strides) for size, k in zip(image.shape[:2], kernel.shape[:2], strict=True)]
        image = np.pad(image, [*zeros, (0, 0)])
    return _layer(image, kernel, strides * dilation_rate)


def _last_filter(image, kernel, **rest):
    return np.broadcast_to(_layer(image, kernel[..., -1:], **rest), _layer(image, kernel, **rest).shape)


def _fewer(image, kernel, strides=1, padding="valid", dilation_rate=1):
    """(n - k + 1) // strides outputs."""
    if padding == "same":
        return _layer(image, kernel, strides, padding, dilation_rate)
    outputs = _layer(image, kernel, strides, padding, dilation_rate)
    counts = [n - (k - 1) * dilation_rate for n, k in zip(image.shape[:2], kernel.shape[:2], strict=True)]
    return outputs[: counts[0] // strides, : counts[1] // strides]


MISTAKES = (
    Mistake(
        "You flip the kernel: a layer in Keras does not, it computes the cross-correlation.",
        _of_kernel(lambda k: k[::-1, ::-1]),
    ),
    Mistake("You ignore strides: the kernel moves by that many pixels at a time.", _but(strides=1)),
    Mistake(
        "You count as many places as strides leave, but move by one pixel: output y begins at row y * strides.",
        _places_not_moved,
    ),
    Mistake("You move by strides down the rows alone: the same holds along a row.", _but(along=(0,))),
    Mistake("You move by strides along the rows alone: the same holds down the columns.", _but(along=(1,))),
    Mistake('You ignore padding: with padding="same" zeros go around the image first.', _but(padding="valid")),
    Mistake('You always pad: with padding="valid" the kernel stays inside the image.', _but(padding="same")),
    Mistake(
        "An odd zero of the padding goes after the image, below and on the right: you put it before.",
        _but(pads=lambda *size: _same(*size)[::-1]),
    ),
    Mistake(
        "You pad kernel_size // 2 on both sides, one too many for an even kernel: add up what is needed, and split it.",
        _but(pads=lambda size, span, strides: (span // 2, span // 2)),
    ),
    Mistake(
        "You pad (kernel_size - 1) // 2 on both sides, one too few for an even kernel: add up what is needed, and "
        "split it.",
        _but(pads=lambda size, span, strides: ((span - 1) // 2, (span - 1) // 2)),
    ),
    Mistake(
        'You pad kernel_size - 1 in all, as for strides of 1: with larger strides "same" needs fewer, just enough for '
        "⌈size / strides⌉ outputs.",
        _but(pads=lambda size, span, strides: _same(size, span, 1)),
    ),
    Mistake(
        'You pad to keep the image\'s size: with strides, "same" gives ⌈size / strides⌉.',
        _but(
            pads=lambda size, span, strides: (
                ((size - 1) * strides + span - size) // 2,
                -(-((size - 1) * strides + span - size) // 2),
            )
        ),
    ),
    Mistake(
        "You put all the zeros at the end: half of them go before, rounded down.",
        _but(pads=lambda *size: (0, sum(_same(*size)))),
    ),
    Mistake(
        "You pad for the kernel without its dilation: it spans (kernel_size - 1) * dilation_rate + 1 pixels.",
        _undilated_padding,
    ),
    Mistake(
        "You pad the width with as many zeros as the height: each axis needs its own.",
        _padded_as_the_height,
    ),
    Mistake(
        "You move the kernel by dilation_rate more: it is the distance of its weights, and strides that of its places.",
        _wide_steps,
    ),
    Mistake("You repeat the image's edge: the padding is of zeros.", _but(mode="edge")),
    Mistake("You mirror the image at its edge: the padding is of zeros.", _but(mode="reflect")),
    Mistake("You ignore dilation_rate: the weights lie that many pixels apart.", _but(dilation_rate=1)),
    Mistake(
        "The weights lie one pixel too far apart: dilation_rate is the distance, with dilation_rate - 1 between.",
        _wide_dilation,
    ),
    Mistake(
        "The dilated kernel is too long: it spans (kernel_size - 1) * dilation_rate + 1 pixels.",
        _long_span,
    ),
    *(
        Mistake(
            f"You dilate along the {name} alone: the weights lie dilation_rate apart along both axes.",
            partial(_dilated_along, axis),
        )
        for axis, name in ((0, "height"), (1, "width"))
    ),
    Mistake(
        "You cut pixels off where the image has more than it takes: then there is no padding, and the first window "
        "begins at the first pixel.",
        _cut_off,
    ),
    Mistake(
        "You flip all axes of the kernel: a layer in Keras flips none, and the channels' and filters' order stays.",
        _of_kernel(np.flip),
    ),
    *(
        Mistake(
            "You take the kernel's last two axes for (filters, channels): they are (channels, filters).",
            _of_kernel(change),
        )
        for change in (lambda k: k.swapaxes(2, 3).reshape(k.shape), lambda k: k.swapaxes(2, 3))
    ),
    Mistake("Each product takes the place of the one before: add them up, with +=.", _of_kernel(_last_weight)),
    Mistake('You round down: with padding="same" there are ⌈size / strides⌉ outputs.', _rounded_down),
    Mistake(
        "You divide by the number of channels: a filter sums over them.",
        lambda image, kernel, **rest: _layer(image, kernel, **rest) / image.shape[2],
    ),
    Mistake("You swap height and width of the kernel.", _of_kernel(lambda k: k.swapaxes(0, 1))),
    Mistake("You divide by the number of weights: take the sum.", _mean),
    Mistake("You do not sum over the channels: a filter gives one number at each place.", _but(sums="hwcf")),
    Mistake("You sum over the filters: each gives a map of its own.", _but(sums="hw")),
    Mistake(
        "Each filter writes over the one before: out[y, x] is all filters, so write to out[y, x, filter].", _last_filter
    ),
    Mistake("You compute the first filter alone: each gives a map of its own.", _first_filter),
    Mistake("The filters come first: the result is (height, width, filters).", _but(sums="fhw")),
    Mistake("Width comes before height: the result is (height, width, filters).", _but(sums="whf")),
    Mistake("There is a batch axis in front: here an image goes in, and one map comes out.", _then(lambda y: y[None])),
    Mistake("You leave out the last row and column: k fits n - k + 1 times into n.", _then(lambda y: y[:-1, :-1])),
    Mistake("You count (n - k + 1) // strides positions: there are (n - k) // strides + 1.", _fewer),
    Mistake("You cut off at 0: the activation is not part of it.", _then(lambda y: np.maximum(y, 0))),
    Mistake("The result has the image's type, which overflows or drops fractions: make it of floats.", _in_its_type),
    Mistake(
        "You use the kernel's first channel for all channels: each has its own weights.",
        _of_kernel(lambda k: np.repeat(k[:, :, :1], k.shape[2], axis=2)),
    ),
    Mistake(
        "You use the first channel alone: the kernel goes through all of them.",
        lambda image, kernel, **rest: _layer(image[..., :1], kernel[:, :, :1], **rest),
    ),
)
