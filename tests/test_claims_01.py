"""Lesson 01's claim: a net's first filters become edges where shapes are asked for, and colours where these help."""

import re
from pathlib import Path

import pytest

from course import release
from course.executed import failures
from course.run import execute

ROOT = Path(__file__).parents[1]
LESSON = ROOT / "solutions" / "01_convolution.py"
FILTERS = 16


def printed(lesson, word):
    """The output of the cell that prints a word."""
    outputs = [output for cell in lesson.cells for output in cell.get("outputs", [])]
    texts = [output.text for output in outputs if output.get("name") == "stdout"]
    return next(text for text in texts if word in text)


def measured(text):
    """{question: {"random": median, "bar": bar, task: (median, filters over the bar)}} of the printed table."""
    table = {}
    for line in text.splitlines():
        if head := re.fullmatch(r"(.+): random ([\d.]+), bar ([\d.]+)", line):
            row = table[head[1]] = {"random": float(head[2]), "bar": float(head[3])}
        else:
            task, median, over, count = re.fullmatch(
                r" +(\w+): median ([\d.]+), (\d+) of (\d+) filters .+", line
            ).groups()
            assert int(count) == FILTERS
            row[task] = float(median), int(over)
    return table


def run(profile, seed, monkeypatch):
    """The executed lesson, in a profile, from a seed."""
    monkeypatch.setenv("COURSE_PROFILE", profile)
    lesson = release.solved(LESSON)
    for cell in lesson.cells:
        cell.source = re.sub(r"^SEED = 0$", f"SEED = {seed}", cell.source, flags=re.MULTILINE)
    assert any(f"SEED = {seed}" in cell.source.split("\n") for cell in lesson.cells)
    execute(lesson, ROOT / "notebooks", goes_on=lambda cell: False)
    assert failures(lesson) == []
    return lesson


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_letters_make_edges_and_places_make_colours(monkeypatch, seed):
    """The executed notebook's own table; the seed chooses the weights, the order of images, and the patches."""
    lesson = run("lesson", seed, monkeypatch)
    table = measured(printed(lesson, "filters over the bar"))
    direction, grey, colour = (table[question] for question in ("one direction", "grey", "one colour"))
    assert grey["letters"][1] >= 14
    assert grey["letters"][0] > grey["places"][0] + 0.2
    assert direction["letters"][1] >= 9
    assert direction["letters"][0] > direction["places"][0]
    assert colour["places"][1] >= 11
    assert colour["places"][0] > 5 * colour["random"]
    assert colour["letters"][1] <= 4

    weights = re.findall(r"(red|green|blue) +([\d.]+) of the weight", printed(lesson, "of the weight"))
    red, green, blue = (float(size) for _, size in weights)
    assert green > red > blue


@pytest.mark.slow
def test_in_a_single_epoch_the_tasks_already_part(monkeypatch):
    """Under `smoke` the lesson claims nothing; the letters are the greyer ones, the places the coloured ones."""
    table = measured(printed(run("smoke", 0, monkeypatch), "filters over the bar"))
    assert table["grey"]["letters"][0] > table["grey"]["places"][0]
    assert table["one colour"]["places"][0] > table["one colour"]["letters"][0]
