"""The fork server: imports TensorFlow and Keras once, then forks a process for each side of each submission.

A process that has only imported TensorFlow may be forked; one that has run an operation, or has a second thread, may
not: its children hang. So the server imports, runs nothing, and refuses to start with more than one thread. It reads no
lesson, test or submission: the sockets on which these come are handed through it unread.

    request {"fork": "learner" | "tests", "limits", "folder"} with two sockets  → {"pid"}
    request {"signal": pid, "with": number}                                     → nothing
    event   {"ended": pid, "status": wait status, "why": what it took too much of, or nothing}
"""

import array
import contextlib
import importlib
import json
import os
import select
import signal
import socket
import sys
import time

from course.grading import sandbox, sums
from course.grading.server import MESSAGE
from course.grading.wire import CALL_LIMIT, Channel, Lost

IMPORTED = (
    "tensorflow",
    "keras",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "sklearn",
    "tensorflow_datasets",
    "IPython.core.interactiveshell",
    "course.analysis",
    "course.checks.lesson_03",
    "course.data",
    "course.models",
    "course.plots",
    "course.training",
    "course.grading.examiner",
    "course.grading.learner",
)


LOOK = 0.2  # seconds between looks at what processes take


def threads() -> list[str]:
    """The names of this process's threads, as the system counts them."""
    names = []
    for number in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{number}/comm") as file:
            names.append(file.read().strip())
    return names


def serve():
    """Run the server on the socket whose number is the first argument."""
    sock = socket.socket(fileno=int(sys.argv[1]))
    paths = sandbox.visible(json.loads(sys.argv[2]))
    sandbox._libc().prctl(sandbox.PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    sandbox._libc().prctl(36, 1, 0, 0, 0)  # orphans become this process's children: PR_SET_CHILD_SUBREAPER
    if os.getuid() != 0:
        with contextlib.suppress(OSError):
            sandbox.become_root_of_own_user_namespace()
    _import()
    found = threads()
    if len(found) != 1:
        sys.exit(f"a process with {len(found)} threads cannot be forked safely: {', '.join(found)}")
    Forks(sock, paths).run()


def _import():
    """Import what most cells import, and what shows a first error; nothing here runs an operation."""
    for name in IMPORTED:
        importlib.import_module(name)
    for mode in ("Context", "Plain"):
        try:
            raise ValueError("the first")
        except ValueError:
            shown = importlib.import_module("IPython.core.ultratb").AutoFormattedTB(mode=mode)
            shown.structured_traceback(*sys.exc_info())


class Forks:
    """The server's loop."""

    def __init__(self, sock, paths):
        self.sock, self.paths = sock, paths
        self.children, self.number = {}, 0  # each child's limits
        self.why = {}
        self.next_look = 0.0
        self.own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY)
        self.can_pids = self._try_pids()

    def _try_pids(self):
        """Whether each child can have a PID namespace. One who may leave this process's may not come back without
        privileges, so a child tries it."""
        pid = os.fork()
        if pid == 0:
            status = 1
            with contextlib.suppress(OSError):
                sandbox.unshare(sandbox.NEWPID)
                sandbox.setns(self.own_pids)
                status = 0
            os._exit(status)
        return os.waitpid(pid, 0)[1] == 0

    def run(self):
        wake, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.sock.send(json.dumps({"off": self._what_is_off()}).encode())
        while True:
            ready, _, _ = select.select([self.sock, wake], [], [], LOOK if self.children else None)
            self._look()
            if wake in ready:
                os.read(wake, 4096)
                self._reap()
            if self.sock in ready and not self._serve():
                break
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)
        while self.children:
            self._reap(os.WEXITED)
        os._exit(0)  # TensorFlow takes its time to leave in order, and there is nothing to keep

    def _look(self):
        """End the processes that, with those they have started, take too much."""
        begin = time.monotonic()
        if begin < self.next_look:
            return
        for pid, limits in self.children.items():
            why = sums.exceeded(pid, limits)
            if why:
                self.why[pid] = why
                os.kill(pid, signal.SIGKILL)
        self.next_look = time.monotonic() + max(LOOK, 4 * (time.monotonic() - begin))

    def _serve(self):
        descriptors = array.array("i")
        try:
            data, ancillary, *_ = self.sock.recvmsg(MESSAGE, socket.CMSG_LEN(8 * descriptors.itemsize))
        except OSError:
            return False
        for _, _, content in ancillary:
            descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
        if not data:
            return False
        request = json.loads(data)
        if "signal" in request and request["signal"] in self.children:
            os.kill(request["signal"], request["with"])
        if "fork" in request:
            limits = sandbox.Limits(*request["limits"])
            pid = self._fork(lambda: self._child(request, limits, descriptors), limits)
            self.sock.send(json.dumps({"pid": pid}).encode())
        for descriptor in descriptors:
            os.close(descriptor)
        return True

    def _fork(self, function, limits):
        self.number += 1
        if self.can_pids:
            sandbox.unshare(sandbox.NEWPID)
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                signal.set_wakeup_fd(-1)
                for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGPIPE):
                    signal.signal(number, signal.SIG_DFL)
                signal.signal(signal.SIGPIPE, signal.SIG_IGN)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                self.sock.close()
                os.close(self.own_pids)
                function()
                status = 0
            finally:
                os._exit(status)
        if self.can_pids:
            sandbox.setns(self.own_pids)
        self.children[pid] = limits
        return pid

    def _child(self, request, limits, descriptors):
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
        control, calls = (Channel(socket.socket(fileno=number)) for number in descriptors)
        calls.limit = CALL_LIMIT
        sandbox.enter(self.number % 50_000, limits, self.paths, request["folder"], self.can_pids)
        with contextlib.suppress(Lost):
            if request["fork"] == "learner":
                from course.grading import learner

                learner.main(control, calls)
            else:
                from course.grading import examiner

                examiner.main(control, calls)

    def _what_is_off(self):
        """Let one process shut itself in, and hear what could not be had."""
        read, write = os.pipe()

        def report():
            off = sandbox.enter(0, sandbox.Limits(), self.paths, None, self.can_pids)
            os.write(write, json.dumps(off).encode())

        pid = self._fork(report, sandbox.Limits())
        os.close(write)
        said = os.read(read, MESSAGE)
        os.close(read)
        os.waitpid(pid, 0)
        self.children.pop(pid)
        if not said:
            sys.exit("a process could not be shut in")
        return json.loads(said)

    def _reap(self, block=0):
        """Take the processes that have ended, and end what they have left running."""
        while True:
            try:
                pid, status = os.waitpid(-1, 0 if block else os.WNOHANG)
            except ChildProcessError:
                self.children.clear()
                return
            if pid == 0:
                return
            if pid in self.children:
                self.children.pop(pid)
                if not self.can_pids:
                    self._end_orphans()
                with contextlib.suppress(OSError):
                    self.sock.send(json.dumps({"ended": pid, "status": status, "why": self.why.pop(pid, "")}).encode())

    def _end_orphans(self):
        """Without a PID namespace: kill what a process has left behind, which has become this one's child."""
        for _ in range(100):
            orphans = [pid for pid in _children() if pid not in self.children]
            for pid in orphans:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            if not orphans:
                return
            time.sleep(0.01)


def _children():
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return [int(pid) for pid in file.read().split()]
