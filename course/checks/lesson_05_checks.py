"""What the function exercises of lesson 05 compare answers with: oracles, and the mistakes people make."""

from math import ceil, sqrt

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.readers import array_like, whole_numbers
from course.checks.verdict import WrongAnswer


def stacked_params(answer, wanted):
    """`stacked_params(layers, kernel_size, channels)`: weights of a stack, and of the one layer that sees as much.

    The stack has so many convolutions with a kernel_size × kernel_size kernel and strides 1, each with `channels` in
    and out; the single layer has one kernel as large as the stack's receptive field. Biases are not counted.
    """
    cases = [((1, 1, 1), {}), ((1, 3, 2), {}), ((2, 3, 1), {}), ((2, 3, 4), {}), ((3, 3, 5), {})]
    cases += [((4, 3, 2), {}), ((2, 5, 3), {}), ((3, 2, 7), {}), ((3, 3, 512), {})]
    form = "(weights of the stack, weights of the single layer)"
    check_function(answer, _stacked_params, cases, STACK_MISTAKES, whole_numbers(2, form))
    return "27C² against 49C² for three 3×3 and one 7×7."


def _stacked_params(layers, kernel_size, channels, field=lambda n, k: n * (k - 1) + 1, pairs=lambda c: c * c, bias=0):
    stack = layers * (kernel_size**2 * pairs(channels) + bias * channels)
    return stack, field(layers, kernel_size) ** 2 * pairs(channels) + bias * channels


def _stacked_with(**other):
    return lambda layers, kernel_size, channels: _stacked_params(layers, kernel_size, channels, **other)


STACK_MISTAKES = (
    Mistake(
        "You add the biases: only weights are counted here, 27C² against 49C² in the paper.", _stacked_with(bias=1)
    ),
    Mistake(
        "Each filter has a kernel for every input channel: with C channels in and C filters that is C², not C.",
        _stacked_with(pairs=lambda c: c),
    ),
    Mistake("You leave the channels out: C in and C out give C² kernels.", _stacked_with(pairs=lambda c: 1)),
    Mistake(
        "You take layers * kernel_size for the single kernel: each layer after the first adds kernel_size - 1, so "
        "three 3×3 see 7.",
        _stacked_with(field=lambda n, k: n * k),
    ),
    Mistake(
        "The single kernel is one too small: n layers see n * (kernel_size - 1) + 1.",
        _stacked_with(field=lambda n, k: n * (k - 1)),
    ),
    Mistake(
        "You take 2n + 1 for the single kernel, which holds for 3×3 alone: n layers see n * (kernel_size - 1) + 1.",
        _stacked_with(field=lambda n, k: 2 * n + 1),
    ),
    Mistake(
        "The single kernel is as large as a kernel of the stack: it has to see what the whole stack sees.",
        _stacked_with(field=lambda n, k: k),
    ),
    Mistake("You take 7 for the single kernel always.", _stacked_with(field=lambda n, k: 7)),
    Mistake(
        "You raise the kernel size to the number of layers: each layer after the first adds kernel_size - 1.",
        _stacked_with(field=lambda n, k: k**n),
    ),
    Mistake("You add 1 for each further layer: it adds kernel_size - 1.", _stacked_with(field=lambda n, k: k + n - 1)),
    Mistake(
        "You add 2 for each further layer: it adds kernel_size - 1.", _stacked_with(field=lambda n, k: k + 2 * n - 2)
    ),
    Mistake(
        "You add kernel_size // 2 on both sides, one too many for an even kernel: a layer adds kernel_size - 1.",
        _stacked_with(field=lambda n, k: 2 * (k // 2) * n + 1),
    ),
    Mistake(
        "You count one layer of the stack: it has as many as layers says.",
        lambda n, k, c: (_stacked_params(1, k, c)[0], _stacked_params(n, k, c)[1]),
    ),
    Mistake(
        "You count the single kernel once for each layer of the stack: it is one layer.",
        lambda n, k, c: (_stacked_params(n, k, c)[0], n * _stacked_params(n, k, c)[1]),
    ),
    *(
        Mistake(
            "A kernel is square, kernel_size * kernel_size: you count one side.",
            lambda n, k, c, power=power: (n * k**power * c * c, (n * (k - 1) + 1) * c * c),
        )
        for power in (1, 2)
    ),
    Mistake(
        "You take 3 channels into the first layer: all layers of the stack have channels in and out.",
        lambda n, k, c: (k * k * c * (3 + (n - 1) * c), _stacked_params(n, k, c)[1]),
    ),
    Mistake(
        "The second number is a ratio with you: return the weights of the single layer.",
        lambda *args: (_stacked_params(*args)[0], _stacked_params(*args)[1] // _stacked_params(*args)[0]),
    ),
    Mistake(
        "You multiply the weights of the stack's layers: add them up.",
        lambda n, k, c: ((k * k * c * c) ** n, _stacked_params(n, k, c)[1]),
    ),
    Mistake("The two are in the wrong order: the stack comes first.", lambda *args: _stacked_params(*args)[::-1]),
)


def rescale_shorter_side(answer, wanted):
    """`rescale_shorter_side(height, width, shorter_side)`: the new (height, width), with the aspect kept.

    The shorter side becomes `shorter_side`, the longer one is rounded to the nearest whole number.
    """
    # None of them comes to a half, which Python rounds to the even number and others up.
    sizes = [(4, 4, 8), (4, 8, 2), (8, 4, 2), (3, 9, 6), (3, 5, 7), (7, 5, 9), (100, 333, 64), (375, 500, 256)]
    sizes += [(500, 375, 384), (480, 640, 512), (1000, 357, 224), (299, 301, 256)]
    cases = [(size, {}) for size in sizes]
    check_function(answer, _rescaled, cases, RESCALE_MISTAKES, _size)


def _size(value, name):
    try:
        return whole_numbers(2, "(height, width)")(value, name)
    except WrongAnswer as wrong:
        if not wrong.finding.endswith("expected a whole number."):
            raise
        raise WrongAnswer(wrong.finding, "Pixels have no fraction: round to the nearest whole number.") from None


def _nearest(x):
    return int(x + 0.5)


def _rescaled(height, width, side, rounded=_nearest, chosen=min):
    ratio = side / chosen(height, width)
    return tuple(side if n == chosen(height, width) else rounded(n * ratio) for n in (height, width))


RESCALE_MISTAKES = (
    Mistake("The longer side became shorter_side: it is the shorter one.", lambda *args: _rescaled(*args, chosen=max)),
    Mistake(
        "The fraction of the longer side is cut off: round to the nearest whole number.",
        lambda *args: _rescaled(*args, rounded=int),
    ),
    Mistake(
        "The longer side is rounded up: round to the nearest whole number.",
        lambda *args: _rescaled(*args, rounded=ceil),
    ),
    Mistake("Height and width are swapped: (height, width) go in and come out.", lambda *args: _rescaled(*args)[::-1]),
    Mistake("Both sides became shorter_side: the aspect has to stay.", lambda h, w, side: (side, side)),
    Mistake(
        "The height became shorter_side always: it may be the longer one.",
        lambda h, w, side: (side, _nearest(w * side / h)),
    ),
    Mistake(
        "The width became shorter_side always: it may be the longer one.",
        lambda h, w, side: (_nearest(h * side / w), side),
    ),
    Mistake(
        "You add the same number to both sides: multiply both by the same factor, or the aspect changes.",
        lambda h, w, side: (h + side - min(h, w), w + side - min(h, w)),
    ),
    Mistake(
        "The longer side stays as it was: it shrinks or grows by the same factor.",
        lambda h, w, side: (side if h <= w else h, side if w <= h else w),
    ),
    Mistake(
        "The aspect is turned round: a longer side stays the longer one.",
        lambda h, w, side: (side, _nearest(side * h / w)) if h < w else (_nearest(side * w / h), side),
    ),
    Mistake(
        "Small images stay small with you: they are enlarged, too.",
        lambda h, w, side: (h, w) if min(h, w) <= side else _rescaled(h, w, side),
    ),
    Mistake(
        "The factor is a whole number with you: divide with /, not //.",
        lambda h, w, side: tuple(n * (side // min(h, w)) for n in (h, w)),
    ),
    Mistake(
        "The aspect is a whole number with you: divide with /, not //.",
        lambda h, w, side: (side, side * (w // h)) if h <= w else (side * (h // w), side),
    ),
    Mistake(
        "Large images stay large with you: they shrink, too.",
        lambda h, w, side: (h, w) if min(h, w) >= side else _rescaled(h, w, side),
    ),
    Mistake(
        "A square stays as it was: both its sides become shorter_side.",
        lambda h, w, side: (h, w) if h == w else _rescaled(h, w, side),
    ),
    *(
        Mistake("The longer side stays as it was: it shrinks or grows by the same factor.", kept)
        for kept in (
            lambda h, w, side: (side if h < w else h, side if w <= h else w),
            lambda h, w, side: (side if h <= w else h, side if w < h else w),
        )
    ),
    Mistake(
        "The factor is upside down: multiply by shorter_side and divide by the shorter side.",
        lambda h, w, side: tuple(round(n * min(h, w) / side) for n in (h, w)),
    ),
    *(
        Mistake(
            "You round the factor: round the side alone, at the end.",
            lambda h, w, side, digits=digits: tuple(round(n * round(side / min(h, w), digits)) for n in (h, w)),
        )
        for digits in (0, 1, 2, 3)
    ),
    Mistake(
        "The area became shorter_side²: the shorter side has to be shorter_side.",
        lambda h, w, side: tuple(_nearest(n * side / sqrt(h * w)) for n in (h, w)),
    ),
    *(
        Mistake("You take the root of the factor: both sides grow or shrink by the factor itself.", rooted)
        for rooted in (
            lambda h, w, side: tuple(round(n * sqrt(side / min(h, w))) for n in (h, w)),
            lambda h, w, side: tuple(side if n == min(h, w) else round(n * sqrt(side / min(h, w))) for n in (h, w)),
        )
    ),
    Mistake(
        "You cut the fraction off and add 1: round to the nearest whole number.",
        lambda h, w, side: tuple(int(n * side / min(h, w)) + 1 for n in (h, w)),
    ),
)


def dense_to_convolution(answer, wanted):
    """`dense_to_convolution(weights, height, width)`: the kernel with which a convolution computes what a layer does.

    `weights` `(height · width · channels, units)` are those of a fully connected layer after `Flatten`, channels last.
    The kernel is `(height, width, channels, units)`: the valid convolution has the same outputs on a map of that size.
    """
    cases = []
    for height, width, channels, units in ((1, 1, 1, 1), (2, 1, 1, 1), (1, 2, 1, 2), (1, 2, 2, 1), (2, 2, 1, 2)):
        weights = np.arange(1.0, height * width * channels * units + 1).reshape(-1, units)
        cases.append(((weights, height, width), {}))
    rng = np.random.default_rng(51)
    for height, width, channels, units in ((3, 2, 4, 5), (2, 4, 3, 2), (3, 3, 2, 4), (7, 7, 8, 6)):
        cases.append(((rng.normal(size=(height * width * channels, units)).astype("float32"), height, width), {}))
    check_function(answer, _dense_to_convolution, cases, DENSE_MISTAKES, array_like)


def _dense_to_convolution(weights, height, width):
    return weights.reshape(height, width, -1, weights.shape[1])


def _moved(shape, axes):
    """Reshape to height, width, channels and units named in another order, then put the axes where they belong."""

    def mistaken(weights, height, width):
        sizes = {"h": height, "w": width, "c": len(weights) // (height * width), "u": weights.shape[1]}
        return weights.reshape([sizes[axis] for axis in shape]).transpose([shape.index(axis) for axis in axes])

    return mistaken


DENSE_MISTAKES = (
    Mistake(
        "You unflatten channels first: Keras flattens row by row, then column, and the channel runs fastest, so "
        "reshape to (height, width, channels, units).",
        _moved("chwu", "hwcu"),
    ),
    Mistake(
        "Your kernel is (channels, height, width, units): Keras's is (height, width, channels, units).",
        _moved("chwu", "chwu"),
    ),
    Mistake(
        "Your kernel is (units, channels, height, width), as PyTorch has it: Keras's is (height, width, channels, "
        "units).",
        _moved("hwcu", "uchw"),
    ),
    Mistake("The columns come before the rows: the order is height, width, channels, units.", _moved("whcu", "hwcu")),
    Mistake("Height and width are swapped: the order is height, width, channels, units.", _moved("whcu", "whcu")),
    Mistake("Height and width are swapped: the order is height, width, channels, units.", _moved("hwcu", "whcu")),
    Mistake("Channels and units are swapped: the kernel is (height, width, channels, units).", _moved("hwcu", "hwuc")),
    Mistake(
        "You reshape to (height, width, units, channels): the rows of weights are inputs, its columns units, so units "
        "come last.",
        _moved("hwuc", "hwuc"),
    ),
    Mistake(
        "You reshape to (height, width, units, channels) and swap then: a reshape alone, with units last, is right.",
        _moved("hwuc", "hwcu"),
    ),
    Mistake(
        "You transpose the weights before the reshape: their columns are the units, which come last as they are.",
        lambda weights, height, width: weights.T.reshape(height, width, -1, weights.shape[1]),
    ),
    Mistake(
        'You reshape in Fortran\'s order (order="F"): NumPy and Keras let the last axis run fastest.',
        lambda weights, height, width: weights.reshape((height, width, -1, weights.shape[1]), order="F"),
    ),
    Mistake(
        "You turn the kernel round: Keras does not flip kernels, so leave it as it is.",
        lambda *args: _dense_to_convolution(*args)[::-1, ::-1],
    ),
    Mistake(
        "That is a 1×1 kernel: it has to be as high and wide as the map.",
        lambda weights, height, width: weights[None, None],
    ),
    Mistake("You return the weights as they were: give them the shape of a kernel.", lambda weights, h, w: weights),
    Mistake("You keep an axis for a batch: a kernel has four axes.", lambda *args: _dense_to_convolution(*args)[None]),
    Mistake("The columns are mirrored: keep them in order.", lambda *args: _dense_to_convolution(*args)[:, ::-1]),
)
