"""Functions are compared with an oracle: what readers take, what counts as equal, and which mistake is named."""

import copy

import keras
import numpy as np
import pytest
import tensorflow as tf

from course.checks import NotAttempted, WrongAnswer, readers
from course.checks.functions import Mistake, check_function, equal


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (readers.whole_number, np.float32(3), 3),
        (readers.whole_number, np.array(3, "uint8"), 3),
        (readers.whole_number, tf.constant(3), 3),
        (readers.whole_number, 2**70, 2**70),
        (readers.number, 3, 3.0),
        (readers.number, np.float64(0.5), 0.5),
        (readers.number, keras.ops.convert_to_tensor(0.5), 0.5),
        (readers.boolean, np.bool_(True), True),
        (readers.numbers(2), [1, np.float32(0.5)], (1.0, 0.5)),
        (readers.numbers(), np.array([1, 2, 3]), (1.0, 2.0, 3.0)),
        (readers.numbers(0), [], ()),
        (readers.whole_numbers(2), tf.constant([1, 2]), (1, 2)),
        (readers.whole_numbers(2), np.array([1.0, 2.0]), (1, 2)),
        (readers.tuple_of(readers.number, readers.boolean), [1, False], (1.0, False)),
    ],
)
def test_readers_take_what_means_the_same(read, value, expected):
    received = read(value, "f(1)")
    assert received == expected
    assert type(received) is type(expected)


@pytest.mark.parametrize(
    ("read", "value", "shape"),
    [
        (readers.array, keras.ops.ones((2, 3)), (2, 3)),
        (readers.array, np.float32(1), ()),
        (readers.array_like, [[1, 2], [3, 4]], (2, 2)),
        (readers.array_like, [tf.ones(3), tf.ones(3)], (2, 3)),
        (readers.array_like, [], (0,)),
        (readers.boxes, [], (0, 4)),
        (readers.boxes, [(1, 2, 3, 4)], (1, 4)),
        (readers.boxes, np.zeros((0, 4)), (0, 4)),
    ],
)
def test_readers_make_arrays(read, value, shape):
    received = read(value, "f(1)")
    assert type(received) is np.ndarray
    assert received.shape == shape


@pytest.mark.parametrize(
    ("read", "value", "said"),
    [
        (readers.whole_number, 2.5, "f(1) returned 2.5, expected a whole number."),
        (readers.whole_number, float("nan"), "returned nan, expected a whole number"),
        (readers.whole_number, True, "a bool, True; expected a whole number"),
        (readers.whole_number, "3", "a str, '3'; expected a whole number"),
        (readers.whole_number, np.array([3]), "an array of shape (1,); expected a whole number"),
        (readers.whole_number, None, "returned None, expected a whole number.\nThe function has no return"),
        (readers.number, 1j, "a complex, 1j; expected a number"),
        (readers.number, (1.0, 2.0), "a tuple, (1.0, 2.0); expected a number"),
        (readers.boolean, 1, "an int, 1; expected True or False"),
        (readers.numbers(2, "(mean, variance)"), [1, 2, 3], "returned 3 values, [1, 2, 3]; expected 2 numbers"),
        (readers.numbers(2, "(mean, variance)"), 1, "an int, 1; expected 2 numbers in a tuple or a list, (mean, varia"),
        (readers.numbers(), {1, 2}, "a set, {1, 2}; expected a tuple or a list of numbers"),
        (readers.numbers(), [1, "2"], "f(1)[1] returned a str, '2'; expected a number"),
        (readers.whole_numbers(2), [1, 0.5], "f(1)[1] returned 0.5, expected a whole number"),
        (readers.whole_numbers(2), np.ones((2, 2)), "an array of shape (2, 2); expected 2 whole numbers"),
        (readers.tuple_of(readers.array, readers.number), np.ones(2), "an array of shape (2,); expected 2 values"),
        (
            readers.tuple_of(readers.array, readers.number, form="(map, loss)"),
            (1,),
            "returned 1 value, (1,); expected 2",
        ),
        (readers.array, [1, 2], "a list, [1, 2]; expected an array"),
        (readers.array, np.array(["a"]), "an array of text, expected numbers"),
        (readers.array, np.array([True]), "an array of bool, expected numbers"),
        (readers.array, np.ones, "a function, <function ones"),
        (readers.array_like, [[1, 2], [3]], "rows of different lengths, [[1, 2], [3]]"),
        (readers.array_like, [["a"]], "an array of text"),
        (readers.array_like, {1: 2}, "a dict, {1: 2}; expected an array"),
        (readers.boxes, [1, 2, 3, 4], "an array of shape (4,), expected one row of four numbers for each box"),
        (readers.boxes, [[1, 2, 3]], "an array of shape (1, 3), expected one row of four"),
    ],
)
def test_readers_say_what_came_instead(read, value, said):
    with pytest.raises(WrongAnswer) as failure:
        read(value, "f(1)")
    assert said in str(failure.value)


def test_a_symbolic_tensor_is_no_array():
    with pytest.raises(WrongAnswer, match="a KerasTensor"):
        readers.array(keras.Input((2,)), "f(1)")


@pytest.mark.parametrize(
    ("given", "expected", "same"),
    [
        (3, 3, True),
        (3, 4, False),
        (1.0, 1.00005, True),
        (1.0, 1.0002, False),
        (1000.0, 1000.05, True),  # of the largest expected
        (float("nan"), float("nan"), True),
        (float("inf"), float("inf"), True),
        (float("inf"), 1.0, False),
        (np.array([250], "uint8"), np.array([-6]), False),  # equal modulo 256
        (np.array([1, 2]), [1, 2], True),
        (np.array([1, 2]), [[1, 2]], False),
        (np.zeros((0, 4)), np.zeros((0, 4)), True),
        ((1.0, np.ones(2)), (1.0, np.ones(2)), True),
        ((1.0, np.ones(2)), (1.0, np.ones(3)), False),
        ((1, 2), (1, 2, 3), False),
        (True, 1.0, True),
        (None, None, False),
    ],
)
def test_what_counts_as_equal(given, expected, same):
    assert equal(given, expected) is same


def test_the_tolerance_is_the_exercise_s():
    assert equal(1.0, 1.001, 0.01)
    assert not equal(1.0, 1.001, 1e-4)


def double(number, by=2):
    return number * by


CASES = [((1,), {}), ((2,), {"by": 3}), ((np.array([1.0, 2.0]),), {})]


def read_any(value, name):
    return value


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda number, by=2: number + by, "(1) returned 3, expected 2.\nThat is 1 too many."),
        (lambda number, by=2: number * 2, "(2, by=3) returned 4, expected 6.\nYou ignore by."),
        (lambda number, by=2: number * by + (by > 2), "(2, by=3) returned 7, expected 6.\nThat is 1 too many."),
        (lambda number, by=2: number / number.size * 4 if by == 2 and np.ndim(number) else number * by, "[2, 4]"),
    ],
)
def test_the_smallest_counterexample_is_shown(answer, said):
    mistakes = [Mistake("You ignore by.", lambda number, by=2: number * 2)]
    if said == "[2, 4]":
        return check_function(answer, double, CASES, mistakes, read_any)
    with pytest.raises(WrongAnswer) as failure:
        check_function(answer, double, CASES, mistakes, read_any)
    assert f"your function{said}" == str(failure.value)


@pytest.mark.parametrize(
    ("answer", "oracle", "said"),
    [
        (lambda x: (2, 1), lambda x: (1, 2), "The values are right, but in reverse order."),
        (lambda x: (1, 3), lambda x: (1, 2), "The second of the values is wrong. That is 1 too many."),
        (lambda x: 0.5, lambda x: 0.75, "That is 0.25 too small."),
        (lambda x: False, lambda x: True, "the other way round"),
        (
            lambda x: np.ones((2, 3)),
            lambda x: np.ones((3, 2)),
            "(2, 3), expected (3, 2). The axes are in another order.",
        ),
        (lambda x: np.array([44.0]), lambda x: np.array([300.0]), "8 bits overflow"),
        (lambda x: -5536, lambda x: 60000, "65,536 too few: 16 bits overflow"),
        (lambda x: np.array([1.0, np.nan]), lambda x: np.ones(2), "some are not numbers (NaN)"),
        (lambda x: np.zeros((0, 2)), lambda x: np.ones((1, 2)), "an empty array of shape (0, 2), expected [[1, 1]]"),
        (lambda x: np.array([1.00001]), lambda x: np.array([1.0]), "returned [1.00001], expected [1]"),
        (lambda x: x.update(a=1), lambda x: 1, "changed its argument: {} is now {'a': 1}"),
    ],
)
def test_a_difference_is_put_into_words(answer, oracle, said):
    with pytest.raises(WrongAnswer) as failure:
        check_function(answer, oracle, [(({},), {})], (), read_any, tolerance=1e-6)
    assert said in str(failure.value)


def test_a_mistake_has_to_explain_each_case():
    """Where the mistake makes nothing of the arguments the answer has to be wrong, and once it has to be met."""

    def raising(x):
        raise ValueError

    def odd(x):
        return x + 1 if x % 2 else x

    cases = [((x,), {}) for x in (1, 2, 3)]
    for mistake, named in ((odd, True), (lambda x: x + 1, False), (raising, False)):
        with pytest.raises(WrongAnswer) as failure:
            check_function(odd, lambda x: x, cases, [Mistake("Named.", mistake)], readers.whole_number)
        assert ("Named." in str(failure.value)) is named


def test_arguments_are_neither_changed_nor_shared():
    seen = []
    cases = [(([1, [2]], np.ones(2)), {"more": {"a": [3]}})]
    before = copy.deepcopy(cases)

    def answer(numbers, array, more):
        seen.append((numbers, array, more))
        return 1

    check_function(answer, lambda *args, **kwargs: 1, cases, (), readers.whole_number)
    (numbers, array, more) = seen[0]
    array[0] = 7
    numbers[1][0] = more["a"][0] = 7
    assert str(cases) == str(before)


def test_a_stub_among_the_cases_is_not_attempted():
    def answer(x):
        raise NotImplementedError

    with pytest.raises(NotAttempted):
        check_function(answer, lambda x: x, [((1,), {})], (), readers.whole_number)


def failing(answer, oracle, cases, read=readers.number):
    with pytest.raises(WrongAnswer) as failure:
        check_function(answer, oracle, cases, (), read)
    return failure.value.cause


def test_another_default_is_named_where_the_exercise_s_makes_all_right():
    cases = [((2,), {}), ((2,), {"times": 4}), ((5,), {})]
    oracle = lambda x, times=3: x * times  # noqa: E731
    said = "By default times is 2 with you: the exercise has times=3."
    assert failing(lambda x, times=2: x * times, oracle, cases) == said
    assert "By default" not in failing(lambda x, times=2: x * times + 1, oracle, cases)


def test_several_other_defaults_are_named_together():
    cases = [((2,), {}), ((2,), {"times": 4, "more": 1}), ((5,), {})]
    cause = failing(lambda x, times=2, more=7: x * times + more, lambda x, times=3, more=0: x * times + more, cases)
    assert cause == "By default times is 2 and more is 7 with you: the exercise has times=3 and more=0."


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda sizes: sizes[0] ** 2, "Of sizes the first item alone counts with you: a return inside the loop"),
        (lambda sizes: sizes[-1] ** 2, "Of sizes the last item alone counts with you"),
        (lambda sizes: sizes[0] ** 2 + len(sizes) - 1, "That is"),
    ],
)
def test_one_item_that_counts_alone_is_named(answer, said):
    cases = [((sizes,), {}) for sizes in ([3], [1, 2], [4, 3], [2, 5, 4])]
    assert failing(answer, lambda sizes: sum(size**2 for size in sizes), cases).startswith(said)


def test_a_height_that_stands_for_a_width_is_looked_for():
    shapes = ((2, 2), (3, 3), (2, 3), (4, 2), (3, 5), (4, 4), (1, 1), (2, 5))
    cases = [((np.arange(float(a * b)).reshape(a, b),), {}) for a, b in shapes]
    cause = failing(lambda x: x[:, : len(x)].sum() + len(x), lambda x: x.sum() + x.shape[1], cases)
    assert cause.endswith("is wrong, and all others are right. Look for a height that stands for a width.")


def test_arguments_that_change_places_are_named():
    cases = [((2, 3, 5), {}), ((7, 4, 2), {}), ((1, 6, 3), {})]
    oracle = lambda height, width, size: (height - size) * 10 + width  # noqa: E731
    assert failing(lambda h, w, size: (size - h) * 10 + w, oracle, cases) == "You swap h and size."
    assert "You swap" not in failing(lambda h, w, size: (size - h) * 10 + h, oracle, cases)


def test_what_is_kept_from_call_to_call_is_named():
    def answer(x, seen=[]):  # noqa: B006
        seen.append(x)
        return sum(seen)

    assert failing(answer, lambda x: x, [((x,), {}) for x in (1, 2, 3)]).startswith(
        "The same call gives something else"
    )


def test_an_array_that_is_sorted_is_looked_at():
    cases = [((np.array(values),), {}) for values in ([1.0, 2, 3], [3.0, 1, 2], [5.0, 7, 4])]
    cause = failing(lambda x: np.sort(x)[::-1], lambda x: x[::-1], cases, readers.array_like)
    assert cause == "The values are right, but sorted, the largest first."
