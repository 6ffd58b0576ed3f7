"""Read from the cells of an executed notebook, their outputs and nbgrader's metadata, how the exercises went."""

import re
from typing import NamedTuple

from nbformat import NotebookNode

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Verdict(NamedTuple):
    """How one exercise went: its test cell's grade_id, "passed", "wrong", "not attempted" or "not run", and why."""

    exercise: str
    status: str
    message: str
    points: float


def code_cells(lesson: NotebookNode) -> list[int]:
    """The indices of the cells that are executed."""
    return [index for index, cell in enumerate(lesson.cells) if cell.cell_type == "code" and cell.source.strip()]


def is_check(cell: NotebookNode) -> bool:
    """Whether the cell is the test cell of an exercise, by nbgrader's metadata."""
    metadata = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and metadata.get("grade", False) and not metadata.get("solution", False)


def heading(lesson: NotebookNode, index: int) -> str:
    """The heading under which a cell stands."""
    for cell in reversed(lesson.cells[:index]):
        titles = re.findall(r"^#+ +(.+)$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else []
        if titles:
            return re.sub(r"[*`]", "", titles[-1]).strip()
    return "top of the notebook"


def error(cell: NotebookNode) -> NotebookNode | None:
    """The error output of a code cell, if it has failed."""
    errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
    return errors[-1] if errors else None


def failures(lesson: NotebookNode) -> list[int]:
    """The indices of the cells that failed, but for the checks of exercises not attempted."""
    failed = [index for index in code_cells(lesson) if error(lesson.cells[index])]
    return [index for index in failed if not _is_unattempted(lesson.cells[index])]


def verdicts(lesson: NotebookNode) -> list[Verdict]:
    """How each exercise of an executed notebook went."""
    return [_verdict(cell) for cell in lesson.cells if is_check(cell)]


def _verdict(cell):
    exercise = cell.metadata.nbgrader.get("grade_id", "unnamed")
    points = float(cell.metadata.nbgrader.get("points", 0))
    if cell.execution_count is None:
        return Verdict(exercise, "not run", "", points)
    if _is_unattempted(cell):
        return Verdict(exercise, "not attempted", "", points)
    if error(cell):
        return Verdict(exercise, "wrong", sentence(error(cell)), points)
    return Verdict(exercise, "passed", "", points)


def _is_unattempted(cell):
    if not is_check(cell):
        return False
    failed = error(cell)
    if failed:
        stub = failed.ename == "NotImplementedError" and "not attempted" in failed.evalue
        return stub or failed.ename == "NotAttempted"
    return any("not attempted" in output.text.lower() for output in cell.outputs if output.output_type == "stream")


def sentence(failed: NotebookNode) -> str:
    """An error output in one line; of a check's own message, the first line."""
    first = next((line.strip() for line in ANSI.sub("", failed.evalue).splitlines() if line.strip()), "")
    if failed.ename in ("AssertionError", "DeadKernel", "NotAttempted", "TimeoutError", "WrongAnswer"):
        return first or failed.ename
    return f"{failed.ename}: {first}" if first else failed.ename


def describe(failed: NotebookNode) -> str:
    """An error output for the terminal: a check's message whole; of other errors the lines in the notebook alone."""
    frames = [ANSI.sub("", frame) for frame in failed.traceback]
    if frames and not any("Traceback (most recent call last)" in frame for frame in frames):
        return "\n".join(frames).strip("\n")
    lines = []
    for frame in frames:
        place = re.match(r"Cell In ?\[(\d+)\]|.*(?:ipython-input-|ipykernel_)", frame)
        arrow = re.search(r"^-+> *(\d+) ?(.*)$", frame, re.MULTILINE)
        if place and arrow:
            cell = f"cell [{place[1]}], " if place[1] else ""
            lines.append(f"{cell}line {arrow[1]}: {arrow[2].strip()}")
    return "\n".join([*lines, f"{failed.ename}: {ANSI.sub('', failed.evalue).strip()}".rstrip(": ")])
