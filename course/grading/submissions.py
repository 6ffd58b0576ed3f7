"""What was handed in: nbgrader's `submitted/` folders, loose notebooks named by student, or a platform's zip."""

import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from course.errors import unknown
from course.grading import find, names
from course.grading.lesson import Lesson

LARGEST = 250 * 2**20  # bytes of a notebook that is read
PACKED = 200  # times that a large notebook in a zip may be smaller: what packs better is made to fill the memory
LARGE = 20 * 2**20
BESIDE = 32 * 2**20  # bytes of the files beside a notebook


class Submission(NamedTuple):
    """One notebook of one student: `read()` gives its bytes or raises a `ValueError` that says why it cannot be read,
    `beside()` the files beside it, in hexadecimal."""

    student: str
    lesson: str
    name: str
    read: Callable[[], bytes]
    beside: Callable[[], dict[str, str]]


def collect(path: str | Path, lessons: dict[str, Lesson], lesson: str | None = None) -> tuple[list[Submission], list]:
    """`(submissions, notes)`: every notebook below a path, and a sentence for each thing that is none.

    The student is the folder below `submitted/`, the part of a platform's folder name before its number, or the file's
    name without the lesson's. The lesson is `lesson`, or the one that the file or its folder is named after, or the one
    whose exercises the notebook holds. Of two by one student the later counts. Links are not followed, nothing is
    unpacked, and a name that leads elsewhere is taken for its last part.
    """
    path = Path(path)
    if lesson is not None and lesson not in lessons:
        near = [name for name in lessons if lesson in (name, name[3:]) or name.startswith(f"{lesson.zfill(2)}_")]
        if not near:
            raise unknown("lesson", lesson, lessons)
        lesson = near[0]
    if not path.exists():
        raise ValueError(f"{path} is not there; give a folder of notebooks or a zip file.")
    notes: list[str] = []
    found = _in_zip(path, notes) if path.is_file() else _in_folder(path, notes)
    chosen: dict[tuple[str, str], tuple] = {}
    for parts, time, read, beside in found:
        which = lesson or _lesson_of(parts, read, lessons, notes)
        if which is None:
            continue
        student = _student(parts, which, lessons)
        name = "/".join(parts)
        other = chosen.get((student, which))
        if other:
            earlier, later = sorted([(other[0], other[1].name), (time, name)])
            notes.append(f"{student} handed in {which} more than once; {later[1]} counts, not {earlier[1]}.")
            if (time, name) < (other[0], other[1].name):
                continue
        chosen[student, which] = (time, Submission(student, which, name, read, beside))
    return [chosen[key][1] for key in sorted(chosen)], notes


def _in_folder(path, notes):
    folder = path / "submitted" if (path / "submitted").is_dir() else path
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        for name in [*folders, *files]:
            if os.path.islink(os.path.join(here, name)):
                notes.append(f"{os.path.relpath(os.path.join(here, name), folder)} is a link; it was not followed.")
        for name in sorted(files):
            file = Path(here, name)
            if file.suffix.lower() != ".ipynb" or name.startswith(".") or file.is_symlink():
                continue
            parts = file.relative_to(folder).parts
            yield parts, file.stat().st_mtime, _reader(file), _beside(file, len(parts) > 1)


def _reader(file):
    def read():
        try:
            descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
            with open(descriptor, "rb") as stream:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode):
                    raise ValueError(f"{file.name} is no file")
                if status.st_size > LARGEST:
                    raise ValueError(_too_large(file.name, status.st_size))
                return stream.read(LARGEST)
        except OSError as error:
            raise ValueError(f"{file.name} cannot be read: {error.strerror}") from None

    return read


def _too_large(name, size):
    return (
        f"{name} has {size / 2**20:,.0f} MB, and the most that is read is {LARGEST // 2**20} MB; it can be handed in "
        "again with its outputs cleared"
    )


def _beside(file, own_folder):
    """The other files of a student's folder; a loose notebook has none of its own."""

    def beside():
        found, room = {}, BESIDE
        if not own_folder:
            return found
        for other in sorted(file.parent.rglob("*")):
            if other.suffix == ".ipynb" or other.is_symlink() or not other.is_file() or len(found) >= 100:
                continue
            name = other.relative_to(file.parent)
            if any(part.startswith(".") for part in name.parts) or other.stat().st_size > room:
                continue
            try:
                content = _reader(other)()
            except ValueError:
                continue
            room -= len(content)
            found[name.as_posix()] = content.hex()
        return found

    return beside


def _in_zip(path, notes):
    if not zipfile.is_zipfile(path):
        if path.suffix.lower() == ".ipynb":
            yield (path.name,), path.stat().st_mtime, _reader(path), dict
            return
        raise ValueError(f"{path} is neither a folder nor a zip file nor a notebook; give one of these.")
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            parts = tuple(part for part in PurePosixPath(info.filename.replace("\\", "/")).parts if part.strip("./"))
            if info.is_dir() or not parts or parts[0] == "__MACOSX" or parts[-1].startswith("."):
                continue
            if not parts[-1].lower().endswith(".ipynb"):
                continue
            if stat.S_ISLNK(info.external_attr >> 16):
                notes.append(f"{info.filename} is a link; it was not followed.")
                continue
            yield parts, info.date_time, _member(path, info), dict


def _member(path, info):
    name = PurePosixPath(info.filename).name

    def read():
        if info.file_size > LARGEST:
            raise ValueError(_too_large(name, info.file_size))
        if info.file_size > LARGE and info.file_size > PACKED * info.compress_size:
            raise ValueError(
                f"{name} unpacks to more than {PACKED} times its size in the zip file; it was not unpacked"
            )
        try:
            with zipfile.ZipFile(path) as archive, archive.open(info) as stream:
                return stream.read(LARGEST)
        except (zipfile.BadZipFile, RuntimeError, zlib.error, EOFError, OSError) as error:
            raise ValueError(f"{name} cannot be unpacked: {error}") from None

    return read


def _lesson_of(parts, read, lessons, notes):
    for part in reversed(parts):
        stem = part[: -len(".ipynb")] if part.lower().endswith(".ipynb") else part
        for name in lessons:
            if name in stem:
                return name
    best, problem = {}, ""
    try:
        cells = find.cells(read())
    except ValueError as error:
        cells, problem = [], f" ({error})"
    ids = {cell.grade_id for cell in cells} | {mark for cell in cells for mark in find.MARKER.findall(cell.source)}
    defined = frozenset().union(*(names.defined(cell.source) for cell in cells), frozenset())
    for name, lesson in lessons.items():
        known = {cell.metadata.nbgrader.grade_id for cell in lesson.solved.cells if "nbgrader" in cell.metadata}
        answers = [cell for cell, role in zip(lesson.solved.cells, lesson.roles, strict=True) if role == "answer"]
        bound = frozenset().union(*(names.defined(cell.source) for cell in answers), frozenset())
        best[name] = len(ids & known), len(defined & bound)
    name = max(best, key=lambda name: best[name])
    if any(best[name]):
        return name
    if len(lessons) == 1:
        return name
    notes.append(f"{'/'.join(parts)} belongs to no lesson{problem}; name it after one, or give --lesson.")
    return None


def _student(parts, lesson, lessons):
    folders = [part for part in parts[:-1] if part not in lessons and part != "submitted"]
    if folders:
        name = re.split(r"_\d+_assignsubmission", folders[0])[0]  # Moodle's
    else:
        name = re.sub(r"(?i)\.ipynb$", "", parts[-1])
        if name != lesson:
            name = re.sub(rf"[-_ ]*{re.escape(lesson)}.*$", "", name) or name
        name = re.sub(r"_(late_)?\d+_\d+(_.*)?$", "", name)  # Canvas's
    return safe(name)


def safe(name: str) -> str:
    """A name that is one part of a path: Korean and spaces stay, separators and control characters go.

    >>> safe("../김 민수")
    '김 민수'
    """
    name = unicodedata.normalize("NFC", name)
    name = "".join("_" if char in '/\\:*?"<>|' or unicodedata.category(char)[0] == "C" else char for char in name)
    name = name.strip(" ._")[:120]
    return name or "unnamed"
