"""Find the answers in what was handed in, and put it back into the form that the lesson has.

Cells are known by nbgrader's metadata; without it, an answer by a visible line `# exercise: lenet5`, then by the name
that it defines, and another cell by its text. Tests come from the lesson, whatever the submission has in their place.
Every repair leaves a note; nothing that is handed in stops the grader.
"""

import copy
import difflib
import json
import re
import threading
from typing import NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.grading import names
from course.grading.lesson import Lesson

MARKER = re.compile(r"^\s*#+\s*exercise:\s*([\w-]+)\s*$", re.MULTILINE | re.IGNORECASE)
ALIKE = 0.6  # of a changed cell's text to its source's
LARGE = 8 * 2**20  # bytes of a notebook that is looked at before it is read whole, one such at a time
LONG = 2**20  # bytes of a string that is an output
VALUES = 5_000_000  # that a notebook may hold
STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_one_at_a_time = threading.Lock()


class Cell(NamedTuple):
    """One cell of a submission, without its outputs."""

    kind: str
    source: str
    grade_id: str | None
    number: int


class Repaired(NamedTuple):
    """A notebook ready to run: each cell's index in the lesson or `None`, and what was done to it."""

    notebook: NotebookNode
    places: list[int | None]
    notes: list[str]


def cells(text: str | bytes) -> list[Cell]:
    """The cells of a notebook file of any format. Raises a `ValueError` for what is no notebook."""
    try:
        content = _content(text.encode() if isinstance(text, str) else text)
        sheets = content.get("worksheets") or [content]
        raw = [cell for sheet in sheets for cell in sheet.get("cells", [])]
        if "cells" not in content and "worksheets" not in content:
            raise ValueError("it has no cells")
        return [_cell(cell, number) for number, cell in enumerate(raw)]
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f"it is not a notebook: {reason}") from None


def _content(text):
    """What a file holds. A large one is read without its longest strings, which are outputs, and within bounds."""
    if len(text) <= LARGE:
        return json.loads(text)
    with _one_at_a_time:
        text = STRING.sub(lambda found: b'""' if len(found[0]) > LONG else found[0], text)
        bare = STRING.sub(b"", text)
        if sum(map(bare.count, (b",", b"[", b"{"))) > VALUES:
            raise ValueError(f"it holds more than {VALUES:,} values")
        return json.loads(text)


def _cell(cell, number):
    source = cell.get("source", cell.get("input", ""))
    source = "".join(map(str, source)) if isinstance(source, list) else str(source)
    source = source.encode("utf-8", "replace").decode()
    metadata = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
    marks = metadata.get("nbgrader") if isinstance(metadata.get("nbgrader"), dict) else {}
    kind = cell.get("cell_type")
    grade_id = marks.get("grade_id")
    if kind == "heading":
        kind = "markdown"
    return Cell(
        kind if kind in ("code", "markdown") else "raw", source, grade_id if isinstance(grade_id, str) else None, number
    )


def repair(submitted: list[Cell], lesson: Lesson) -> Repaired:
    """The submission's cells in a notebook that can be graded."""
    notes: list[str] = []
    places = _matched(submitted, lesson, notes)
    order = _ordered(submitted, places, lesson, notes)
    order = _with_missing(order, lesson, notes)
    made, where = new_notebook(metadata=copy.deepcopy(lesson.solved.metadata)), []
    made.nbformat_minor = 5
    for number, (cell, place) in enumerate(order):
        made.cells.append(_made(cell, place, lesson, number))
        where.append(place)
    return Repaired(made, where, notes)


def _matched(submitted, lesson, notes):
    """Each submitted cell's place in the lesson, `None` for one of the learner's own, "dropped" for a spent copy."""
    source = lesson.released.cells
    ids = {cell.metadata.nbgrader.grade_id: index for index, cell in enumerate(source) if "nbgrader" in cell.metadata}
    places: list = [None] * len(submitted)
    taken: dict[int, list[int]] = {}
    for cell in submitted:
        if cell.grade_id in ids:
            taken.setdefault(ids[cell.grade_id], []).append(cell.number)
    for place, numbers in taken.items():
        name = source[place].metadata.nbgrader.grade_id
        kept = numbers[-1]
        if len(numbers) > 1:
            own = [number for number in numbers if submitted[number].source.strip() != source[place].source.strip()]
            kept = own[-1] if own else numbers[-1]
            notes.append(f'The cell "{name}" is there {len(numbers)} times; the last one with an answer counts.')
        for number in numbers:
            untouched = submitted[number].source.strip() == source[place].source.strip()
            drop = number != kept and (untouched or lesson.roles[place] in ("test", "manual"))
            places[number] = place if number == kept else "dropped" if drop else None
        if submitted[kept].kind != source[place].cell_type and lesson.roles[place] in ("answer", "manual"):
            notes.append(f'The cell "{name}" had become {submitted[kept].kind}; it is {source[place].cell_type} again.')
    _match_text(submitted, places, lesson)
    _match_answers(submitted, places, lesson, notes)
    return places


def _match_text(submitted, places, lesson):
    """Match other cells by their text: all of it first, then most of it."""
    free = {index for index, role in enumerate(lesson.roles) if index not in places and role != "answer"}
    by_text: dict[str, list[int]] = {}
    for index in sorted(free):
        by_text.setdefault(lesson.released.cells[index].source.strip(), []).append(index)
    for cell in submitted:
        found = by_text.get(cell.source.strip())
        if places[cell.number] is None and found:
            places[cell.number] = found.pop(0)
            free.discard(places[cell.number])
    for cell in submitted:
        if places[cell.number] is not None or cell.kind != "code" or not cell.source.strip():
            continue
        for index in sorted(free):
            text = lesson.released.cells[index].source
            if lesson.roles[index] != "plain" or not text.strip() or len(cell.source) > 10 * len(text) + 1000:
                continue
            matcher = difflib.SequenceMatcher(None, text, cell.source, autojunk=False)
            if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE:
                places[cell.number] = index
                free.discard(index)
                break


def _match_answers(submitted, places, lesson, notes):
    """Find answers without metadata: by a marker line, else by the name that they define."""
    for index, role in enumerate(lesson.roles):
        if role != "answer" or index in places:
            continue
        name = lesson.released.cells[index].metadata.nbgrader.grade_id
        keys = {name.lower(), re.sub(r"[-_](answer|solution)$", "", name).lower()}
        keys |= {_id(lesson, test).lower() for test in lesson.tests if lesson.answers(test) == [index]}
        loose = [cell for cell in submitted if places[cell.number] is None and cell.source.strip()]
        found = [cell for cell in loose if keys & {marker.lower() for marker in MARKER.findall(cell.source)}]
        how = "by its line # exercise:"
        if not found:
            wanted = names.defined(lesson.released.cells[index].source) or names.defined(
                lesson.solved.cells[index].source
            )
            found = [cell for cell in loose if wanted & _defines(cell)]
            how = f"by the name it defines, {', '.join(sorted(wanted))}"
        if found:
            stub = lesson.released.cells[index].source.strip()
            own = [cell for cell in found if cell.source.strip() != stub] or found
            places[own[-1].number] = index
            notes.append(f'The cell "{name}" had lost its mark; the answer was found {how}.')


def _defines(cell):
    """What a cell binds; of one that is not code, only what reads as a definition."""
    if cell.kind == "code":
        return names.defined(cell.source)
    text = re.sub(r"^```\w*$", "", cell.source, flags=re.MULTILINE)
    return names.defined(text) if re.search(r"^(def|class) \w+", text, re.MULTILINE) else frozenset()


def _id(lesson, index):
    return lesson.solved.cells[index].metadata.nbgrader.grade_id


def _ordered(submitted, places, lesson, notes):
    """The cells with their places, in the lesson's order where the submission's is broken."""
    order = [(cell, places[cell.number]) for cell in submitted if places[cell.number] != "dropped"]
    position = {place: number for number, (_, place) in enumerate(order) if place is not None}
    roles = lesson.roles
    broken = [
        (before, after)
        for before in position
        for after in position
        if before < after
        and position[before] > position[after]
        and (roles[before], roles[after]) in (("plain", "test"), ("answer", "test"), ("plain", "answer"))
    ]
    if not broken:
        return order
    names_ = sorted({_name(lesson, after) for _, after in broken})
    notes.append(
        f"Cells were out of order ({', '.join(names_)} before what they need); the lesson's order was put back."
    )
    groups: list[list] = [[]]  # each cell of the lesson with the learner's own cells that follow it
    for item in order:
        if item[1] is not None:
            groups.append([])
        groups[-1].append(item)
    first, *rest = groups
    rest.sort(key=lambda group: group[0][1])
    return [item for group in (first, *rest) for item in group]


def _name(lesson, index):
    metadata = lesson.solved.cells[index].metadata
    return f'"{metadata.nbgrader.grade_id}"' if "nbgrader" in metadata else f'a cell under "{lesson.title(index)}"'


def _with_missing(order, lesson, notes):
    """The cells with the lesson's tests, and what else must be there, in the places of those that are missing."""
    there = {place for _, place in order if place is not None}
    kept = [cell.source for cell, place in order if cell.kind == "code" or lesson.roles[place or 0] == "answer"]
    bound, needed = set(), set()
    for source in kept:
        binds, needs = names.of(names.plain(source))
        bound |= binds
        needed |= needs
    for index, role in enumerate(lesson.roles):
        if index in there:
            continue
        cell = lesson.released.cells[index]
        binds = names.of(names.plain(cell.source))[0] if role == "plain" else frozenset()
        if role in ("test", "manual"):
            if role == "test" or _graded(cell):
                notes.append(f"The cell {_name(lesson, index)} was missing; it was put back.")
        elif role == "answer":
            notes.append(f"The cell {_name(lesson, index)} is missing, and no answer was found in its place.")
            continue
        elif not (binds & needed - bound):
            continue
        else:
            notes.append(f'A cell of the lesson\'s under "{lesson.title(index)}" was missing; it was put back.')
            needed |= names.of(names.plain(cell.source))[1]
        after = max(
            (number for number, (_, place) in enumerate(order) if place is not None and place < index), default=-1
        )
        while after + 1 < len(order) and order[after + 1][1] is None and after >= 0:
            after += 1  # behind the learner's own cells there
        order.insert(after + 1, (None, index))
    return order


def _graded(cell):
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def _made(cell, place, lesson, number):
    """A cell of the repaired notebook."""
    if place is None:
        make = new_code_cell if cell.kind == "code" else new_markdown_cell
        return make(cell.source, id=f"own-{number}")
    source = lesson.solved.cells[place]
    made = copy.deepcopy(lesson.released.cells[place])
    made.id = f"{source.id}-{number}"[:64]
    if lesson.roles[place] == "test" or (cell is None and lesson.roles[place] != "answer"):
        made.source = source.source if lesson.roles[place] == "test" else made.source
    elif not made.metadata.get("nbgrader", {}).get("locked") or lesson.roles[place] in ("answer", "manual"):
        made.source = cell.source
        if made.cell_type == "code" and cell.kind != "code":
            made.source = re.sub(r"^```\w*$", "", cell.source, flags=re.MULTILINE)
    if made.cell_type == "code":
        made.outputs, made.execution_count = [], None
    return made
