"""Run one repaired submission: its cells in the learner's process, its tests in the tests' process."""

import contextlib
import os
import shutil
import signal
import socket
import tempfile
import time
from typing import NamedTuple

from nbformat import NotebookNode, from_dict

from course.grading.find import Repaired
from course.grading.lesson import Lesson
from course.grading.sandbox import Limits
from course.grading.wire import Channel, Late, Lost, Malformed

STARTS = 6  # times that the processes of one submission are started


class Settings(NamedTuple):
    """How submissions run: seconds for a cell and for all of a submission, what a process may take, and whether a test
    whose values cannot pass between processes may run beside the learner's code."""

    cell_seconds: float = 600
    seconds: float = 3600
    grace: float = 5  # from SIGINT to SIGKILL
    limits: Limits = Limits()
    one_process: bool = False


class Run(NamedTuple):
    """What came of it: diagnoses by the test cell's index, indices that were run in one process or could not, notes."""

    diagnoses: dict[int, dict]
    together: set[int]
    ungraded: dict[int, str]
    notes: list[str]


class _Died(Exception):
    """A process ended, or was ended, in this cell."""


def run(repaired: Repaired, lesson: Lesson, server, settings: Settings, files: dict[str, str] | None = None) -> Run:
    """Execute the repaired notebook in place, outputs and all; `files` lie beside it, their content in hexadecimal.

    A cell that runs for too long is interrupted and has failed. If its process dies, all that follows runs in a new
    one, after the cells before it and without it.
    """
    return _Submission(repaired, lesson, server, settings, files or {}).run()


class _Again(_Died):
    """The learner's process was found dead before this test began: an earlier one had killed it."""


class _Pair:
    """The two processes of a submission."""

    def __init__(self, server, settings, lesson, files):
        self.server, self.grace, self.folders = server, settings.grace, []
        ours, theirs = zip(*(socket.socketpair() for _ in range(2)), strict=True)
        calls = socket.socketpair()
        self.pids = {}
        self.channels = {role: Channel(sock) for role, sock in zip(("learner", "tests"), ours, strict=True)}
        try:
            for role, end, call in zip(("learner", "tests"), theirs, calls, strict=True):
                self.pids[role] = server.fork(role, (end, call), settings.limits, self._folder())
            self.send("tests", {"lesson": lesson.for_tests()})
            if files:
                self.ask("learner", {"source": "", "files": files}, 60)
        except BaseException:
            self.close()
            raise
        finally:
            for sock in (*theirs, *calls):
                sock.close()

    def _folder(self):
        """A folder to work in, where a process cannot have files of its own."""
        if "files" not in self.server.off:
            return None
        self.folders.append(tempfile.mkdtemp(prefix="course-grading-"))
        os.chmod(self.folders[-1], 0o711 if "user" in self.server.off else 0o700)
        return self.folders[-1]

    def send(self, role, message):
        try:
            self.channels[role].send(message, seconds=60)
        except (Lost, Late) as error:
            raise _Died(self._how(role)) from error

    def ask(self, role, message, seconds):
        """What the process answers. Raises `_Died` if it ends, or is ended because it does not answer."""
        self.send(role, message)
        if (reply := self._answer(role, seconds)) is not None:
            return reply | {"late": False}
        for victim in {role, "learner"}:
            self.server.signal(self.pids[victim], signal.SIGINT)
        reply = self._answer(role, self.grace)
        if reply is None:
            self.server.signal(self.pids[role], signal.SIGKILL)
            raise _Died("it was still running, and did not end when it was interrupted")
        return reply | {"late": True}

    def _answer(self, role, seconds):
        deadline = time.monotonic() + seconds
        while True:
            try:
                reply, _ = self.channels[role].receive(max(0.0, deadline - time.monotonic()))
            except Late:
                return None
            except Lost as error:
                raise _Died(self._how(role)) from error
            except Malformed as error:
                self.server.signal(self.pids[role], signal.SIGKILL)
                raise _Died("it sent what cannot be read") from error
            if not isinstance(reply, dict):
                raise _Died("it sent what cannot be read")
            if role == "tests" and reply.get("interrupt"):
                self.server.signal(self.pids["learner"], signal.SIGINT)
                continue
            return reply

    def _how(self, role):
        status, why = self.server.wait(self.pids[role], 2) or (None, "")
        if not why and status is not None and os.WIFSIGNALED(status):
            return f"its process died of {signal.Signals(os.WTERMSIG(status)).name}"
        return why or "it ended its process"

    def why(self, role):
        """What a process that has ended took too much of, if so."""
        return (self.server.wait(self.pids[role], 1) or (None, ""))[1]

    def close(self):
        for pid in self.pids.values():
            self.server.signal(pid, signal.SIGKILL)
        for channel in self.channels.values():
            channel.close()
        for pid in self.pids.values():
            self.server.wait(pid, 30)
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)


class _Submission:
    def __init__(self, repaired, lesson, server, settings, files):
        self.repaired, self.lesson, self.server = repaired, lesson, server
        self.settings, self.files = settings, files
        self.cells = repaired.notebook.cells
        self.steps = [n for n, cell in enumerate(self.cells) if cell.cell_type == "code" and cell.source.strip()]
        self.roles = {n: self._role(n) for n in self.steps}
        self.done, self.culprits, self.again = set(), set(), set()
        self.deadline = time.monotonic() + settings.seconds
        self.result = Run({}, set(), {}, [])

    def _role(self, index):
        place = self.repaired.places[index]
        return "plain" if place is None else self.lesson.roles[place]

    def run(self):
        for _ in range(STARTS):
            pair = None
            try:
                pair = _Pair(self.server, self.settings, self.lesson, self.files)
                self._go(pair)
                return self.result
            except _Died:
                if not [n for n in self.steps if n not in self.done]:
                    return self.result
            finally:
                if pair:
                    pair.close()
        self._give_up(f"the submission's processes died {STARTS} times")
        return self.result

    def _go(self, pair):
        """Run the cells; those that have run, in a process that is no more, only for what they define."""
        last = max((n for n in self.steps if n not in self.done), default=-1)
        for count, index in enumerate(self.steps, 1):
            if index > last:
                return
            if time.monotonic() > self.deadline:
                self._give_up(f"the submission took longer than {self.settings.seconds:g} seconds")
                return
            if index in self.culprits or (index in self.done and self.roles[index] == "test"):
                continue
            try:
                self._step(pair, index, count)
            except _Again:
                raise
            except _Died as death:
                self.culprits.add(index)
                if index not in self.done:
                    self._failed(index, str(death))
                raise

    def _step(self, pair, index, count):
        cell = self.cells[index]
        cell.execution_count = count
        left = min(self.settings.cell_seconds, max(1.0, self.deadline - time.monotonic()))
        if self.roles[index] == "test":
            message = {"source": cell.source, "index": self.repaired.places[index], "count": count}
            reply = pair.ask("tests", message, left)
            if reply.get("lost") and not reply.get("begun") and index not in self.again:
                self.again.add(index)
                raise _Again()
            reason = reply.get("unsendable")
            if reason and self.settings.one_process:
                reply = pair.ask("learner", {"source": cell.source, "count": count}, left)
                self.result.together.add(index)
            elif reason:
                self.result.ungraded[index] = str(reason)
        else:
            reply = pair.ask("learner", {"source": cell.source, "count": count}, left)
        first = index not in self.done
        self.done.add(index)
        if first:
            self._record(index, cell, reply, left)
        if reply.get("lost"):
            if first:
                why = pair.why("learner") or "its process died in the test, or had to be ended"
                self.result.notes.append(f"{self._place(index)}: {why}.")
            raise _Died("the learner's process was lost")

    def _record(self, index, cell, reply, seconds):
        cell.outputs = _outputs(reply.get("outputs"))
        if reply["late"]:
            late = f"the cell ran longer than {seconds:g} seconds"
            cell.outputs.append(error("TimeoutError", late))
            self.result.notes.append(f"{self._place(index)}: {late}.")
        if self.roles[index] == "test":
            diagnosis = reply.get("diagnosis")
            if diagnosis is None or reply["late"]:
                diagnosis = of_outputs(cell.outputs)
            self.result.diagnoses[index] = diagnosis

    def _failed(self, index, why):
        self.done.add(index)
        cell = self.cells[index]
        cell.outputs = [error("DeadKernel", why)]
        self.result.notes.append(f"{self._place(index)}: {why}.")
        if self.roles[index] == "test":
            self.result.diagnoses[index] = of_outputs(cell.outputs)

    def _give_up(self, why):
        for index in self.steps:
            if index not in self.done:
                self.done.add(index)
                self.cells[index].outputs = [error("DeadKernel", why)]
                if self.roles[index] == "test":
                    self.result.diagnoses[index] = of_outputs(self.cells[index].outputs)
        self.result.notes.append(f"Not all cells were run: {why}.")

    def _place(self, index):
        cell = self.cells[index]
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        return f'Cell "{name}"' if name else f"Cell {index + 1}"


def error(name: str, said: str) -> NotebookNode:
    """The output of a cell that failed for no error of its own."""
    return from_dict({"output_type": "error", "ename": name, "evalue": said, "traceback": [f"{name}: {said}"]})


def of_outputs(outputs):
    """The diagnosis of a test that could not say itself."""
    errors = [output for output in outputs if output.output_type == "error"]
    if not errors:
        return {"status": "passed", "finding": "", "cause": "", "hidden": False}
    last = errors[-1]
    first = last.evalue.splitlines()[0] if last.evalue else ""
    return {"status": "wrong", "finding": f"{last.ename}: {first}".rstrip(": "), "cause": "", "hidden": False}


def _outputs(found) -> list[NotebookNode]:
    """The outputs that a process reports, kept to nbformat's form: of a learner's process they may be anything."""
    kept = []
    for output in found if isinstance(found, list) else []:
        with contextlib.suppress(KeyError, TypeError, AttributeError, ValueError):
            kind = output["output_type"]
            if kind == "stream":
                made = {"name": "stderr" if output["name"] == "stderr" else "stdout", "text": str(output["text"])}
            elif kind in ("display_data", "execute_result"):
                data = {str(name): value for name, value in output["data"].items() if isinstance(value, str | dict)}
                made = {"data": data, "metadata": {}}
                if kind == "execute_result":
                    made["execution_count"] = int(output["execution_count"])
            elif kind == "error":
                lines = [str(line) for line in output["traceback"]]
                made = {"ename": str(output["ename"]), "evalue": str(output["evalue"]), "traceback": lines}
            else:
                continue
            kept.append(from_dict({"output_type": kind, **made}))
    return kept
