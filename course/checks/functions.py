"""Compare a learner's function with an oracle: find the smallest counterexample, and the mistake that explains it."""

import copy
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from course.checks.calling import call, require_function, shortened, spelled
from course.checks.verdict import NotAttempted, WrongAnswer

TOLERANCE = 1e-4
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


class Mistake(NamedTuple):
    """A mistake people make: the sentence that names it, and a function that makes it."""

    sentence: str
    function: Callable


def check_function(answer, oracle, cases, mistakes, read, tolerance=TOLERANCE):
    """Raise `WrongAnswer` unless the answer gives what the oracle gives in each case, and leaves its arguments alone.

    `cases` are `(args, kwargs)`, the smallest first. `read(value, name)` (see `readers`) turns what the answer returns
    into a number, an array or a tuple of them, or raises `WrongAnswer`; what the oracle returns is read by it too.
    Numbers and arrays agree if none differs by more than `tolerance` times the largest expected, or times 1 if that is
    smaller; two `int` and two `bool` only if they are equal. A mistake is named if it gives the learner's value in
    every case.
    """
    require_function(answer)
    wrong = None
    given, expected = [], []
    for args, kwargs in cases:
        name = spelled(answer, args, kwargs)
        expected.append(read(oracle(*copy.deepcopy(args), **copy.deepcopy(kwargs)), name))
        try:
            given.append(_given(answer, args, kwargs, name, read))
        except (WrongAnswer, NotAttempted):
            if wrong is None:
                raise
            given.append(None)  # wrong already: a smaller case says more
            continue
        if wrong is None and not equal(given[-1], expected[-1], tolerance):
            wrong = len(given) - 1
    if wrong is None:
        return
    said = _said(mistakes, zip(cases, given, expected, strict=True), tolerance)
    name, received, wanted = spelled(answer, *cases[wrong]), given[wrong], expected[wrong]
    if not _finite(received) and _finite(wanted):
        raise WrongAnswer(
            f"{name} returned {_text(received)}: some are not numbers (NaN) or infinite.",
            said or "Look for a root, a logarithm or a division.",
        )
    digits = 4 if _text(received) != _text(wanted) else 9
    raise WrongAnswer(
        f"{name} returned {_text(received, digits)}, expected {_text(wanted, digits)}.",
        said or _difference(received, wanted, tolerance),
    )


def equal(given, expected, tolerance=TOLERANCE):
    """Whether two numbers, arrays or tuples of them are the same, as `check_function` takes it."""
    if given is None:
        return False
    if isinstance(given, tuple):
        return (
            isinstance(expected, tuple | list)
            and len(given) == len(expected)
            and all(equal(*pair, tolerance) for pair in zip(given, expected, strict=True))
        )
    if isinstance(given, bool | int) and isinstance(expected, bool | int):
        return given == expected
    a, b = _floats(given), _floats(expected)
    if a.shape != b.shape:
        return False
    numbers = b[np.isfinite(b)]
    allowed = tolerance * max(1.0, np.abs(numbers).max(initial=0))
    with np.errstate(invalid="ignore"):  # infinity - infinity
        near = (a - b <= allowed) & (b - a <= allowed)
    return bool((near | (a == b) | ((a != a) & (b != b))).all())  # NaN is not equal to itself


def _given(answer, args, kwargs, name, read):
    passed = copy.deepcopy((args, kwargs))
    value = call(answer, *passed[0], name=name, **passed[1])
    for before, after in zip((*args, *kwargs.values()), (*passed[0], *passed[1].values()), strict=True):
        if not _unchanged(before, after):
            raise WrongAnswer(
                f"{name} changed its argument: {shortened(before)} is now {shortened(after)}.",
                "The caller still needs it: compute a new value, without +=, -=, sort, pop or append on an argument.",
            )
    return read(value, name)


def _unchanged(before, after):
    if type(before) is not type(after):
        return False
    if isinstance(before, np.ndarray):
        same_kind = before.shape == after.shape and before.dtype == after.dtype
        return same_kind and bool(((before == after) | ((before != before) & (after != after))).all())
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_unchanged, before, after))
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_unchanged(before[key], after[key]) for key in before)
    return before == after


def _said(mistakes, results, tolerance):
    """The sentence of the first mistake that gives the learner's value in every case, or `None`.

    Where the mistake or the learner makes nothing of the arguments, the other has to be wrong too.
    """
    results = [(case, value, equal(value, expected, tolerance)) for case, value, expected in results]
    for mistake in mistakes:
        if _explains(mistake, results, tolerance):
            return mistake.sentence
    return None


def _explains(mistake, results, tolerance):
    explained = False
    for (args, kwargs), value, right in results:
        try:
            with np.errstate(all="ignore"):
                made = mistake.function(*copy.deepcopy(args), **copy.deepcopy(kwargs))
        except (ValueError, IndexError, ArithmeticError):
            made = None
        if made is None or value is None:
            if right:
                return False
            continue
        if not equal(value, made, tolerance):
            return False
        explained = explained or not right
    return explained


def _difference(given, expected, tolerance):
    """The likely cause of a difference that no known mistake explains."""
    if isinstance(expected, tuple):
        return _difference_of_tuples(given, expected, tolerance)
    if isinstance(expected, bool):
        return "It is the other way round."
    if isinstance(expected, np.ndarray):
        return _difference_of_arrays(given, expected)
    more = given - expected
    if not isinstance(expected, int):
        return f"That is {abs(more):.4g} too {'large' if more > 0 else 'small'}."
    overflowed = [bits for bits in (8, 16, 32) if more % 2**bits == 0 and abs(given) < 2**bits]
    off = f"That is {abs(more):,} too {'many' if more > 0 else 'few'}"
    return f"{off}: {overflowed[-1]} bits overflow; count with Python's int." if overflowed else f"{off}."


def _difference_of_tuples(given, expected, tolerance):
    if len(given) != len(expected):
        return f"You return {len(given)} values, expected {len(expected)}."
    if len(expected) > 1 and equal(given, expected[::-1], tolerance):
        return "Those are the right values in the wrong order: the first comes last."
    pairs = list(zip(given, expected, strict=True))
    place = next(i for i, pair in enumerate(pairs) if not equal(*pair, tolerance))
    which = f"The {ORDINALS[place]}" if place < len(ORDINALS) else f"Number {place + 1}"
    return f"{which} of the values is wrong. {_difference(*pairs[place], tolerance)}"


def _difference_of_arrays(given, expected):
    if given.shape != expected.shape:
        order = " The axes are in another order." if sorted(given.shape) == sorted(expected.shape) else ""
        return f"The shape is {given.shape}, expected {expected.shape}.{order}"
    off = _floats(given) - _floats(expected)
    whole = not np.any(_floats(given) % 1)
    overflowed = [bits for bits in (8, 16, 32) if whole and off.any() and not np.any(off % 2**bits)]
    if overflowed:
        return f"{overflowed[-1]} bits overflow, they hold no larger numbers: convert to float32 before you compute."
    place = np.unravel_index(np.argmax(np.abs(np.nan_to_num(off))), expected.shape)
    index = ", ".join(map(str, place))
    return f"The value at [{index}] is furthest off: {given[place]:.4g}, expected {expected[place]:.4g}."


def _floats(value):
    return np.asarray(value, dtype="float64")


def _finite(value):
    return all(map(_finite, value)) if isinstance(value, tuple) else bool(np.isfinite(_floats(value)).all())


def _text(value, digits=4):
    if isinstance(value, tuple):
        return f"({', '.join(_text(part, digits) for part in value)}{',' * (len(value) == 1)})"
    if isinstance(value, np.ndarray):
        if value.size == 0:
            return f"an empty array of shape {value.shape}"
        if value.size > 9:
            return f"an array of shape {value.shape} that begins {_text(value.ravel()[:3], digits)}"
        return f"[{', '.join(_text(part, digits) for part in value)}]" if value.ndim else _text(value.item(), digits)
    if isinstance(value, float | np.floating):
        return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e9 else f"{value:.{digits}g}"
    return str(value) if isinstance(value, bool) else f"{value:,}"
