"""The tests' process: runs a lesson's tests on stand-ins for the learner's answers, and says how they went.

What a test needs beside the answers, imports and definitions say, is made here from the lesson's own cells: what the
submission has made of these names does not matter. What hangs on an answer is asked of the learner's process.
"""

import ast
import re
import sys
import threading
import traceback

from course.grading import names, proxies
from course.grading import shell as shells
from course.grading.hidden import hidden_lines
from course.grading.wire import Channel, Lost, Malformed


def main(control: Channel, calls: Channel):
    """Take the lesson, then run the tests that the grader asks for until it goes."""
    shell = shells.make(brief=True)
    lock = threading.Lock()

    def interrupt():
        with lock:
            control.send({"interrupt": True})

    streams = {"stdout": lambda text: sys.stdout.write(text), "stderr": lambda text: sys.stderr.write(text)}
    peer = proxies.TestsPeer(calls, interrupt, lambda stream, text: streams[stream](text))
    proxies.install(peer)
    examiner = None
    while True:
        try:
            message, _ = control.receive()
            if "lesson" in message:
                examiner = Examiner(shell, peer, message["lesson"])
                continue
            reply = examiner.run(message)
            with lock:
                control.send(reply)
        except KeyboardInterrupt:
            continue
        except Lost:
            return


class Examiner:
    """A lesson's tests: `lesson` is a list of cells, `{"source", "role"}` with the role "plain", "answer" or "test"."""

    def __init__(self, shell, peer, lesson):
        self.shell, self.peer = shell, peer
        self.cells = lesson
        self.statements = [
            found
            for index, cell in enumerate(lesson)
            if cell["role"] == "plain"
            for found in names.statements(cell["source"], index)
        ]
        self.made, self.own = set(), set()  # statements that have run here; names that tests have bound

    def run(self, message):
        """Run one test; its outputs, the diagnosis, and whether the learner's process was lost."""
        index, source = message["index"], message["source"]
        self.peer.failed = None
        try:
            self._prepare(source, index)
        except (Lost, Malformed):
            return {"lost": True, "begun": False}
        except Exception as error:  # what is behind a name cannot be read, or says so itself
            self.peer.failed = self.peer.failed or str(error)
        outputs, result = shells.run(self.shell, source, message["count"])
        self.own |= names.of(names.plain(source))[0]
        error = result.error_before_exec or result.error_in_exec
        lost = isinstance(error, Lost | Malformed) or _hangs(self.peer)
        return {
            "outputs": outputs,
            "diagnosis": diagnosis(error, source),
            "unsendable": self.peer.failed if error is not None else None,
            "lost": lost,
            "begun": True,
        }

    def _prepare(self, source, index):
        """Put what the test needs into the namespace, anew each time: the learner's cells may have run since."""
        namespace = self.shell.user_ns
        before = [statement for statement in self.statements if statement.cell < index]
        answers = {}
        for number, cell in enumerate(self.cells[:index]):
            if cell["role"] == "answer":
                answers |= dict.fromkeys(names.of(names.plain(cell["source"]))[0], number)
        for statement in before:  # a later cell of the lesson's may take a name again
            for name in statement.binds:
                if answers.get(name, len(self.cells)) < statement.cell:
                    del answers[name]
        for name in sorted(names.of(names.plain(source))[1]):
            if name in self.own:
                continue
            found = names.behind(name, before, answers)
            if found and self._make(found):
                continue
            there, value = self.peer.fetch(name)
            if there:
                namespace[name] = value
            else:
                namespace.pop(name, None)

    def _make(self, found):
        """Run the lesson's statements; whether they went through."""
        for statement in found:
            if id(statement.node) in self.made:
                continue
            module = ast.Module([statement.node], [])
            try:
                exec(compile(module, "<lesson>", "exec"), self.shell.user_ns)
            except Exception:  # it hangs on an answer in a way that names do not show
                return False
            self.made.add(id(statement.node))
        return True


def _hangs(peer):
    """Whether the learner's process does not come back from a call that was given up."""
    if not peer.abandoned:
        return False
    try:
        peer._come_back()
    except Lost:
        return True
    return False


def diagnosis(error, source):
    """How a test ended: `{"status", "finding", "cause", "hidden"}`."""
    if error is None:
        return {"status": "passed", "finding": "", "cause": "", "hidden": False}
    kind = type(error).__name__
    finding = str(getattr(error, "finding", "") or _said(error))
    attempted = not (kind == "NotAttempted" or (kind == "NotImplementedError" and "not attempted" in finding))
    return {
        "status": "wrong" if attempted else "not attempted",
        "finding": finding if getattr(error, "finding", None) or kind in SAID else f"{kind}: {finding}".rstrip(": "),
        "cause": str(getattr(error, "cause", "") or ""),
        "hidden": _line(error) in hidden_lines(source),
    }


SAID = ("Lost", "AssertionError", "NotAttempted", "WrongAnswer")


def _said(error):
    try:
        lines = [line.strip() for line in str(error).splitlines()]
    except Exception:
        lines = []
    return next((line for line in lines if line), type(error).__name__)[:1000]


def _line(error):
    """The line of the cell from which the error came."""
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_name == "<module>" and re.match(r"<ipython-input-|.*ipykernel_", frame.f_code.co_filename):
            return line
    return 0
