"""A notebook handed in is put beside its lesson: answers are found, what is broken is repaired, and a note says so."""

import contextlib
import json

import grading_lesson
import pytest
from grading_lesson import answered, cell, index_of, own_cell, stripped
from hypothesis import given, settings
from hypothesis import strategies as st

from course import notebook
from course.grading import find


def repaired(made, kinds):
    return find.repair(find.cells(notebook.dumps(made)), kinds)


def sources(done):
    return [one.source for one in done.notebook.cells if one.cell_type == "code"]


def test_a_submission_as_it_should_be_gets_no_note_and_the_lesson_s_tests(kinds):
    done = repaired(answered(kinds, double="def double(n):\n    return 0"), kinds)
    assert done.notes == []
    assert done.places == list(range(len(kinds.roles)))
    assert "expect(double(-7), -14" in cell(done.notebook, "double").source
    assert cell(done.notebook, "double-answer").source == "def double(n):\n    return 0"


def broken(kind, kinds):
    """A right submission, broken in one way, and words that the note to the instructor must hold."""
    made = answered(kinds, double="def double(n):\n    return 2 * n")
    at = index_of(made, "double-answer")
    if kind == "a stub pasted below the answer":
        copied = own_cell(cell(kinds.released, "double-answer").source)
        copied.metadata = made.cells[at].metadata
        made.cells.insert(at + 1, copied)
        return made, "2 times"
    if kind == "tests deleted":
        made.cells = [
            one for one in made.cells if one.metadata.get("nbgrader", {}).get("grade_id") not in ("double", "order")
        ]
        return made, '"double" was missing'
    if kind == "retyped":
        text = made.cells[at]
        made.cells[at] = own_cell(f"```python\n{text.source}\n```", "markdown")
        made.cells[at].metadata = text.metadata
        return made, "had become markdown"
    if kind == "tests changed":
        cell(made, "double").source = "pass"
        return made, None
    if kind == "reordered":
        made.cells.insert(1, made.cells.pop(index_of(made, "double")))
        return made, "out of order"
    if kind == "the set-up deleted":
        made.cells = [one for one in made.cells if "FACTORS" not in one.source or "def expect" not in one.source]
        return made, "was missing; it was put back"
    made = stripped(made)
    if kind == "stripped":
        return made, "by the name it defines, double"
    made.cells[at].source = f"# exercise: double\n{made.cells[at].source}"
    return made, "by its line # exercise:"


KINDS = (
    "a stub pasted below the answer",
    "tests deleted",
    "retyped",
    "tests changed",
    "reordered",
    "the set-up deleted",
)
KINDS += ("stripped", "marked")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_broken_is_put_back_with_a_note(kind, kinds):
    made, words = broken(kind, kinds)
    done = repaired(made, kinds)
    if words:
        assert any(words in note for note in done.notes), done.notes
    tests = [place for place in done.places if place is not None and kinds.roles[place] == "test"]
    assert tests == kinds.tests
    run = "\n".join(sources(done))
    for name in grading_lesson.CELLS[:-1]:
        assert run.count(cell(kinds.solved, name).source) == 1
    assert run.index("return 2 * n") < run.index("expect(double(-7)")
    assert run.index("def expect") < run.index("expect(double(2)")
    assert cell(kinds.released, "double-answer").source not in run


@given(st.binary(max_size=200))
def test_any_bytes_are_a_notebook_or_a_sentence(data):
    with contextlib.suppress(ValueError):
        assert isinstance(find.cells(data), list)


@given(st.lists(st.integers(0, 30), max_size=40))
@settings(max_examples=40, deadline=None)
def test_cells_in_any_order_any_number_of_times_are_graded(kinds, numbers):
    made = answered(kinds)
    made.cells = [made.cells[number % len(made.cells)] for number in numbers]
    done = find.repair(find.cells(json.dumps(made)), kinds)
    tests = [place for place in done.places if place is not None and kinds.roles[place] == "test"]
    assert sorted(tests) == kinds.tests


@pytest.mark.parametrize("version", [2, 3])
def test_old_formats_are_read(version):
    old = {"nbformat": version, "worksheets": [{"cells": [{"cell_type": "code", "input": ["a = 1\n", "b"]}]}]}
    assert [(one.kind, one.source) for one in find.cells(json.dumps(old))] == [("code", "a = 1\nb")]
