"""Say why results of a function are wrong: a mistake from a list, two of them, or what the results themselves show."""

import copy

import numpy as np

from course.checks import dependence, signatures
from course.checks.differences import ORDINALS, counted, in_common
from course.checks.equality import equal, floats


def known(mistakes, cases, bound, given, expected, tolerance, describe=None):
    """The sentence of the first mistake that explains the results, or of two, or of one and where it does not.

    A mistake explains them if it gives the learner's value in every case. Where the mistake or the learner makes
    nothing of the arguments, or no number, the other has to be wrong too. `bound` are the arguments by parameter; what
    `describe()` says goes before two mistakes.
    """
    right = [equal(*pair, tolerance) for pair in zip(given, expected, strict=True)]
    table = []
    for mistake in mistakes:
        made = [_made(mistake.function, case) for case in cases]
        fits = [_fits(*row, tolerance) for row in zip(given, made, right, strict=True)]
        wrong = [not equal(*pair, tolerance) for pair in zip(made, expected, strict=True)]
        met = [fit is True and not ok for fit, ok in zip(fits, right, strict=True)]
        if False not in fits and any(met):
            return mistake.sentence
        if any(met) and not any(a and b for a, b in zip(wrong, right, strict=True)):
            table.append((mistake.sentence, met, wrong))
    return (describe and describe()) or _two(table, right) or _one_of_more(table, right, bound)


def _made(function, case):
    args, kwargs = copy.deepcopy(case)
    try:
        with np.errstate(all="ignore"):
            return function(*args, **kwargs)
    except (ValueError, IndexError, ArithmeticError):
        return None


def _fits(given, made, right, tolerance):
    """Whether a mistake makes what the learner has; `None` where there is nothing to compare and both are wrong."""
    if given is None or made is None:
        return False if right else None
    fits = equal(given, made, tolerance) or (np.size(given) == 0 == np.size(made))
    return fits if fits or right or _finite(given) else None


def _two(table, right):
    """The sentences of two mistakes that explain all that is wrong between them.

    Each is right where the learner is, and where the other one alone gives the learner's value. Each gives that value
    in two cases at least where the other does not, and neither does only where both matter.
    """
    first = right.index(False)
    for sentence, met, wrong in table:
        if not met[first]:
            continue
        for other, met_too, wrong_too in table:
            rows = list(zip(right, met, met_too, wrong, wrong_too, strict=True))
            if any((a and not b and y) or (b and not a and x) for _, a, b, x, y in rows):
                continue  # one of them is not made where it would show
            told = all(ok or a or b or (x and y) for ok, a, b, x, y in rows)
            alone = sum(b and not a for _, a, b, _, _ in rows), sum(a and not b for _, a, b, _, _ in rows)
            left = sum(not (ok or a or b) for ok, a, b, _, _ in rows)
            if other != sentence and told and min(alone) > 1 and left <= sum(alone):
                return f"{sentence} And there is a second mistake. {other}"
    return None


def _one_of_more(table, right, bound):
    """The sentence of a mistake that explains most of what is wrong, and which cases it leaves."""
    first = right.index(False)
    for sentence, met, _ in sorted(table, key=lambda row: -sum(row[1])):
        wrong = [i for i, ok in enumerate(right) if not ok]
        if met[first] and sum(met) >= max(3, len(wrong) / 2) and None not in bound:
            rest = dependence.shared([(bound[i], met[i]) for i in wrong])
            if rest:
                return f"{sentence} And something else is wrong where {rest}."
    return None


def firm(answer, oracle, cases, bound, given, expected, read, tolerance):
    """What calls with other arguments show: what is kept, a default, an argument that does nothing, two swapped."""

    def results_of(function, args, kwargs):
        args, kwargs = copy.deepcopy((args, kwargs))
        try:
            with np.errstate(all="ignore"):
                value = read(function(*args, **kwargs), "")
            return [floats(part) for part in (value if isinstance(value, tuple) else (value,))]
        except Exception:  # the learner's code may raise anything
            return None

    right = [equal(*pair, tolerance) for pair in zip(given, expected, strict=True)]
    first = right.index(False)
    if len(given) > 2 and not any(right) and all(equal(given[0], one, tolerance) for one in given[1:]):
        return "Every result is the same, whatever the arguments are: compute it from them."
    return (
        signatures.kept_from_calls(answer, cases[first], given[first], results_of)
        or signatures.another_default(answer, oracle, cases, right, results_of)
        or dependence.unused(answer, oracle, cases, right, results_of)
        or signatures.swapped(oracle, bound, given, expected, right, results_of)
        or signatures.one_item(answer, oracle, cases, given, right, results_of)
    )


def found(answer, oracle, cases, bound, given, expected, read, tolerance):
    """What no list is needed for: how wrong results differ, and on which arguments it depends."""
    right = [equal(*pair, tolerance) for pair in zip(given, expected, strict=True)]
    pairs = [pair for pair in zip(given, expected, strict=True) if pair[0] is not None]
    place = dependence.where(list(zip(bound, right, strict=True))) if None not in bound else None
    first = right.index(False)
    said = firm(answer, oracle, cases, bound, given, expected, read, tolerance)
    if said:
        return said
    said = signatures.cut_to_whole_numbers(bound, given, expected, right)
    if said:
        return said
    said = in_common(pairs)
    if said is None and None not in bound:
        numbers = [
            (arguments, *pair)
            for arguments, pair in zip(bound, zip(given, expected, strict=True), strict=True)
            if pair[0] is not None
        ]
        if all(isinstance(part, int | float) for _, *pair in numbers for part in pair):
            said = dependence.by_argument(numbers)
    said = said or difference(given[first], expected[first], tolerance)
    return f"{said} {place}" if place else said


def difference(given, expected, tolerance):
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
    # A multiple of 256 comes about otherwise, too.
    overflowed = [bits for bits in (16, 32) if more % 2**bits == 0 and abs(given) < 2**bits]
    off = f"That is {abs(more):,} too {'many' if more > 0 else 'few'}"
    return f"{off}: {overflowed[-1]} bits overflow; count with Python's int." if overflowed else f"{off}."


def _difference_of_tuples(given, expected, tolerance):
    if len(given) != len(expected):
        return f"You return {counted(len(given))}, expected {len(expected)}."
    if len(expected) > 1 and equal(given, expected[::-1], tolerance):
        return "Those are the right values in the wrong order: the first comes last."
    pairs = list(zip(given, expected, strict=True))
    place = next(i for i, pair in enumerate(pairs) if not equal(*pair, tolerance))
    which = f"The {ORDINALS[place]}" if place < len(ORDINALS) else f"Number {place + 1}"
    return f"{which} of the values is wrong. {difference(*pairs[place], tolerance)}"


def _difference_of_arrays(given, expected):
    if given.shape != expected.shape:
        order = " The axes are in another order." if sorted(given.shape) == sorted(expected.shape) else ""
        return f"The shape is {given.shape}, expected {expected.shape}.{order}"
    off = floats(given) - floats(expected)
    whole = not np.any(floats(given) % 1)
    overflowed = [bits for bits in (8, 16, 32) if whole and off.any() and not np.any(off % 2**bits)]
    if overflowed:
        return f"{overflowed[-1]} bits overflow, they hold no larger numbers: convert to float32 before you compute."
    place = np.unravel_index(np.argmax(np.abs(np.nan_to_num(off))), expected.shape)
    index = ", ".join(map(str, place))
    return f"The value at [{index}] is furthest off: {given[place]:.4g}, expected {expected[place]:.4g}."


def _finite(value):
    return all(map(_finite, value)) if isinstance(value, tuple) else bool(np.isfinite(floats(value)).all())
