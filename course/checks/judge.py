"""Put an answer before an exercise's check: attempted, the learner's own, in silence, in time."""

import functools
import itertools
import pkgutil
import sys
import traceback
from contextlib import ExitStack, contextmanager
from types import FunctionType
from unittest import mock

from course.checks.calling import is_learners, require_attempt, still_running
from course.checks.limits import OutOfTime, limited, quiet
from course.checks.verdict import WrongAnswer


def judge(exercise, answer):
    """The remark on a right answer or `None`; raises `WrongAnswer` or `NotAttempted` for another."""
    if is_shipped(answer):
        raise not_own(exercise.title, exercise.wanted)
    require_attempt(answer)
    with quiet():
        if exercise.needs_keras:
            import keras  # before the time runs

        def checked():
            if exercise.needs_keras:
                keras.config.set_dtype_policy("float32")  # of this thread alone: values are compared to 1e-4
            return exercise.check(answer, exercise.wanted)

        with watched(exercise.shipped) as used:
            try:
                remark = limited(checked, exercise.seconds)
            except OutOfTime as late:
                raise still_running(exercise.title, exercise.seconds, late.frame) from None
            except WrongAnswer:
                if not used:
                    raise
    if used:
        raise not_own(exercise.title, exercise.wanted)
    return remark


def not_own(title, wanted):
    """The `WrongAnswer` for what the package ships, handed in as an answer."""
    return WrongAnswer(f"{title}: this is what the course ships.", f"The exercise asks for your own: write {wanted}.")


def is_shipped(answer):
    """Whether it is a function, a class or an instance of a class of the course's."""
    if type(answer) is functools.partial:
        answer = answer.func
    if type(answer) is FunctionType:
        return answer.__module__.startswith("course.")
    kinds = answer.__mro__ if isinstance(answer, type) else type(answer).__mro__
    return any(kind.__module__.startswith("course.") for kind in kinds)


@contextmanager
def watched(shipped):
    """Notice when code of the learner's calls one of these functions, "module.name" each, or what they call."""
    used = []
    with ExitStack() as stack:
        for path in shipped:
            original = pkgutil.resolve_name(path)
            stack.enter_context(mock.patch(path, _noticing(original, used)))
        yield used


def _noticing(original, used):
    @functools.wraps(original)
    def noticed(first, *args, **kwargs):
        files = (frame.f_code.co_filename for frame, _ in traceback.walk_stack(sys._getframe()))
        # Beyond this module stands the learner's cell that called the check, which proves nothing.
        within_the_check = itertools.takewhile(lambda file: file != __file__, itertools.islice(files, 1, None))
        if any(map(is_learners, within_the_check)):
            used.append(original)
        return original(first, *args, **kwargs)

    return noticed
