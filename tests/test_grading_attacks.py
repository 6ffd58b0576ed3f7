"""What hostile submissions get: no point that they have not earned, and nothing of anybody else's."""

import concurrent.futures
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import grading_lesson
import pytest
from example_lesson import write_lesson

from course import notebook
from course.grading import engine, sandbox, scores

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the fork server needs Linux")

ATTACKS = sorted(Path(__file__).with_name("attacks").glob("*.py"))
OTHERS = {"scale": 2, "counter": 1.5, "roots": 1, "order": 1, "guess": 4}
HARM_THEMSELVES = {"ast_transformer", "run_cell_patched"}  # their own later cells do not run as written
SLOW = {
    "fork_bomb",
    "memory",
    "memory_of_children",
    "much_output",
    "sigint_ignored",
}  # each has its like in the faster set
SETTINGS = engine.Settings(cell_seconds=2, grace=1, limits=sandbox.Limits(memory=3 * 2**30, disk=64 * 2**20))
PARAMETERS = [pytest.param(path, id=path.stem, marks=pytest.mark.slow if path.stem in SLOW else ()) for path in ATTACKS]


@pytest.fixture(scope="module")
def server():
    return grading_lesson.server()


def processes():
    """Every process's command line."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            found.append(Path("/proc", pid, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("attack", PARAMETERS)
def test_an_attack_earns_nothing_and_takes_nothing(attack, server, kinds, tmp_path):
    secret = tmp_path / "gradebook.db"
    secret.write_text("everybody's points")
    orphan = f"61{os.getpid()}.5"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        words = {"@SECRET@": secret, "@FOLDER@": tmp_path, "@PORT@": listener.getsockname()[1], "@ORPHAN@": orphan}
        source = attack.read_text(encoding="utf-8")
        for mark, word in words.items():
            source = source.replace(mark, str(word))
        submission = grading_lesson.answered(kinds, double=source)
        graded = scores.grade(notebook.dumps(submission).encode(), kinds, server, SETTINGS)
    points = {score.cell: score.points for score in graded.scores}
    assert not points.pop("double")
    assert points.pop("why") == 0  # the words are untouched
    if attack.stem in HARM_THEMSELVES:
        assert all((points[name] or 0) <= most for name, most in OTHERS.items())
    else:
        assert points == OTHERS
    assert secret.read_text() == "everybody's points"
    assert not any(orphan in line for line in processes())
    assert sum(len(str(cell.get("outputs"))) for cell in graded.notebook.cells) < 5_000_000


def test_an_attack_does_not_touch_who_is_graded_beside_it(server, kinds):
    hostile = [path.read_text(encoding="utf-8") for path in ATTACKS if path.stem in ("hard_exit", "forged_record")]
    made = [
        grading_lesson.answered(kinds, **({"double": source} if source else {})) for source in (*hostile, None, None)
    ]
    with concurrent.futures.ThreadPoolExecutor(len(made)) as pool:
        texts = [notebook.dumps(one).encode() for one in made]
        graded = list(pool.map(lambda text: scores.grade(text, kinds, server, SETTINGS), texts))
    for one in graded[2:]:
        assert {score.cell: score.points for score in one.scores} == {"double": 2, "why": 0, **OTHERS}
        assert one.notes == []


def test_the_sandbox_is_whole_here_or_says_what_is_off(server):
    if os.geteuid() == 0:
        tools = subprocess.run(["unshare", "-mpn", "--fork", "true"], capture_output=True).returncode
        assert server.off == [] or tools != 0
    assert set(server.off) <= set(sandbox.PARTS)


def test_limits_are_per_cell_and_an_interrupted_cell_leaves_the_rest(server, kinds):
    source = "import time\n\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    pass\n\n\n"
    source += "def double(number):\n    return 2 * number\n"
    submission = grading_lesson.answered(kinds, double=source)
    begin = time.monotonic()
    graded = scores.grade(notebook.dumps(submission).encode(), kinds, server, SETTINGS)
    assert time.monotonic() - begin < 30
    assert {score.cell: score.points for score in graded.scores} == {"double": 2, "why": 0, **OTHERS}
    assert any("ran longer than 2 seconds" in note for note in graded.notes)


UNPRIVILEGED = """
import grading_lesson, json, sys
from pathlib import Path
from course import notebook
from course.grading import engine, lesson, scores

if __name__ == "__main__":
    server = grading_lesson.server()
    kinds = lesson.load(Path(sys.argv[1]))
    text = notebook.dumps(grading_lesson.answered(kinds)).encode()
    graded = scores.grade(text, kinds, server, engine.Settings())
    print(json.dumps([server.off, {score.cell: score.points for score in graded.scores}]))
"""


@pytest.mark.slow
def test_without_privileges_submissions_are_graded_and_what_is_off_is_said(tmp_path):
    """A user other than root, in a namespace of that user's own, which any user may make where the system allows it."""
    path = write_lesson(tmp_path, "01_kinds", grading_lesson.SOURCE)
    user = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if subprocess.run([*user, "true"], capture_output=True).returncode:
        pytest.skip("this system gives no user namespaces")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    command = [*user, sys.executable, "-c", UNPRIVILEGED, str(path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    off, points = json.loads(done.stdout)
    assert "user" in off
    assert points == {"double": 2, "why": 0, **OTHERS}
