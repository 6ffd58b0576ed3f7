"""From a submission's bytes to its scores, by nbgrader's own rules."""

import re
from typing import NamedTuple

from nbformat import NotebookNode
from nbgrader.utils import determine_grade, is_grade

from course.grading import engine, find, kernels
from course.grading.lesson import Lesson

# What is printed on stderr is no error: an error is an exception. TensorFlow, warnings and progress bars print there.
IGNORED = r"[\s\S]"


class Score(NamedTuple):
    """One graded cell: points is `None` where a person has to grade; `how`: passed, wrong, not attempted or manual.

    `finding` and `cause` are the check's own words; `hidden` says that they came from a test that learners do not see.
    """

    cell: str
    title: str
    points: float | None
    most: float
    how: str
    finding: str
    cause: str
    hidden: bool


class Graded(NamedTuple):
    """One submission: its scores in the lesson's order, notes for the instructor, and the executed notebook."""

    scores: list[Score]
    notes: list[str]
    notebook: NotebookNode


def grade(
    text: bytes, lesson: Lesson, server, settings: engine.Settings, files: dict | None = None, problem: str = ""
) -> Graded:
    """Grade one submission; without a fork server, `None`, in a Jupyter kernel.

    What cannot be read, for the `problem` or by itself, gets no points and a note.
    """
    notes = []
    try:
        if problem:
            raise ValueError(problem)
        submitted = find.cells(text)
    except ValueError as error:
        submitted = []
        notes.append(f"Nothing could be graded: {error}.")
    repaired = find.repair(submitted, lesson)
    if not notes:
        notes += repaired.notes
    done = engine.Run({}, set(), {}, [])
    if submitted and server:
        done = engine.run(repaired, lesson, server, settings, files)
    elif submitted:
        done = kernels.run(repaired, lesson, settings, files)
    notes += done.notes
    for index in sorted(done.together):
        notes.append(f"{_name(repaired, index)} was tested in one process with the submission, which could forge it.")
    for index, reason in done.ungraded.items():
        notes.append(f"{_name(repaired, index)} was not graded: {reason} Grade it by hand, or allow one process.")
    scores = [
        _score(cell, index, place, lesson, done, bool(submitted), notes)
        for index, (cell, place) in enumerate(zip(repaired.notebook.cells, repaired.places, strict=True))
        if place is not None and is_grade(cell)
    ]
    order = {
        lesson.solved.cells[place].metadata.nbgrader.grade_id: place
        for place in range(len(lesson.roles))
        if "nbgrader" in lesson.solved.cells[place].metadata
    }
    return Graded(sorted(scores, key=lambda score: order[score.cell]), notes, repaired.notebook)


def _name(repaired, index):
    return f'The test "{repaired.notebook.cells[index].metadata.nbgrader.grade_id}"'


def _score(cell, index, place, lesson, done, readable, notes):
    name, title = cell.metadata.nbgrader.grade_id, lesson.title(place)
    if cell.cell_type == "code":
        cell.outputs = [output for output in cell.outputs if not _is_ignored(output)]
    try:
        points, most = determine_grade(cell)
    except ValueError as error:  # more points than there are: nbgrader stops here
        points, most = 0.0, float(cell.metadata.nbgrader.points)
        notes.append(f'"{name}": {error}; it was given none.')
    if lesson.roles[place] != "test":
        return Score(name, title, points, most, "manual" if points is None else "not attempted", "", "", False)
    diagnosis = done.diagnoses.get(index)
    if not readable:
        return Score(name, title, 0.0, most, "not attempted", "There is no notebook to grade.", "", False)
    if diagnosis is None or index in done.ungraded:
        return Score(name, title, None, most, "manual", done.ungraded.get(index, ""), "", False)
    how = diagnosis["status"] if points < most or diagnosis["status"] == "passed" else "passed"
    return Score(name, title, points, most, how, diagnosis["finding"], diagnosis["cause"], bool(diagnosis["hidden"]))


def _is_ignored(output):
    return output.output_type == "stream" and output.name == "stderr" and re.search(IGNORED, output.text)
