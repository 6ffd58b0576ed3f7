"""The map of the lessons, `notebooks/README.md`, from what each lesson says of itself in its first cell.

The first cell begins with the title, then the question in bold, and ends with one line on what it takes:

    # LeNet-5: a network that reads digits

    **How can a network read a handwritten digit with only sixty thousand numbers to learn?**
    …
    Before: 01, 02. Reading: 60 minutes. Running: 2 minutes.

Running is what the code takes on two processor cores, under the profile `lesson`.
"""

import re

from nbformat import NotebookNode

from course.executed import is_check

_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_QUESTION = re.compile(r"\*\*([^*]+\?)\*\*")
_COSTS = re.compile(r"^Before: (nothing|\d\d(?:, \d\d)*)\. Reading: (\d+ minutes)\. Running: (.+)\.$", re.MULTILINE)

_HEAD = """# The lessons

Each is a notebook that stands by itself: it asks a question, builds a net block by block, shows a paper's claim by an
experiment, and has exercises that check themselves. *Before* are the lessons it builds on. *Running* is what all its
cells take on two processor cores.

| lesson | its question | before | exercises | reading | running |
|---|---|---|---:|---|---|
"""


def page(lessons: dict[str, NotebookNode]) -> str:
    """The page, in Markdown, for lessons by name ("03_lenet5").

    Raises a `ValueError` for a lesson that does not say its question, what comes before it and what it takes.
    """
    rows = [_row(name, lesson) for name, lesson in lessons.items()]
    return _HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(name, lesson):
    first = lesson.cells[0].source if lesson.cells else ""
    title, question, costs = (pattern.search(first) for pattern in (_TITLE, _QUESTION, _COSTS))
    wanted = {
        "a title (# Topic: what it is)": title,
        "a question in bold": question,
        'the line "Before: 01, 02. Reading: 60 minutes. Running: 2 minutes."': costs,
    }
    for what, found in wanted.items():
        if not found:
            raise ValueError(f"The first cell of {name} lacks {what}, which the map of the lessons shows.")
    before, reading, running = costs.groups()
    exercises = sum(map(is_check, lesson.cells))
    link = f"[{name[:2]} {title[1]}]({name}.ipynb)"
    return link, " ".join(question[1].split()), "–" if before == "nothing" else before, str(exercises), reading, running
