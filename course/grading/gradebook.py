"""Write scores into nbgrader's gradebook, and the executed notebooks where its formgrader and feedback look."""

import datetime
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from course import notebook
from course.teach import with_tools


def write(folder: str | Path, records: list[dict], executed: dict[tuple[str, str], str]):
    """Write the records into `gradebook.db` of an nbgrader course; writing them again changes nothing.

    `executed` are the executed notebooks' texts by (student, lesson); they go to `autograded/`. As nbgrader does, a
    score that a person has given stays, and is marked to be looked at. Raises a `ValueError` if the gradebook does not
    know a lesson's cells.
    """
    folder = Path(folder)
    path = folder / "gradebook.db"
    if not path.exists():
        raise ValueError(f"There is no gradebook in {folder}; run python -m course teach {folder} first.")
    with_tools()
    with Gradebook(f"sqlite:///{path.resolve()}", "cnn-course") as gradebook:
        for record in records:
            _require(gradebook, record["lesson"])
        for record in records:
            _write(gradebook, record)
    for (student, lesson), text in executed.items():
        target = folder / "autograded" / student / lesson
        notebook.write(text, target / f"{lesson}.ipynb")
        (target / "timestamp.txt").write_text(datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC"))


def _require(gradebook, lesson):
    try:
        gradebook.find_notebook(lesson, lesson)
    except MissingEntry:
        raise ValueError(
            f"The gradebook does not know the cells of {lesson}; run nbgrader generate_assignment {lesson} first."
        ) from None


def _write(gradebook, record):
    student, lesson = record["student"], record["lesson"]
    gradebook.update_or_create_student(student)
    gradebook.update_or_create_submission(lesson, student)
    for score in record["scores"]:
        grade = gradebook.find_grade(score["cell"], lesson, lesson, student)
        grade.auto_score = score["points"]
        grade.needs_manual_grade = grade.manual_score is not None or score["points"] is None
    gradebook.db.commit()
