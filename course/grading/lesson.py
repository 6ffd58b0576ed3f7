"""A lesson as the grader needs it: its cells with answers and tests, and as learners got it."""

import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from course import executed, notebook, release
from course.grading import names


class Lesson(NamedTuple):
    """One lesson: its name, the notebook with answers and tests, the learner's edition, and a role for each cell.

    A role is "plain" (code of the lesson's own), "answer" (code that the learner writes), "test" (code that is scored),
    "manual" (graded by a person) or "text".
    """

    name: str
    solved: NotebookNode
    released: NotebookNode
    roles: tuple[str, ...]

    @property
    def tests(self) -> list[int]:
        """The indices of the test cells."""
        return [index for index, role in enumerate(self.roles) if role == "test"]

    def key(self) -> str:
        """A hash of the lesson: a score holds for the tests it was made with."""
        return hashlib.sha256(notebook.dumps(self.solved).encode()).hexdigest()

    def for_tests(self) -> list[dict]:
        """What the tests' process gets."""
        return [
            {"source": cell.source if role in ("plain", "answer", "test") else "", "role": role}
            for cell, role in zip(self.solved.cells, self.roles, strict=True)
        ]

    def title(self, index: int) -> str:
        """The heading above a cell."""
        return executed.heading(self.solved, index)

    def answers(self, test: int) -> list[int]:
        """The answer cells that a test is about: those since the test before that bind a name it needs, or all."""
        begin = max((other for other in self.tests if other < test), default=-1) + 1
        since = [index for index in range(begin, test) if self.roles[index] == "answer"]
        needs = names.of(names.plain(self.solved.cells[test].source))[1]
        bound = [index for index in since if names.defined(self.solved.cells[index].source) & needs]
        return bound or since

    def data(self) -> set[str]:
        """The data sets that its cells load by name."""
        return {name for cell in self.solved.cells for name in re.findall(r'\bload\(\s*["\'](\w+)["\']', cell.source)}


def load(path: str | Path) -> Lesson:
    """A lesson from its source, `solutions/NN_topic.py`, or from a notebook of nbgrader's `source/`."""
    path = Path(path)
    solved = release.solved(path) if path.suffix == ".py" else notebook.read(path)
    return Lesson(path.stem, solved, release.cleared(solved), tuple(map(_role, solved.cells)))


def _role(cell):
    if cell.cell_type != "code":
        return "manual" if is_grade(cell) else "text"
    if is_solution(cell):
        return "answer"
    return "test" if is_grade(cell) else "plain"


def all_of(folder: str | Path) -> dict[str, Lesson]:
    """The lessons of a folder by name: a clone of the course, its `solutions/`, or an nbgrader course."""
    folder = Path(folder)
    if (folder / "source").is_dir():
        paths = sorted((folder / "source").glob("*/*.ipynb"))
    else:
        paths = notebook.lessons(folder / "solutions" if (folder / "solutions").is_dir() else folder, ".py")
    if not paths:
        raise ValueError(f"There is no lesson in {folder}; give a clone of the course or an nbgrader course.")
    return {path.stem: load(path) for path in paths}
