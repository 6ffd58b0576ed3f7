"""Grade many submissions: several at a time, each one's record on disk before it counts as done."""

import concurrent.futures
import contextlib
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

from course import notebook
from course.grading import engine, gradebook, report, submissions
from course.grading.lesson import Lesson

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


class Watcher:
    """Told how a batch goes. This one does nothing; see `course.grading.console`."""

    def begin(self, total: int, known: int, off: list[str]):
        """So many submissions, so many of them graded before, and the parts of the isolation that are off."""

    def done(self, record: dict):
        """One more is graded."""


class Batch(NamedTuple):
    """What came of it: a record a submission, and sentences about what was handed in and is no submission."""

    records: list[dict]
    notes: list[str]


def grade(
    path: str | Path,
    lessons: dict[str, Lesson],
    output: str | Path,
    *,
    lesson: str | None = None,
    jobs: int | None = None,
    settings: engine.Settings | None = None,
    book: str | Path | None = None,
    cluster: str | None = None,
    watcher: Watcher | None = None,
) -> Batch:
    """Grade what was handed in, see `submissions.collect`, and write scores and reports to `output`.

    A submission that is graded has its record in `output`; graded again with the same tests it is not run again. So an
    interrupted run goes on where it was. Raises a `ValueError` if another run works in `output`.
    """
    settings, watcher, output = settings or engine.Settings(), watcher or Watcher(), Path(output)
    found, notes = submissions.collect(path, lessons, lesson)
    if not found:
        raise ValueError(f"There is no notebook to grade in {path}. {' '.join(notes)}".rstrip())
    with _alone_in(output):
        keys = {name: lessons[name].key() for name in {one.lesson for one in found}}
        tasks = [_Task(one, _file(output, one), keys[one.lesson], settings) for one in found]
        left = [task for task in tasks if not task.is_done()]
        with _runner(cluster, {name: lessons[name] for name in keys}, jobs, settings, bool(left)) as runner:
            watcher.begin(len(tasks), len(tasks) - len(left), runner.off)
            for record in runner.run(left):
                watcher.done(record)
        records = [json.loads(task.file.read_text(encoding="utf-8")) for task in tasks]
        report.write(output, records, notes)
        if book is not None:
            texts = {
                (record["student"], record["lesson"]): _executed(task.file).read_text(encoding="utf-8")
                for task, record in zip(tasks, records, strict=True)
            }
            gradebook.write(book, records, texts)
    return Batch(records, notes)


def _file(output, submission):
    """Where a submission's record lies: names may differ in case alone, which some systems' files do not."""
    mark = hashlib.sha256(f"{submission.student}\0{submission.lesson}".encode()).hexdigest()[:8]
    return output / "records" / submission.lesson / f"{submission.student}-{mark}.json"


def _executed(file):
    return file.parent.parent.parent / "executed" / file.parent.name / f"{file.stem}.ipynb"


class _Task:
    def __init__(self, submission, file, lesson_key, settings):
        self.submission, self.file = submission, file
        self.lesson_key, self.settings = lesson_key, settings

    def load(self):
        """What `scores.grade` gets of the submission, and the key of what will be graded."""
        given = {"text": b"", "files": self.submission.beside(), "problem": ""}
        try:
            given["text"] = self.submission.read()
        except ValueError as error:
            given["problem"] = str(error)
        parts = [self.lesson_key, repr(self.settings), json.dumps(sorted(given["files"].items())), given["problem"]]
        key = hashlib.sha256(given["text"])
        key.update("\0".join(parts).encode())
        return given, key.hexdigest()

    def is_done(self):
        try:
            record = json.loads(self.file.read_text(encoding="utf-8"))
            return record["key"] == self.load()[1]
        except (OSError, ValueError, LookupError, TypeError):
            return False

    def write(self, key, graded, seconds):
        """Write the executed notebook, then the record: with it the submission is done."""
        notebook.write(notebook.dumps(graded["notebook"]), _executed(self.file))
        one = self.submission
        record = {"student": one.student, "lesson": one.lesson, "file": one.name, "key": key}
        record |= {"scores": graded["scores"], "notes": graded["notes"], "seconds": round(seconds, 2)}
        notebook.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n", self.file)
        return record


@contextlib.contextmanager
def _alone_in(output):
    output.mkdir(parents=True, exist_ok=True)
    with open(output / ".lock", "w") as lock:
        if fcntl:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise ValueError(f"Another run writes to {output}; wait for it, or give another --output.") from None
        for leftover in output.rglob(".*.[0-9]*"):  # a file that a killed run had begun
            leftover.unlink(missing_ok=True)
        yield


@contextlib.contextmanager
def _runner(cluster, lessons, jobs, settings, needed):
    if not needed:
        yield _Nothing()
    elif cluster:
        from course.grading.cluster import OnCluster

        with OnCluster(cluster, lessons, settings) as runner:
            yield runner
    else:
        with Here(lessons, jobs, settings) as runner:
            yield runner


class _Nothing:
    off: tuple = ()

    def run(self, tasks):
        return iter(())


class Here:
    """Submissions on this machine, as many at a time as there are `jobs`; not on Linux, in Jupyter kernels."""

    def __init__(self, lessons, jobs, settings):
        from course.grading import kernels, server

        prepare({name for lesson in lessons.values() for name in lesson.data()})
        self.lessons, self.settings = lessons, settings
        self.jobs = jobs or (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
        self.start = lambda: server.Server([data_folder()], data_folder())
        self.lock, self.server = threading.Lock(), self.start() if can_fork() else None
        self.off, self.stopped = self.server.off if self.server else kernels.OFF, False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopped = True
        if self.server:
            self.server.close()

    def run(self, tasks):
        """Yield each task's record as it is written."""
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            futures = [pool.submit(self._one, task) for task in tasks]
            try:
                for future in concurrent.futures.as_completed(futures):
                    yield future.result()
            except BaseException:
                self.stopped = True
                pool.shutdown(wait=False, cancel_futures=True)
                self.__exit__()
                raise

    def _one(self, task):
        begin = time.monotonic()
        given, key = task.load()
        graded = self.grade(given, task.submission.lesson)
        return task.write(key, graded, time.monotonic() - begin)

    def grade(self, given, lesson):
        """Grade one submission; once more with a new server if the server has died meanwhile.

        What a submission makes go wrong here gets a note and stops nobody else's.
        """
        from course.grading import scores

        for again in (True, False):
            server = self.server
            try:
                graded = scores.grade(lesson=self.lessons[lesson], server=server, settings=self.settings, **given)
                return _plain(graded)
            except ChildProcessError:
                if self.stopped or not again:
                    raise
                with self.lock:
                    if self.server is server:
                        server.close()
                        self.server = self.start()
            except Exception as error:
                problem = f"the grader failed with {type(error).__name__}: {error}"
                unread = {"text": b"", "problem": problem}
                return _plain(
                    scores.grade(lesson=self.lessons[lesson], server=server, settings=self.settings, **unread)
                )


def _plain(graded):
    found = [score._asdict() for score in graded.scores]
    return {"scores": found, "notes": graded.notes, "notebook": graded.notebook}


def can_fork() -> bool:
    """Whether submissions can have processes of their own, forked and shut in: on Linux alone."""
    return sys.platform == "linux"


def data_folder() -> str:
    """The folder of the data sets that lessons load."""
    return os.path.expanduser(os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets")


def prepare(names: set[str]):
    """Prepare the data sets that lessons load, in a process of its own: submissions may read them and not write."""
    missing = sorted(name for name in names if not os.path.isdir(os.path.join(data_folder(), name)))
    for name in missing:
        code = f"from course.data import load; load({name!r})"
        subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    os.makedirs(data_folder(), exist_ok=True)
