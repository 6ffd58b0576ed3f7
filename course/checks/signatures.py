"""What is wrong with a function whatever it computes: its defaults, what it keeps, arguments that change places."""

import inspect
import itertools

import numpy as np

from course.checks.dependence import defaults, near_all, positional
from course.checks.equality import floats


def another_default(answer, oracle, cases, right, results_of):
    """A sentence on a default that is not the exercise's, where that one makes all results right, or `None`.

    `results_of(function, args, kwargs)` is a list of arrays or `None`.
    """
    mine, theirs = defaults(answer), defaults(oracle)
    wrong = [case for case, ok in zip(cases, right, strict=True) if not ok]
    other = {
        name: value
        for name, value in theirs.items()
        if name in mine and repr(mine[name]) != repr(value) and not any(_gives(answer, case, name) for case in wrong)
    }
    tried = [{name: value} for name, value in other.items()]
    for changed in (*tried, *([other] if len(tried) > 1 else [])):
        mended = [
            (results_of(answer, args, kwargs | changed), results_of(oracle, args, kwargs)) for args, kwargs in wrong
        ]
        if all(None not in pair and near_all(*pair) for pair in mended):
            own = _and([f"{name} is {mine[name]!r}" for name in changed])
            return f"By default {own} with you: the exercise has {_and([f'{n}={v!r}' for n, v in changed.items()])}."
    return None


def _and(parts):
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def one_item(answer, oracle, cases, given, right, results_of):
    """A sentence where all results are those of the first or the last item of a list alone, or `None`."""
    wrong = [(case, value) for case, value, ok in zip(cases, given, right, strict=True) if not ok]
    if len(wrong) < 2 or any(value is None for _, value in wrong):
        return None
    for place in range(min(len(args) for (args, _), _ in wrong)):
        if not all(isinstance(args[place], list) and len(args[place]) > 1 for (args, _), _ in wrong):
            continue
        for item, which, cause in (
            (slice(1), "first", "a return inside the loop ends it there"),
            (slice(-1, None), "last", "what is = in the loop forgets the items before, += adds to them"),
        ):
            made = [
                results_of(oracle, (*args[:place], args[place][item], *args[place + 1 :]), kwargs)
                for (args, kwargs), _ in wrong
            ]
            if all(
                parts is not None and near_all(parts, _parts(value))
                for parts, (_, value) in zip(made, wrong, strict=True)
            ):
                name = (positional(answer) or positional(oracle))[place]
                return f"Of {name} the {which} item alone counts with you: {cause}."
    return None


def _gives(function, case, name):
    """Whether a call has an argument for a parameter."""
    args, kwargs = case
    try:
        return name in inspect.signature(function).bind(*args, **kwargs).arguments
    except TypeError:
        return True


def cut_to_whole_numbers(bound, given, expected, right):
    """A sentence where an argument's whole numbers, its type, cut the fractions of the result off, or `None`."""
    if None in bound or any(value is None for value in given):
        return None
    for name in bound[0]:
        kinds = [getattr(arguments.get(name), "dtype", np.dtype(object)).kind for arguments in bound]
        if [kind in "iu" for kind in kinds] != [not ok for ok in right] or not all(right.count(n) for n in (0, 1)):
            continue
        results = [pair for pair, ok in zip(zip(given, expected, strict=True), right, strict=True) if not ok]
        if all(near_all(_parts(mine), list(map(np.trunc, _parts(wanted)))) for mine, wanted in results):
            return (
                f"Where {name} holds whole numbers, the fractions are cut off: np.zeros_like and the like take its "
                "type, so make the result an array of floats."
            )
    return None


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
