"""What a person sees in the terminal while a class is graded."""

import shutil
import sys

from tqdm import tqdm

from course.grading.batch import Watcher
from course.grading.report import totals

WHAT = {
    "tests": "its tests in another process",
    "user": "a user of its own",
    "files": "files of its own",
    "processes": "a process namespace of its own",
    "network": "no network",
}


class Progress(Watcher):
    """A bar, and a line a submission. Use it in a `with` statement."""

    bar = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.bar is not None:
            self.bar.close()

    def begin(self, total, known, off):
        if known:
            print(f"{known} of {total} were graded before.")
        if known < total:
            print(isolation(off))
        columns = shutil.get_terminal_size().columns
        self.bar = tqdm(
            total=total, initial=known, desc="grading", unit="", disable=None, leave=False, ncols=max(columns - 1, 20)
        )

    def done(self, record):
        sums = totals(record)
        waiting = f", {len(sums['to_grade'])} to grade by hand" if sums["to_grade"] else ""
        notes = f"; {len(sums['notes'])} note{'s' * (len(sums['notes']) != 1)}" if sums["notes"] else ""
        line = f"{sums['student']}  {sums['lesson']}  {sums['points']:g} of {sums['most']:g}{waiting}{notes}"
        self.bar.write(f"{line}  ({sums['seconds']:.1f} s)", file=sys.stdout)
        sys.stdout.flush()
        self.bar.update()


def isolation(off):
    """What shuts a submission in here, and what does not."""
    on = [words for part, words in WHAT.items() if part not in off]
    without = [words for part, words in WHAT.items() if part in off]
    said = f"Each submission has {', '.join(on)}." if on else "Submissions are not shut in."
    if without:
        said += f" Off on this system: {', '.join(without)}. Grade only what you would run yourself."
    return said


def summary(graded):
    """The class in a few lines: the mean, and what the instructor has to look at."""
    sums = [totals(record) for record in graded.records]
    points, most = sum(one["points"] for one in sums), sum(one["most"] for one in sums)
    share = f", {points / most:.0%} of all points" if most else ""
    lines = [f"{len(sums)} submission{'s' * (len(sums) != 1)} graded{share}."]
    noted = sum(bool(one["notes"]) for one in sums) + len(graded.notes)
    if noted:
        lines.append(f"{noted} with notes for you: class.html lists them.")
    return "\n".join(lines)
