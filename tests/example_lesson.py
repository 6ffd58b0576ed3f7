"""A small lesson that needs no TensorFlow, for the tests of release and run."""

from pathlib import Path

SOURCE = '''\
# %% [markdown]
# # Twice
#
# **What is twice a number?**
#
# Before: nothing. Reading: 5 minutes. Running: a second.
#
# ## Set up

# %%
import os

print("working in", os.path.basename(os.getcwd()))


class WrongAnswer(AssertionError):
    def _render_traceback_(self):
        return [str(self)]


class NotAttempted(WrongAnswer):
    pass


def check(answer, question, expected):
    try:
        given = answer(question)
    except NotImplementedError:
        raise NotAttempted("not attempted: write the function above") from None
    if given != expected:
        raise WrongAnswer(f"For {question} it gives {given}.\\nIt should give {expected}.")


# %% [markdown]
# ## Double a number

# %% nbgrader={"grade_id": "double", "solution": true}
def double(number):
    """Twice the number."""
    ### BEGIN SOLUTION
    secret = 2
    return secret * number
    ### END SOLUTION


# %% nbgrader={"grade_id": "double-check", "grade": true, "locked": true, "points": 2}
check(double, 2, 4)
### BEGIN HIDDEN TESTS
check(double, -7, -14)
### END HIDDEN TESTS
print("double: right")

# %% [markdown]
# ## Count

# %% nbgrader={"grade_id": "counter", "solution": true}
class Counter:
    """Counts."""

    def __init__(self):
        ### BEGIN SOLUTION
        self.count = 0
        ### END SOLUTION

    def add(self, number):
        """Add the number to the count, and return it."""
        ### BEGIN SOLUTION
        self.count += number
        return self.count
        ### END SOLUTION


# %% nbgrader={"grade_id": "counter-check", "grade": true, "locked": true, "points": 1.5}
check(lambda number: Counter().add(number), 3, 3)

# %%
print("the end: accuracy 99 %")
'''

PASSED = {"double-check": "passed", "counter-check": "passed"}
NOT_ATTEMPTED = {"double-check": "not attempted", "counter-check": "not attempted"}


def write_lesson(folder: Path, name: str = "01_twice", source: str = SOURCE) -> Path:
    """Put a lesson's source into the folder's `solutions/`."""
    path = folder / "solutions" / f"{name}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(source, encoding="utf-8")
    return path
