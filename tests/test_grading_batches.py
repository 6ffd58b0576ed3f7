"""What classes hand in beside right answers: files that are no notebooks, too large, hostile; and other systems."""

import csv
import json
import stat
import subprocess
import sys
import zipfile

import grading_lesson
import pytest
from grading_lesson import LESSON, answered, own_cell

from course import notebook
from course.grading import batch, find, hidden, kernels, submissions
from course.grading.console import isolation
from course.grading.preprocessor import HideHiddenTests

linux = pytest.mark.skipif(sys.platform != "linux", reason="the fork server needs Linux")
FULL = {"double": 2, "scale": 2, "counter": 1.5, "roots": 1, "order": 1, "guess": 4, "why": None}
NOTHING = dict.fromkeys(FULL, 0.0)


def right(kinds, **answers):
    return answered(kinds, **{"why": "Because it is so.", **answers})


def handed_in(kinds):
    """Texts by student, what each gets, and words that a note to the instructor must hold."""
    full = notebook.dumps(right(kinds))
    other_kernel = json.loads(full)
    other_kernel["metadata"] = {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}
    other_format = json.loads(full) | {"nbformat": 99, "nbformat_minor": 7}
    noisy = grading_lesson.ANSWERS["warns"]["double"]
    broken = grading_lesson.ANSWERS["syntax error"]
    untouched = grading_lesson.ANSWERS["untouched"]
    texts = {
        "right": (full, FULL, ""),
        "wrong kernel": (json.dumps(other_kernel), FULL, ""),
        "wrong nbformat": (json.dumps(other_format), FULL, ""),
        "no json": ("not a notebook at all", NOTHING, "Nothing could be graded: it is not a notebook"),
        "no cells": ("[1, 2]", NOTHING, "Nothing could be graded: it is not a notebook"),
        "nothing": ("", NOTHING, "Nothing could be graded: it is not a notebook"),
        "syntax error": (notebook.dumps(right(kinds, **broken)), FULL | {"double": 0.0}, ""),
        "empty": (json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), NOTHING, ""),
        "untouched": (notebook.dumps(answered(kinds, **untouched)), NOTHING, ""),
        "stderr": (notebook.dumps(right(kinds, double=noisy)), FULL, ""),
        "김 민수": (full, FULL, ""),
    }
    return texts


@linux
@pytest.mark.long
def test_whatever_a_class_hands_in_is_graded_or_named(home, tmp_path, kinds):
    texts = handed_in(kinds)
    with zipfile.ZipFile(tmp_path / "lms.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for student, (text, _, _) in texts.items():
            archive.writestr(f"{student}/{LESSON}.ipynb", text)
        archive.writestr(f"../../x/../{LESSON}.ipynb", texts["right"][0])
        archive.writestr(f"bomb/{LESSON}.ipynb", b" " * (submissions.LARGE + 2**20))
        link = zipfile.ZipInfo(f"link/{LESSON}.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    wanted = {student: (points, note) for student, (_, points, note) in texts.items()}
    wanted["x"] = (FULL, "")
    wanted["bomb"] = (NOTHING, "unpacks to more than 200 times its size")
    graded = batch.grade(tmp_path / "lms.zip", {LESSON: kinds}, tmp_path / "grades")
    found = {record["student"]: record for record in graded.records}
    assert set(found) == set(wanted)
    for student, (points, note) in wanted.items():
        notes = " ".join(found[student]["notes"])
        if student not in ("empty", "untouched"):  # words in markdown are nobody's to score where they are the stub
            assert {score["cell"]: score["points"] for score in found[student]["scores"]} == points, student
        assert sum(score["points"] or 0 for score in found[student]["scores"]) == sum(filter(None, points.values()))
        assert note in notes, student
    assert graded.notes == [f"link/{LESSON}.ipynb is a link; it was not followed."]
    rows = list(csv.DictReader((tmp_path / "grades" / "scores.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["student"] for row in rows] == sorted(wanted)
    assert not (tmp_path.parent / "x").exists()


def test_a_file_that_is_too_large_gets_a_sentence_and_is_not_read(tmp_path, kinds):
    with open(tmp_path / f"ann_{LESSON}.ipynb", "wb") as file:
        file.truncate(submissions.LARGEST + 1)
    (only,), notes = submissions.collect(tmp_path, {LESSON: kinds})
    assert (only.student, notes) == ("ann", [])
    with pytest.raises(ValueError, match="has 250 MB, and the most that is read is 250 MB; it can be handed in again"):
        only.read()


@pytest.mark.parametrize("damage", ["cut", "encrypted"])
def test_a_member_that_cannot_be_unpacked_gets_a_sentence(tmp_path, kinds, damage):
    path = tmp_path / "lms.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"ann/{LESSON}.ipynb", notebook.dumps(right(kinds)))
    data = bytearray(path.read_bytes())
    if damage == "encrypted":
        for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.index(mark) + at] |= 1
    else:
        begin = data.index(b".ipynb") + 100
        data[begin : begin + 200] = bytes(200)
    path.write_bytes(data)
    (only,), _ = submissions.collect(path, {LESSON: kinds})
    with pytest.raises(ValueError, match=f"{LESSON}.ipynb cannot be unpacked: "):
        only.read()


SCRIPT = """
import resource, sys
from course.grading import find
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    print(len(find.cells(open(sys.argv[1], "rb").read())))
except ValueError as error:
    print(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["one output", "lines", "pictures", "empty lists"])
def test_two_hundred_megabytes_are_read_in_bounds(tmp_path, kinds, kind):
    """A notebook of 200 MB takes at most 1 GB while it is read, whatever it holds."""
    size = 200 * 2**20
    made = right(kinds)
    cell = own_cell("print('x')")
    output = {"output_type": "stream", "name": "stdout", "text": ""}
    if kind == "one output":
        output["text"] = "x, [y]\n" * (size // 7)
    elif kind == "lines":
        output["text"] = ["loss: 0.123, accuracy: 0.987 " * 3 + "\n"] * (size // 92)
    elif kind == "pictures":
        output = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0K" * (size // 8)}}
    text = json.loads(notebook.dumps(made))
    text["cells"].append({**json.loads(json.dumps(cell)), "outputs": [output]})
    if kind == "empty lists":
        text["more"] = "@"
    path = tmp_path / "large.ipynb"
    path.write_text(json.dumps(text).replace('"@"', "[" + "[]," * (size // 3) + "0]"))
    done = subprocess.run([sys.executable, "-c", SCRIPT, path], capture_output=True, text=True, check=True)
    said, kilobytes = done.stdout.splitlines()
    assert said == (
        "it is not a notebook: it holds more than 5,000,000 values"
        if kind == "empty lists"
        else str(len(text["cells"]))
    )
    assert int(kilobytes) < 2**20


def test_a_large_notebook_is_read_as_a_small_one_is(kinds, monkeypatch):
    made = right(kinds)
    made.cells[-1].outputs = [
        notebook.nbformat.from_dict({"output_type": "stream", "name": "stdout", "text": 'é"\\' * 50})
    ]
    text = notebook.dumps(made)
    wanted = find.cells(text)
    monkeypatch.setattr(find, "LARGE", 0)
    monkeypatch.setattr(find, "LONG", 200)
    monkeypatch.setattr(find, "VALUES", 10_000)
    assert [(one.kind, one.source if len(one.source) < 150 else "") for one in find.cells(text)] == [
        (one.kind, one.source if len(one.source) < 150 else "") for one in wanted
    ]
    assert find.cells(text)[0] == wanted[0]
    monkeypatch.setattr(find, "VALUES", 10)
    with pytest.raises(ValueError, match="more than 10 values"):
        find.cells(text)


def test_an_error_of_the_grader_s_own_stops_nobody(monkeypatch, tmp_path, kinds):
    for student in ("ann", "bob"):
        notebook.write(notebook.dumps(right(kinds, double=f"# {student}")), tmp_path / "class" / f"{student}.ipynb")
    run = kernels.run

    def fails(repaired, *rest):
        if any("# ann" in cell.source for cell in repaired.notebook.cells):
            raise RecursionError("too deep")
        return run(repaired, *rest)

    monkeypatch.setattr(batch, "can_fork", lambda: False)
    monkeypatch.setattr(kernels, "run", fails)
    ann, bob = batch.grade(tmp_path / "class", {LESSON: kinds}, tmp_path / "grades").records
    assert ann["notes"] == ["Nothing could be graded: the grader failed with RecursionError: too deep."]
    assert {score["cell"]: score["points"] for score in bob["scores"]} == FULL | {"double": 0.0}


@pytest.mark.parametrize("platform", ["darwin", "win32", "linux"])
def test_processes_are_forked_on_linux_alone(monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    assert batch.can_fork() is (platform == "linux")


def test_elsewhere_submissions_run_in_kernels_and_that_is_said(monkeypatch, tmp_path, kinds):
    notebook.write(
        notebook.dumps(right(kinds, **grading_lesson.ANSWERS["wrong"] | {"why": "So."})), tmp_path / "a.ipynb"
    )
    monkeypatch.setattr(batch, "can_fork", lambda: False)
    record = batch.grade(tmp_path / "a.ipynb", {LESSON: kinds}, tmp_path / "grades").records[0]
    found = {score["cell"]: (score["points"], score["how"], score["hidden"]) for score in record["scores"]}
    assert found["double"] == (0, "wrong", True)
    assert found["guess"] == (2, "passed", False)
    assert found["scale"] == (0, "wrong", False)
    assert found["why"] == (None, "manual", False)
    double = record["scores"][0]
    assert double["finding"] == "It gives -5, expected -14."
    said = isolation(kernels.OFF)
    assert said.startswith("Submissions are not shut in. Off on this system: its tests in another process, a user")


@pytest.mark.parametrize("forked", [pytest.param(True, marks=linux), False])
@pytest.mark.parametrize("chosen", ["smoke", "full"])
@pytest.mark.long
def test_submissions_run_in_the_quickest_profile_unless_another_is_chosen(monkeypatch, tmp_path, kinds, forked, chosen):
    monkeypatch.setenv("COURSE_PROFILE", "full")
    if chosen == "smoke":
        monkeypatch.delenv("COURSE_PROFILE")
    answer = f"def double(n):\n    import os\n    return 2 * n * (os.environ['COURSE_PROFILE'] == '{chosen}')"
    notebook.write(notebook.dumps(right(kinds, double=answer)), tmp_path / "a.ipynb")
    monkeypatch.setattr(batch, "can_fork", lambda: forked)
    record = batch.grade(tmp_path / "a.ipynb", {LESSON: kinds}, tmp_path / "grades").records[0]
    assert {score["cell"]: score["points"] for score in record["scores"]} == FULL


TRACEBACKS = {
    "IPython 9, hidden": (["Traceback", "Cell In[4], line 3\n      1 a\n----> 3 assert b\n"], True),
    "IPython 9, before": (["Traceback", "Cell In[4], line 1\n----> 1 assert a\n      3 assert b"], False),
    "IPython 9, in colour": (
        ["\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[4]\x1b[39m\x1b[32m, line 3\x1b[39m"],
        True,
    ),
    "IPython 8.0": (["Input In [4], in <cell line: 1>()\n----> 1 assert a"], False),
    "IPython 7, hidden": (["<ipython-input-4-0a1b> in <module>\n      1 a\n----> 3 assert b"], True),
    "in the answer, for a hidden test": (["Cell In[4], line 3", "Cell In[2], line 1\n----> 1 return"], True),
    "in the answer's line 3": (
        ["Cell In[4], line 1", "Cell In[2], line 3\n----> 3 return", "File x.py:3\n--> 3 y"],
        False,
    ),
}


@pytest.mark.parametrize("name", TRACEBACKS)
def test_the_line_that_failed_says_whether_the_test_is_hidden(name):
    shown, wanted = TRACEBACKS[name]
    source = "assert a\n### BEGIN HIDDEN TESTS\nassert b\n### END HIDDEN TESTS"
    assert hidden.fails_in_hidden(shown, source, 4) is wanted


def test_a_check_s_words_are_hidden_where_a_hidden_test_calls_a_check():
    source = "check(a)\n### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"
    assert hidden.fails_in_hidden(["It gives 3."], source.format("for n in b:\n    check(n)"), 4)
    assert not hidden.fails_in_hidden(["It gives 3."], source.format("assert f(b) == 3"), 4)


def test_feedback_on_a_shown_test_keeps_its_words_and_no_hidden_line(kinds):
    test = kinds.solved.cells[kinds.tests[0]].copy()
    lines = test.source.split("\n")
    shown = f"Cell In[4], line 1\n----> 1 {lines[0]}\n      2 {lines[1]}\n      3 {lines[2]}"
    error = {
        "output_type": "error",
        "ename": "NameError",
        "evalue": "no name",
        "traceback": [shown, "NameError: no name"],
    }
    test.execution_count, test.outputs = 4, [notebook.nbformat.from_dict(error)]
    made, _ = HideHiddenTests().preprocess_cell(test, {}, 0)
    assert "-14" not in json.dumps(made)
    assert made.outputs[0].evalue == "no name"
    assert made.outputs[0].traceback[-1] == "NameError: no name"
