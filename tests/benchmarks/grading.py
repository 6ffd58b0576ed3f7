"""How long a submission takes, against stock `nbgrader autograde` on the same submissions of the same lesson.

    python tests/benchmarks/grading.py [--light] [--stock N] [--ours N N …]

Prints seconds a submission, processor time a submission (which other work on the machine disturbs less), the ratios,
and the load of the machine. The lesson imports Keras and builds a net, as most lessons do; with --light it has
functions and arrays alone. Both start cold: the fork server's start counts.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import grading_lesson
import test_grading_models
from example_lesson import write_lesson

from course import notebook, teach
from course.grading import lesson

NETS = ("as it is", "untouched", "another net", "wrong in what it computes", "a block of layers of one's own")
LESSONS = {  # a lesson's source, and answers as learners hand them in
    "02_nets": (test_grading_models.SOURCE, [test_grading_models.ANSWERS[name][0] for name in NETS]),
    "01_kinds": (grading_lesson.SOURCE, list(grading_lesson.ANSWERS.values())),
}


def measured(folder, number, name, source, stock):
    """`(seconds, seconds of processor time)` for so many submissions, from an empty gradebook to scores in it."""
    for index in range(number):
        answers = LESSONS[name][1]
        made = notebook.dumps(grading_lesson.answered(source, **answers[index % len(answers)]))
        notebook.write(made, folder / "submitted" / f"s{index:04}" / name / f"{name}.ipynb")
    tool = Path(sys.executable).with_name("nbgrader")
    subprocess.run([tool, "generate_assignment", name], cwd=folder, capture_output=True, check=True)
    command = [tool, "autograde", name]
    if not stock:
        command = [
            sys.executable,
            "-m",
            "course",
            "grade",
            folder,
            "--gradebook",
            folder,
            "--output",
            folder / "grades",
        ]
    begin, used = time.perf_counter(), _used()
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return time.perf_counter() - begin, _used() - used


def _used():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--stock", type=int, default=50, metavar="N", help="submissions that stock nbgrader grades")
    parser.add_argument("--ours", type=int, nargs="+", default=[10, 50, 500], metavar="N")
    parser.add_argument("--light", action="store_true", help="a lesson without Keras")
    arguments = parser.parse_args()
    lesson_name = "01_kinds" if arguments.light else "02_nets"
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        source = lesson.load(write_lesson(home, lesson_name, LESSONS[lesson_name][0]))
        rows = []
        for number, stock in ((arguments.stock, True), *((number, False) for number in arguments.ours)):
            folder = home / f"{'stock' if stock else 'ours'}-{number}"
            teach.teach(home / "solutions", folder)
            seconds, used = (value / number for value in measured(folder, number, lesson_name, source, stock))
            rows.append((seconds, used))
            name = "nbgrader autograde" if stock else "course grade"
            print(f"{name:<20} {number:>4} submissions, each {seconds:.2f} s, {used:.2f} s of processor time", end="")
            ratios = [first / last for first, last in zip(rows[0], rows[-1], strict=True)]
            print("" if stock else f": stock takes {ratios[0]:.1f} and {ratios[1]:.1f} times that", flush=True)
    print("load of the last 1, 5 and 15 minutes:", *(f"{load:.1f}" for load in os.getloadavg()))


if __name__ == "__main__":
    main()
