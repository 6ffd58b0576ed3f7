"""The lessons themselves: what is committed is fresh, what is published holds no answer, and both editions run."""

import os
import re
from pathlib import Path

import nbclient
import pytest

from course import notebook, release
from course.console import without_chatter
from course.executed import failures, is_check, verdicts
from course.run import execute

ROOT = Path(__file__).parents[1]
SOURCES = notebook.lessons(ROOT / "solutions", ".py")
each_lesson = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


def test_there_are_lessons():
    assert "03_lenet5" in [path.stem for path in SOURCES]


def test_the_committed_notebooks_are_what_a_release_gives():
    assert release.stale(ROOT / "solutions", ROOT / "notebooks") == []


@each_lesson
def test_the_learner_s_edition_holds_no_solution_no_hidden_test_and_no_output(source):
    """The regions are read from the source here, by a rule of their own."""
    learner = notebook.read(ROOT / "notebooks" / f"{source.stem}.ipynb")
    text = "\n".join(cell.source for cell in learner.cells)
    regions = re.findall(r"### BEGIN (\w+).*?\n(.*?)^ *### END", source.read_text(encoding="utf-8"), re.S | re.M)
    solutions = [region for kind, region in regions if kind == "SOLUTION"]
    assert solutions
    assert text.count("# YOUR CODE HERE") == len(solutions)
    assert not re.search("(BEGIN|END) (SOLUTION|HIDDEN)", text)
    for _, region in regions:
        assert region.strip() not in text
    for cell in learner.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def stderr(lesson):
    """What a lesson wrote to stderr, but for TensorFlow's information: in a test cell it would cost all points."""
    outputs = [output for cell in lesson.cells for output in cell.get("outputs", [])]
    return "".join(without_chatter(output.text) for output in outputs if output.get("name") == "stderr")


@pytest.fixture(autouse=True)
def _smoke(monkeypatch):
    monkeypatch.setenv("COURSE_PROFILE", "smoke")


@pytest.mark.lessons
@each_lesson
def test_the_solved_edition_runs_and_passes_every_check(source):
    lesson = release.solved(source)
    execute(lesson, ROOT / "notebooks", goes_on=lambda cell: False)
    assert failures(lesson) == []
    assert {verdict.status for verdict in verdicts(lesson)} == {"passed"}
    assert stderr(lesson) == ""


@pytest.mark.lessons
@each_lesson
def test_the_learner_s_edition_runs_to_its_end_unanswered(source):
    lesson = release.released(source)
    execute(lesson, ROOT / "notebooks", goes_on=is_check)
    assert failures(lesson) == []
    assert {verdict.status for verdict in verdicts(lesson)} == {"not attempted"}
    assert stderr(lesson) == ""


def test_every_lesson_begins_with_the_same_set_up():
    """So that a mend of one is a mend of all."""
    setups = {release.released(source).cells[1].source for source in SOURCES}
    assert len(setups) == 1
    assert release.NO_ADDRESS in setups.pop()


@pytest.mark.lessons
def test_after_the_imports_nothing_is_on_stderr_in_a_kernel_that_jupyter_starts():
    """`execute` sets TensorFlow's log level itself, Jupyter does not; under pytest ipykernel hides that log."""
    environment = dict(os.environ)
    for name in ("TF_CPP_MIN_LOG_LEVEL", "PYTEST_CURRENT_TEST"):
        environment.pop(name, None)
    lesson = release.solved(ROOT / "solutions" / "00_start_here.py")
    client = nbclient.NotebookClient(lesson, resources={"metadata": {"path": ROOT / "notebooks"}})
    client.execute(env=environment)
    imports = next(i for i, cell in enumerate(lesson.cells) if "import keras" in cell.source)
    outputs = [output for cell in lesson.cells[imports + 1 :] for output in cell.get("outputs", [])]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
