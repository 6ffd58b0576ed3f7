"""Release the lessons: `solutions/NN_topic.py` becomes `notebooks/NN_topic.ipynb`, the learner's edition.

A lesson's source is py:percent. nbgrader's metadata stands in the cell headers:

    # %% nbgrader={"grade_id": "lenet5", "solution": true}
    # %% nbgrader={"grade_id": "lenet5-check", "grade": true, "locked": true, "points": 4}

A solution stands between `### BEGIN SOLUTION` and `### END SOLUTION`, a hidden test between `### BEGIN HIDDEN TESTS`
and `### END HIDDEN TESTS`. nbgrader's own preprocessors clear them, those of its `generate_assignment` but three:
IncludeHeaderFooter (there is no header), InstantiateTests (it writes tests by running the answers; ours are written)
and SaveCells (it needs a gradebook, which an instructor has and a release has not).

The stub raises. An answer of `...` would return None, as does one whose `return` was forgotten: a check could not tell
"not attempted" from "wrong". So that a learner's edition runs to its end unanswered, a solution stands inside a
function, where nothing raises until the function is called, and a test cell carries the tag `raises-exception`, past
which "Run all" goes on. A lesson that would break this is refused.

The same source gives the same bytes on every machine: a cell's id is its `grade_id` or its index, and the metadata of
the notebook are fixed.

Where the course is published is one setting, `Repository` under `[project.urls]` in pyproject.toml. It is stamped into
the line `KIT = ""` of a lesson's first code cell, from where that cell installs the course, and into a badge that opens
the lesson on Colab. Without it, both stay out. `notebooks/README.md` lists the lessons: see `course.index`.
"""

import ast
import copy
import io
import itertools
import re
import tokenize
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import jupytext
from nbformat import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator, ValidationError
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)
from nbgrader.utils import is_grade, is_solution

from course import notebook
from course.errors import unknown
from course.index import page

NO_ADDRESS = 'KIT = ""'
STUB = '# YOUR CODE HERE\nraise NotImplementedError("not attempted: replace this line with your code")'

_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_JUPYTEXT_METADATA = ("cell_depth", "cell_marker", "lines_to_end_of_cell_marker", "lines_to_next_cell", "title")
_SOLUTION = ("BEGIN SOLUTION", "END SOLUTION")
_HIDDEN_TESTS = ("BEGIN HIDDEN TESTS", "END HIDDEN TESTS")
_MISSPELT = re.compile(r"^\s*#+\s*(begin|end)\s+(the\s+)?(solution|hidden|test)", re.IGNORECASE)


def release(solutions_dir: str | Path, notebooks_dir: str | Path) -> list[Path]:
    """Write the learner's edition of every lesson; return the paths of those that changed."""
    texts = _texts(solutions_dir, notebooks_dir)
    changed = [path for path in texts if _on_disk(path) != texts[path]]
    for path in changed:
        notebook.write(texts[path], path)
    return changed


def stale(solutions_dir: str | Path, notebooks_dir: str | Path) -> list[Path]:
    """The notebooks that are not what a release would write now: changed, missing, or left without a source."""
    texts = _texts(solutions_dir, notebooks_dir)
    orphans = [path for path in notebook.lessons(notebooks_dir, ".ipynb") if path not in texts]
    return sorted([path for path in texts if _on_disk(path) != texts[path]] + orphans)


def write_solved(solutions_dir: str | Path, folder: str | Path) -> list[Path]:
    """Write every lesson with its solutions in place, as notebooks; return their paths."""
    published = address(solutions_dir)
    lessons = {path.stem: solved(path, published) for path in _sources(solutions_dir)}
    texts = {Path(folder, f"{name}.ipynb"): notebook.dumps(lesson) for name, lesson in lessons.items()}
    for path, text in texts.items():
        notebook.write(text, path)
    return list(texts)


def released(path: str | Path, address: str = "") -> NotebookNode:
    """The learner's edition of a lesson: no solution, no hidden test, no output."""
    return cleared(solved(path, address))


def address(solutions_dir: str | Path) -> str:
    """Where the course is published, by the pyproject.toml beside its `solutions/`; "" while it is not.

    Raises a `ValueError` for what is no https address.
    """
    project = Path(solutions_dir).resolve().parent / "pyproject.toml"
    settings = tomllib.loads(project.read_text(encoding="utf-8")) if project.is_file() else {}
    found = settings.get("project", {}).get("urls", {}).get("Repository", "").rstrip("/")
    if found and not re.fullmatch(r"https://[\w.-]+(/[\w.-]+){2,}", found):
        raise ValueError(f'{project}: Repository is "{found}"; write an address such as https://github.com/owner/name.')
    return found


def solved(path: str | Path, address: str = "") -> NotebookNode:
    """The lesson with its solutions and hidden tests in place, and nbgrader's metadata complete.

    `address` is where the course is published. Raises a `ValueError` with file and line for a lesson that is wrongly
    marked.
    """
    path = Path(path)
    text = path.read_text(encoding="utf-8")
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise _mistake(path, error.lineno, f"{error.msg}.") from None
    lesson = jupytext.reads(text, fmt="py:percent")
    sources = _cell_sources(text)
    if len(sources) != len(lesson.cells):
        raise _mistake(path, 1, 'the first cell has no "# %%" line; put one above it.')
    names = {}
    for index, (cell, source) in enumerate(zip(lesson.cells, sources, strict=True)):
        _check_metadata(path, cell, source, names)
        _check_regions(path, cell, source)
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id", f"{index:02}")
        for key in _JUPYTEXT_METADATA:
            cell.metadata.pop(key, None)
        if _is_test(cell):
            cell.metadata["tags"] = sorted({*cell.metadata.get("tags", []), "raises-exception"})
    if address:
        _stamp(lesson, path.stem, address)
    lesson.nbformat, lesson.nbformat_minor = 4, 5
    lesson.metadata = copy.deepcopy(NotebookNode(_METADATA))
    lesson = MetadataValidator().upgrade_notebook_metadata(lesson)
    for cell, source in zip(lesson.cells, sources, strict=True):
        try:
            MetadataValidator().validate_cell(cell)
        except ValidationError as error:
            raise _mistake(path, source[0][0], f"{error.message}.") from None
    for cell, left, source in zip(lesson.cells, cleared(lesson).cells, sources, strict=True):
        _check_what_is_left(path, cell, left, source)
    return lesson


def _stamp(lesson, name, address):
    """Say in a lesson where the course is published."""
    for cell in lesson.cells:
        if cell.cell_type == "code":
            cell.source = cell.source.replace(NO_ADDRESS, f'KIT = "{address}"')
    place = urlsplit(address)
    if place.netloc == "github.com":  # Colab opens notebooks from there alone
        link = f"https://colab.research.google.com/github{place.path}/blob/main/notebooks/{name}.ipynb"
        badge = f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({link})"
        lesson.cells[0].source = f"{badge}\n\n{lesson.cells[0].source}"


def cleared(lesson):
    lesson = copy.deepcopy(lesson)
    preprocessors = [
        LockCells(),
        ClearSolutions(code_stub={"python": STUB}),
        ClearOutput(),
        ClearHiddenTests(),
        ClearMarkScheme(),
        ComputeChecksums(),
        CheckCellMetadata(),
    ]
    for preprocessor in preprocessors:
        lesson, _ = preprocessor.preprocess(lesson, {})
    return lesson


def _sources(solutions_dir):
    paths = notebook.lessons(solutions_dir, ".py")
    if not paths:
        raise ValueError(f"There is no lesson in {solutions_dir}; a lesson is a file NN_topic.py.")
    return paths


def _texts(solutions_dir, notebooks_dir):
    published = address(solutions_dir)
    lessons = {path.stem: released(path, published) for path in _sources(solutions_dir)}
    texts = {Path(notebooks_dir, f"{name}.ipynb"): notebook.dumps(lesson) for name, lesson in lessons.items()}
    return texts | {Path(notebooks_dir, "README.md"): page(lessons)}


def _on_disk(path):
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _cell_sources(text):
    """The numbered lines of each cell, its "# %%" line first."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = [(*token.start, token.string) for token in tokens if token.type == tokenize.COMMENT]
    starts = [line for line, column, comment in comments if column == 0 and re.match(r"#\s*%%+(\s|$)", comment)]
    numbered = list(enumerate(text.splitlines(), 1))
    return [numbered[start - 1 : end - 1] for start, end in itertools.pairwise([*starts, len(numbered) + 1])]


def _check_metadata(path, cell, source, names):
    line, header = source[0]
    metadata = cell.metadata.get("nbgrader")
    if metadata is None and "nbgrader" not in header:
        return
    if not isinstance(metadata, dict):
        raise _mistake(path, line, 'the nbgrader metadata cannot be read; write nbgrader={"grade_id": "name", …}.')
    known = MetadataValidator().schema["properties"]
    for key in metadata:
        if key not in known:
            raise _mistake(path, line, unknown("nbgrader key", key, known))
    roles = {role: metadata.get(role, False) for role in ("grade", "solution", "locked", "task")}
    for role, value in roles.items():
        if not isinstance(value, bool):
            raise _mistake(path, line, f'"{role}" is {value!r}; it must be true or false.')
    if not any(roles.values()):
        raise _mistake(path, line, 'the cell is neither "solution", "grade" nor "locked"; say which it is.')
    name = metadata.get("grade_id", "")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,63}", str(name)):
        raise _mistake(path, line, f'the grade_id is "{name}"; it must be a name of letters, digits, "-" and "_".')
    if name in names:
        raise _mistake(path, line, f'the grade_id "{name}" is taken by the cell on line {names[name]}; give another.')
    names[name] = line
    points = metadata.get("points")
    if is_grade(cell) and (isinstance(points, bool) or not isinstance(points, int | float) or points < 0):
        raise _mistake(path, line, f'the graded cell "{name}" has no points; add "points": 1 to its metadata.')
    if is_grade(cell) and not is_solution(cell) and cell.cell_type != "code":
        raise _mistake(path, line, f'the test cell "{name}" is {cell.cell_type}; it must be code.')


def _check_regions(path, cell, source):
    for line, text in source:
        if _MISSPELT.search(text) and not any(marker in text for marker in _SOLUTION + _HIDDEN_TESTS):
            raise _mistake(path, line, f'"{text.strip()}" is no marker; write SOLUTION or HIDDEN TESTS.')
    solutions = _regions(path, source, *_SOLUTION)
    hidden_tests = _regions(path, source, *_HIDDEN_TESTS)
    if solutions and not is_solution(cell):
        raise _mistake(path, solutions[0], 'a solution outside a solution cell; its metadata need "solution": true.')
    if hidden_tests and not _is_test(cell):
        raise _mistake(path, hidden_tests[0], 'a hidden test outside a test cell; its metadata need "grade": true.')
    if is_solution(cell) and cell.cell_type == "code" and not solutions:
        raise _mistake(path, source[0][0], "a solution cell without ### BEGIN SOLUTION: all of it would be cleared.")


def _regions(path, source, begin, end):
    """The lines on which regions open."""
    opened, regions = None, []
    for line, text in source:
        if begin in text:
            if opened:
                raise _mistake(path, line, f"{begin} inside the region that line {opened} opens; end that one first.")
            opened = line
            regions.append(line)
        elif end in text:
            if not opened:
                raise _mistake(path, line, f"{end} without {begin} above it in its cell.")
            opened = None
    if opened:
        raise _mistake(path, opened, f"{begin} without {end} below it in its cell.")
    return regions


def _check_what_is_left(path, cell, left, source):
    line = source[0][0]
    if _is_test(cell) and all(not code.strip() or code.lstrip().startswith("#") for code in left.source.split("\n")):
        raise _mistake(path, line, "the test cell is empty without its hidden tests, and would pass; add a check.")
    if not (is_solution(cell) and cell.cell_type == "code"):
        return
    try:
        tree = ast.parse(left.source)
    except SyntaxError as error:
        raise _mistake(path, line, f"without its solution the cell is no Python: {error.msg}.") from None
    if _raises(tree):
        raise _mistake(path, line, "the solution is not inside a function: the learner's cell would raise as it runs.")


def _raises(node):
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return False
    return isinstance(node, ast.Raise) or any(_raises(child) for child in ast.iter_child_nodes(node))


def _is_test(cell):
    return is_grade(cell) and not is_solution(cell)


def _mistake(path, line, what):
    return ValueError(f"{path}, line {line}: {what}")
