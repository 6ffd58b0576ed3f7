import json
import warnings

import nbformat
import pytest
from example_lesson import write_lesson

from course import notebook


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A folder laid out as a clone, and the current one."""
    write_lesson(tmp_path, "01_convolution")
    write_lesson(tmp_path, "03_lenet5")
    (tmp_path / "notebooks").mkdir()
    for name in ("01_convolution", "03_lenet5", "10_detection"):
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text("{}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("lesson", ["3", "03", "lenet5", "03_lenet5", "notebooks/03_lenet5.ipynb"])
def test_a_lesson_is_found_by_number_topic_name_or_path(clone, lesson):
    assert notebook.find(lesson, "notebooks", ".ipynb") == clone / "notebooks" / "03_lenet5.ipynb"


def test_a_lesson_is_found_from_below_and_its_solution_beside_it(clone, monkeypatch):
    monkeypatch.chdir(clone / "notebooks")
    assert notebook.find("10", "notebooks", ".ipynb") == clone / "notebooks" / "10_detection.ipynb"
    assert notebook.find("1", "solutions", ".py") == clone / "solutions" / "01_convolution.py"


@pytest.mark.parametrize(
    ("lesson", "sentence"),
    [
        (
            "lenet",
            'There is no lesson "lenet"; the nearest is "03_lenet5". All: 01_convolution, 03_lenet5, 10_detection.',
        ),
        ("4", 'There is no lesson "4"'),
        ("solutions/03_lenet5.py", "is no .ipynb file"),
    ],
)
def test_an_unknown_lesson_gets_one_sentence(clone, lesson, sentence):
    with pytest.raises(ValueError, match=sentence):
        notebook.find(lesson, "notebooks", ".ipynb")


@pytest.mark.parametrize("lesson", ["05_vgg.ipynb", "here/05_vgg", "notebooks"])
def test_a_missing_file_is_named(clone, lesson):
    with pytest.raises((FileNotFoundError, ValueError), match=lesson):
        notebook.find(lesson, "notebooks", ".ipynb")


def test_the_lessons_of_a_folder_are_in_order_and_nothing_else_is_one(clone):
    (clone / "notebooks" / "notes.ipynb").write_text("{}")
    names = [path.stem for path in notebook.lessons(clone / "notebooks", ".ipynb")]
    assert names == ["01_convolution", "03_lenet5", "10_detection"]


CELL = {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], "execution_count": None}
BOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}}


@pytest.mark.parametrize(
    "content",
    [
        BOOK | {"cells": [CELL, CELL]},
        BOOK | {"cells": [CELL | {"id": "a"}, CELL | {"id": "a"}]},
        BOOK | {"nbformat_minor": 4, "cells": [CELL, CELL]},
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [
            {"cell_type": "code", "input": "1", "language": "python", "metadata": {}, "outputs": []}
        ] * 2}]},
    ],
    ids=["no ids", "copied ids", "before ids", "version 3"],
)  # fmt: skip
def test_notebooks_from_elsewhere_are_read_without_a_warning(tmp_path, content):
    path = tmp_path / "book.ipynb"
    path.write_text(json.dumps(content))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = notebook.read(path)
        nbformat.validate(read)
    assert [cell.source for cell in read.cells] == ["1", "1"]


@pytest.mark.parametrize(
    "text",
    ["", "no JSON", "[]", "{}", '{"nbformat": 4}', '{"nbformat": 9, "nbformat_minor": 0, "cells": []}', "\ufffd"],
)
def test_what_is_no_notebook_gets_one_sentence(tmp_path, text):
    path = tmp_path / "book.ipynb"
    path.write_bytes(b"\xff\xfe" if text == "\ufffd" else text.encode())
    with pytest.raises(ValueError, match=r"book\.ipynb is not a notebook that Jupyter can read: .") as caught:
        notebook.read(path)
    assert "\n" not in str(caught.value)


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "new" / "book.ipynb"
    notebook.write("first ×\n", path)
    with pytest.raises(UnicodeEncodeError):
        notebook.write("x" * 100_000 + "\ud800", path)  # half a character: it fails while it writes
    assert path.read_bytes() == "first ×\n".encode()
    assert [*path.parent.iterdir()] == [path]
