"""Compare a learner's function with an oracle: find the smallest counterexample, and the mistake that explains it."""

import copy
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from course.checks.calling import call, require_function, shortened, spelled
from course.checks.dependence import bound
from course.checks.equality import TOLERANCE, equal, floats
from course.checks.explaining import firm, found, known
from course.checks.verdict import NotAttempted, WrongAnswer


class Mistake(NamedTuple):
    """A mistake people make: the sentence that names it, and a function that makes it."""

    sentence: str
    function: Callable


def check_function(answer, oracle, cases, mistakes, read, tolerance=TOLERANCE, describe=None):
    """Raise `WrongAnswer` unless the answer gives what the oracle gives in each case, and leaves its arguments alone.

    `cases` are `(args, kwargs)`, the smallest first. `read(value, name)` (see `readers`) turns what the answer returns
    into a number, an array or a tuple of them, or raises `WrongAnswer`; what the oracle returns is read by it too.
    Numbers and arrays agree if none differs by more than `tolerance` times the largest expected, or times 1 if that is
    smaller; two `int` and two `bool` only if they are equal. A mistake is named if it gives the learner's value in
    every case. Where none is, `describe(args, given, expected)` says what is wrong with the first wrong result.
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
    arguments = [bound(answer, *case) or bound(oracle, *case) for case in cases]
    name, received, wanted = spelled(answer, *cases[wrong]), given[wrong], expected[wrong]
    given_and_read = (answer, oracle, cases, arguments, given, expected, read, tolerance)
    special = describe and (lambda: firm(*given_and_read) or describe(cases[wrong][0], received, wanted))
    said = known(mistakes, cases, arguments, given, expected, tolerance, special)
    if not _finite(received) and _finite(wanted):
        raise WrongAnswer(
            f"{name} returned {_text(received)}: some are not numbers (NaN) or infinite.",
            said or _no_number(answer, *cases[wrong]),
        )
    digits = 4 if _text(received) != _text(wanted) else 9
    raise WrongAnswer(
        f"{name} returned {_text(received, digits)}, expected {_text(wanted, digits)}.",
        said or found(*given_and_read),
    )


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


def _no_number(answer, args, kwargs):
    """What may have made a result that is no number."""
    arguments = bound(answer, args, kwargs) or {}
    empty = [name for name, value in arguments.items() if np.size(value) == 0 and not isinstance(value, str | dict)]
    if empty:
        return f"{empty[0]} is empty there: a sum of nothing is 0, but it has no mean and no largest value."
    return "Look for a root, a logarithm or a division."


def _finite(value):
    return all(map(_finite, value)) if isinstance(value, tuple) else bool(np.isfinite(floats(value)).all())


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
