import os
from collections import Counter

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# TensorFlow turns oneDNN on by itself on some processors only, and on a CPU it convolves channels first with it alone.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")
# Never imported, though pytest looks for doctests everywhere: what attacks the grader would attack pytest, and a
# benchmark chooses its own backend.
collect_ignore = ["attacks", "benchmarks"]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder that has one lesson, of every kind of exercise that a grader meets."""
    import grading_lesson
    from example_lesson import write_lesson

    folder = tmp_path_factory.mktemp("home")
    write_lesson(folder, grading_lesson.LESSON, grading_lesson.SOURCE)
    return folder


@pytest.fixture(scope="module")
def kinds(home):
    """That lesson, read."""
    import grading_lesson

    from course.grading import lesson

    return lesson.all_of(home)[grading_lesson.LESSON]


def pytest_terminal_summary(terminalreporter):
    """Print how many answers to each exercise were accepted, rejected and diagnosed, in whatever process they ran."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    recorded = [pair for report in reports if report.when == "call" for pair in report.user_properties]
    tally = Counter(value for name, value in recorded if name == "answer")  # "conv-params rejected"
    if not tally:
        return
    exercises = sorted({value.split()[0] for value in tally})
    columns = {
        "right accepted": ("accepted", "right"),
        "wrong rejected": ("rejected", "wrong"),
        "wrong diagnosed": ("diagnosed", "wrong"),
    }
    terminalreporter.section("answers to exercises")
    terminalreporter.write_line(f"{'exercise':<30}" + "".join(f"{title:>18}" for title in columns))
    for title, group in [*((exercise, [exercise]) for exercise in exercises), ("all", exercises)]:
        cells = [
            " of ".join(str(sum(tally[f"{exercise} {word}"] for exercise in group)) for word in words)
            for words in columns.values()
        ]
        terminalreporter.write_line(f"{title:<30}" + "".join(f"{cell:>18}" for cell in cells))
