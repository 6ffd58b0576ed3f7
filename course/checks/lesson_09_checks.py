"""What the exercise of lesson 09 on the bilinear kernel compares answers with, and the mistakes people make."""

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.readers import array_like


def bilinear_kernel(answer, wanted):
    """`bilinear_kernel(factor)`: the kernel `(k, k)` with which a transposed convolution enlarges factor times.

    k is 2 · factor - factor % 2. In one dimension tap i is 1 - |i - c| / factor, with c = (k - 1) / 2 the middle; in
    two the taps of row and column are multiplied.
    """
    cases = [((factor,), {}) for factor in (1, 2, 3, 4, 5, 8)]
    check_function(answer, _bilinear_kernel, cases, BILINEAR_MISTAKES, array_like)


def _even_or_odd(factor):
    return 2 * factor - factor % 2


def _taps(factor, size=_even_or_odd, middle=lambda k: (k - 1) / 2, reach=lambda factor, k: factor):
    k = size(factor)
    return 1 - np.abs(np.arange(k) - middle(k)) / reach(factor, k)


def _bilinear_kernel(factor, **other):
    return np.outer(*[_taps(factor, **other)] * 2)


def _kernel_with(**other):
    return lambda factor: _bilinear_kernel(factor, **other)


def _from_zero_to_one(factor):
    k = _even_or_odd(factor)
    half = np.linspace(0, 1, (k + 1) // 2)
    taps = np.concatenate([half, half[::-1][k % 2 :]])
    return np.outer(taps, taps)


def _cone(factor):
    k = _even_or_odd(factor)
    rows, columns = np.mgrid[:k, :k] - (k - 1) / 2
    return np.maximum(1 - np.hypot(rows, columns) / factor, 0)


BILINEAR_MISTAKES = (
    Mistake(
        "The kernel has 2 · factor taps a side always with you: an odd factor has one less, 2 · factor - factor % 2.",
        _kernel_with(size=lambda factor: 2 * factor),
    ),
    Mistake(
        "The kernel has 2 · factor - 1 taps a side always with you: an even factor has 2 · factor.",
        _kernel_with(size=lambda factor: 2 * factor - 1),
    ),
    Mistake(
        "The kernel has 2 · factor + 1 taps a side: it has 2 · factor - factor % 2.",
        _kernel_with(size=lambda factor: 2 * factor + 1),
    ),
    Mistake(
        "The middle is k / 2 with you: taps have the indices 0 to k - 1, so it is (k - 1) / 2.",
        _kernel_with(middle=lambda k: k / 2),
    ),
    Mistake(
        "The middle is a whole number with you, k // 2: with an even k it lies between two taps, at (k - 1) / 2.",
        _kernel_with(middle=lambda k: k // 2),
    ),
    Mistake(
        "The middle is a whole number with you, (k - 1) // 2: with an even k it lies between two taps, at (k - 1) / 2.",
        _kernel_with(middle=lambda k: (k - 1) // 2),
    ),
    Mistake(
        "Your taps rise from 0 to 1: the first is 1 - |0 - c| / factor, more than 0, and with an even k none is 1.",
        _from_zero_to_one,
    ),
    Mistake("You divide the distance by k: divide by factor.", _kernel_with(reach=lambda factor, k: k)),
    Mistake("You divide the distance by k / 2: divide by factor.", _kernel_with(reach=lambda factor, k: k / 2)),
    Mistake(
        "You divide the distance by (k + 1) / 2: divide by factor.", _kernel_with(reach=lambda factor, k: (k + 1) / 2)
    ),
    Mistake(
        "You divide the distance by c, so that the ends are 0: divide by factor.",
        _kernel_with(reach=lambda factor, k: max((k - 1) / 2, 0.5)),  # of one tap the distance is 0 whatever divides it
    ),
    Mistake(
        "You count the taps from 1: they are 0 to k - 1, and c is the middle of these.",
        _kernel_with(middle=lambda k: (k - 1) / 2 - 1),
    ),
    Mistake(
        "taps @ taps adds up the products, one number: np.outer(taps, taps) keeps each, (k, k).",
        lambda factor: _taps(factor) @ _taps(factor),
    ),
    Mistake(
        "The kernel adds up to 1 with you: each output is a mean of inputs only if the kernel adds up to factor², so "
        "do not divide.",
        lambda factor: _bilinear_kernel(factor) / _bilinear_kernel(factor).sum(),
    ),
    Mistake(
        "You divide by the largest tap: leave them as they are.",
        lambda factor: _bilinear_kernel(factor) / _bilinear_kernel(factor).max(),
    ),
    Mistake(
        "You divide by factor: the taps are 1 - |i - c| / factor as they are.",
        lambda factor: _bilinear_kernel(factor) / factor,
    ),
    Mistake(
        "You leave abs out: the taps fall on both sides of the middle, 1 - |i - c| / factor.",
        lambda factor: np.outer(*[1 - (np.arange(_even_or_odd(factor)) - (_even_or_odd(factor) - 1) / 2) / factor] * 2),
    ),
    Mistake("That is one dimension: multiply the taps of row and column, np.outer(taps, taps).", _taps),
    Mistake(
        "You add the taps of row and column: multiply them.", lambda factor: np.add.outer(_taps(factor), _taps(factor))
    ),
    Mistake(
        "You average the taps of row and column: multiply them.",
        lambda factor: np.add.outer(_taps(factor), _taps(factor)) / 2,
    ),
    Mistake(
        "You take the smaller of the taps of row and column: multiply them.",
        lambda factor: np.minimum.outer(_taps(factor), _taps(factor)),
    ),
    Mistake("That falls with the distance, a cone: multiply the taps of row and column.", _cone),
    *(
        Mistake(
            "All taps are the same with you, which repeats pixels: they fall from the middle, 1 - |i - c| / factor.",
            lambda factor, power=power: np.full([_even_or_odd(factor)] * 2, float(factor) ** power),
        )
        for power in (0, -1, -2)
    ),
    Mistake(
        "The kernel has axes for channels, too: here one channel is asked, (k, k).",
        lambda factor: _bilinear_kernel(factor)[..., None, None],
    ),
    Mistake(
        "The kernel has factor taps a side with you: it has 2 · factor - factor % 2, so that neighbours overlap.",
        _kernel_with(size=lambda factor: factor),
    ),
)
