import contextlib
import os
import subprocess
import sys

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course.console import Progress, visible, without_chatter

CHATTER = """\
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1795372933.349800    4439 port.cc:153] oneDNN custom operations are on.
I0000 00:00:1795372933.497538    4439 cpu_feature_guard.cc:227] This TensorFlow binary is optimized …
To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow.
"""
NEWS = """\
E0000 00:00:1795372933.349800    4439 cuda_dnn.cc:8310] Unable to register cuDNN factory
W0000 00:00:1795372933.349800    4439 gpu_device.cc:2344] Cannot dlopen some GPU libraries.
UserWarning: something of ours
I0 is no log line
"""


def test_tensorflow_s_chatter_is_left_out_and_nothing_else():
    assert without_chatter(CHATTER + NEWS) == NEWS
    assert without_chatter(NEWS + CHATTER) == NEWS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\n", "plain\n"),
        ("\x1b[1m45/45\x1b[0m \x1b[32m━━\x1b[0m\x1b[37m\x1b[0m", "45/45 ━━"),
        ("a\n" + "\b" * 5 + "\r1/2 loss: 2" + "\b" * 11 + "\r2/2 loss: 1\nb", "a\n2/2 loss: 1\nb"),
        ("windows\r\nlines\r\n", "windows\nlines\n"),
        ("", ""),
    ],
)
def test_what_a_terminal_would_show(text, shown):
    assert visible(text) == shown


PROGRAM = """
import os, sys
from course.console import tensorflow_without_chatter
with tensorflow_without_chatter():
    os.write(2, b"I0000 00:00 port.cc:153] chatter\\nW0000 00:00 gpu.cc:1] a real warning\\n")
    print("from Python", file=sys.stderr)
    if sys.argv[1] == "fail":
        raise SystemExit("it failed")
os.write(2, b"I0000 after\\n")
"""


@pytest.mark.parametrize(("how", "end"), [("work", "I0000 after\n"), ("fail", "it failed\n")])
def test_real_errors_get_through_while_tensorflow_starts(how, end):
    run = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True)
    assert run.stderr == "W0000 00:00 gpu.cc:1] a real warning\nfrom Python\n" + end


def shown(capsys, *outputs):
    lesson = new_notebook(cells=[new_markdown_cell("# Train"), new_code_cell("fit()"), new_code_cell("2")])
    with Progress(lesson, "03_lenet5") as progress:
        progress.start(lesson, 1)
        lesson.cells[1].outputs = list(outputs)
        progress.done(lesson, 1)
        progress.start(lesson, 2)
        progress.done(lesson, 2)
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out.split("\n")


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def test_without_a_terminal_each_cell_is_a_line_with_its_output_below(capsys):
    outputs = [stream("\n1\n\n2\n\n"), stream(CHATTER + NEWS, "stderr")]
    indented = [f"        {line}".rstrip() for line in ["1", "", "2", "", *NEWS.split("\n")[:-1]]]
    assert shown(capsys, *outputs) == ["[1/2] Train", *indented, "[2/2] Train", ""]
    assert shown(capsys, stream(CHATTER, "stderr")) == ["[1/2] Train", "[2/2] Train", ""]


def test_of_what_a_cell_displays_the_text_is_shown_and_pictures_are_not(capsys):
    def display(**data):
        return new_output("display_data", data={f"text/{kind}": text for kind, text in data.items()})

    picture = new_output("display_data", data={"image/png": "", "text/plain": "Figure(640x480)"})
    right = display(html="<div>✓ right</div>", plain="✓ right")
    result = new_output("execute_result", data={"text/plain": "0.98"}, execution_count=1)
    lines = shown(capsys, stream("a\n"), right, picture, display(plain="<Axes>"), display(html="<b>"), result)
    assert lines == ["[1/2] Train", "        a", "        ✓ right", "        0.98", "[2/2] Train", ""]


def test_a_long_output_is_shortened_in_the_middle_and_an_error_never(capsys):
    numbers = stream("".join(f"{n}\n" for n in range(100)))
    failed = new_output("error", ename="WrongAnswer", evalue="", traceback=[f"because {n}" for n in range(20)])
    lines = [line.strip() for line in shown(capsys, numbers, failed)]
    cut = lines.index("… 80 lines more in the executed notebook")
    assert lines[1:cut] == [str(n) for n in range(cut - 1)]
    assert lines[cut + 1 : 22] == [str(n) for n in range(80 + cut - 1, 100)]
    assert lines[22:-2] == [f"because {n}" for n in range(20)]


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")
def test_in_a_terminal_one_line_moves():
    import pty

    program = """
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from course.console import Progress
lesson = new_notebook(cells=[new_markdown_cell("# Train"), new_code_cell("fit()"), new_code_cell("2")])
with Progress(lesson, "03_lenet5") as progress:
    progress.start(lesson, 1)
    progress.text("1/45 loss: 2.3")
    progress.text("\\r45/45 loss: 0.2")
    lesson.cells[1].outputs = [new_output("stream", name="stdout", text="45/45 loss: 0.2\\n")]
    progress.done(lesson, 1)
    progress.start(lesson, 2)
    progress.done(lesson, 2)
"""
    terminal, other_end = pty.openpty()
    command = [sys.executable, "-c", program]
    settings = {**os.environ, "COLUMNS": "100"}
    run = subprocess.Popen(command, stdin=other_end, stdout=other_end, stderr=other_end, env=settings)
    os.close(other_end)
    text = b""
    with contextlib.suppress(OSError):  # which is how Linux says that the other end is closed
        while read := os.read(terminal, 4096):
            text += read
    os.close(terminal)
    assert run.wait() == 0
    frames = [frame.rstrip() for frame in text.decode().replace("\n", "\r").split("\r")]
    assert any(frame.startswith("03_lenet5   0% |") and frame.endswith("Train: 45/45 loss: 0.2]") for frame in frames)
    assert any("| 1/2 [" in frame for frame in frames)
    assert [frame for frame in frames if frame and "|" not in frame] == ["[1/2] Train", "        45/45 loss: 0.2"]
