"""What wrong results have in common with what was expected, whatever the exercise: no list of mistakes is needed.

A result is a number, an array, or a tuple of numbers; `pairs` are lists of (given, expected), one pair for each case.
A sentence is only said if it holds for every case with a value, the right ones too, and two wrong values show it.
"""

import itertools

import numpy as np

from course.checks.equality import floats, near
from course.checks.placement import of_places, of_shapes

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
FACTORS = {
    np.pi: "π",
    2 * np.pi: "2π",
    1 / np.pi: "1 / π",
    1 / (2 * np.pi): "1 / 2π",
    np.sqrt(2 * np.pi): "√(2π)",
    np.sqrt(2): "√2",
    np.sqrt(0.5): "1 / √2",
    **{float(n): str(n) for n in (*range(2, 17), 100, 255, 256, 1000)},
    **{1.0 / n: f"1 / {n}" for n in (*range(2, 17), 100, 255, 256, 1000)},
    255 / 256: "255 / 256",
    256 / 255: "256 / 255",
}


def _divided(total):
    return lambda e: e / total(e)


# What is said, and what makes the learner's result of the expected one.
VALUES = (
    ("The sign is turned round.", np.negative),
    ("The signs are lost: there is an absolute value, or a square and a root, too many.", np.abs),
    ("That is the square of what is expected: a root is missing, or a square is too many.", np.square),
    ("That is the root of what is expected: leave the root out.", lambda e: np.sqrt(np.where(e < 0, np.nan, e))),
    ("That is 1 divided by what is expected: the fraction is upside down.", lambda e: 1 / e),
    ("That is 1 minus what is expected.", lambda e: 1 - e),
    ("That is 1 plus what is expected.", lambda e: 1 + e),
    ("That is exp of what is expected: leave the exponential out.", np.exp),
    ("That is exp of what is expected, minus 1: take the logarithm of a ratio, not the change.", np.expm1),
    ("That is log of what is expected: leave the logarithm out, or take exp.", np.log),
    ("The fractions are cut off: compute with floats and return them.", np.trunc),
    ("The fractions are rounded down: compute with floats and return them.", np.floor),
    ("The fractions are rounded: leave the values as they are.", np.rint),
    ("All values are rounded to one decimal: leave them as they are.", lambda e: np.round(e, 1)),
    ("All values are rounded to two decimals: leave them as they are.", lambda e: np.round(e, 2)),
    ("The values went through float16, which has three digits: compute with float32.", lambda e: e.astype("float16")),
    ("Values below 0 became 0: leave them as they are.", lambda e: np.maximum(e, 0)),
    ("Values are cut off at 0 and 1: leave them as they are.", lambda e: np.clip(e, 0, 1)),
    ("Values are cut off at 0 and 255: leave them as they are.", lambda e: np.clip(e, 0, 255)),
    ("Values above 255 became 255: leave them as they are.", lambda e: np.minimum(e, 255)),
    *(
        (
            f"{bits} bits overflow, they hold no larger numbers: compute with floats, or with Python's int.",
            lambda e, bits=bits, least=least: (np.trunc(e) - least) % 2**bits + least,
        )
        for bits in (8, 16, 32)
        for least in (0, -(2 ** (bits - 1)))
    ),
    ("All is divided by the largest value: leave the values as they are.", _divided(np.max)),
    ("All is divided by the sum: leave the values as they are.", _divided(np.sum)),
    ("The mean is subtracted: leave the values as they are.", lambda e: e - np.mean(e)),
    ("The values are summed up along the last axis.", lambda e: np.cumsum(e, axis=-1)),
    (
        "The values are summed up one after another: begin each with a sum of 0.",
        lambda e: np.cumsum(e).reshape(e.shape),
    ),
)


def in_common(pairs):
    """A sentence on how all results differ from the expected ones, or `None`."""
    if any(isinstance(part, tuple) for pair in pairs for part in pair):
        return _of_tuples(pairs)
    with np.errstate(all="ignore"):
        return _of_arrays([tuple(map(floats, pair)) for pair in pairs])


def counted(values):
    """1 value, 2 values."""
    return f"{values} value{'s' if values != 1 else ''}"


def _of_tuples(pairs):
    lengths = {(len(given), len(expected)) for given, expected in pairs}
    scalar = all(np.ndim(part) == 0 for pair in pairs for parts in pair for part in parts)
    if all(a == b for a, b in lengths) and len(lengths) == 1:
        columns = [list(column) for column in zip(*(zip(*pair, strict=True) for pair in pairs), strict=True)]
        wrong = [i for i, column in enumerate(columns) if not all(near(*pair) for pair in column)]
        if len(wrong) == 1 and len(columns) > 1:
            said = in_common(columns[wrong[0]])
            which = f"The {ORDINALS[wrong[0]]}" if wrong[0] < len(ORDINALS) else f"Number {wrong[0] + 1}"
            return f"{which} of the values is wrong, the others are right. {said}" if said else None
        if len(wrong) > 1 and not scalar:
            sentences = [in_common(columns[i]) for i in wrong]
            return sentences[0] if all(said and _kind(said) == _kind(sentences[0]) for said in sentences) else None
    if not scalar:
        return None
    said = in_common([tuple(map(floats, pair)) for pair in pairs])
    if said and said.startswith("The shape is"):
        given, expected = next(pair for pair in pairs if len(pair[0]) != len(pair[1]))
        said = f"You return {counted(len(given))}, expected {len(expected)}{said[said.index(':') :]}"
    return said


def _kind(sentence):
    """What is said without the numbers that go before a colon."""
    return sentence[sentence.find(":") + 1 :]


def _of_arrays(pairs):
    pairs = [(g, e) for g, e in pairs if g.size and e.size and np.isfinite(g).all() and np.isfinite(e).all()]
    wrong = [(g, e) for g, e in pairs if not near(g, e)]
    if not wrong:
        return None
    if any(g.shape != e.shape for g, e in wrong):
        telling = len(np.unique(np.concatenate([np.ravel(e) for _, e in wrong]).round(6))) > 1
        return (_of_axes(pairs) or of_shapes(wrong)) if telling else None
    seen = np.concatenate([e[np.abs(g - e) > 1e-4 * max(np.abs(e).max(), 1e-3)] for g, e in wrong])
    if len(np.unique(seen.round(6))) < 2:
        return None
    said = next((sentence for sentence, function in VALUES if all(near(g, function(e)) for g, e in pairs)), None)
    returned = np.unique(np.concatenate([np.ravel(g) for g, _ in pairs]))
    if len(returned) == 1 and (said is None or said.startswith("Values ")):  # a limit that all values reach is no limit
        return f"Every value is {returned[0]:.6g}, whatever the arguments are: compute it from them."
    if said:
        return said
    return (
        _of_one_number(pairs, wrong)
        or _of_axes(pairs)
        or _of_order(wrong)
        or _of_columns(pairs, wrong)
        or of_places(pairs, wrong)
    )


def _of_one_number(pairs, wrong):
    """All are so many times too large, or larger by one number."""
    offsets = {round(float(d), 6) for g, e in pairs for d in np.ravel(g - e)}
    if len(offsets) == 1:
        return f"Every value is {_amount(offsets.pop())}."
    factors = [_factor(g, e) for g, e in pairs if e.any() or g.any()]
    if None in factors:
        return _of_a_line(pairs)
    if max(factors) - min(factors) <= 1e-4 * abs(factors[0]):
        return f"Every result is {named(factors[0])} times what is expected."
    if all(np.ndim(g) and len(np.unique(e)) > 1 for g, e in wrong):
        return (
            "The values of each array are in the right proportion, and all too large or too small by one factor, here "
            f"{named(_factor(*wrong[0]))}: look at what you multiply or divide them all by."
        )
    return None


def _of_a_line(pairs):
    """All are the expected values times one number, plus another."""
    given, expected = (np.concatenate([np.ravel(side) for side in sides]) for sides in zip(*pairs, strict=True))
    if len(np.unique(expected.round(6))) < 4:
        return None
    factor, more = map(float, np.polyfit(expected, given, 1))
    if min(abs(factor), abs(more)) < 1e-3 or not near(given, factor * expected + more):
        return None
    sign = "plus" if more > 0 else "minus"
    return (
        f"Every value is {named(factor)} times what is expected, {sign} {abs(more):.4g}: look for a shift and a scale."
    )


def _factor(given, expected):
    place = np.argmax(np.abs(expected))
    factor = given.flat[place] / expected.flat[place]
    return float(factor) if factor and np.isfinite(factor) and near(given, factor * expected) else None


def named(number):
    """The number, or what it is known as: π, 1 / 255."""
    known = [name for value, name in FACTORS.items() if abs(abs(number) - value) <= 1e-4 * value]
    return f"{'-' * (number < 0)}{known[0]}" if known else f"{number:.4g}"


def _amount(difference):
    return f"{abs(difference):,.6g} too {'large' if difference > 0 else 'small'}"


def _of_axes(pairs):
    """The axes are turned or in another order."""
    ranks = {part.ndim for pair in pairs for part in pair}
    if len(ranks) != 1 or not 1 <= (rank := ranks.pop()) <= 4:
        return None
    for order in itertools.islice(itertools.permutations(range(rank)), 1, None):
        if all(near(g, e.transpose(order)) for g, e in pairs):
            changed = [axis for axis in range(rank) if order[axis] != axis]
            if rank == 2:
                return "The result is transposed: its rows are what the columns have to be."
            if len(changed) == 2:
                return f"Axes {changed[0]} and {changed[1]} of the result have changed places, counted from 0."
            back = tuple(int(axis) for axis in np.argsort(order))
            return f"The axes of the result are in another order: np.transpose(result, {back}) has the right one."
    for count in range(1, rank + 1):
        for axes in itertools.combinations(range(rank), count):
            if all(near(g, np.flip(e, axes)) for g, e in pairs):
                return f"The values are right, but in reverse order{_along(axes, rank)}."
    for axis in range(rank):
        for step in (1, -1):
            if all(near(g, np.roll(e, step, axis)) for g, e in pairs):
                return f"The values are right, but moved on by one{_along((axis,), rank)}."
    return None


def _along(axes, rank):
    return "" if rank == 1 else f" along ax{'i' if len(axes) == 1 else 'e'}s {' and '.join(map(str, axes))}"


def _of_columns(pairs, wrong):
    """Of rows with two to four numbers, as boxes are, some columns are right and others wrong."""
    widths = {e.shape[-1] if e.ndim == 2 else 0 for _, e in pairs}
    if len(widths) != 1 or not 2 <= (width := widths.pop()) <= 4 or len({len(e) for _, e in wrong}) < 2:
        return None
    columns = [i for i in range(width) if any(not near(g[:, i], e[:, i]) for g, e in wrong)]
    if len(columns) == width:
        return None
    said = _of_arrays([(g[:, columns], e[:, columns]) for g, e in pairs])
    which = f"Columns {' and '.join(map(str, columns))} are" if len(columns) > 1 else f"Column {columns[0]} is"
    return f"{which} wrong, counted from 0, the others are right. {said or ''}".rstrip()


def _of_order(wrong):
    """The right values stand in other places."""
    if not all(near(np.sort(g, None), np.sort(e, None)) for g, e in wrong):
        return None
    for step, which in ((1, "smallest"), (-1, "largest")):
        if all(near(np.ravel(g)[::step], np.sort(e, None)) for g, e in wrong):
            return f"The values are right, but sorted, the {which} first."
    for axis, noun in ((0, "rows"), (1, "columns")):
        if all(g.ndim == 2 and g.shape[axis] > 1 and near(_sorted(g, axis), _sorted(e, axis)) for g, e in wrong):
            return f"The {noun} are right, but stand in another order."
    return "The values are right, but stand in another order."


def _sorted(array, axis):
    rows = np.moveaxis(array, axis, 0).round(6)
    return rows[np.lexsort(rows.T[::-1])]
