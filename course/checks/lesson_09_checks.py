"""What the exercises of lesson 09 on upsampling compare answers with: oracles, and the mistakes people make."""

import numpy as np

from course.checks.functions import Mistake, check_function
from course.checks.readers import array_like, whole_number


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


def transposed_size(answer, wanted):
    """`transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None)`: a whole number.

    The output size of a transposed convolution in one dimension. Without output_padding, by Keras: "valid" gives
    (size - 1) · strides + max(kernel_size, strides), "same" gives size · strides. With it, and for a padding that is a
    number p: (size - 1) · strides + kernel_size - 2p + output_padding, where "valid" has p = 0 and "same" has
    p = kernel_size // 2. A missing output_padding is 0 for a number.
    """
    cases = [((1, 1), {}), ((1, 3), {}), ((2, 2, 2), {}), ((3, 3, 2), {}), ((4, 2, 3), {}), ((16, 64, 32), {})]
    cases += [((3, 3, 1, "same"), {}), ((5, 3, 2, "same"), {}), ((4, 2, 3, "same"), {}), ((6, 4, 2, "same"), {})]
    cases += [((3, 3, 1, 1), {}), ((5, 4, 2, 1), {}), ((4, 7, 3, 2), {}), ((5, 3, 2, 0), {})]
    cases += [((5, 3, 2, 1), {"output_padding": 1}), ((4, 2, 3, "valid"), {"output_padding": 0})]
    cases += [((5, 3, 3, "valid"), {"output_padding": 2}), ((5, 3, 3, "same"), {"output_padding": 1})]
    cases += [((6, 4, 3, "same"), {"output_padding": 2}), ((7, 5, 4, 2), {"output_padding": 3})]
    check_function(answer, _transposed_size, cases, SIZE_MISTAKES, whole_number)


def _valid(size, kernel, strides, extra):
    return (size - 1) * strides + (max(kernel, strides) if extra is None else kernel + extra)


def _same(size, kernel, strides, extra):
    return size * strides if extra is None else (size - 1) * strides + kernel - 2 * (kernel // 2) + extra


def _number(size, kernel, strides, extra, padding):
    return (size - 1) * strides + kernel - 2 * padding + (extra or 0)


def _transposed_size(
    size, kernel_size, strides=1, padding="valid", output_padding=None, valid=_valid, same=_same, number=_number
):
    rule = {"valid": valid, "same": same}.get(padding) or (lambda *args: number(*args, padding))
    return rule(size, kernel_size, strides, output_padding)


def _size_with(**rules):
    return lambda *args, **kwargs: _transposed_size(*args, **kwargs, **rules)


def _off_by_strides(size, *rest):
    return _number(size + 1, *rest)


SIZE_MISTAKES = (
    Mistake(
        "That is the size after a convolution, ⌊(size - kernel) / strides⌋ + 1: a transposed one makes the map larger.",
        _size_with(
            valid=lambda n, k, s, extra: (n - k) // s + 1,
            same=lambda n, k, s, extra: -(-n // s),
            number=lambda n, k, s, extra, p: (n + 2 * p - k) // s + 1,
        ),
    ),
    Mistake(
        "Where the kernel is smaller than the strides, Keras's map still ends with a whole stride: take "
        "max(kernel_size, strides).",
        _size_with(valid=lambda n, k, s, extra: (n - 1) * s + k + (extra or 0)),
    ),
    Mistake(
        'You take size * strides for "valid", too: the last of the size windows reaches kernel_size further.',
        _size_with(valid=lambda n, k, s, extra: n * s + (extra or 0)),
    ),
    Mistake(
        "You multiply size and not size - 1 by strides: size windows have size - 1 steps between them.",
        _size_with(valid=lambda n, k, s, extra: n * s + k + (extra or 0), number=_off_by_strides),
    ),
    Mistake(
        "For a number you multiply size and not size - 1 by strides: size windows have size - 1 steps between them.",
        _size_with(number=_off_by_strides),
    ),
    Mistake('You take the rule of "valid" for "same", too: "same" gives size * strides.', _size_with(same=_valid)),
    Mistake(
        "Padding is subtracted once: it takes as much off both ends, 2p.",
        _size_with(number=lambda n, k, s, extra, p: _number(n, k, s, extra, p / 2)),
    ),
    Mistake(
        "Padding is added: in a transposed convolution it takes positions off, 2p in all.",
        _size_with(number=lambda n, k, s, extra, p: _number(n, k, s, extra, -p)),
    ),
    Mistake(
        "You ignore a padding that is a number: it takes 2p positions off.",
        _size_with(number=lambda n, k, s, extra, p: _number(n, k, s, extra, 0)),
    ),
    Mistake(
        "You ignore output_padding: it adds so many positions at the end.",
        lambda size, kernel_size, strides=1, padding="valid", output_padding=None: _transposed_size(
            size, kernel_size, strides, padding
        ),
    ),
    Mistake(
        'You ignore output_padding where it is 0: for "valid" and "same" Keras\'s rule is another one with it, 0 or '
        "not. Ask `is None`.",
        lambda size, kernel_size, strides=1, padding="valid", output_padding=None: _transposed_size(
            size, kernel_size, strides, padding, output_padding or None
        ),
    ),
    Mistake(
        "You add output_padding twice: it goes to the end alone.",
        lambda size, kernel_size, strides=1, padding="valid", output_padding=None: _transposed_size(
            size, kernel_size, strides, padding, output_padding and 2 * output_padding
        ),
    ),
    Mistake(
        "You subtract output_padding: it adds positions.",
        lambda size, kernel_size, strides=1, padding="valid", output_padding=None: _transposed_size(
            size, kernel_size, strides, padding, output_padding and -output_padding
        ),
    ),
    Mistake(
        'With output_padding "same" has p = kernel_size // 2: you add it to size * strides.',
        _size_with(same=lambda n, k, s, extra: n * s + (extra or 0)),
    ),
    Mistake(
        "You add output_padding to Keras's sizes without it: with it they are (size - 1) * strides + kernel_size - 2p "
        "+ output_padding.",
        _size_with(
            valid=lambda n, k, s, extra: _valid(n, k, s, None) + (extra or 0),
            same=lambda n, k, s, extra: n * s + (extra or 0),
        ),
    ),
    Mistake(
        "You ignore strides: neighbouring inputs are strides apart in the output.",
        lambda size, kernel_size, strides=1, *args, **kwargs: _transposed_size(size, kernel_size, 1, *args, **kwargs),
    ),
    Mistake(
        "You ignore kernel_size: the last window reaches kernel_size further.",
        _size_with(
            valid=lambda n, k, s, extra: n * s + (extra or 0), number=lambda n, k, s, extra, p: n * s + (extra or 0)
        ),
    ),
    Mistake(
        'You take ⌈size / strides⌉ for "same", a convolution\'s: here it is size * strides.',
        _size_with(same=lambda n, k, s, extra: -(-n // s) if extra is None else _same(n, k, s, extra)),
    ),
    Mistake(
        'With output_padding "same" has p = kernel_size // 2: you take (kernel_size - 1) // 2.',
        _size_with(same=lambda n, k, s, extra: _same(n, k, s, extra) + (0 if extra is None or k % 2 else 2)),
    ),
)
