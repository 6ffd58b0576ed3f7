"""Hidden tests: which lines of a cell they are, and whether it was one of them that failed."""

import ast
import re

from course.executed import ANSI

MARKERS = ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS")
FAILED = "A test that is not shown here failed."


def hidden_lines(source: str) -> set[int]:
    """The numbers of the lines that stand in a hidden test, from 1.

    >>> hidden_lines("a\\n### BEGIN HIDDEN TESTS\\nb\\n### END HIDDEN TESTS\\nc")
    {2, 3, 4}
    """
    found, inside = set(), False
    for number, line in enumerate(source.split("\n"), 1):
        if MARKERS[0] in line:
            inside = True
        if inside:
            found.add(number)
        if MARKERS[1] in line:
            inside = False
    return found


# How versions of IPython name the cell of a step, and the line that failed there.
_CELL = re.compile(r"(?:Cell|Input) In ?\[(\d+)\]|<ipython-input-(\d+)-")
_LINE = re.compile(r"\], line (\d+)|^-+> *(\d+) |<cell line: (\d+)>|<ipython-input-[^>]*>:(\d+)")


def fails_in_hidden(shown: list[str], source: str, count: int | None) -> bool:
    """Whether an error came from a hidden test of a cell: `shown` is its traceback, `count` the cell's number.

    A course's check shows its own words and no line. These count as a hidden test's if one there is a bare call.
    """
    hidden, found = hidden_lines(source), set()
    for step in shown:
        here = False
        for line in ANSI.sub("", step).split("\n"):
            cell, place = _CELL.search(line), _LINE.search(line)
            if cell:
                here = count is None or str(count) in cell.groups()
            if here and place:
                found.add(int(next(filter(None, place.groups()))))
    return bool(found & hidden) if found else _has_bare_call(source, hidden)


def _has_bare_call(source, lines):
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a cell magic
        return True
    return any(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and node.lineno in lines
        for node in ast.walk(tree)
    )
