import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from example_lesson import SOURCE, write_lesson

from course import notebook, release


def code(lesson):
    return [cell.source for cell in lesson.cells if cell.cell_type == "code"]


def test_the_learner_s_edition_holds_no_solution_no_hidden_test_and_no_output(tmp_path):
    path = write_lesson(tmp_path)
    text = notebook.dumps(release.released(path))
    for gone in ("SOLUTION", "HIDDEN", "secret", "-14", "self.count"):
        assert gone in SOURCE
        assert gone not in text
    lesson = nbformat.reads(text, as_version=4)
    assert all(not cell.outputs and cell.execution_count is None for cell in lesson.cells if cell.cell_type == "code")
    assert 'print(\\"double: right\\")' in text  # what stands beside a hidden test stays


def test_a_cleared_function_stays_a_function_with_its_docstring(tmp_path):
    cells = {cell.id: cell.source for cell in release.released(write_lesson(tmp_path)).cells}
    names = {}
    exec(cells["double"] + "\n" + cells["counter"], names)
    assert names["double"].__doc__ == "Twice the number."
    assert names["Counter"].add.__doc__ == "Add the number to the count, and return it."
    for call in (lambda: names["double"](2), names["Counter"]):
        with pytest.raises(NotImplementedError, match="not attempted"):
            call()


def test_the_solved_edition_has_everything(tmp_path):
    lesson = release.solved(write_lesson(tmp_path))
    names = {}
    exec("\n".join(code(lesson)), names)
    assert names["double"](21) == 42
    assert "HIDDEN TESTS" in lesson.cells[4].source
    nbformat.validate(lesson)


def test_what_nbgrader_reads_is_in_the_notebook(tmp_path):
    cells = {cell.id: cell.metadata for cell in release.released(write_lesson(tmp_path)).cells}
    assert cells["counter-check"].nbgrader.points == 1.5
    assert cells["counter-check"].nbgrader.grade
    assert cells["counter-check"].editable is False
    assert cells["double"].deletable is False
    assert "editable" not in cells["double"]
    assert cells["double-check"].tags == ["raises-exception"]  # "Run all" goes on past it
    assert list(cells) == ["00", "01", "02", "double", "double-check", "05", "counter", "counter-check", "08"]


@pytest.mark.long
def test_stock_nbgrader_makes_the_same_notebook_from_the_solved_one(tmp_path):
    """The whole of `nbgrader generate_assignment`, gradebook included, told nothing but our stub."""
    path = write_lesson(tmp_path)
    release.write_solved(path.parent, tmp_path / "source" / "twice")
    (tmp_path / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.ClearSolutions.code_stub = {{'python': {release.STUB!r}}}\n"
    )
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "twice"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        check=True,
        capture_output=True,
    )
    theirs = nbformat.read(tmp_path / "release" / "twice" / "01_twice.ipynb", as_version=4)
    assert theirs == release.released(path)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """The lesson released by two processes that differ in what a machine may differ in; and what they printed."""
    folder = tmp_path_factory.mktemp("elsewhere")
    source = write_lesson(folder)
    program = "import sys; from course import release; release.release(*sys.argv[1:]); print(*sys.modules)"
    runs = []
    for seed in ("1", "2"):
        output = folder / f"user{seed}"
        output.mkdir()
        settings = {
            "PYTHONHASHSEED": seed,
            "HOME": str(output),
            "LC_ALL": "C",
            "PYTHONUTF8": "0",
            "USER": f"user{seed}",
        }
        command = [sys.executable, "-W", "always", "-c", program, source.parent, "."]
        run = subprocess.run(
            command, cwd=output, env={**os.environ, **settings}, capture_output=True, text=True, check=True
        )
        runs.append((run, (output / "01_twice.ipynb").read_bytes()))
    return folder, runs


@pytest.mark.long
def test_the_bytes_are_the_same_each_time_and_hold_nothing_of_the_machine(elsewhere, tmp_path):
    folder, [(_, text), (_, other)] = elsewhere
    assert text == other
    source = write_lesson(tmp_path)
    source.write_bytes(source.read_bytes().replace(b"\n", b"\r\n"))  # as git checks it out on Windows
    release.release(source.parent, tmp_path)
    assert (tmp_path / "01_twice.ipynb").read_bytes() == text
    assert b"\r" not in text
    metadata = json.loads(text)["metadata"]
    assert set(metadata) == {"kernelspec", "language_info"}
    assert metadata["language_info"] == {"name": "python"}
    for told in (str(folder), sys.prefix, sys.version.split()[0], "jupytext", "lines_to_next_cell"):
        assert told.encode() not in text


def test_release_imports_no_framework_and_warns_of_nothing(elsewhere):
    for run, _ in elsewhere[1]:
        assert not {"tensorflow", "keras", "numpy"} & set(run.stdout.split())
        assert run.stderr == ""


def test_release_writes_what_has_changed_and_stale_names_it(tmp_path):
    source, folder = write_lesson(tmp_path), tmp_path / "notebooks"
    first, second, index = folder / "01_twice.ipynb", folder / "02_more.ipynb", folder / "README.md"
    write_lesson(tmp_path, "02_more")
    assert release.stale(source.parent, folder) == [first, second, index]
    assert release.release(source.parent, folder) == [first, second, index]
    assert release.release(source.parent, folder) == release.stale(source.parent, folder) == []
    first.write_bytes(first.read_bytes().replace(b"\n", b"\r\n"))
    assert release.stale(source.parent, folder) == []
    second.write_text(second.read_text().replace("Twice", "Thrice"))
    (folder / "03_orphan.ipynb").write_text("{}")
    (folder / "scratch.ipynb").write_text("{}")
    assert release.stale(source.parent, folder) == [second, folder / "03_orphan.ipynb"]
    assert release.release(source.parent, folder) == [second]
    source.write_text(SOURCE.replace("# # Twice", "# # Two times"))
    assert release.stale(source.parent, folder) == [first, folder / "03_orphan.ipynb", index]


def test_a_folder_without_lessons_is_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"There is no lesson in .*; a lesson is a file NN_topic.py"):
        release.release(tmp_path, tmp_path)


CHECK = 'nbgrader={"grade_id": "double-check", "grade": true, "locked": true, "points": 2}'
SOLUTION = 'nbgrader={"grade_id": "double", "solution": true}'
ANSWER = "    secret = 2\n    return secret * number\n"

MISTAKES = {
    "begin without end": (
        "    ### END SOLUTION\n\n\n# %% nb",
        "\n\n# %% nb",
        40,
        "BEGIN SOLUTION without END SOLUTION",
    ),
    "end without begin": (
        "    ### BEGIN SOLUTION\n    secret",
        "    secret",
        42,
        "END SOLUTION without BEGIN SOLUTION",
    ),
    "nested": (
        "    secret = 2\n",
        "    ### BEGIN SOLUTION\n",
        41,
        "BEGIN SOLUTION inside the region that line 40 opens",
    ),
    "hidden without end": ("### END HIDDEN TESTS\n", "", 48, "BEGIN HIDDEN TESTS without END HIDDEN TESTS"),
    "solution in a plain cell": (f" {SOLUTION}", "", 40, "a solution outside a solution cell"),
    "hidden test in a plain cell": (f" {CHECK}", "", 48, "a hidden test outside a test cell"),
    "hidden test in a solution": (
        ANSWER,
        "### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS\n",
        41,
        "a hidden test outside a test cell",
    ),
    "misspelt": ("### BEGIN HIDDEN TESTS", "### BEGIN HIDDEN TEST", 48, '"### BEGIN HIDDEN TEST" is no marker'),
    "lower case": (
        "    ### BEGIN SOLUTION\n    secret",
        "    ### begin solution\n    secret",
        40,
        '"### begin solution" is no marker',
    ),
    "duplicate": ('"grade_id": "double-check"', '"grade_id": "double"', 46, '"double" is taken by the cell on line 37'),
    "no points": (', "points": 2}', "}", 46, 'the graded cell "double-check" has no points'),
    "points in words": ('"points": 2}', '"points": "two"}', 46, 'the graded cell "double-check" has no points'),
    "negative points": ('"points": 2}', '"points": -2}', 46, 'the graded cell "double-check" has no points'),
    "misspelt key": ('"points": 2}', '"point": 2}', 46, 'There is no nbgrader key "point"; the nearest is "points".'),
    "no name": ('"grade_id": "double", ', "", 37, 'the grade_id is ""; it must be a name'),
    "a name that is no id": ('"grade_id": "double", ', '"grade_id": "le net", ', 37, 'the grade_id is "le net"'),
    "no role": (
        SOLUTION,
        'nbgrader={"grade_id": "double"}',
        37,
        'the cell is neither "solution", "grade" nor "locked"',
    ),
    "a role in words": (
        SOLUTION,
        SOLUTION.replace("true", '"yes"'),
        37,
        "\"solution\" is 'yes'; it must be true or false",
    ),
    "not JSON": (SOLUTION, SOLUTION.replace("true", "True}}"), 37, "the nbgrader metadata cannot be read"),
    "a test that is prose": (
        f"# %% {CHECK}",
        f"# %% [markdown] {CHECK}",
        46,
        'the test cell "double-check" is markdown',
    ),
    "prose that is not graded": (
        "# %% [markdown]\n# ## Count",
        f"# %% [markdown] {SOLUTION.replace('double', 'why')}\n# ## Count",
        53,
        "Markdown solution cell",
    ),
    "no region": (
        "    ### BEGIN SOLUTION\n    secret = 2\n    return secret * number\n    ### END SOLUTION\n",
        ANSWER,
        37,
        "a solution cell without ### BEGIN SOLUTION",
    ),
    "not in a function": (
        'def double(number):\n    """Twice the number."""\n',
        "if True:\n",
        37,
        "the solution is not inside a function",
    ),
    "method in a class": (
        'def double(number):\n    """Twice the number."""\n',
        "class Double:\n",
        37,
        "the solution is not inside a function",
    ),
    "half an expression": (
        f"    ### BEGIN SOLUTION\n{ANSWER}    ### END SOLUTION\n",
        "    return (\n    ### BEGIN SOLUTION\n    2 * number\n    ### END SOLUTION\n    )\n",
        37,
        "without its solution the cell is no Python",
    ),
    "only hidden tests": (
        "check(double, 2, 4)\n",
        "# a comment\n",
        46,
        "the test cell is empty without its hidden tests",
    ),
    "no first header": ("# %% [markdown]\n# # Twice", "# # Twice", 1, 'the first cell has no "# %%" line'),
    "not Python": ("import os\n", "import\n", 11, "invalid syntax"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_wrongly_marked_lesson_gets_one_sentence_with_file_and_line(tmp_path, name, capfd):
    old, new, line, sentence = MISTAKES[name]
    assert old in SOURCE
    source = SOURCE.replace(old, new, 1)
    if name == "only hidden tests":
        source = source.replace('print("double: right")\n', "")
    path = write_lesson(tmp_path, source=source)
    with pytest.raises(ValueError, match=re.escape(sentence)) as caught:
        release.release(path.parent, tmp_path / "notebooks")
    assert str(caught.value).startswith(f"{path}, line {line}: ")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "notebooks").exists()
    assert capfd.readouterr() == ("", "")


def test_a_written_answer_is_cleared_too(tmp_path):
    metadata = '{"grade_id": "why", "grade": true, "solution": true, "points": 1}'
    why = f"# %% [markdown] nbgrader={metadata}\n# Because it is even.\n"
    lesson = release.released(write_lesson(tmp_path, source=SOURCE + "\n" + why))
    assert lesson.cells[-1].source == "YOUR ANSWER HERE"


def test_headers_inside_strings_are_no_cells(tmp_path):
    source = SOURCE.replace('print("the end', 'text = """\n# %% not a cell\n"""\nprint("the end')
    lesson = release.solved(write_lesson(tmp_path, source=source))
    assert len(lesson.cells) == 9
    assert "# %% not a cell" in lesson.cells[-1].source


def publish(folder, address):
    text = f'[project.urls]\nRepository = "{address}"\n'
    Path(folder, "pyproject.toml").write_text(text, encoding="utf-8")


def test_the_address_is_stamped_into_the_set_up_and_a_badge(tmp_path):
    path = write_lesson(tmp_path)
    text = path.read_text(encoding="utf-8").replace("import os\n", 'import os\n\nKIT = ""  # where it is\n', 1)
    path.write_text(text, encoding="utf-8")
    assert 'KIT = ""' in code(release.released(path, release.address(path.parent)))[0]
    publish(tmp_path, "https://github.com/someone/nets/")
    release.release(path.parent, tmp_path / "notebooks")
    lesson = notebook.read(tmp_path / "notebooks" / "01_twice.ipynb")
    assert 'KIT = "https://github.com/someone/nets"  # where it is' in code(lesson)[0]
    badge = "(https://colab.research.google.com/github/someone/nets/blob/main/notebooks/01_twice.ipynb)"
    assert lesson.cells[0].source.startswith("[![Open in Colab]")
    assert badge in lesson.cells[0].source
    assert lesson.cells[0].source.endswith("## Set up")


def test_elsewhere_than_on_github_there_is_no_badge(tmp_path):
    path = write_lesson(tmp_path)
    assert "Colab" not in notebook.dumps(release.released(path, "https://git.example.org/someone/nets"))


@pytest.mark.parametrize("address", ["github.com/someone/nets", "http://github.com/a/b", 'https://x/\\"; import os'])
def test_what_is_no_address_is_refused(tmp_path, address):
    path = write_lesson(tmp_path)
    publish(tmp_path, address)
    with pytest.raises(ValueError, match=r"pyproject\.toml: Repository is .*; write an address such as https://"):
        release.release(path.parent, tmp_path / "notebooks")
    assert not (tmp_path / "notebooks").exists()
