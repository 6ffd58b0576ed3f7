"""The function exercises' checks meet people who had not read them: all right answers pass, no wrong one does."""

import importlib
import pkgutil

import answers_of_a_class
import pytest
from answers_of_a_class import RIGHT, WRONG

from course import checks
from course.checks import WrongAnswer, check

for module in pkgutil.iter_modules(answers_of_a_class.__path__):
    importlib.import_module(f"answers_of_a_class.{module.name}")


def cases(answers):
    return [
        pytest.param(exercise, *rest, id=f"{exercise}-{n}")
        for exercise in checks._catalogue()
        for n, rest in enumerate(answers[exercise])
    ]


@pytest.mark.parametrize(("exercise", "style", "answer"), cases(RIGHT))
def test_right_answers_pass(exercise, style, answer):
    assert check(exercise, answer) is None, style


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("exercise", "what", "words", "answer"), cases(WRONG))
def test_wrong_answers_are_rejected_and_named_where_they_can_be(exercise, what, words, answer):
    with pytest.raises(WrongAnswer) as failure:
        check(exercise, answer)
    message = f"{failure.value.finding}\n{failure.value.cause}"
    assert words is None or words in message, f"{what}: {message}"


def test_most_are_named():
    """So many are rejected with a message that does not say what was done, or only where to look."""
    unnamed = sum(words is None for answers in WRONG.values() for _, words, _ in answers)
    assert (unnamed, sum(map(len, WRONG.values()))) == (24, 451)
