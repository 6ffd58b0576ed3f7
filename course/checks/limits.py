"""Run a check in silence and within a time limit."""

import contextlib
import contextvars
import ctypes
import io
import logging
import os
import sys
import threading


class Stopped(BaseException):
    """Raised in a learner's code to end it, out of time say. Not an Exception: `except Exception` lets it through."""


class OutOfTime(Exception):
    """A function did not return within its limit; `frame` is where it was, or `None`."""

    def __init__(self, frame):
        super().__init__("out of time")
        self.frame = frame


def limited(function, seconds):
    """Return what the function returns or raise what it raises; raise `OutOfTime` after so many seconds.

    It runs in a thread of its own, so that the caller goes on whatever the function does: signals would work in the
    main thread of POSIX alone, and would not interrupt long NumPy calls. A thread that does not stop is left behind.
    """
    outcome = {}
    context = contextvars.copy_context()

    def run():
        try:
            outcome["value"] = context.run(function)
        except BaseException as error:
            outcome["error"] = error

    thread = threading.Thread(target=run, name="check", daemon=True)
    thread.start()
    try:
        thread.join(seconds)
        if thread.is_alive():
            raise OutOfTime(sys._current_frames().get(_inner(thread).ident))
    finally:
        stop(_inner(thread))  # which ends what waits for it, too
        stop(thread)
    if "error" in outcome:
        raise outcome["error"]
    return outcome["value"]


def _inner(thread):
    """The thread that does the work: one may wait for another, its `waits_for`."""
    return getattr(thread, "waits_for", None) or thread


def stop(thread):
    """Raise `Stopped` in the thread, more than once: an `except:` in a loop swallows the first."""
    for _ in range(20):
        if not thread.is_alive():
            return
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Stopped))
        thread.join(0.05)


@contextlib.contextmanager
def quiet():
    """Nothing that happens inside reaches stdout or stderr, TensorFlow's own lines from C++ included.

    nbgrader gives no points to a cell with anything on stderr.
    """
    logging_was = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), _no_descriptor_2():
            yield
    finally:
        logging.disable(logging_was)


@contextlib.contextmanager
def _no_descriptor_2():
    try:
        saved = os.dup(2)
    except OSError:  # there is none, under pythonw say
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
