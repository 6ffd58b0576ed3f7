"""Right answers pass, wrong ones fail with their mistake named, and a check behaves the same everywhere."""

import contextlib
import importlib
import pkgutil
import re

import answers
import keras
import numpy as np
import pytest
from answers import RIGHT, WRONG, c3_params, lenet5, rbf

from course import checks
from course.checks import NotAttempted, WrongAnswer, check, exercises, explain, hint

EXERCISES = checks._catalogue()
for module in pkgutil.iter_modules(answers.__path__):
    importlib.import_module(f"answers.{module.name}")


def name(answer):
    return getattr(answer, "__name__", type(answer).__name__)


def cases(answers):
    return [
        pytest.param(exercise, *given, id=f"{exercise}-{n}-{name(given[0])}")
        for exercise in EXERCISES
        for n, given in enumerate(answers[exercise])
    ]


@pytest.fixture
def tally(record_property, request):
    """Record how far an answer came, for the table that conftest prints at the end."""

    def tallied(word):
        record_property("answer", f"{request.node.callspec.params['exercise']} {word}")

    return tallied


@pytest.mark.parametrize(("exercise", "answer"), cases({i: [(answer,) for answer in RIGHT[i]] for i in EXERCISES}))
def test_right_answers_pass(exercise, answer, capfd, tally):
    tally("right")
    assert check(exercise, answer) is None
    tally("accepted")
    said = capfd.readouterr()
    assert re.fullmatch(r"✓ [^\n]+\n", said.out)
    assert said.err == ""


@pytest.mark.parametrize(("exercise", "answer", "pattern"), cases(WRONG))
def test_wrong_answers_fail_with_their_mistake_named(exercise, answer, pattern, capfd, tally):
    tally("wrong")
    with pytest.raises(WrongAnswer) as failure:
        check(exercise, answer)
    tally("rejected")
    assert capfd.readouterr() == ("", "")
    lines = str(failure.value).splitlines()
    assert len(lines) == 3
    assert all(len(line) < 500 for line in lines)
    assert lines[2].endswith(f'hint("{exercise}") shows more.')
    assert failure.value._render_traceback_() == lines
    assert re.search(pattern, "\n".join(lines[:2])), "\n".join(lines)
    tally("diagnosed")


def test_every_answer_is_to_an_exercise():
    assert not {*RIGHT, *WRONG} - {*EXERCISES}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_there_are_answers_enough(exercise):
    assert len(RIGHT[exercise]) >= 3
    assert len(WRONG[exercise]) >= 6


def documented():
    """Only this."""


def dotted(): ...


def passing():
    pass


def raising(*args, **kwargs):
    raise NotImplementedError()


class Empty(keras.layers.Layer):
    """Nothing yet."""


class Cleared(keras.layers.Layer):
    def build(self, input_shape):
        raise NotImplementedError()

    def call(self, x):
        raise NotImplementedError()


class Half(keras.layers.Layer):
    def build(self, input_shape):
        self.bias = self.add_weight(shape=input_shape[-1:])

    def call(self, x):
        raise NotImplementedError("YOUR CODE HERE")


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize("answer", [None, ..., NotImplemented, documented, dotted, passing, raising])
def test_what_a_cleared_cell_leaves_is_not_attempted(exercise, answer, capfd):
    with pytest.raises(NotAttempted, match=rf'not attempted.*\n.*hint\("{exercise}"\)') as missing:
        check(exercise, answer)
    assert missing.value._render_traceback_() == str(missing.value).splitlines()
    assert not isinstance(missing.value, WrongAnswer)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("answer", [Empty, Cleared, Half])
def test_a_layer_without_its_methods_is_not_attempted(answer):
    with pytest.raises(NotAttempted):
        check("subsampling", answer)


class Hostile:
    def __getattr__(self, name):
        raise RuntimeError("no")

    def __eq__(self, other):
        return True

    def __repr__(self):
        raise RuntimeError("no")

    __hash__ = None


class Impostor:
    @property
    def __class__(self):
        return keras.Model


def quitting(*args, **kwargs):
    raise SystemExit


def interrupting(*args, **kwargs):
    raise KeyboardInterrupt


def swallowing(*args, **kwargs):
    np.testing.assert_allclose = lambda *args, **kwargs: None
    np.allclose = np.isclose = np.array_equal = lambda *args, **kwargs: True
    return np.float64(7)


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize(
    "answer",
    ["a text", 7, 1.5, [], {}, object(), Hostile(), Impostor(), Hostile, np.zeros(3), print, quitting, interrupting],
    ids=lambda answer: type(answer).__name__,
)
def test_answers_of_a_wrong_kind_get_a_sentence(exercise, answer, capfd):
    with pytest.raises(WrongAnswer) as failure:
        check(exercise, answer)
    lines = str(failure.value).splitlines()
    assert len(lines) == 3
    assert all(8 < len(line) < 400 for line in lines)
    assert capfd.readouterr() == ("", "")


def test_patched_comparisons_change_nothing(monkeypatch):
    monkeypatch.setattr(np.testing, "assert_allclose", np.testing.assert_allclose)
    for function in ("allclose", "isclose", "array_equal"):
        monkeypatch.setattr(np, function, getattr(np, function))
    for exercise in ("c3-params", "flip-kernel"):
        with pytest.raises(WrongAnswer):
            check(exercise, swallowing)


@pytest.mark.parametrize(
    ("exercise", "path"), [(i, path) for i, exercise in EXERCISES.items() for path in exercise.shipped]
)
def test_what_the_course_calls_itself_is_sent_back(exercise, path):
    shipped = pkgutil.resolve_name(path)
    with pytest.raises(WrongAnswer, match=r"what the course ships.*\n.*your own"):
        check(exercise, shipped)


def test_an_answer_that_is_the_course_s_is_sent_back():
    from course.layers import RadialBasis, TrainableSubsampling2D
    from course.models import BUILDERS

    for exercise, answer in (
        ("lenet5", BUILDERS["lenet5"]),
        ("lenet5", BUILDERS["lenet5_1998"]),
        ("lenet5", BUILDERS["lenet5"]()),
        ("lenet5", lambda: BUILDERS["lenet5"]()),
        ("subsampling", TrainableSubsampling2D),
        ("subsampling", type("Mine", (TrainableSubsampling2D,), {})),
        ("subsampling", lambda: TrainableSubsampling2D()),
        ("rbf", lambda x, codes: RadialBasis(codes)(x)),
    ):
        with pytest.raises(WrongAnswer, match=r"what the course ships.*\n.*your own"):
            check(exercise, answer)


def test_hints_come_one_by_one_and_say_how_many_are_left(capsys, monkeypatch):
    monkeypatch.setattr(checks, "_hints_shown", {})
    for shown, left in ((1, "2 more left"), (2, "1 more left"), (3, "the last"), (1, "2 more left")):
        assert hint("lenet5") is None
        said = capsys.readouterr().out
        assert said.startswith(f"Hint {shown} of 3: ")
        assert left in said


def test_the_explanation_opens_after_a_pass(capsys, monkeypatch):
    monkeypatch.setattr(checks, "_states", {})
    explain("c3-params")
    assert "opens after" in capsys.readouterr().out
    check("c3-params", c3_params.c3_params)
    explain("c3-params")
    said = capsys.readouterr().out
    assert "1,516" in said
    assert "https://doi.org/10.1109/5.726791" in said


def test_the_list_shows_the_state(capsys, monkeypatch):
    monkeypatch.setattr(checks, "_states", {})
    for exercise, answer in (("c3-params", None), ("rbf", rbf.distance), ("lenet5", lenet5.sequential_with_dense_c5)):
        with contextlib.suppress(AssertionError):
            check(exercise, answer)
    capsys.readouterr()
    exercises()
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    for exercise, state in (
        ("subsampling", "not checked"),
        ("c3-params", "not attempted"),
        ("rbf", "wrong"),
        ("lenet5", "passed"),
    ):
        assert rows[exercise].endswith(state)


@pytest.mark.parametrize("function", [hint, explain, lambda exercise: check(exercise, None)])
@pytest.mark.parametrize(
    ("name", "nearest"), [("lenet", '"lenet5"'), ("c3_params", '"c3-params"'), (None, "All:"), ([], "All:")]
)
def test_an_unknown_exercise_gets_the_nearest_names(function, name, nearest):
    with pytest.raises(ValueError, match=f"There is no exercise .*{re.escape(nearest)}"):
        function(name)


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=list(EXERCISES))
def test_exercises_are_complete(exercise):
    assert len(exercise.hints) >= 2
    assert len(exercise.explanation) > 100
    assert exercise.citation
    assert exercise.link.startswith("https://")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", exercise.id)


def test_no_two_exercises_share_an_id():
    modules = [importlib.import_module(f"course.checks.{lesson}") for lesson in checks.LESSONS]
    assert len(EXERCISES) == sum(len(module.EXERCISES) for module in modules)
