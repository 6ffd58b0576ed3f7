"""Lessons executed for what they show: `tests/test_claims_*.py` assert on the numbers that a notebook printed."""

import re
from pathlib import Path

from course import release
from course.executed import failures
from course.run import execute

ROOT = Path(__file__).parents[1]


def run(name, profile, seed, monkeypatch):
    """The lesson with its solutions, executed in a profile from a seed, without a failure."""
    monkeypatch.setenv("COURSE_PROFILE", profile)
    lesson = release.solved(ROOT / "solutions" / f"{name}.py")
    for cell in lesson.cells:
        cell.source = re.sub(r"^SEED = 0$", f"SEED = {seed}", cell.source, flags=re.MULTILINE)
    assert any(f"SEED = {seed}" in cell.source.split("\n") for cell in lesson.cells)
    execute(lesson, ROOT / "notebooks", goes_on=lambda cell: False)
    assert failures(lesson) == []
    return lesson


def printed(lesson, word=None):
    """All that the lesson printed, or of this only the output that has a word in it."""
    outputs = [output for cell in lesson.cells for output in cell.get("outputs", [])]
    texts = [output.text for output in outputs if output.get("name") == "stdout"]
    return "".join(texts) if word is None else next(text for text in texts if word in text)
