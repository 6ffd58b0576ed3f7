"""A lesson with every kind of exercise that a grader meets, and answers to it as learners hand them in."""

import atexit
import copy
import functools

from nbformat.v4 import new_code_cell, new_markdown_cell

LESSON = "01_kinds"
SOURCE = '''\
# %% [markdown]
# # Kinds of answers
#
# ## Set up

# %%
import sys

import numpy as np

FACTORS = {"two": 2, "three": 3}


class WrongAnswer(AssertionError):
    def __init__(self, finding, cause=""):
        super().__init__(finding)
        self.finding, self.cause = finding, cause

    def _render_traceback_(self):
        return [str(self)]


def expect(given, wanted, cause=""):
    if given != wanted:
        raise WrongAnswer(f"It gives {given}, expected {wanted}.", cause)


# %%
table = np.arange(12.0).reshape(3, 4)
print("table", table.shape)

# %% [markdown]
# ## A function

# %% nbgrader={"grade_id": "double-answer", "solution": true}
def double(number):
    """Twice the number."""
    ### BEGIN SOLUTION
    return FACTORS["two"] * number
    ### END SOLUTION


# %% nbgrader={"grade_id": "double", "grade": true, "locked": true, "points": 2}
expect(double(2), 4, "You do not double.")
### BEGIN HIDDEN TESTS
expect(double(-7), -14, "You do not double what is negative.")
### END HIDDEN TESTS

# %% [markdown]
# ## Arrays

# %% nbgrader={"grade_id": "scale-answer", "solution": true}
def scale(array, factor=2, *, shift=0.0):
    ### BEGIN SOLUTION
    return array * factor + shift
    ### END SOLUTION


# %% nbgrader={"grade_id": "scale", "grade": true, "locked": true, "points": 2}
before = table.copy()
np.testing.assert_allclose(scale(table), table * 2)
np.testing.assert_allclose(scale(table, 3, shift=1), table * FACTORS["three"] + 1)
assert scale(table.astype("float32")).dtype == np.float32
assert (table == before).all(), "the argument was changed"

# %% [markdown]
# ## A class

# %% nbgrader={"grade_id": "counter-answer", "solution": true}
class Counter:
    """Counts."""

    def __init__(self, start=0):
        ### BEGIN SOLUTION
        self.count = start
        ### END SOLUTION

    def add(self, number):
        ### BEGIN SOLUTION
        self.count += number
        return self.count
        ### END SOLUTION


# %% nbgrader={"grade_id": "counter", "grade": true, "locked": true, "points": 1.5}
counter = Counter(start=2)
assert counter.add(3) == 5
assert counter.add(1) == 6 == counter.count
assert [Counter(n).count for n in range(3)] == [0, 1, 2]

# %% [markdown]
# ## Errors, generators, lists

# %% nbgrader={"grade_id": "roots-answer", "solution": true}
def roots(numbers):
    """Yield the square root of each number, and raise a ValueError for a negative one."""
    ### BEGIN SOLUTION
    for number in numbers:
        if number < 0:
            raise ValueError(f"{number} is negative")
        yield number**0.5
    ### END SOLUTION


# %% nbgrader={"grade_id": "roots", "grade": true, "locked": true, "points": 1}
assert list(roots([1, 4, 9])) == [1, 2, 3]
try:
    list(roots([-1]))
except ValueError as error:
    assert "-1" in str(error)
else:
    raise AssertionError("no error for a negative number")

# %% nbgrader={"grade_id": "order-answer", "solution": true}
def order(numbers):
    """Sort the list in place."""
    ### BEGIN SOLUTION
    numbers.sort()
    ### END SOLUTION


# %% nbgrader={"grade_id": "order", "grade": true, "locked": true, "points": 1}
numbers = [3, 1, 2]
assert order(numbers) is None
assert numbers == [1, 2, 3], numbers

# %% [markdown]
# ## Partial credit

# %% nbgrader={"grade_id": "guess-answer", "solution": true}
def guesses():
    ### BEGIN SOLUTION
    return [1, 2, 3, 4]
    ### END SOLUTION


# %% nbgrader={"grade_id": "guess", "grade": true, "locked": true, "points": 4}
float(sum(a == b for a, b in zip(guesses(), [1, 2, 3, 4])))

# %% [markdown]
# ## In words

# %% [markdown] nbgrader={"grade_id": "why", "grade": true, "solution": true, "points": 3}
# Because.

# %%
print("the end", double(1))
'''


@functools.cache
def server():
    """One fork server for all tests of this process: it takes seconds to start."""
    from course.grading.server import Server

    started = Server()
    atexit.register(started.close)
    return started


CELLS = ("double", "scale", "counter", "roots", "order", "guess", "why")


def answered(lesson, **answers):
    """The solved lesson as a learner would hand it in, with some answers replaced; `None` leaves the stub."""
    made = copy.deepcopy(lesson.released)
    for index, cell in enumerate(made.cells):
        if lesson.roles[index] not in ("answer", "manual"):
            continue
        key = cell.metadata.nbgrader.grade_id.removesuffix("-answer").replace("-", "_")
        if key in answers:
            cell.source = cell.source if answers[key] is None else answers[key]
        elif lesson.roles[index] == "answer":
            cell.source = lesson.solved.cells[index].source
    return made


def cell(notebook, name):
    """A cell by its grade_id."""
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def index_of(notebook, name):
    return notebook.cells.index(cell(notebook, name))


def _function(*lines, name="double", parameters="number"):
    return "\n".join([f"def {name}({parameters}):", *(f"    {line}" for line in lines)])


# Honest submissions: nbgrader's own scores are the oracle.
ANSWERS = {
    "right": {},
    "untouched": dict.fromkeys(("double", "scale", "counter", "roots", "order", "guess", "why")),
    "wrong": {
        "double": _function("return number + 2"),
        "scale": _function(
            "array *= factor", "return array + shift", name="scale", parameters="array, factor=2, *, shift=0.0"
        ),
        "counter": "class Counter:\n    def __init__(self, start=0):\n        self.count = 0\n\n"
        "    def add(self, n):\n        return n",
        "roots": _function("return [n ** 0.5 for n in numbers]", name="roots", parameters="numbers"),
        "order": _function("return sorted(numbers)", name="order", parameters="numbers"),
        "guess": "def guesses():\n    return [1, 2, 0, 0]",
        "why": "I do not know.",
    },
    "otherwise": {
        "double": "import functools\nimport operator\ndouble = functools.partial(operator.mul, 2)",
        "scale": "def scale(array, factor=2, *, shift=0.0):\n    print('scaling')\n"
        "    return np.array([[factor * x + shift for x in row] for row in array], dtype=array.dtype)",
        "roots": "from math import sqrt\n\ndef roots(numbers):\n    return map(sqrt_, numbers)\n\n"
        "def sqrt_(n):\n    if n < 0:\n"
        "        raise ValueError(str(n))\n    return sqrt(n)",
        "order": "def order(numbers):\n    numbers[:] = sorted(numbers)",
        "guess": "def guesses():\n    return (1, 2, 3, 0)",
    },
    "syntax error": {"double": "def double(number)\n    return 2 * number"},
    "raises": {"double": _function("return [][number]"), "counter": "raise RuntimeError('stop')"},
    "prints": {"double": _function("print('doubling', number)", "return 2 * number")},
    "warns": {
        "double": _function(
            "import warnings", "warnings.warn('old')", "print('x', file=sys.stderr)", "return 2 * number"
        )
    },
    "a name too few": {"double": "def duble(number):\n    return 2 * number"},
    "numpy": {
        "double": _function("return np.float32(2) * number"),
        "guess": "def guesses():\n    return np.array([1, 2, 3, 4])",
    },
    "helper": {"double": "def twice(n):\n    return n + n\n\ndouble = lambda number: twice(number)"},
}


def stripped(notebook):
    """As Colab or a merge may leave it: no metadata, no ids."""
    made = copy.deepcopy(notebook)
    for number, one in enumerate(made.cells):
        one.metadata = {}
        one.id = f"x{number}"
    return made


def own_cell(source, kind="code"):
    return (new_code_cell if kind == "code" else new_markdown_cell)(source)
