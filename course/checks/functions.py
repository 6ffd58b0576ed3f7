"""Compare a learner's function with an oracle: find the smallest counterexample, and the mistake that explains it."""

import copy
import operator
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from course.checks.calling import article, call, shortened, spelled
from course.checks.verdict import NotAttempted, WrongAnswer


class Mistake(NamedTuple):
    """A mistake people make: the sentence that names it, and a function that makes it."""

    sentence: str
    function: Callable


def check_function(answer, oracle, cases, mistakes, read):
    """Raise `WrongAnswer` unless the answer gives what the oracle gives in each case, and leaves its arguments alone.

    `cases` are `(args, kwargs)`, the smallest first. `read(value, name)` turns what the answer returns into a number or
    an array, or raises `WrongAnswer`. A mistake is named if it gives the learner's value in every case.
    """
    if not callable(answer):
        raise WrongAnswer(
            f"You handed over {article(type(answer).__name__)}, {shortened(answer)}, not a function.",
            "Hand over the function itself, by its name and without parentheses.",
        )
    wrong = None
    given = []
    for args, kwargs in cases:
        name = spelled(answer, args, kwargs)
        try:
            given.append(_given(answer, args, kwargs, name, read))
        except (WrongAnswer, NotAttempted):
            if wrong is None:
                raise
            given.append(None)  # wrong already: a smaller case says more
            continue
        if wrong is None and not _equal(given[-1], oracle(*args, **kwargs)):
            wrong = len(given) - 1
    if wrong is None:
        return
    args, kwargs = cases[wrong]
    if isinstance(given[wrong], np.ndarray) and not np.isfinite(given[wrong]).all():
        where = f"{spelled(answer, args, kwargs)} returned {_text(given[wrong])}"
        raise WrongAnswer(
            f"{where}: some are not numbers (NaN) or infinite.", "Look for a root, a logarithm or a division."
        )
    name, expected = spelled(answer, args, kwargs), oracle(*args, **kwargs)
    cause = _cause(mistakes, cases, given) or _difference(given[wrong], expected)
    raise WrongAnswer(f"{name} returned {_text(given[wrong])}, expected {_text(expected)}.", cause)


def whole_number(value, name):
    """What was returned as an `int`, if it is a number without a fraction."""
    if isinstance(value, np.ndarray) and value.shape == ():
        value = value.item()
    number = None
    if type(value) is float or isinstance(value, np.floating):
        number = int(value) if value == value // 1 else None
        if number is None:
            raise WrongAnswer(
                f"{name} returned {value:g}, expected a whole number.", "Parameters are counted one by one."
            )
    elif type(value) is int or isinstance(value, np.integer):
        number = operator.index(value)
    if number is None:
        raise _wrong_kind(value, name, "a whole number")
    return number


def array(value, name):
    """What was returned as an array of numbers, from NumPy or a framework."""
    import keras

    if keras.ops.is_tensor(value):
        value = keras.ops.convert_to_numpy(value)
    elif not hasattr(type(value), "__array__"):
        raise _wrong_kind(value, name, "an array")
    values = np.asarray(value)
    if values.dtype.kind not in "iuf":
        kind = "text" if values.dtype.kind in "US" else values.dtype
        raise WrongAnswer(f"{name} returned an array of {kind}, expected numbers.", "Return the numbers as they are.")
    return values


def _given(answer, args, kwargs, name, read):
    passed = copy.deepcopy((args, kwargs))
    value = read(call(answer, *passed[0], name=name, **passed[1]), name)
    for before, after in zip((*args, *kwargs.values()), (*passed[0], *passed[1].values()), strict=True):
        if not _same_argument(before, after):
            raise WrongAnswer(
                f"{name} changed its argument: {shortened(before)} is now {shortened(after)}.",
                "The caller still needs it: compute a new value, without +=, -=, sort, pop or append on an argument.",
            )
    return value


def _same_argument(before, after):
    if isinstance(before, np.ndarray):
        return before.shape == after.shape and bool((before == after).all())
    return before == after


def _equal(given, expected):
    if isinstance(given, np.ndarray):
        expected = np.asarray(expected)
        scale = max(1.0, float(np.abs(expected).max()))
        return given.shape == expected.shape and bool(np.abs(given - expected).max() <= 1e-4 * scale)
    return given == expected


def _cause(mistakes, cases, given):
    for mistake in mistakes:
        explained = [_explains(mistake, case, value) for case, value in zip(cases, given, strict=True)]
        if all(explained):
            return mistake.sentence
    return None


def _explains(mistake, case, value):
    if value is None:
        return True
    args, kwargs = copy.deepcopy(case)
    try:
        return _equal(value, mistake.function(*args, **kwargs))
    except ValueError:  # shapes of which the mistake makes nothing
        return False


def _difference(given, expected):
    if not isinstance(expected, np.ndarray):
        more = given - expected
        off = f"That is {abs(more):,} too {'many' if more > 0 else 'few'}"
        overflowed = [bits for bits in (8, 16, 32) if more % 2**bits == 0 and abs(given) < 2**bits]
        return f"{off}: {overflowed[-1]} bits overflow; count with Python's int." if overflowed else f"{off}."
    if given.shape != expected.shape:
        return f"The shape is {given.shape}, expected {expected.shape}."
    place = np.unravel_index(np.argmax(np.abs(given - expected)), expected.shape)
    index = ", ".join(map(str, place))
    return f"The value at [{index}] is furthest off: {given[place]:.4g}, expected {expected[place]:.4g}."


def _wrong_kind(value, name, expected):
    if value is None:
        return WrongAnswer(f"{name} returned None, expected {expected}.", "The function has no return for this case.")
    received = f"{article(type(value).__name__)}, {shortened(value)}"
    return WrongAnswer(
        f"{name} returned {received}; expected {expected}.", f"Return {expected}, and nothing around it."
    )


def _text(value):
    if isinstance(value, np.ndarray):
        if value.size > 8:
            return f"an array of shape {value.shape} that begins {_text(value.ravel()[:3])}"
        return shortened(value.astype(float), 200)
    return f"{value:,}"
