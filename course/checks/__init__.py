"""Exercises: `check` an answer, ask for a `hint`, `explain` a solved one, list the `exercises`."""

import functools
import importlib

from course.checks.display import show, show_table
from course.checks.verdict import NotAttempted, WrongAnswer
from course.errors import unknown

__all__ = ["NotAttempted", "WrongAnswer", "check", "exercises", "explain", "hint"]

LESSONS = (
    "lesson_00",
    "lesson_01",
    "lesson_02",
    "lesson_03",
    "lesson_04",
    "lesson_05",
    "lesson_06",
    "lesson_07",
    "lesson_08",
    "lesson_09",
    "lesson_10",
    "lesson_11",
)
GREEN, GREY, BLUE = "#2a7", "#888", "#37c"

_states: dict[str, str] = {}  # how the last check of an exercise went
_hints_shown: dict[str, int] = {}


def check(exercise_id, answer):
    """Say whether an answer is right: a line if it is, an error that says what is wrong and why if it is not.

    `answer` is what the exercise asks for: a function, a layer class, a model. Returns `None`.

    Raises `WrongAnswer` or `NotAttempted`, which Jupyter shows as their message alone, and `ValueError` for an unknown
    exercise. An answer that is not attempted raises, and does not just say so, because nbgrader gives all the points to
    a test cell that raises nothing. So a check stands in a test cell, tagged "raises-exception" for the notebook to run
    on, and cells without points hold none. Nothing is ever written to stderr, for which nbgrader would give no points,
    and nothing is returned, since nbgrader takes a number for partial credit.
    """
    exercise = _exercise(exercise_id)
    from course.checks.judge import judge

    try:
        remark = judge(exercise, answer)
    except WrongAnswer as wrong:
        _states[exercise.id] = "wrong"
        last = f'{wrong.rest} hint("{exercise.id}") shows more.'.lstrip()
        verdict = WrongAnswer(wrong.finding, wrong.cause, last)
    except NotAttempted as missing:
        _states[exercise.id] = "not attempted"
        first = f"{exercise.title}: not attempted yet. {missing}".rstrip()
        verdict = NotAttempted(first, f'Write {exercise.wanted}. hint("{exercise.id}") shows where to begin.')
    else:
        _states[exercise.id] = "passed"
        remark = f" {remark}" if remark else ""
        show(f'✓ {exercise.title}: right.{remark} explain("{exercise.id}") says why.', GREEN)
        return
    raise verdict


def hint(exercise_id):
    """Show one more hint at each call, and how many are left."""
    exercise = _exercise(exercise_id)
    shown = _hints_shown.get(exercise.id, 0) % len(exercise.hints) + 1
    _hints_shown[exercise.id] = shown
    left = len(exercise.hints) - shown
    rest = f"{left} more left" if left else "the last one: the next call begins again"
    show(f"Hint {shown} of {len(exercise.hints)}: {exercise.hints[shown - 1]} ({rest})", BLUE)


def explain(exercise_id):
    """Show why the answer is what it is, and where to read it, once the exercise is passed."""
    exercise = _exercise(exercise_id)
    if _states.get(exercise.id) != "passed":
        show(
            f'explain("{exercise.id}") opens after check("{exercise.id}", …) has passed; till then there is hint.', GREY
        )
        return
    show(f"{exercise.title}\n{exercise.explanation}\nRead: {exercise.citation}, {exercise.link}", BLUE)


def exercises():
    """List the exercises: id, title, hints shown, and how the last check in this session went."""
    rows = []
    for exercise in _catalogue().values():
        hints = f"{_hints_shown.get(exercise.id, 0)} of {len(exercise.hints)}"
        rows.append((exercise.id, exercise.title, hints, _states.get(exercise.id, "not checked")))
    show_table(("exercise", "title", "hints", "state"), rows)


@functools.cache
def _catalogue():
    modules = (importlib.import_module(f"course.checks.{lesson}") for lesson in LESSONS)
    return {exercise.id: exercise for module in modules for exercise in module.EXERCISES}


def _exercise(exercise_id):
    if not isinstance(exercise_id, str) or exercise_id not in _catalogue():
        raise unknown("exercise", exercise_id, _catalogue())
    return _catalogue()[exercise_id]
