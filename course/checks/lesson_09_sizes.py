"""What the exercise of lesson 09 on the size of a transposed convolution compares answers with."""

from course.checks.functions import Mistake, check_function
from course.checks.readers import whole_number


def transposed_size(answer, wanted):
    """`transposed_size(size, kernel_size, strides=1, padding="valid", output_padding=None)`: a whole number.

    The output size of a transposed convolution in one dimension. Without output_padding, by Keras: "valid" gives
    (size - 1) · strides + max(kernel_size, strides), "same" gives size · strides. With it, and for a padding that is a
    number p: (size - 1) · strides + kernel_size - 2p + output_padding, where "valid" has p = 0 and "same" has
    p = kernel_size // 2. A missing output_padding is 0 for a number.
    """
    cases = [((1, 1), {}), ((1, 3), {}), ((2, 2, 2), {}), ((3, 3, 2), {}), ((4, 2, 3), {}), ((16, 64, 32), {})]
    cases += [((3, 3, 1, "same"), {}), ((5, 3, 2, "same"), {}), ((4, 2, 3, "same"), {}), ((6, 4, 2, "same"), {})]
    cases += [((3, 3, 1, 1), {}), ((5, 4, 2, 1), {}), ((4, 7, 3, 2), {}), ((5, 3, 2, 0), {}), ((4, 2, 3, 0), {})]
    cases += [((5, 3, 2, 1), {"output_padding": 1}), ((4, 2, 3, "valid"), {"output_padding": 0})]
    cases += [((5, 2, 3, "valid"), {"output_padding": 2}), ((5, 3, 3, "same"), {"output_padding": 1})]
    cases += [((6, 4, 3, "same"), {"output_padding": 2}), ((7, 5, 4, 2), {"output_padding": 3})]
    cases += [((6, 2, 4, 1), {}), ((5, 1, 3, 0), {"output_padding": 1})]
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
        "You multiply size and not size - 1 by strides: size stamps have size - 1 steps between them.",
        _size_with(
            valid=lambda n, *rest: _valid(n + 1, *rest),
            same=lambda n, k, s, extra: n * s if extra is None else _same(n + 1, k, s, extra),
            number=_off_by_strides,
        ),
    ),
    Mistake(
        "For a number you multiply size and not size - 1 by strides: size windows have size - 1 steps between them.",
        _size_with(number=_off_by_strides),
    ),
    *(
        Mistake(
            "You leave the gap after the last stamp for a number, too: there the kernel's size counts as it is.",
            _size_with(number=number),
        )
        for number in (
            lambda n, k, s, extra, p: (n - 1) * s + max(k, s) - 2 * p + (extra or 0),
            lambda n, k, s, extra, p: _valid(n, k, s, extra) - 2 * p,
        )
    ),
    Mistake(
        'You take a padding of 0 for "valid": a number has a rule of its own, 0 too.',
        lambda size, kernel_size, strides=1, padding="valid", output_padding=None: _transposed_size(
            size, kernel_size, strides, padding or "valid", output_padding
        ),
    ),
    Mistake(
        "A missing output_padding is strides - 1 for a number with you: it is 0.",
        _size_with(number=lambda n, k, s, extra, p: _number(n, k, s, s - 1 if extra is None else extra, p)),
    ),
    Mistake(
        "You ignore output_padding where padding is a number: it adds so many positions at the end.",
        _size_with(number=lambda n, k, s, extra, p: _number(n, k, s, 0, p)),
    ),
    Mistake(
        'You subtract 1 from the kernel\'s size for "valid": the last stamp has a whole kernel.',
        _size_with(valid=lambda n, k, s, extra: _valid(n, k, s, extra) - 1),
    ),
    Mistake(
        'You take size * strides for "valid", too, without output_padding: the last stamp reaches kernel_size further.',
        _size_with(valid=lambda n, k, s, extra: n * s if extra is None else _valid(n, k, s, extra)),
    ),
    Mistake(
        'You multiply size and not size - 1 by strides for "valid": size stamps have size - 1 steps between them.',
        _size_with(valid=lambda n, k, s, extra: n * s + k if extra is None else _valid(n, k, s, extra)),
    ),
    Mistake('You take the rule of "valid" for "same", too: "same" gives size * strides.', _size_with(same=_valid)),
    Mistake(
        "Padding is subtracted once: it takes as much off both ends, 2p.",
        _size_with(number=lambda n, k, s, extra, p: _number(n, k, s, extra, p / 2)),
    ),
    Mistake(
        'Padding is subtracted once, with "same", too: it takes as much off both ends, 2p.',
        _size_with(
            same=lambda n, k, s, extra: n * s if extra is None else _same(n, k, s, extra) + k // 2,
            number=lambda n, k, s, extra, p: _number(n, k, s, extra, p / 2),
        ),
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
        'You take the rule of "valid" for a number, too: a number takes 2p positions off.',
        _size_with(number=lambda n, k, s, extra, p: _valid(n, k, s, None) + (extra or 0)),
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
    Mistake(
        'With output_padding "same" has p = kernel_size // 2: you divide with /, which keeps the half of an odd size.',
        _size_with(same=lambda n, k, s, extra: n * s if extra is None else (n - 1) * s + extra),
    ),
    Mistake(
        'You leave the gap after the last stamp for "valid" with output_padding, too: there the kernel\'s size counts '
        "as it is.",
        _size_with(valid=lambda n, k, s, extra: (n - 1) * s + max(k, s) + (extra or 0)),
    ),
)
