"""What is wrong with a function whatever it computes: its defaults, what it keeps, arguments that change places."""

import inspect
import itertools

import numpy as np

from course.checks.dependence import defaults, near_all
from course.checks.equality import floats


def another_default(answer, oracle, cases, right, results_of):
    """A sentence on a default that is not the exercise's, where that one makes all results right, or `None`.

    `results_of(function, args, kwargs)` is a list of arrays or `None`.
    """
    mine, theirs = defaults(answer), defaults(oracle)
    wrong = [case for case, ok in zip(cases, right, strict=True) if not ok]
    for name, value in theirs.items():
        if name not in mine or repr(mine[name]) == repr(value) or any(_gives(answer, case, name) for case in wrong):
            continue
        mended = [
            (results_of(answer, args, kwargs | {name: value}), results_of(oracle, args, kwargs))
            for args, kwargs in wrong
        ]
        if all(None not in pair and near_all(*pair) for pair in mended):
            return f"By default {name} is {mine[name]!r} with you: the exercise has {name}={value!r}."
    return None


def _gives(function, case, name):
    """Whether a call has an argument for a parameter."""
    args, kwargs = case
    try:
        return name in inspect.signature(function).bind(*args, **kwargs).arguments
    except TypeError:
        return True


def kept_from_calls(answer, case, given, results_of):
    """A sentence where one call has several results, or `None`."""
    first = _parts(given)
    again = [results_of(answer, *case) for _ in range(2)]
    if None in again or all(near_all(first, other) for other in again):
        return None
    return (
        "The same call gives something else each time: what is kept from one call to the next, a list as a default "
        "value or a variable outside the function, belongs inside it."
    )


def swapped(oracle, bound, given, expected, right, results_of):
    """A sentence on two arguments that explain all results if they change places, or `None`.

    `bound` are the arguments by the learner's parameters, which are in the oracle's order.
    """
    known = not any(value is None for value in (*bound, *given))
    if not known or right.count(False) < 2 or len({tuple(names) for names in bound}) > 1:
        return None
    names, rows = list(bound[0]), [list(row.values()) for row in bound]

    def fits(order, results):
        made = (results_of(oracle, [row[i] for i in order], {}) for row in rows)
        pairs = zip(made, map(_parts, results), strict=True)
        return all(parts is not None and near_all(parts, wanted) for parts, wanted in pairs)

    if not fits(range(len(names)), expected):
        return None
    for i, j in itertools.combinations(range(len(names)), 2):
        order = list(range(len(names)))
        order[i], order[j] = j, i
        if all(_alike(row[i], row[j]) for row in rows) and fits(order, given):
            return f"You swap {names[i]} and {names[j]}."
    return None


def _parts(value):
    return [floats(part) for part in (value if isinstance(value, tuple) else (value,))]


def _alike(a, b):
    """Whether one argument may stand in another's place: both numbers, or arrays of one rank."""
    numbers = [isinstance(value, int | float | np.number) and not isinstance(value, bool) for value in (a, b)]
    return all(numbers) or (isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.ndim == b.ndim)
