"""An nbgrader course of the lessons, in one command."""

import pytest
from example_lesson import SOURCE, write_lesson
from nbgrader.api import Gradebook

from course import notebook, release, teach
from course.__main__ import main


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
