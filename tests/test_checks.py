"""Right answers pass, wrong ones fail with their mistake named, and a check behaves the same everywhere."""

import collections
import contextlib
import re

import keras
import numpy as np
import pytest
from answers import RIGHT, WRONG, c3_params, lenet5, rbf, subsampling, train_lenet5  # noqa: F401

from course import checks
from course.checks import NotAttempted, WrongAnswer, check, exercises, explain, hint, lesson_03

IDS = [exercise.id for exercise in lesson_03.EXERCISES]
TALLY = collections.Counter()


def name(answer):
    return getattr(answer, "__name__", type(answer).__name__)


def cases(answers):
    return [pytest.param(i, *given, id=f"{i}-{n}-{name(given[0])}") for i in IDS for n, given in enumerate(answers[i])]


@pytest.mark.parametrize(("exercise", "answer"), cases({i: [(answer,) for answer in RIGHT[i]] for i in IDS}))
def test_right_answers_pass(exercise, answer, capfd):
    TALLY[exercise, "right"] += 1
    assert check(exercise, answer) is None
    TALLY[exercise, "accepted"] += 1
    said = capfd.readouterr()
    assert re.fullmatch(r"✓ [^\n]+\n", said.out)
    assert said.err == ""


@pytest.mark.parametrize(("exercise", "answer", "pattern"), cases(WRONG))
def test_wrong_answers_fail_with_their_mistake_named(exercise, answer, pattern, capfd):
    TALLY[exercise, "wrong"] += 1
    with pytest.raises(WrongAnswer) as failure:
        check(exercise, answer)
    TALLY[exercise, "rejected"] += 1
    assert capfd.readouterr() == ("", "")
    lines = str(failure.value).splitlines()
    assert len(lines) == 3
    assert lines[2].endswith(f'hint("{exercise}") shows more.')
    assert failure.value._render_traceback_() == lines
    assert re.search(pattern, "\n".join(lines[:2])), "\n".join(lines)
    TALLY[exercise, "diagnosed"] += 1


def test_the_table_of_answers(request):
    """Right accepted, wrong rejected, wrong diagnosed; printed at the end of the run."""
    rows = [(i, *(TALLY[i, word] for word in ("right", "accepted", "wrong", "rejected", "diagnosed"))) for i in IDS]
    lines = [f"{'exercise':<14}{'right accepted':>16}{'wrong rejected':>16}{'wrong diagnosed':>17}"]
    for i, right, accepted, wrong, rejected, diagnosed in rows:
        lines.append(
            f"{i:<14}{f'{accepted} of {right}':>16}{f'{rejected} of {wrong}':>16}{f'{diagnosed} of {wrong}':>17}"
        )
        assert accepted == right
        assert rejected == wrong
        assert diagnosed >= 0.95 * wrong
    request.config.pluginmanager.register(Summary(lines))


class Summary:
    def __init__(self, lines):
        self.lines = lines

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.section("answers to exercises")
        terminalreporter.write_line("\n".join(self.lines))


@pytest.mark.parametrize("exercise", IDS)
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


@pytest.mark.parametrize("exercise", IDS)
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
    np.allclose = lambda *args, **kwargs: True
    return 7


@pytest.mark.parametrize("exercise", IDS)
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
    monkeypatch.setattr(np, "allclose", np.allclose)
    with pytest.raises(WrongAnswer):
        check("c3-params", swallowing)


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


def test_exercises_are_complete():
    for exercise in lesson_03.EXERCISES:
        assert len(exercise.hints) >= 2
        assert len(exercise.explanation) > 100
        assert exercise.citation
        assert exercise.link.startswith("https://")
    assert len(set(IDS)) == len(IDS)
