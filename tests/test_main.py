import os
import re
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from example_lesson import SOURCE, write_lesson

import course
from course import notebook, release
from course.__main__ import main


@pytest.fixture
def cli(capfd, monkeypatch):
    """Run a command in this process; give its exit status and what it printed."""

    def call(*arguments, cwd=None):
        if cwd:
            monkeypatch.chdir(cwd)
        try:
            status = main([*map(str, arguments)])
        except SystemExit as exit_:
            status = exit_.code
        return status, *capfd.readouterr()

    return call


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone with one lesson, released."""
    folder = tmp_path_factory.mktemp("clone")
    release.release(write_lesson(folder).parent, folder / "notebooks")
    return folder


@pytest.mark.parametrize(("option", "shown"), [("--help", "release"), ("--version", course.__version__)])
def test_help_and_version_import_nothing_that_takes_time(option, shown):
    program = """
import runpy, sys
sys.argv[0] = "course"
try:
    runpy.run_module("course", run_name="__main__")
finally:
    print(*sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", program, option], capture_output=True, text=True, check=True)
    assert run.stderr == ""
    assert shown in run.stdout
    slow = {"tensorflow", "keras", "numpy", "asyncio", "jupytext", "nbclient", "nbformat", "nbgrader"}
    assert not slow & set(run.stdout.split())


@pytest.mark.parametrize("command", ["summary", "run", "check", "release"])
def test_each_command_has_help(cli, command):
    status, out, err = cli(command, "--help")
    assert (status, err) == (0, "")
    assert out.startswith(f"usage: python -m course {command}")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "python -m course: the following arguments are required: COMMAND; try --help"),
        (["sumary"], "python -m course: argument COMMAND: invalid choice: 'sumary'"),
        (["run"], "python -m course run: the following arguments are required: LESSON; try --help"),
        (["run", "twise"], 'There is no lesson "twise"; the nearest is "01_twice". All: 01_twice.'),
        (["run", "twise", "--solutions"], 'There is no lesson "twise"; the nearest is "01_twice". All: 01_twice.'),
        (["run", "no.ipynb"], "no.ipynb: no such file"),
        (["run", "twice", "--timeout", "0"], '"0" is no whole number of 1 or more'),
        (["check", "9"], 'There is no lesson "9"'),
        (["check", "solutions/01_twice.py"], "is no .ipynb file; give"),
        (["summary", "lenet5", "--input-shape", "32"], '"32" is no shape; write height,width,channels: 32,32,1'),
        (["release", "--check", "--solutions", "x"], "not allowed with argument --check"),
    ],
)
def test_what_cannot_be_done_gets_one_line_and_status_2(cli, clone, arguments, sentence):
    status, out, err = cli(*arguments, cwd=clone)
    assert (status, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1


def test_fidelity_sets_the_paper_beside_the_builder(cli, clone):
    status, out, err = cli("fidelity", "lenet5_1998", cwd=clone)
    assert (status, err) == (0, "")
    assert "paper: 60,000 parameters" in out
    assert "here:  60,000 trainable parameters" in out


def test_a_missing_optional_package_is_named_with_the_way_to_get_it(clone):
    program = "import sys; sys.modules['nbclient'] = None; from course.__main__ import main; sys.exit(main())"
    run = subprocess.run([sys.executable, "-c", program, "run", "1"], cwd=clone, capture_output=True, text=True)
    assert run.returncode == 2
    assert run.stderr == (
        "nbclient is not installed: python -m pip install -r requirements.txt, in the course's folder\n"
    )


def test_summary_prints_the_table_and_keeps_tensorflow_s_chatter_off(clone):
    command = [sys.executable, "-m", "course", "summary", "vgg16", "--input-shape", "64,64,3", "--num-classes", "10"]
    settings = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    run = subprocess.run(command, env=settings, capture_output=True, text=True, encoding="utf-8")
    assert (run.returncode, run.stderr) == (0, "")
    dense = (2 * 2 * 512 + 1) * 4096 + (4096 + 1) * 4096 + (4096 + 1) * 10
    assert f"{14_714_688 + dense:,}" in run.stdout  # the convolutions are those of keras.applications


def test_an_unknown_model_gets_one_line(cli):
    status, out, err = cli("summary", "vgg")
    assert (status, out) == (2, "")
    assert err.startswith('There is no model "vgg"; the nearest are "vgg')
    assert err.count("\n") == 1


def test_run_of_the_learner_s_edition(cli, clone):
    status, out, err = cli("run", "1", cwd=clone)
    assert (status, err) == (0, "")
    assert out.split("\n") == [
        "[1/6] Set up",
        "        working in notebooks",
        "[2/6] Double a number",
        "[3/6] Double a number",
        "        not attempted: write the function above",
        "[4/6] Count",
        "[5/6] Count",
        "        not attempted: write the function above",
        "[6/6] Count",
        "        the end: accuracy 99 %",
        "not attempted double-check",
        "not attempted counter-check",
        "0 of 2 exercises passed, 0 of 3.5 points",
        f"The executed notebook: {os.path.join('notebooks', 'executed', '01_twice.ipynb')}",
        "",
    ]
    executed = nbformat.read(clone / "notebooks" / "executed" / "01_twice.ipynb", as_version=4)
    nbformat.validate(executed)
    assert executed.cells[-1].outputs[0].text == "the end: accuracy 99 %\n"


def test_run_of_the_solved_edition_with_an_output_of_one_s_own(cli, clone, tmp_path):
    output = tmp_path / "new" / "mine.ipynb"
    status, out, err = cli("run", "01_twice", "--solutions", "--output", output, cwd=clone / "notebooks")
    assert (status, err) == (0, "")
    assert "        double: right\n" in out
    assert out.endswith(f"2 of 2 exercises passed, 3.5 of 3.5 points\nThe executed notebook: {output.resolve()}\n")
    assert "secret = 2" in output.read_text(encoding="utf-8")


def test_a_failing_cell_is_told_and_the_notebook_written_all_the_same(cli, tmp_path):
    failing = "import os\n\nnumbers = [1]\n\n\ndef f():\n    numbers[3]\n\n\nf()\n"
    write_lesson(tmp_path, source=SOURCE.replace("import os\n", failing))
    status, out, err = cli("run", "1", "--solutions", cwd=tmp_path)
    assert (status, err) == (1, 'Cell [1] under "Set up" failed: IndexError: list index out of range\n')
    assert out.split("\n")[:5] == [
        "[1/6] Set up",
        "        cell [1], line 10: f()",
        "        cell [1], line 7: numbers[3]",
        "        IndexError: list index out of range",
        "not run       double-check",
    ]
    executed = nbformat.read(tmp_path / "notebooks" / "executed" / "01_twice.ipynb", as_version=4)
    assert executed.cells[1].outputs[0].ename == "IndexError"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("return number + 2", "wrong         double-check: For -7 it gives -5."),  # right for 2, the test in sight
        ("raise NotImplementedError('not attempted')", "not attempted double-check"),
    ],
)
def test_a_solution_that_is_wrong_or_missing_fails_the_solved_run(cli, tmp_path, answer, verdict):
    write_lesson(tmp_path, source=SOURCE.replace("return secret * number", answer))
    status, out, _ = cli("run", "1", "--solutions", cwd=tmp_path)
    assert status == 1
    assert verdict in out


def test_check_lists_the_verdicts(cli, clone, tmp_path):
    answers = {"double": "def double(number):\n    return number + 2", "counter": "class Counter:\n    add = None"}
    lesson = notebook.read(clone / "notebooks" / "01_twice.ipynb")
    for cell in lesson.cells:
        cell.source = answers.get(cell.id, cell.source)
    lesson.cells[-1].source = "1 / 0"
    submission = tmp_path / "제출 1.ipynb"
    notebook.write(notebook.dumps(lesson), submission)
    before = submission.read_bytes()
    status, out, err = cli("check", submission)
    assert (status, err) == (1, 'Cell [6] under "Count" failed: ZeroDivisionError: division by zero\n')
    assert out.split("\n") == [
        "passed        double-check",
        "wrong         counter-check: TypeError: 'NoneType' object is not callable",
        "1 of 2 exercises passed, 2 of 3.5 points",
        "",
    ]
    assert submission.read_bytes() == before
    assert [*tmp_path.iterdir()] == [submission]


def test_check_succeeds_when_all_passed_and_refuses_a_notebook_without_exercises(cli, clone, tmp_path):
    release.write_solved(clone / "solutions", tmp_path)
    status, _, err = cli("check", tmp_path / "01_twice.ipynb")
    assert (status, err) == (0, "")
    plain = tmp_path / "plain.ipynb"
    notebook.write(notebook.dumps(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])), plain)
    assert cli("check", plain) == (2, "", f"{plain.resolve()} has no exercise to check.\n")


def test_release_from_the_command_line(cli, tmp_path):
    source = write_lesson(tmp_path)
    released, solved = (os.path.join(folder, "01_twice.ipynb") for folder in ("notebooks", "solved"))
    fresh = "All notebooks are fresh.\n"
    index = os.path.join("notebooks", "README.md")
    stale = "".join(f"{path}: stale; run python -m course release\n" for path in (released, index))
    assert cli("release", "--check", cwd=tmp_path) == (1, stale, "")
    assert cli("release") == (0, f"{released}: written\n{index}: written\n{fresh}", "")
    assert cli("release") == cli("release", "--check") == (0, fresh, "")
    assert cli("release", "--solutions", "solved") == (0, f"{solved}: written\n", "")
    assert "secret" in (tmp_path / "solved" / "01_twice.ipynb").read_text(encoding="utf-8")
    orphan = os.path.join("notebooks", "02_gone.ipynb")
    (tmp_path / orphan).write_text("{}")
    assert cli("release", "--check") == (1, f"{orphan}: no source; delete it\n", "")
    source.write_text(SOURCE.replace("### END SOLUTION", "", 1), encoding="utf-8")
    status, _, err = cli("release")
    assert status == 2
    assert re.fullmatch(r".*01_twice\.py, line 40: BEGIN SOLUTION without END SOLUTION.*\n", err)


def wait_for(path, seconds=60):
    deadline = time.monotonic() + seconds
    while not path.exists() or not path.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return path.read_text()


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("ignores", ["", "signal.signal(signal.SIGINT, signal.SIG_IGN)"])
@pytest.mark.long
def test_ctrl_c_kills_the_kernel_and_leaves_the_last_executed_notebook(tmp_path, ignores):
    write_lesson(
        tmp_path,
        source=f"# %%\nimport os, signal, time\n{ignores}\n"
        "with open('pid', 'w') as file:\n    file.write(str(os.getpid()))\ntime.sleep(600)\n",
    )
    executed = tmp_path / "notebooks" / "executed"
    executed.mkdir(parents=True)
    (executed / "01_twice.ipynb").write_text("of last week")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [sys.executable, "-m", "course", "run", "1", "--solutions"]
    run = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        pid = int(wait_for(tmp_path / "notebooks" / "pid"))
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate(timeout=60)
    finally:
        run.kill()
    assert (run.returncode, errors) == (130, "\nInterrupted.\n")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert [path.name for path in executed.iterdir()] == ["01_twice.ipynb"]
    assert (executed / "01_twice.ipynb").read_text() == "of last week"
    assert [*scratch.iterdir()] == []


@pytest.mark.skipif(os.name != "posix", reason="pipes")
def test_a_reader_that_stops_reading_is_no_error(clone):
    run = subprocess.run(
        f"'{sys.executable}' -m course release | true", shell=True, cwd=clone, capture_output=True, text=True
    )
    assert run.stderr == ""
