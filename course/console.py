"""What a person sees in the terminal while a lesson runs or TensorFlow starts."""

import contextlib
import os
import re
import shutil
import sys
import tempfile

from tqdm import tqdm

from course.executed import ANSI, code_cells, describe, error, heading
from course.run import Watcher

_CHATTER = re.compile(r"I\d{4} |WARNING: All log messages before absl::|To enable the following instructions:")
_LONGEST = 20


class Bar(Watcher):
    """A bar that moves by cell, with the cell's heading and its last line of output; nothing where no terminal is.

    Use it in a `with` statement.
    """

    def __init__(self, lesson, name):
        form = "{desc} {percentage:3.0f}% |{bar:20}| {n_fmt}/{total_fmt} [{elapsed}{postfix}]"
        total, (columns, rows) = len(code_cells(lesson)), shutil.get_terminal_size()  # never 0, as tqdm's own may be
        self.bar = tqdm(
            total=total, desc=name, disable=None, leave=False, ncols=columns - 1, nrows=rows, bar_format=form
        )
        self.title = self.last_line = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.bar.close()

    def start(self, lesson, index):
        self.title, self.last_line = heading(lesson, index), ""
        self.bar.set_postfix_str(self.title)

    def text(self, text):
        lines = visible(self.last_line + text).split("\n")
        self.last_line = lines[-1]
        shown = next((line.strip() for line in reversed(lines) if line.strip()), "")
        self.bar.set_postfix_str(f"{self.title}: {shown}" if shown else self.title)

    def done(self, lesson, index):
        self.bar.update()


class Progress(Bar):
    """The bar, and under each cell's heading what the cell printed, shortened in the middle if that is long.

    Without a terminal every heading is printed, and before its cell runs; with one, those of cells that print.
    """

    def __init__(self, lesson, name):
        super().__init__(lesson, name)
        self.number, self.total = 0, len(code_cells(lesson))

    def start(self, lesson, index):
        super().start(lesson, index)
        self.number += 1
        if self.bar.disable:
            self.print(self.headline())

    def done(self, lesson, index):
        lines = [f"        {line}".rstrip() for line in _lines(lesson.cells[index])]
        if lines and not self.bar.disable:
            lines.insert(0, self.headline())
        if lines:
            self.print("\n".join(lines))
        super().done(lesson, index)

    def headline(self):
        return f"[{self.number:>{len(str(self.total))}}/{self.total}] {self.title}"

    def print(self, text):
        self.bar.write(text, file=sys.stdout)
        sys.stdout.flush()


def _lines(cell):
    """What a cell printed and how it failed, for the terminal."""
    text = ""
    for output in cell.outputs:
        if output.output_type == "stream":
            text += without_chatter(output.text) if output.name == "stderr" else output.text
        elif "text/plain" in output.get("data", {}) and "image/png" not in output.data:
            text += "" if output.data["text/plain"].startswith("<") else output.data["text/plain"] + "\n"
    printed = visible(text).rstrip().lstrip("\n").split("\n") if text.strip() else []
    if len(printed) > _LONGEST:
        start, end = _LONGEST // 3, _LONGEST - _LONGEST // 3
        left_out = len(printed) - start - end
        printed[start:-end] = [f"… {left_out} lines more in the executed notebook"]
    failed = error(cell)
    return printed + (describe(failed).split("\n") if failed else [])


def visible(text: str) -> str:
    r"""What a terminal would show of a text: colours off, and of an overwritten line what was written last.

    >>> visible("Epoch 1\n 1/45 loss: 2.3\b\b\b\r45/45 loss: 0.2\n")
    'Epoch 1\n45/45 loss: 0.2\n'
    """
    lines = ANSI.sub("", text).replace("\b", "").split("\n")
    return "\n".join(next((part for part in reversed(line.split("\r")) if part.strip()), "") for line in lines)


def without_chatter(text: str) -> str:
    """Leave out what TensorFlow logs as information; its warnings and errors, and all else, stay."""
    return "".join(line for line in text.splitlines(keepends=True) if not _CHATTER.match(line))


@contextlib.contextmanager
def tensorflow_without_chatter():
    """Hold back stderr while TensorFlow starts, then let through what is not its chatter, also after an error.

    TensorFlow's C++ logs to file descriptor 2 before it reads how much it should log.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
            held.seek(0)
            sys.stderr.write(without_chatter(held.read().decode(errors="replace")))
