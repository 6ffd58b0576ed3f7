"""Submissions on a Dask cluster: each worker process has a fork server of its own, and never forks itself."""

import atexit
import threading
import time

from course.grading.batch import Here

_worker: dict = {}  # of this worker process: its lessons and its server
_lock = threading.Lock()


class OnCluster:
    """Submissions on the workers of a Dask scheduler. Use it in a `with` statement.

    Start one worker a machine, with as many threads as submissions should run at a time. Records and reports are
    written here; the workers see a submission's bytes and the lessons, and keep nothing.
    """

    def __init__(self, address, lessons, settings):
        from distributed import Client

        self.client, self.lessons, self.settings = Client(address), lessons, settings
        self.off = sorted({part for off in self.client.run(_off, lessons, settings).values() for part in off})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.run(_close)
        self.client.close()

    def run(self, tasks):
        """Yield each task's record as it is written."""
        from distributed import as_completed

        begun, futures = {}, []
        lessons = self.client.scatter(self.lessons, broadcast=True, hash=False)
        for task in tasks:
            given, key = task.load()
            future = self.client.submit(
                _grade, lessons, self.settings, task.submission.lesson, given, pure=False, retries=1
            )
            begun[future.key] = task, key
            futures.append(future)
        for future, (graded, seconds) in as_completed(futures, with_results=True):
            task, key = begun[future.key]
            yield task.write(key, graded, seconds)


def _here(settings):
    """This worker's own server, started with its first submission."""
    if "here" not in _worker:
        _worker["here"] = Here(_worker["lessons"], 1, settings)
        atexit.register(_close)
    return _worker["here"]


def _off(lessons, settings):
    with _lock:
        _close()
        _worker["lessons"] = lessons
        return list(_here(settings).off)


def _grade(lessons, settings, lesson, given):
    begin = time.monotonic()
    with _lock:  # a worker that joined later has not been asked what is off
        _worker.setdefault("lessons", lessons)
        here = _here(settings)
    return here.grade(given, lesson), time.monotonic() - begin


def _close():
    here = _worker.pop("here", None)
    if here is not None:
        here.__exit__()
