"""What is said of wrong results that no list explains: how they differ, where, and on which arguments it depends."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.checks import WrongAnswer, dependence, readers
from course.checks.differences import in_common, named
from course.checks.functions import Mistake, check_function

rng = np.random.default_rng(1)
ARRAYS = [rng.uniform(0.2, 9.7, shape) * sign for shape, sign in (((3, 4), 1), ((5, 2), 1), ((4, 3), -1))]
POSITIVE = [np.abs(array) for array in ARRAYS]
BOXES = [rng.uniform(0, 90, (n, 4)) for n in (2, 3, 5)]
IMAGES = [rng.normal(size=shape) for shape in ((4, 5, 3), (5, 4, 2))]


def only(index, change):
    """Change one part of an array."""

    def changed(array):
        array = array.copy()
        array[index] = change(array[index])
        return array

    return changed


@pytest.mark.parametrize(
    ("expected", "mistake", "said"),
    [
        (ARRAYS, np.negative, "The sign is turned round"),
        (ARRAYS, np.abs, "The signs are lost"),
        (ARRAYS, np.square, "That is the square of what is expected"),
        (POSITIVE, np.sqrt, "That is the root of what is expected"),
        (ARRAYS, np.trunc, "The fractions are cut off"),
        (ARRAYS, lambda e: np.maximum(e, 0), "Values below 0 became 0"),
        ([90 * a for a in ARRAYS], lambda e: np.trunc(e) % 256, "8 bits overflow"),
        ([90 * a for a in ARRAYS], lambda e: np.clip(e, 0, 255), "cut off at 0 and 255"),
        (ARRAYS, lambda e: e * np.pi, "π times what is expected"),
        (ARRAYS, lambda e: e / 255, "1 / 255 times what is expected"),
        (ARRAYS, lambda e: e + 0.5, "Every value is 0.5 too large"),
        (POSITIVE, lambda e: e / e.sum(), "All is divided by the sum"),
        (POSITIVE, lambda e: e * e.shape[0], "in the right proportion"),
        (ARRAYS, np.transpose, "The result is transposed"),
        (ARRAYS, lambda e: e[::-1], "in reverse order along axis 0"),
        (ARRAYS, lambda e: np.roll(e, 1, 1), "moved on by one along axis 1"),
        (ARRAYS, lambda e: np.roll(e, 1), "The values are right, but stand in another order"),
        (BOXES[1:], lambda e: e[[1, 0, *range(2, len(e))]], "The rows are right, but stand in another order"),
        (BOXES, lambda e: e[:, [1, 0, 2, 3]] * [1, 1, 1, 1], "The columns are right, but stand in another order"),
        (BOXES, lambda e: e * [1, 2, 1, 2], "Columns 1 and 3 are wrong, counted from 0, the others are right"),
        (IMAGES, lambda e: e.transpose(2, 0, 1), "np.transpose(result, (1, 2, 0)) has the right one"),
        (IMAGES, lambda e: e.swapaxes(0, 1), "Axes 0 and 1 of the result have changed places"),
        (IMAGES, lambda e: e[None], "the values are right, an axis of 1 differs"),
        (IMAGES, np.ravel, "the values are right, reshape them"),
        (IMAGES, lambda e: e[:-1], "one value is missing at the end of axis 0"),
        (IMAGES, lambda e: np.pad(e, [(1, 0), (0, 0), (0, 0)]), "one value is too many at the beginning of axis 0"),
        (ARRAYS, lambda e: 4 * e - 1.5, "Every value is 4 times what is expected, minus 1.5"),
        (ARRAYS, lambda e: np.sort(e, None).reshape(e.shape), "The values are right, but sorted, the smallest first"),
        (IMAGES, lambda e: np.stack([e, e > 0]), "what is expected is the first of all that you return"),
        (IMAGES, lambda e: e[:1], "it is the first along axis 0 alone"),
        (IMAGES, lambda e: e.repeat(2, 1), "every second value, third or so along axis 1"),
        (IMAGES, lambda e: np.broadcast_to(e[..., :1], e.shape), "the same all along axis 2"),
        (
            IMAGES,
            only(-1, lambda row: row + np.arange(row.size).reshape(row.shape) ** 2),
            "Only the last place of axis 0 is wrong",
        ),
        (ARRAYS, only((0, 1), lambda value: 0 * value), "Only the first row is wrong"),
        ([np.array([1.0, 2, 3]), np.array([4.0, 5])], lambda e: e[::-1], "in reverse order."),
        ([9.0, 27.0, 1.0], lambda e: 1, "Every value is 1, whatever the arguments are"),
        (POSITIVE, np.zeros_like, "Every value is 0, whatever the arguments are"),
        ([0.3, 0.7, 0.2], lambda e: 0, "The fractions are cut off"),
    ],
)
def test_what_all_results_have_in_common(expected, mistake, said):
    assert said in (in_common([(mistake(e), e) for e in expected]) or "nothing")


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_nothing_is_said_of_unrelated_results(seed):
    draw = np.random.default_rng(seed)
    shapes = [tuple(draw.integers(2, 6, 3)) for _ in range(3)]
    assert in_common([(draw.normal(size=shape), draw.normal(size=shape)) for shape in shapes]) is None
    assert in_common([(float(draw.normal()), float(draw.normal())) for _ in range(4)]) is None


def test_one_wrong_number_says_nothing_of_all():
    """A single number is any number's square, multiple and sum."""
    assert in_common([(4.0, 2.0), (1.0, 1.0)]) is None


def test_known_numbers_have_their_names():
    assert [named(n) for n in (np.pi, -2.0, 1 / 255, 0.778)] == ["π", "-2", "1 / 255", "0.778"]


def scaled(values, factor=1, offset=0, reverse=False):
    values = np.asarray(values, float) * factor + offset
    return values[::-1] if reverse else values


CASES = [((rng.normal(size=4),), {"factor": f, "offset": o}) for f in (1, 2, 3) for o in (0, 1, 2)]
CASES += [((rng.normal(size=3),), {"factor": 2, "reverse": True}), ((rng.normal(size=3),), {"reverse": True})]


def forgets_its_offset(values, factor=1, offset=0, reverse=False):
    return scaled(values, factor, reverse=reverse)


def wrong_with_a_factor(values, factor=1, offset=0, reverse=False):
    return scaled(values, factor, offset, reverse) + (np.arange(len(values)) ** 2 if factor > 1 else 0)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (forgets_its_offset, "offset makes no difference with you"),
        (lambda values, **others: np.array([1.0, 2.0]), "Every result is the same, whatever the arguments are"),
        (wrong_with_a_factor, "Every case tried in which factor is above 1 is wrong, and all others are right."),
    ],
)
def test_on_which_argument_it_depends(answer, said):
    with pytest.raises(WrongAnswer) as failure:
        check_function(answer, scaled, CASES, (), readers.array_like)
    assert said in failure.value.cause


def test_an_argument_is_only_unused_if_that_explains_all_that_is_wrong():
    def answer(values, factor=1, offset=0, reverse=False):
        return scaled(values, factor, reverse=reverse) + np.arange(len(values)) ** 2

    with pytest.raises(WrongAnswer) as failure:
        check_function(answer, scaled, CASES, (), readers.array_like)
    assert "makes no difference" not in failure.value.cause


def test_chance_names_no_argument():
    results = [({"size": n, "count": n % 3}, n != 4) for n in range(1, 6)]
    assert dependence.where(results) is None


def double(x, twice=False, minus=False):
    return (x * 2 if twice else x) * (-1 if minus else 1)


DOUBLES = [((x,), {"twice": t, "minus": m}) for x in (3, 5, 7) for t in (False, True) for m in (False, True)]
TWICE = Mistake("You ignore twice.", lambda x, twice=False, minus=False: double(x, False, minus))
MINUS = Mistake("You ignore minus.", lambda x, twice=False, minus=False: double(x, twice, False))
PLUS_ONE = Mistake("You add 1.", lambda x, twice=False, minus=False: double(x, twice, minus) + 1)


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (lambda x, twice=False, minus=False: double(x, False, minus), "You ignore twice."),
        (lambda x, twice=False, minus=False: x, "You ignore minus. And there is a second mistake. You ignore twice."),
    ],
)
def test_two_mistakes_are_named_where_each_shows(answer, cause):
    with pytest.raises(WrongAnswer) as failure:
        check_function(answer, double, DOUBLES, (PLUS_ONE, MINUS, TWICE), readers.whole_number)
    assert failure.value.cause == cause


def test_a_mistake_that_leaves_some_wrong_says_where():
    def answer(x, twice=False, minus=False):
        return double(x, False, minus) + (x**3 if x % 2 == 0 and twice else 0)

    cases = [((x,), {"twice": t, "minus": m}) for x in range(1, 9) for t in (True, False) for m in (True, False)]
    with pytest.raises(WrongAnswer) as failure:
        check_function(answer, double, cases, (TWICE,), readers.whole_number)
    assert failure.value.cause == "You ignore twice. And something else is wrong where x is even."


def test_an_empty_list_has_no_mean():
    with np.errstate(all="ignore"), pytest.raises(WrongAnswer) as failure:
        check_function(
            lambda losses: np.mean(losses or [np.nan]), lambda losses: sum(losses), [(([],), {})], (), readers.number
        )
    assert "losses is empty there" in failure.value.cause


def test_the_maximum_of_nothing_gets_a_cause():
    with pytest.raises(WrongAnswer) as failure:
        check_function(lambda x: x[5:].max(), lambda x: 1, [((np.ones(2),), {})], (), readers.number)
    assert "Nothing is left there" in failure.value.cause
