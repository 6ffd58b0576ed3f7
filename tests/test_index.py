import re
from pathlib import Path

import pytest
from example_lesson import write_lesson

from course import index, notebook, release

ROOT = Path(__file__).parents[1]


def test_the_committed_map_names_every_lesson_with_its_exercises():
    rows = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    for source in notebook.lessons(ROOT / "solutions", ".py"):
        text = source.read_text(encoding="utf-8")
        (row,) = [line for line in rows.splitlines() if f"({source.stem}.ipynb)" in line]
        exercises = text.count('"grade": true')
        assert f"| {exercises} |" in row
        assert re.search(r"^# # (.+)$", text, re.M)[1] in row
        assert (ROOT / "notebooks" / f"{source.stem}.ipynb").is_file()


def test_a_row_says_what_the_first_cell_says(tmp_path):
    text = index.page({"01_twice": release.released(write_lesson(tmp_path))})
    row = "| [01 Twice](01_twice.ipynb) | What is twice a number? | – | 2 | 5 minutes | a second |"
    assert text.splitlines()[-1] == row


@pytest.mark.parametrize(
    ("line", "lacking"),
    [
        ("# # Twice\n", r"a title"),
        ("# **What is twice a number?**\n", "a question in bold"),
        ("# Before: nothing. Reading: 5 minutes. Running: a second.\n", r'the line "Before'),
    ],
)
def test_a_lesson_that_says_too_little_is_named(tmp_path, line, lacking):
    path = write_lesson(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace(line, "#\n"), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"01_twice lacks {lacking}"):
        index.page({"01_twice": release.released(path)})
