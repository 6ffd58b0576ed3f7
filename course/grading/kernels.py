"""Where there is no fork server: a submission and its tests in one Jupyter kernel, as nbgrader itself runs them."""

import os
import tempfile
from pathlib import Path

from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade

from course.grading import engine
from course.grading.find import Repaired
from course.grading.hidden import fails_in_hidden
from course.grading.lesson import Lesson
from course.grading.server import DEFAULTS

OFF = ["tests", "user", "files", "processes", "network"]


def run(repaired: Repaired, lesson: Lesson, settings: engine.Settings, files: dict[str, str] | None = None):
    """As `engine.run`, by nbgrader's own preprocessor: a cell that runs for too long is interrupted and has failed.

    A cell that no kernel has run, because an earlier one killed it, has failed too.
    """
    made, notes = repaired.notebook, []
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    with tempfile.TemporaryDirectory(prefix="course-grading-") as folder:
        for name, content in (files or {}).items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes.fromhex(content))
        try:
            execute = Execute(timeout=max(1, round(settings.cell_seconds)))
            done, _ = execute.preprocess(made, {"metadata": {"path": folder}})
            made.cells = done.cells
        except Exception as error:  # the kernel did not start, or died
            first = (str(error).splitlines() or [""])[0]
            notes.append(f"Not all cells were run: {type(error).__name__}: {first}.")
    diagnoses = {}
    for index, cell in enumerate(made.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if cell.get("execution_count") is None:
            cell.outputs = [engine.error("DeadKernel", "the kernel had died before this cell, or died in it")]
        if is_grade(cell):
            diagnoses[index] = _diagnosis(cell)
    return engine.Run(diagnoses, set(), {}, notes)


def _diagnosis(cell):
    found = engine.of_outputs(cell.outputs)
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if not errors:
        return found
    last = errors[-1]
    said = last.evalue.split("\n")
    if last.ename == "WrongAnswer":
        found |= {"finding": said[0], "cause": "\n".join(said[1:])}
    if last.ename == "NotAttempted" or (last.ename == "NotImplementedError" and "not attempted" in last.evalue):
        found["status"] = "not attempted"
    return found | {"hidden": fails_in_hidden(last.traceback, cell.source, cell.execution_count)}
