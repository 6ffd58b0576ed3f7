"""Make an nbgrader course of the lessons: sources, configuration and gradebook; nbgrader's own commands do the rest."""

import os
import sys
from pathlib import Path

from course import notebook, release
from course.grading.server import DEFAULTS

CONFIG = '''\
"""nbgrader's settings for this course; see nbgrader's documentation for what else may stand here."""

import os
import sys

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import GetGrades

from course.grading.preprocessor import HideHiddenTests

# nbgrader calls alembic by its name, which is found only where the environment is active.
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# A lesson's experiments are for learners to watch. Its exercises are the same in every profile; this is the quickest.
os.environ.setdefault("COURSE_PROFILE", {profile!r})

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "cnn-course"
c.ClearSolutions.code_stub = {{"python": {stub!r}}}

# Seconds for one cell. A lesson's longest cells train a net; nbgrader's own limit is 30.
c.Execute.timeout = {seconds}

# nbgrader gives no points to a test that has anything on stderr. TensorFlow, warnings and progress bars print there;
# a test that fails raises. The pattern does nothing unless it is enabled.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = r"[\\s\\S]"

# What learners get back shows no hidden test, neither its code nor what it printed as it failed.
c.GenerateFeedback.preprocessors = [GetGrades, HideHiddenTests, CSSHTMLHeaderPreprocessor]
{engine}'''

ENGINE = """
# Submissions run in the course's own processes, not in Jupyter kernels: faster, and the tests out of their reach.
from nbconvert.preprocessors import ClearMetadataPreprocessor  # noqa: E402
from nbgrader.preprocessors import (  # noqa: E402
    AssignLatePenalties,
    CheckCellMetadata,
    IgnorePattern,
    LimitOutput,
    SaveAutoGrades,
)

from course.grading.preprocessor import ExecuteApart  # noqa: E402

c.Autograde.autograde_preprocessors = [
    ExecuteApart,
    IgnorePattern,
    ClearMetadataPreprocessor,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
c.ExecuteApart.cell_seconds = {seconds}
"""


def teach(solutions_dir: str | Path, folder: str | Path, fast: bool = False, seconds: int = 600) -> list[Path]:
    """Write an nbgrader course of the lessons in `solutions_dir` to `folder`; return the files that changed.

    Each lesson is an assignment with one notebook of the same name. With `fast`, `nbgrader autograde` runs submissions
    by `course.grading`. A configuration that is there is left as it is, and raises a `ValueError` if `fast` asks for
    another. The gradebook gets the lessons' names; their cells come with `nbgrader generate_assignment`.
    """
    folder = Path(folder)
    sources = notebook.lessons(solutions_dir, ".py")
    if not sources:
        raise ValueError(f"There is no lesson in {solutions_dir}; a lesson is a file NN_topic.py.")
    engine = ENGINE.format(seconds=seconds) if fast else ""
    config = CONFIG.format(stub=release.STUB, profile=DEFAULTS["COURSE_PROFILE"], seconds=seconds, engine=engine)
    path = folder / "nbgrader_config.py"
    if fast and path.exists() and "ExecuteApart" not in path.read_text(encoding="utf-8"):
        raise ValueError(f"{path} is there and runs submissions otherwise; delete it, or leave out --fast.")
    texts = {folder / "source" / source.stem / f"{source.stem}.ipynb": release.solved(source) for source in sources}
    texts = {name: notebook.dumps(lesson) for name, lesson in texts.items()}
    if not path.exists():
        texts[path] = config
    changed = [name for name, text in texts.items() if not name.exists() or name.read_text(encoding="utf-8") != text]
    for name in changed:
        notebook.write(texts[name], name)
    gradebook = folder / "gradebook.db"
    if not gradebook.exists():
        changed.append(gradebook)
    _fill(gradebook, [source.stem for source in sources])
    return changed


def _fill(path, names):
    from nbgrader.api import Gradebook

    with_tools()
    with Gradebook(f"sqlite:///{path.resolve()}", "cnn-course") as gradebook:
        for name in names:
            gradebook.update_or_create_assignment(name)


def with_tools():
    """Put this Python's programs on the PATH: nbgrader calls alembic by its name."""
    tools = os.path.dirname(sys.executable)
    if tools not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = tools + os.pathsep + os.environ.get("PATH", "")
