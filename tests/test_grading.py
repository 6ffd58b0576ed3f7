"""Whole runs: nbgrader's own scores, what is reported, going on after a kill, a cluster."""

import contextlib
import csv
import json
import os
import random
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import grading_lesson
import pytest
from grading_lesson import LESSON, answered

from course import notebook, teach
from course.grading import batch, gradebook, hidden, lesson, report, submissions
from course.grading.preprocessor import HideHiddenTests

ROOT = Path(__file__).parents[1]
SOURCES = notebook.lessons(ROOT / "solutions", ".py")
linux = pytest.mark.skipif(sys.platform != "linux", reason="the fork server needs Linux")


def test_folders_loose_files_zips_links_and_names(tmp_path, kinds):
    text = notebook.dumps(answered(kinds))
    for path in ("submitted/ann/01_kinds/01_kinds.ipynb", "submitted/김 민수/01_kinds/01_kinds.ipynb"):
        notebook.write(text, tmp_path / "course" / path)
    (tmp_path / "course/submitted/eve").symlink_to(tmp_path / "course/submitted/ann")
    found, notes = submissions.collect(tmp_path / "course", {LESSON: kinds})
    assert [(one.student, one.lesson) for one in found] == [("ann", LESSON), ("김 민수", LESSON)]
    assert notes == ["eve is a link; it was not followed."]
    for name in ("mary ann.ipynb", "bob_01_kinds.ipynb", "kim_12345_678_01_kinds-2.ipynb"):
        notebook.write(text, tmp_path / "loose" / name)
    (tmp_path / "loose" / "link.ipynb").symlink_to("/etc/passwd")
    found, notes = submissions.collect(tmp_path / "loose", {LESSON: kinds})
    assert [one.student for one in found] == ["bob", "kim", "mary ann"]
    with zipfile.ZipFile(tmp_path / "lms.zip", "w") as archive:
        archive.writestr("../../x.ipynb", text)
        archive.writestr("Kim Min_4711_assignsubmission_file_/answer.ipynb", text)
        archive.writestr("__MACOSX/._x.ipynb", "")
    found, notes = submissions.collect(tmp_path / "lms.zip", {LESSON: kinds})
    assert [one.student for one in found] == ["Kim Min", "x"]
    assert found[0].read().decode() == text


def test_feedback_and_pages_show_no_hidden_test(kinds):
    test = kinds.solved.cells[kinds.tests[0]].copy()
    lines = test.source.split("\n")
    secret = lines[sorted(hidden.hidden_lines(test.source))[1] - 1]
    error = {"output_type": "error", "ename": "AssertionError", "evalue": secret, "traceback": [f"----> 3 {secret}"]}
    test.outputs = [notebook.nbformat.from_dict(error)]
    shown, _ = HideHiddenTests().preprocess_cell(test, {}, 0)
    assert "-14" not in json.dumps(shown)
    assert "expect(double(2), 4" in shown.source
    score = {"cell": "double", "title": "A function", "points": 0, "most": 2, "how": "wrong", "hidden": True}
    record = {"student": "ann", "lesson": LESSON, "file": "", "seconds": 1, "notes": ["for you"]}
    record["scores"] = [score | {"finding": "It gives -5, expected -14.", "cause": "secret"}]
    page = report.student_page("ann", [record])
    assert "-14" not in page
    assert "secret" not in page
    assert "for you" not in page
    assert hidden.FAILED in page
    assert report.mistakes([record, record]) == [(LESSON, "double", [("secret", ["ann", "ann"])])]


def nbgrader(*arguments, cwd):
    tool = Path(sys.executable).with_name("nbgrader")
    run = subprocess.run([tool, *arguments], cwd=cwd, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run


def course(home, folder, names, **options):
    """An nbgrader course of the lesson with every kind of exercise, and the submissions that are named."""
    teach.teach(home / "solutions", folder, **options)
    kinds = lesson.all_of(home)[LESSON]
    hand_in(folder, kinds, {name: grading_lesson.ANSWERS[name] for name in names})


def hand_in(folder, asked, answers):
    """Release a lesson and put what each student answers into `submitted/`."""
    for name, given in answers.items():
        made = answered(asked, **given)
        notebook.write(notebook.dumps(made), folder / "submitted" / name / asked.name / f"{asked.name}.ipynb")
    nbgrader("generate_assignment", asked.name, cwd=folder)
    released = notebook.read(folder / "release" / asked.name / f"{asked.name}.ipynb")
    assert [one.source for one in released.cells] == [one.source for one in asked.released.cells]


def points(folder, name=LESSON):
    """Every score of a lesson in a gradebook."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        return {
            (submission.student.id, grade.name): (grade.auto_score, grade.needs_manual_grade)
            for submission in book.assignment_submissions(name)
            for one in submission.notebooks
            for grade in one.grades
        }


def run(*arguments, cwd):
    command = [sys.executable, "-m", "course", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


def compare(home, tmp_path, names, feedback=True):
    stock = tmp_path / "stock"
    course(home, stock, names)
    nbgrader("autograde", LESSON, cwd=stock)
    theirs = points(stock)
    assert len(theirs) == len(names) * len(grading_lesson.CELLS)
    if feedback:
        nbgrader("generate_feedback", LESSON, cwd=stock)
        pages = list((stock / "feedback").rglob("*.html"))
        assert len(pages) == len(names)
        assert not any(word in page.read_text() for page in pages for word in ("expect(double(-7)", "expected -14"))
    forget(stock, LESSON)
    done = run("grade", stock, "--gradebook", stock, "--output", "grades", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert points(stock) == theirs
    return tmp_path / "grades"


def forget(folder, name):
    """Take nbgrader's scores out of the gradebook, so that those found there later are ours."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        for submission in book.assignment_submissions(name):
            for grade in (grade for one in submission.notebooks for grade in one.grades):
                grade.auto_score, grade.needs_manual_grade = 0.125, False
        book.db.commit()


@linux
@pytest.mark.long
def test_scores_are_nbgrader_s_own_and_a_second_run_has_nothing_to_do(home, tmp_path):
    grades = compare(home, tmp_path, ["wrong", "warns"], feedback=False)
    rows = list(csv.DictReader((grades / "scores.csv").read_text().splitlines()))
    assert [(row["student"], row[f"{LESSON}: guess"]) for row in rows] == [("warns", "4.0"), ("wrong", "2.0")]
    assert "You do not double what is negative." in (grades / "class.html").read_text()
    again = run("grade", tmp_path / "stock", "--course", tmp_path / "stock", "--output", grades, cwd=tmp_path)
    assert again.stdout.startswith("2 of 2 were graded before.\n")


@linux
@pytest.mark.slow
def test_scores_are_nbgrader_s_own_for_every_honest_submission(home, tmp_path):
    compare(home, tmp_path, list(grading_lesson.ANSWERS))


@linux
@pytest.mark.slow
@pytest.mark.parametrize("name", [path.stem for path in SOURCES])
def test_scores_of_the_course_s_own_lessons_are_nbgrader_s_own(tmp_path, name):
    """Of one who has answered all, and of one who has left out every other exercise."""
    asked = lesson.load(ROOT / "solutions" / f"{name}.py")
    ids = [cell.metadata.nbgrader.grade_id for cell in asked.solved.cells if "nbgrader" in cell.metadata]
    answers = [one.removesuffix("-answer").replace("-", "_") for one in ids if one.endswith("-answer")]
    teach.teach(ROOT / "solutions", tmp_path)
    hand_in(tmp_path, asked, {"ann": {}, "bob": dict.fromkeys(answers[::2])})
    nbgrader("autograde", name, cwd=tmp_path)
    theirs = points(tmp_path, name)
    forget(tmp_path, name)
    done = run("grade", tmp_path, "--gradebook", tmp_path, "--output", "grades", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert points(tmp_path, name) == theirs
    tests = [asked.solved.cells[index].metadata.nbgrader for index in asked.tests]
    assert all(theirs["ann", test.grade_id] == (test.points, False) for test in tests)
    assert sum(theirs["bob", test.grade_id][0] for test in tests) < sum(test.points for test in tests)


@linux
@pytest.mark.slow
def test_nbgrader_autograde_runs_by_this_engine_and_gives_the_same(home, tmp_path):
    names = list(grading_lesson.ANSWERS)
    for folder, fast in ((tmp_path / "stock", False), (tmp_path / "fast", True)):
        course(home, folder, names, fast=fast)
        nbgrader("autograde", LESSON, cwd=folder)
    assert points(tmp_path / "fast") == points(tmp_path / "stock")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "said"), [("right", "Success!"), ("wrong", "failed"), ("untouched", "failed")])
def test_validate_agrees_with_the_grade(home, tmp_path, name, said):
    answers = {"why": "Because it is so."} | grading_lesson.ANSWERS[name]
    made = answered(lesson.all_of(home)[LESSON], **answers)
    notebook.write(notebook.dumps(made), tmp_path / f"{LESSON}.ipynb")
    assert said in nbgrader("validate", f"{LESSON}.ipynb", cwd=tmp_path).stdout


def test_a_gradebook_that_does_not_know_the_lesson_gets_a_sentence(home, tmp_path):
    with pytest.raises(ValueError, match="no gradebook"):
        gradebook.write(tmp_path, [], {})
    teach.teach(home / "solutions", tmp_path)
    with pytest.raises(ValueError, match="nbgrader generate_assignment 01_kinds first"):
        gradebook.write(tmp_path, [{"student": "a", "lesson": LESSON, "scores": []}], {})


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["grade", "nowhere"], "nowhere is not there"),
        (["grade", "solutions"], "There is no notebook to grade in solutions."),
        (["grade", "solutions", "--lesson", "9"], 'There is no lesson "9"'),
        (["grade", "solutions", "--jobs", "0"], "no whole number"),
        (["teach"], "the following arguments are required: DIR"),
    ],
)
def test_what_cannot_be_graded_gets_one_line(home, arguments, sentence, monkeypatch, capfd):
    from course.__main__ import main

    monkeypatch.chdir(home)
    try:
        status = main(arguments)
    except SystemExit as exit_:
        status = exit_.code
    out, err = capfd.readouterr()
    assert (status, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1


def class_of(folder, number, kinds):
    """A class of so many, half of it wrong in one exercise."""
    texts = [notebook.dumps(answered(kinds, **grading_lesson.ANSWERS[name])) for name in ("right", "prints", "wrong")]
    for index in range(number):
        notebook.write(texts[index % 3], folder / f"student {index:04}.ipynb")


def leftovers(mark, temporary):
    """Processes and temporary folders of a run."""
    found = [str(path) for path in temporary.iterdir()]
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if mark in Path("/proc", pid, "environ").read_bytes().decode(errors="replace"):
                found.append(pid)
    return found


@linux
@pytest.mark.slow
@pytest.mark.parametrize(("number", "kills"), [(1000, 5)])
def test_a_killed_run_goes_on_and_leaves_nothing(home, tmp_path, kinds, number, kills):
    class_of(tmp_path / "class", number, kinds)
    command = [sys.executable, "-m", "course", "grade", tmp_path / "class"]
    command += ["--course", home, "--output", tmp_path / "grades"]
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {**os.environ, "COURSE_TEST_MARK": str(tmp_path), "TMPDIR": str(temporary)}
    times, rng = {}, random.Random(0)
    records = tmp_path / "grades" / "records" / LESSON
    for _ in range(kills):
        before = len(list(records.glob("*.json")))
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        some = rng.randint(1, number // (2 * kills))
        while len(list(records.glob("*.json"))) < before + some:
            assert process.poll() is None
            time.sleep(rng.random() / 10)
        process.kill()
        process.wait()
        for path in records.glob("*.json"):
            json.loads(path.read_text())  # whole
            assert times.setdefault(path, path.stat().st_mtime_ns) == path.stat().st_mtime_ns  # graded once
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(path.stat().st_mtime_ns == written for path, written in times.items())
    rows = list(csv.DictReader((tmp_path / "grades" / "scores.csv").read_text().splitlines()))
    assert len(rows) == number
    assert len({row["student"] for row in rows}) == number
    for row in rows:
        wrong = int(row["student"][-4:]) % 3 == 2
        assert row[f"{LESSON}: double"] == ("0" if wrong else "2.0")
    time.sleep(1)
    assert leftovers(str(tmp_path), temporary) == []
    assert [path.name for path in (tmp_path / "grades").rglob(".*")] == [".lock"]


@linux
@pytest.mark.slow
def test_a_cluster_gives_the_same(home, tmp_path, kinds):
    distributed = pytest.importorskip("distributed", reason="the set named cluster installs it")
    class_of(tmp_path / "class", 12, kinds)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        there = batch.grade(tmp_path / "class", {LESSON: kinds}, tmp_path / "a", cluster=cluster.scheduler_address)
    here = batch.grade(tmp_path / "class", {LESSON: kinds}, tmp_path / "b")
    scores = [[record["scores"] for record in found.records] for found in (there, here)]
    assert len(scores[0]) == 12
    assert scores[0] == scores[1]
