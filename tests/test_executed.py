import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course import executed

CHECK = {"nbgrader": {"grade_id": "lenet5-check", "grade": True, "solution": False, "points": 4.0}}
SOLUTION = {"nbgrader": {"grade_id": "lenet5", "grade": False, "solution": True}}


def cell(*outputs, metadata=CHECK, count=1):
    return new_code_cell("check()", outputs=list(outputs), metadata=metadata, execution_count=count)


def failed(name, message="", traceback=()):
    return new_output("error", ename=name, evalue=message, traceback=list(traceback))


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


@pytest.mark.parametrize(
    ("check", "status", "message"),
    [
        (cell(), "passed", ""),
        (cell(printed("lenet5: right\n")), "passed", ""),
        (cell(printed("a warning\n", "stderr")), "passed", ""),
        (cell(failed("WrongAnswer", "S2 has 0 parameters.\nThe paper has 12.")), "wrong", "S2 has 0 parameters."),
        (cell(failed("AssertionError", "")), "wrong", "AssertionError"),
        (cell(failed("NameError", "name 'f' is not defined")), "wrong", "NameError: name 'f' is not defined"),
        (cell(failed("ValueError", "\n\x1b[1mshapes\x1b[0m")), "wrong", "ValueError: shapes"),
        (cell(failed("NotImplementedError", "call")), "wrong", "NotImplementedError: call"),
        (cell(failed("TimeoutError", "longer than 5 seconds")), "wrong", "longer than 5 seconds"),
        (cell(failed("NotAttempted", "not attempted")), "not attempted", ""),
        (cell(failed("NotImplementedError", "In call(): not attempted: replace …")), "not attempted", ""),
        (cell(printed("lenet5: Not attempted yet.\n")), "not attempted", ""),
        (cell(count=None), "not run", ""),
    ],
)  # fmt: skip
def test_the_verdict_of_a_check(check, status, message):
    assert executed.verdicts(new_notebook(cells=[check])) == [("lenet5-check", status, message, 4.0)]


def test_only_test_cells_have_a_verdict_and_only_other_cells_and_wrong_answers_are_failures():
    unattempted = failed("NotImplementedError", "not attempted")
    lesson = new_notebook(
        cells=[
            new_markdown_cell("# One", metadata=CHECK),
            cell(metadata=SOLUTION),
            cell(failed("ValueError"), metadata=SOLUTION),
            cell(unattempted, metadata={}),
            cell(unattempted),
            cell(failed("WrongAnswer")),
            cell(printed("not attempted"), metadata={}),
            cell(),
        ]
    )
    assert [verdict.status for verdict in executed.verdicts(lesson)] == ["not attempted", "wrong", "passed"]
    assert executed.failures(lesson) == [2, 3, 5]


def test_the_heading_above_a_cell():
    lesson = new_notebook(
        cells=[
            new_code_cell("1"),
            new_markdown_cell("# LeNet-5\n\nText # not a heading.\n\n## **C1** and `S2`\nMore."),
            new_markdown_cell("No heading."),
            new_code_cell("# a comment"),
            new_code_cell("2"),
        ]
    )
    assert executed.heading(lesson, 0) == "top of the notebook"
    assert executed.heading(lesson, 4) == "C1 and S2"


def test_an_error_is_described_by_its_lines_in_the_notebook_and_a_check_s_message_whole():
    wrong = failed("WrongAnswer", "S2 …", ["S2 has 0 parameters.\nThe paper has 12.", "hint('lenet5')"])
    assert executed.describe(wrong) == "S2 has 0 parameters.\nThe paper has 12.\nhint('lenet5')"
    assert executed.describe(failed("TimeoutError", "too long")) == "TimeoutError: too long"
    assert executed.describe(failed("KeyboardInterrupt")) == "KeyboardInterrupt"


# One call that fails in a library, as two generations of IPython show it.
NEW = [
    "\x1b[31m-----\x1b[39m",
    "\x1b[31mValueError\x1b[39m     Traceback (most recent call last)",
    "\x1b[36mCell\x1b[39m \x1b[32mIn[3]\x1b[39m, line 2\n      1 \n\x1b[32m----> \x1b[39m\x1b[32m2\x1b[39m f(1)",
    "\x1b[36mCell\x1b[39m \x1b[32mIn[2]\x1b[39m, in f(x)\n      1 def f(x):\n\x1b[32m----> 2\x1b[39m     Conv2D(x)\n",
    "File \x1b[32m/lib/keras/layer.py:10\x1b[39m, in call()\n---> 10 raise ValueError\n",
    "\x1b[31mValueError\x1b[39m: two\nlines",
]
OLD = [
    "\x1b[0;31m-----\x1b[0m",
    "\x1b[0;31mValueError\x1b[0m     Traceback (most recent call last)",
    "\x1b[0;32m<ipython-input-3-abc>\x1b[0m in <module>\n      1 \n\x1b[0;32m----> 2\x1b[0;31m \x1b[0mf(1)\x1b[0m\n",
    "\x1b[0;32m/tmp/ipykernel_7/8.py\x1b[0m in f(x)\n      1 def f(x):\n\x1b[0;32m----> 2\x1b[0m     Conv2D(x)\n",
    "\x1b[0;32m/lib/keras/layer.py\x1b[0m in call()\n\x1b[0;32m---> 10\x1b[0m raise ValueError\n",
    "\x1b[0;31mValueError\x1b[0m: two\nlines",
]


@pytest.mark.parametrize(
    ("traceback", "lines"),
    [
        (NEW, ["cell [3], line 2: f(1)", "cell [2], line 2: Conv2D(x)"]),
        (OLD, ["line 2: f(1)", "line 2: Conv2D(x)"]),
    ],
)
def test_a_traceback_is_cut_to_the_notebook_s_own_lines(traceback, lines):
    described = executed.describe(failed("ValueError", "two\nlines", traceback))
    assert described.split("\n") == [*lines, "ValueError: two", "lines"]
