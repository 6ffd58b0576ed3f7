"""What an exercise is: data, and one function that checks an answer."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Exercise:
    """One exercise of a lesson.

    `check(answer, wanted)` returns `None` or a remark on a right answer, and raises `WrongAnswer` or `NotAttempted`.
    `wanted` says in a few words what the learner hands over. `shipped` names functions, "module.name", that the package
    calls for the same task: an answer that comes to call one is sent back. `seconds` is the time limit of a check,
    from when Keras is imported, if the check `needs_keras`.
    """

    id: str
    title: str
    wanted: str
    check: Callable
    hints: tuple[str, ...]
    explanation: str
    citation: str
    link: str
    shipped: tuple[str, ...] = ()
    seconds: float = 20
    needs_keras: bool = True
