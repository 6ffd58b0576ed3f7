"""Run cells as a Jupyter kernel does, in this process, and keep what they put out as a notebook does."""

import builtins
import io
import os
import sys
import types

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

LONGEST = 500_000  # characters of text in a cell's outputs; what is more is left out
GRADER = os.path.dirname(__file__) + os.sep
PICTURES = 8_000_000  # characters of a cell's display data, pictures in base 64


class _Hook(DisplayHook):
    def start_displayhook(self):
        pass

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        count = self.shell.execution_count
        self.shell.collector.add("execute_result", data=format_dict, metadata=md_dict or {}, execution_count=count)

    def finish_displayhook(self):
        pass


class _Publisher(DisplayPublisher):
    def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **_):
        self.shell.collector.add("display_data", data=data, metadata=metadata or {})

    def clear_output(self, wait=False):
        self.shell.collector.outputs.clear()


class Shell(InteractiveShell):
    """IPython's shell with its outputs collected."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    collector = None

    def enable_gui(self, gui=None):
        """There is no window here."""

    def showtraceback(self, exc_tuple=None, *args, **kwargs):
        """Show an error without the grader's own frames."""
        kind, error, steps = self._get_exc_info(exc_tuple)
        super().showtraceback((kind, error, _without_grader(steps)), *args, **kwargs)

    def _showtraceback(self, etype, evalue, stb):
        try:
            said = str(evalue)
        except Exception:
            said = "<the exception's text cannot be had>"
        lines = [str(line) for line in stb] if isinstance(stb, list) else [str(stb)]
        self.collector.add("error", ename=str(etype.__name__), evalue=said[:LONGEST], traceback=lines)


class _Stream(io.TextIOBase):
    encoding = "utf-8"

    def __init__(self, collector, name):
        self.collector, self.name = collector, name

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() takes a str, not {type(text).__name__}")
        self.collector.stream(self.name, text)
        return len(text)


class Collector:
    """The outputs of the cell that runs, in nbformat's form, of limited length."""

    def __init__(self):
        self.outputs, self.length, self.pictured = [], 0, 0

    def stream(self, name, text):
        room = LONGEST - self.length
        if room <= 0:
            return
        self.length += len(text)
        if len(text) > room:
            text = text[:room] + "\n… the rest is left out\n"
        if self.outputs and self.outputs[-1].get("name") == name:
            self.outputs[-1]["text"].append(text)
        else:
            self.outputs.append({"output_type": "stream", "name": name, "text": [text]})

    def add(self, kind, **fields):
        if "data" in fields:
            kept = {}
            for name, content in fields["data"].items():
                content = content if isinstance(content, str | dict | list) else str(content)
                size = len(content) if isinstance(content, str) else len(str(content))
                self.pictured += size
                if self.pictured <= PICTURES:
                    kept[str(name)] = content
            fields["data"] = kept or {"text/plain": "… left out: too long"}
            fields["metadata"] = {}
        self.outputs.append({"output_type": kind, **fields})

    def take(self):
        """The outputs so far, as lists and dictionaries for JSON."""
        outputs, self.outputs, self.length, self.pictured = self.outputs, [], 0, 0
        for output in outputs:
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
        return outputs


def _without_grader(steps):
    kept = [step for step in _steps(steps) if not step.tb_frame.f_code.co_filename.startswith(GRADER)]
    made = None
    for step in reversed(kept):
        made = types.TracebackType(made, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return made or steps


def _steps(steps):
    """The steps of a traceback, outermost first."""
    while steps is not None:
        yield steps
        steps = steps.tb_next


def make(brief: bool = False) -> Shell:
    """A shell of this process; stdout and stderr go to its cells' outputs from here on.

    With `brief`, an error shows a line for each step, which takes a fraction of the time that IPython's pages take.
    """
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.autocall = 0
    shell = Shell.instance(config=config)
    shell.collector = Collector()
    if brief:
        shell.InteractiveTB.set_mode("Plain")
    shell.builtin_trap.activate()
    builtins.input = _no_input
    sys.stdin = io.StringIO()
    sys.stdout, sys.stderr = _Stream(shell.collector, "stdout"), _Stream(shell.collector, "stderr")
    return shell


def run(shell: Shell, source: str, count: int):
    """Run one cell; return its outputs and IPython's result."""
    shell.execution_count = count
    shell.collector.take()
    # Bound before the learner's cell runs: one that replaces the shell's methods changes its own run alone.
    result = shell.run_cell(source, store_history=False, silent=False)
    return shell.collector.take(), result


def _no_input(prompt=""):
    raise EOFError("A cell that waits for input cannot be graded: nobody is there to type.")
