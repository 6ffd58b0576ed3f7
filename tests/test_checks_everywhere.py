"""The same check gives the same verdict in a kernel, under nbgrader's rules, in a terminal, and in any thread."""

import contextlib
import dataclasses
import re
import subprocess
import sys
import threading
import time

import nbformat
import pytest
from nbclient import NotebookClient
from nbgrader.utils import determine_grade

from course import checks
from course.checks import WrongAnswer, check

SETUP = "from course.checks import check, hint, explain, exercises"
RIGHT = """
def c3_params(connections, kernel_size=5):
    print("a line of the learner's own")
    return sum(len(maps) * kernel_size**2 + 1 for maps in connections)
"""
WRONG = """
def c3_params(connections, kernel_size=5):
    return sum(len(maps) * kernel_size**2 for maps in connections)
"""
RAISING = """
def c3_params(connections, kernel_size=5):
    total = 0
    return total + connections[99]
"""
CLEARED = """
def c3_params(connections, kernel_size=5):
    # YOUR CODE HERE
    raise NotImplementedError()
"""
LOOPING = """
def c3_params(connections, kernel_size=5):
    while True:
        kernel_size += 1
"""
IMPATIENT = """
import dataclasses
from course import checks
checks._catalogue()["c3-params"] = dataclasses.replace(checks._catalogue()["c3-params"], seconds=1)
"""
NET = """
import keras
from keras import layers
def build_lenet5():
    return keras.Sequential([
        keras.Input((32, 32, 1)),
        layers.Conv2D(6, 5, activation="tanh", padding="same"), layers.AveragePooling2D(2),
        layers.Conv2D(16, 5, activation="tanh"), layers.AveragePooling2D(2), layers.Flatten(),
        layers.Dense(120, "tanh"), layers.Dense(84, "tanh"), layers.Dense(10, "softmax"),
    ])
"""
CHECK = 'check("c3-params", c3_params)'


def graded(source, grade_id):
    cell = nbformat.v4.new_code_cell(source)
    cell.metadata.nbgrader = {"grade": True, "locked": True, "solution": False, "points": 4, "grade_id": grade_id}
    cell.metadata.tags = ["raises-exception"]
    return cell


@pytest.fixture(scope="module")
def executed():
    """{name: cell} of a notebook run in a real kernel from top to bottom, with no errors allowed but those tagged."""
    answers = {"right": RIGHT, "wrong": WRONG, "raising": RAISING, "cleared": CLEARED, "looping": IMPATIENT + LOOPING}
    cells = [nbformat.v4.new_code_cell(SETUP)]
    for name, source in answers.items():
        cells += [nbformat.v4.new_code_cell(source.strip()), graded(CHECK, name)]
    cells += [nbformat.v4.new_code_cell(NET.strip()), graded('check("lenet5", build_lenet5)', "lenet5")]
    cells += [nbformat.v4.new_code_cell(f"{call}") for call in ('hint("rbf")', 'explain("rbf")', "exercises()")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    named = {cell.metadata.nbgrader.grade_id: cell for cell in cells if "nbgrader" in cell.metadata}
    return named | {cell.source.split("(")[0]: cell for cell in cells[-3:]}


def test_a_right_answer_shows_one_line_and_earns_the_points(executed):
    (output,) = executed["right"].outputs
    assert output.output_type == "display_data"
    assert "right" in output.data["text/html"]
    assert output.data["text/plain"].startswith("✓ Parameters of a partially connected C3: right.")
    assert determine_grade(executed["right"]) == (4, 4)


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("wrong", "WrongAnswer", "biases out"),
        ("raising", "WrongAnswer", "Cell In[6], line 3: `return total + connections[99]`"),
        ("cleared", "NotAttempted", "not attempted"),
        ("looping", "WrongAnswer", "still running after 1 seconds, in Cell In[10], line "),
        ("lenet5", "WrongAnswer", 'padded with zeros (padding="same")'),
    ],
)
def test_another_answer_shows_its_message_alone_and_earns_nothing(executed, name, kind, text):
    (output,) = executed[name].outputs
    assert output.output_type == "error"
    assert output.ename == kind
    assert text in output.evalue
    assert output.traceback == output.evalue.splitlines()
    assert determine_grade(executed[name]) == (0, 4)


@pytest.mark.parametrize("call", ["hint", "explain", "exercises"])
def test_the_rest_displays_html_and_raises_nothing(executed, call):
    (output,) = executed[call].outputs
    assert output.output_type == "display_data"
    assert set(output.data) == {"text/html", "text/plain"}


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [(RIGHT, 0, "✓ Parameters"), (WRONG, 1, "biases out"), (CLEARED, 1, "not attempted")],
)
def test_a_terminal_says_the_same(answer, status, said):
    code = "\n".join([SETUP, answer, CHECK])
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert run.returncode == status
    assert said in (run.stderr if status else run.stdout)
    assert status or not run.stderr


def test_exercises_without_keras_are_checked_without_it():
    """So that the first check of a lesson does not wait for TensorFlow."""
    light = [i for i, exercise in checks._catalogue().items() if not exercise.needs_keras]
    code = f"""
import sys
from course.checks import WrongAnswer, check
for exercise in {light}:
    try:
        check(exercise, lambda *args, **kwargs: 0)
    except WrongAnswer:
        continue
    raise SystemExit(f"{{exercise}} takes 0 for an answer")
print("keras" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert (run.stdout, run.stderr) == ("False\n", "")
    assert len(light) > 10


def endless(connections, kernel_size=5):
    while True:
        pass


def endless_that_swallows(connections, kernel_size=5):
    started = time.time()
    while time.time() < started + 3:  # longer than the check waits
        with contextlib.suppress(BaseException):
            time.sleep(0.01)


def sleeping(connections, kernel_size=5):
    time.sleep(3)


@pytest.fixture
def impatient(monkeypatch):
    """Exercises with half a second for a check."""
    quick = {i: dataclasses.replace(exercise, seconds=0.5) for i, exercise in checks._catalogue().items()}
    monkeypatch.setattr(checks, "_catalogue", lambda: quick)


@pytest.mark.parametrize("answer", [endless, endless_that_swallows, sleeping])
@pytest.mark.parametrize("in_main_thread", [True, False])
def test_what_does_not_end_is_stopped_and_shown(answer, in_main_thread, impatient):
    said = []

    def attempt():
        try:
            check("c3-params", answer)
        except WrongAnswer as wrong:
            said.append(str(wrong))

    started = time.perf_counter()
    if in_main_thread:
        attempt()
    else:
        thread = threading.Thread(target=attempt)
        thread.start()
        thread.join(20)
    assert time.perf_counter() - started < 8
    assert re.search(r"still running after 0.5 seconds, in test_checks_everywhere.py, line \d+: `.*\n.*A loop", said[0])
