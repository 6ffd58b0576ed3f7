"""How long a submission takes, against stock `nbgrader autograde` on the same submissions of the same lesson.

    python tests/benchmarks/grading.py [--stock N] [--ours N N …]

Prints seconds a submission, processor time a submission (which other work on the machine disturbs less), and the
ratios. The lesson imports Keras and builds a net, as every lesson of the course
does. Both start cold: the fork server's start counts.
"""

import argparse
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

NAME = "02_nets"
NAMES = ("as it is", "untouched", "another net", "wrong in what it computes", "a block of layers of one's own")


def measured(folder, number, nets, stock):
    """`(seconds, seconds of processor time)` for so many submissions, from an empty gradebook to scores in it."""
    for index in range(number):
        answers, _ = test_grading_models.ANSWERS[NAMES[index % len(NAMES)]]
        made = notebook.dumps(grading_lesson.answered(nets, **answers))
        notebook.write(made, folder / "submitted" / f"s{index:04}" / NAME / f"{NAME}.ipynb")
    tool = Path(sys.executable).with_name("nbgrader")
    subprocess.run([tool, "generate_assignment", NAME], cwd=folder, capture_output=True, check=True)
    command = [tool, "autograde", NAME]
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
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        nets = lesson.load(write_lesson(home, NAME, test_grading_models.SOURCE))
        rows = []
        for number, stock in ((arguments.stock, True), *((number, False) for number in arguments.ours)):
            folder = home / f"{'stock' if stock else 'ours'}-{number}"
            teach.teach(home / "solutions", folder)
            seconds, used = (value / number for value in measured(folder, number, nets, stock))
            rows.append((seconds, used))
            name = "nbgrader autograde" if stock else "course grade"
            print(f"{name:<20} {number:>4} submissions, each {seconds:.2f} s, {used:.2f} s of processor time", end="")
            ratios = [first / last for first, last in zip(rows[0], rows[-1], strict=True)]
            print("" if stock else f": stock takes {ratios[0]:.1f} and {ratios[1]:.1f} times that", flush=True)


if __name__ == "__main__":
    main()
