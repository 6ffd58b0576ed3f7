"""Lessons in real kernels: small ones, so that they take a second."""

import json
import os
import sys
import tempfile
import warnings
from pathlib import Path

import pytest
from example_lesson import NOT_ATTEMPTED, PASSED, write_lesson
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course import release
from course.executed import error, failures, is_check, verdicts
from course.run import Watcher, execute


def always(cell):
    return True


def never(cell):
    return False


def book(*sources):
    return new_notebook(cells=[new_code_cell(source) for source in sources])


def printed(cell):
    return "".join(output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stdout")


def statuses(lesson):
    return {verdict.exercise: verdict.status for verdict in verdicts(lesson)}


def test_the_solved_edition_passes_and_the_learner_s_runs_to_its_end_unanswered(tmp_path):
    path = write_lesson(tmp_path)
    solved, learner = release.solved(path), release.released(path)
    execute(solved, tmp_path, never)
    assert statuses(solved) == PASSED
    execute(learner, tmp_path, is_check)
    assert statuses(learner) == NOT_ATTEMPTED
    for lesson in (solved, learner):
        assert failures(lesson) == []
        assert printed(lesson.cells[-1]) == "the end: accuracy 99 %\n"
        assert printed(lesson.cells[1]) == f"working in {tmp_path.name}\n"


def test_a_wrong_answer_is_told_and_the_lesson_goes_on(tmp_path):
    lesson = release.released(write_lesson(tmp_path))
    answer = next(cell for cell in lesson.cells if cell.id == "double")
    answer.source = "def double(number):\n    return number ** 2"
    check = next(cell for cell in lesson.cells if cell.id == "double-check")
    check.source = "check(double, 2, 4)\ncheck(double, 3, 6)"
    execute(lesson, tmp_path, is_check)
    assert verdicts(lesson)[0] == ("double-check", "wrong", "For 3 it gives 9.", 2.0)
    assert error(check).traceback == ["For 3 it gives 9.\nIt should give 6."]
    assert printed(lesson.cells[-1])


def test_the_kernel_is_this_python_whatever_kernel_the_user_has_registered(tmp_path, monkeypatch):
    hijacker = tmp_path / "kernels" / "python3"
    hijacker.mkdir(parents=True)
    (hijacker / "kernel.json").write_text(json.dumps({"argv": ["false"], "display_name": "x", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    lesson = book("import sys, os\nprint(sys.executable, os.environ['TF_CPP_MIN_LOG_LEVEL'], os.environ['MPLBACKEND'])")
    lesson.metadata.kernelspec = {"name": "another", "display_name": "Another", "language": "python"}
    monkeypatch.setenv("MPLBACKEND", "Agg")
    execute(lesson, tmp_path, never)
    assert printed(lesson.cells[0]).split() == [sys.executable, "3", "module://matplotlib_inline.backend_inline"]


def test_execution_says_nothing_and_leaves_nothing(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    lesson = book(
        "import os, sys\nprint(os.getpid())\nos.system('echo from a process >&2')\nprint('late', file=sys.stderr)"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        execute(lesson, tmp_path, never)
    assert capfd.readouterr() == ("", "")
    assert [*tmp_path.iterdir()] == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(printed(lesson.cells[0])), 0)


def test_execution_stops_at_a_failure_unless_told_to_go_on_and_forgets_what_ran_before(tmp_path):
    lesson = book("x = 1", "1 / 0", "print(x)")
    for cell in lesson.cells:
        cell.outputs, cell.execution_count = [new_output("stream", name="stdout", text="of last week")], 9
    execute(lesson, tmp_path, never)
    assert failures(lesson) == [1]
    assert [cell.execution_count for cell in lesson.cells] == [1, 2, None]
    assert [printed(cell) for cell in lesson.cells] == ["", "", ""]
    execute(lesson, tmp_path, always)
    assert failures(lesson) == [1]
    assert printed(lesson.cells[2]) == "1\n"


def test_a_cell_that_runs_too_long_is_interrupted(tmp_path):
    lesson = book("import time\nprint('begun')", "while True:\n    time.sleep(0.1)", "print('next')")
    execute(lesson, tmp_path, always, timeout=2)
    assert error(lesson.cells[1]).evalue == "the cell ran longer than 2 seconds"
    assert printed(lesson.cells[2]) == "next\n"


@pytest.mark.parametrize(
    ("death", "sentence"),
    [
        ("os.kill(os.getpid(), 9)", "the kernel died of SIGKILL"),
        ("import ctypes; ctypes.string_at(0)", "the kernel died of SIGSEGV"),
        ("os._exit(3)", "the kernel died"),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_death_of_the_kernel_is_an_error_of_its_cell(tmp_path, capfd, death, sentence):
    lesson = book("import os", death, "print('never')")
    execute(lesson, tmp_path, always)
    assert error(lesson.cells[1]).evalue == sentence
    assert lesson.cells[2].execution_count is None
    assert capfd.readouterr() == ("", "")


def test_a_kernel_that_does_not_start_gets_one_sentence(tmp_path, monkeypatch, capfd):
    (tmp_path / "ipykernel_launcher.py").write_text("raise SystemExit('broken installation')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(ChildProcessError, match=r"^The Jupyter kernel did not start: broken installation$"):
        execute(book("1"), tmp_path, never)
    assert capfd.readouterr() == ("", "")


def test_the_watcher_sees_each_cell_and_what_it_prints(tmp_path):
    events = []

    class Recorder(Watcher):
        def start(self, lesson, index):
            events.append(("start", index))

        def text(self, text):
            events.append(text.strip())

        def done(self, lesson, index):
            events.append(("done", index, len(lesson.cells[index].outputs)))

    lesson = book("import sys; print('out'); print('err', file=sys.stderr)", "", "2")
    lesson.cells.insert(1, new_markdown_cell("text"))
    execute(lesson, tmp_path, never, watcher=Recorder())
    assert events == [("start", 0), "out", ("done", 0, 2), ("start", 3), ("done", 3, 1)]


def test_a_bar_that_is_redrawn_is_kept_in_its_last_state(tmp_path):
    """Keras draws its progress with carriage returns and backspaces; the notebook would grow by each."""
    lesson = book("for i in range(500):\n    print('\\b' * 9 + '\\r' + f'step {i:04}', end='', flush=True)")
    execute(lesson, tmp_path, never)
    assert printed(lesson.cells[0]) == "step 0499"


def test_a_long_temporary_folder_is_no_obstacle(tmp_path, monkeypatch):
    """A Unix socket's path holds about a hundred characters."""
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    lesson = book("print('here')")
    execute(lesson, tmp_path, never)
    assert printed(lesson.cells[0]) == "here\n"
    assert not any(Path(deep).iterdir())
