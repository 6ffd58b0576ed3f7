"""Notebook files: find a lesson by name, read what a learner hands over, write all of a file or nothing."""

import errno
import json
import os
from pathlib import Path

import nbformat

from course.errors import unknown

LESSONS = "[0-9][0-9]_*"


def home() -> Path:
    """The folder that holds `notebooks/` and `solutions/`: this one, one above it, or the clone the package lies in."""
    for folder in (Path.cwd(), *Path.cwd().parents, Path(__file__).resolve().parents[1]):
        if any(folder.glob(f"notebooks/{LESSONS}.ipynb")) or any(folder.glob(f"solutions/{LESSONS}.py")):
            return folder
    raise ValueError(f"There are no lessons in {Path.cwd()} or above it; go to a clone of the course, or give a path.")


def lessons(folder: str | Path, suffix: str) -> list[Path]:
    """The lessons of a folder in their order: its files NN_topic with that suffix."""
    return sorted(Path(folder).glob(LESSONS + suffix))


def find(lesson: str, folder: str, suffix: str) -> Path:
    """The file of a lesson named by number ("3", "03"), topic ("lenet5"), name ("03_lenet5") or path.

    `folder` is the one to look in, below `home()`: "notebooks" for ".ipynb", "solutions" for ".py".
    """
    path = Path(lesson)
    if path.suffix or len(path.parts) > 1:
        if path.is_dir():
            raise ValueError(f"{path} is a folder; give a lesson's name or the path of its {suffix} file.")
        if not path.is_file():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        if path.suffix != suffix:
            raise ValueError(f"{path} is no {suffix} file; give a lesson's name or a path that ends in {suffix}.")
        return path.resolve()
    paths = lessons(home() / folder, suffix)
    for path in paths:
        number, topic = path.stem.split("_", 1)
        if lesson in (topic, path.stem) or (lesson.isdecimal() and int(lesson) == int(number)):
            return path
    raise unknown("lesson", lesson, [path.stem for path in paths])


def read(path: str | Path) -> nbformat.NotebookNode:
    """Read a notebook of any format version as version 4; a cell without an id, or with a copied one, gets its own."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        if content["nbformat"] == 4 and content["nbformat_minor"] >= 5:
            _identify(content["cells"])
        return nbformat.reads(json.dumps(content), as_version=4)
    except (ValueError, LookupError, TypeError, AttributeError, nbformat.ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"{path} is not a notebook that Jupyter can read: {reason}.") from error


def _identify(cells):
    taken = set()
    for index, cell in enumerate(cells):
        if cell.get("id") in taken or "id" not in cell:
            cell["id"] = f"unnamed-{index}"
        taken.add(cell["id"])


def dumps(notebook: nbformat.NotebookNode) -> str:
    """The text of a notebook file; the same notebook gives the same text."""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


def write(text: str, path: str | Path):
    """Write a file through a temporary one beside it, so that it is there whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
