"""For nbgrader itself: submissions run by this package in `nbgrader autograde`, and feedback without hidden tests."""

import atexit
import functools
from pathlib import Path

from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade
from traitlets import Bool, Float

from course.executed import ANSI
from course.grading import engine, find
from course.grading.hidden import FAILED, MARKERS, fails_in_hidden, hidden_lines
from course.grading.lesson import load
from course.grading.server import Server


class ExecuteApart(NbGraderPreprocessor):
    """Execute a submission in processes of its own, the tests in another; stands where nbgrader has `Execute`.

    The lesson's tests and imports are those of `source/`, in the folder where nbgrader runs.
    """

    cell_seconds = Float(600, help="The longest that a cell may run, in seconds").tag(config=True)
    one_process = Bool(False, help="Whether tests whose values cannot pass run beside the submission").tag(config=True)

    def preprocess(self, nb, resources):
        names = resources["nbgrader"]
        lesson = _lesson(str(Path("source", names["assignment"], f"{names['notebook']}.ipynb").resolve()))
        submitted = [
            find.Cell(cell.cell_type, cell.source, cell.metadata.get("nbgrader", {}).get("grade_id"), number)
            for number, cell in enumerate(nb.cells)
        ]
        repaired = find.repair(submitted, lesson)
        settings = engine.Settings(cell_seconds=self.cell_seconds, one_process=self.one_process)
        done = engine.run(repaired, lesson, _server(), settings)
        for note in (*repaired.notes, *done.notes):
            self.log.warning("%s: %s", names["student"], note)
        for index, reason in done.ungraded.items():
            self.log.error("%s: %s", names["student"], reason)
            repaired.notebook.cells[index].outputs.append(engine.error("NotGraded", reason))
        return repaired.notebook, resources


@functools.cache
def _lesson(path):
    return load(path)


@functools.cache
def _server():
    server = Server()
    atexit.register(server.close)
    return server


class HideHiddenTests(NbGraderPreprocessor):
    """Take hidden tests out of the notebook that a learner gets back, and what they said as they failed."""

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type != "code" or not is_grade(cell) or MARKERS[0] not in cell.source:
            return cell, resources
        lines = cell.source.split("\n")
        hidden = hidden_lines(cell.source)
        secret = [lines[number - 1].strip() for number in hidden if len(lines[number - 1].strip()) > 3]
        for output in cell.outputs:
            if output.output_type != "error":
                continue
            if fails_in_hidden(output.traceback, cell.source, cell.get("execution_count")):
                output.ename, output.evalue, output.traceback = "HiddenTest", FAILED, [FAILED]
            else:  # what IPython shows around a line that failed
                shown = [ANSI.sub("", line) for step in output.traceback for line in step.split("\n")]
                output.traceback = [line for line in shown if not any(part in line for part in secret)]
        cell.source = "\n".join(line for number, line in enumerate(lines, 1) if number not in hidden)
        return cell, resources
