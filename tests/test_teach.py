"""An nbgrader course of the lessons, in one command."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import grading_lesson
import pytest
from example_lesson import SOURCE, write_lesson
from nbgrader.api import Gradebook

from course import notebook, release, teach
from course.__main__ import main
from course.grading import lesson


def test_a_course_has_sources_configuration_and_gradebook(tmp_path, monkeypatch, capsys):
    write_lesson(tmp_path)
    write_lesson(tmp_path, "02_again")
    monkeypatch.chdir(tmp_path)
    assert main(["teach", "course"]) == 0
    said = capsys.readouterr().out
    for name in (
        "source/01_twice/01_twice.ipynb",
        "nbgrader_config.py",
        "gradebook.db",
        "nbgrader generate_assignment",
    ):
        assert name in said
    source = notebook.read("course/source/01_twice/01_twice.ipynb")
    assert source == release.solved("solutions/01_twice.py")
    with Gradebook("sqlite:///course/gradebook.db") as book:
        assert {assignment.name for assignment in book.assignments} == {"01_twice", "02_again"}
    config = (tmp_path / "course" / "nbgrader_config.py").read_text()
    compile(config, "nbgrader_config.py", "exec")
    assert "c.Execute.timeout = 600" in config
    assert "os.environ.setdefault(\"COURSE_PROFILE\", 'smoke')" in config
    assert "c.IgnorePattern.enabled = True" in config
    assert "ExecuteApart" not in config


def test_again_writes_what_has_changed_and_leaves_the_configuration(tmp_path):
    path = write_lesson(tmp_path)
    folder = tmp_path / "course"
    teach.teach(path.parent, folder)
    assert teach.teach(path.parent, folder) == []
    config = folder / "nbgrader_config.py"
    config.write_text("c = get_config()\n")
    path.write_text(SOURCE.replace("Twice", "Two times"))
    assert teach.teach(path.parent, folder) == [folder / "source" / "01_twice" / "01_twice.ipynb"]
    assert config.read_text() == "c = get_config()\n"
    with pytest.raises(ValueError, match="runs submissions otherwise; delete it"):
        teach.teach(path.parent, folder, fast=True)


def test_fast_lets_nbgrader_run_submissions_by_this_package(tmp_path):
    folder = tmp_path / "course"
    teach.teach(write_lesson(tmp_path).parent, folder, fast=True, seconds=90)
    config = (folder / "nbgrader_config.py").read_text()
    compile(config, "nbgrader_config.py", "exec")
    assert "c.ExecuteApart.cell_seconds = 90" in config


def test_no_lesson_no_course(tmp_path):
    with pytest.raises(ValueError, match="There is no lesson in"):
        teach.teach(tmp_path, tmp_path / "course")
    assert not (tmp_path / "course").exists()


@contextlib.contextmanager
def formgrader(folder):
    """A Jupyter server with nbgrader's formgrader on this machine; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser", "--ip=127.0.0.1"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=token"]
    command += ["--ServerApp.jpserver_extensions=nbgrader.server_extensions.formgrader=True"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert process.poll() is None
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/formgrader"
    finally:
        process.terminate()
        process.wait()


@pytest.mark.slow
def test_nbgrader_s_own_commands_work_from_release_to_feedback(tmp_path, monkeypatch):
    name, course, learner, exchange = "01_kinds", tmp_path / "course", tmp_path / "learner", tmp_path / "exchange"
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    write_lesson(tmp_path, name, grading_lesson.SOURCE)
    teach.teach(tmp_path / "solutions", course)
    learner.mkdir()
    exchange.mkdir()
    exchange.chmod(0o777)

    def nbgrader(*arguments, cwd=course):
        command = ["nbgrader", *arguments, f"--Exchange.root={exchange}", f"--Exchange.cache={tmp_path / 'cache'}"]
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    nbgrader("generate_assignment", name)
    nbgrader("release_assignment", name)
    nbgrader("fetch_assignment", name, "--course=cnn-course", cwd=learner)
    answer = grading_lesson.answered(lesson.all_of(tmp_path)[name], double="def double(n):\n    return abs(2 * n)")
    notebook.write(notebook.dumps(answer), learner / name / f"{name}.ipynb")
    assert "You did not provide a response" in nbgrader("validate", f"{name}/{name}.ipynb", cwd=learner)
    nbgrader("submit", name, "--course=cnn-course", cwd=learner)
    nbgrader("collect", name)
    nbgrader("autograde", name)
    nbgrader("generate_feedback", name)
    nbgrader("release_feedback", name)
    nbgrader("fetch_feedback", name, "--course=cnn-course", cwd=learner)
    (page,) = learner.rglob("*.html")
    shown = page.read_text(encoding="utf-8")
    assert "A test that is not shown here failed." in shown
    assert "-14" not in shown
    with formgrader(course) as address:
        for path in ("manage_assignments", f"gradebook/{name}/{name}"):
            with urllib.request.urlopen(f"{address}/{path}?token=token", timeout=60) as response:
                assert (response.status, "nbgrader" in response.read().decode()) == (200, True)
