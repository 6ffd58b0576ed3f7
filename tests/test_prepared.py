import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import pytest

from course import data
from course.data import prepared
from course.data.digits.digits_dataset_builder import Builder

# A process that imports TensorFlow once and forks for each request, before any thread is started: the children load
# the digits at the same moment, and kill themselves just before the count-th audit event of that name and arguments.
FORKS = """
import json, os, signal, sys
import tensorflow, tensorflow_datasets, sklearn.datasets
import course.data
from course.data import prepared

def load(data_dir, event, needle, count, locks, by_tfds):
    left = [count]
    def watch(name, arguments):
        assert name not in ("socket.connect", "socket.getaddrinfo"), arguments
        if name == event and needle in repr(arguments):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    if not locks:
        prepared.fcntl = None
    sys.addaudithook(watch)
    if by_tfds:
        from course.data.digits.digits_dataset_builder import Builder
        prepared.prepared(Builder, data_dir, obstacle=lambda harm: None)
    loaded = course.data.load("digits", data_dir=data_dir)
    print(*(len(loaded[split]) for split in ("train", "test")), flush=True)

for line in sys.stdin:
    processes, *request = json.loads(line)
    pids = []
    for number in range(processes):
        pids.append(os.fork())
        if pids[-1] == 0:
            for stream in (1, 2):
                name = f"{request[0]}-{number}-{stream}"
                os.dup2(os.open(name, os.O_CREAT | os.O_TRUNC | os.O_WRONLY), stream)
            status = 1
            try:
                load(*request)
                status = 0
            finally:
                os._exit(status)
    print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]), flush=True)
"""
COUNTS = {"train": 1442, "test": 355}


def counts(data_dir):
    loaded = data.load("digits", data_dir=data_dir)
    return {split: len(examples) for split, examples in loaded.items()}


@pytest.fixture(scope="module")
def forks():
    """Load the digits in processes of their own: [exit status], all they printed, all on their stderr."""
    if not hasattr(os, "fork"):
        pytest.skip("Windows has neither fork nor SIGKILL")
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    pipe = subprocess.PIPE
    server = subprocess.Popen([sys.executable, "-c", FORKS], stdin=pipe, stdout=pipe, text=True, env=environment)

    def ask(data_dir, processes=1, event="", needle="", count=1, locks=True, by_tfds=False):
        server.stdin.write(json.dumps([processes, str(data_dir), event, needle, count, locks, by_tfds]) + "\n")
        server.stdin.flush()
        statuses = json.loads(server.stdout.readline())
        texts = ["".join(pathlib.Path(f"{data_dir}-{i}-{j}").read_text() for i in range(processes)) for j in (1, 2)]
        return statuses, *texts

    yield ask
    server.stdin.close()
    server.wait(60)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A data_dir with the digits in it."""
    data_dir = tmp_path_factory.mktemp("whole")
    data.load("digits", data_dir=data_dir)
    return data_dir


@pytest.fixture
def copy(whole, tmp_path):
    """The same, to be spoilt."""
    shutil.copytree(whole, tmp_path / "data")
    return tmp_path / "data"


def version_folder(data_dir):
    return data_dir / "digits" / str(Builder.VERSION)


def names(folder):
    return [path.name for path in folder.iterdir() if path.name != ".lock"]


def test_preparing_twice_gives_the_same_bytes(whole, tmp_path):
    data.load("digits", data_dir=tmp_path)
    records = [sorted(version_folder(folder).glob("*.tfrecord*")) for folder in (whole, tmp_path)]
    assert len(records[0]) == 2
    first, second = ([hashlib.sha256(path.read_bytes()).digest() for path in paths] for paths in records)
    assert first == second


def test_reloading_prepares_nothing_and_says_nothing(tmp_path, capsys):
    written = []
    for number in range(3):
        data.load("digits", data_dir=tmp_path)
        said = capsys.readouterr()
        assert number == 0 or said == ("", "")
        files = filter(pathlib.Path.is_file, tmp_path.rglob("*"))
        written.append({file: (file.stat().st_ino, file.stat().st_mtime_ns) for file in files})
    assert len(written[0]) > 3
    assert written[1:] == written[:1] * 2


def test_the_default_folder_is_tfds_s(monkeypatch, tmp_path, whole):
    monkeypatch.setenv("TFDS_DATA_DIR", str(whole))
    assert data.load("digits", with_info=True)[1].data_dir == str(version_folder(whole))
    monkeypatch.delenv("TFDS_DATA_DIR")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    folder = tmp_path / "tensorflow_datasets"
    shutil.copytree(whole, folder)
    assert data.load("digits", with_info=True)[1].data_dir == str(version_folder(folder))


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=r"cannot be written to .*file.*TFDS_DATA_DIR"):
        data.load("digits", data_dir=tmp_path / "file")


def halve(path):
    os.truncate(path, path.stat().st_size // 2)


def flip_one_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def drop_last_line(path):
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


@pytest.mark.parametrize(
    ("pattern", "spoil"),
    [
        ("*train.tfrecord*", halve),
        ("*test.tfrecord*", flip_one_bit),
        ("dataset_info.json", halve),
        ("features.json", pathlib.Path.unlink),
        (prepared.CHECKSUMS, drop_last_line),
        ("*", lambda path: path.write_bytes(b"")),
        ("*", pathlib.Path.unlink),
    ],
)
@pytest.mark.long
def test_damage_is_noticed_and_mended(copy, capsys, pattern, spoil):
    spoilt = list(version_folder(copy).glob(pattern))
    assert spoilt
    for path in spoilt:
        spoil(path)
    assert counts(copy) == COUNTS
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.count("\n") == 1
    assert "is damaged" in said.out
    assert counts(copy) == COUNTS
    assert capsys.readouterr() == ("", "")
    assert names(copy / "digits") == [str(Builder.VERSION)]


def test_features_of_other_code_are_noticed_and_prepared_anew(copy, capsys):
    folder = version_folder(copy)
    features = json.loads((folder / "features.json").read_text())
    del features["featuresDict"]["features"]["index"]
    (folder / "features.json").write_text(json.dumps(features))
    (folder / prepared.CHECKSUMS).write_text(prepared.checksums(folder))
    assert counts(copy) == COUNTS
    assert "is damaged (its features are not this course's); preparing it again" in capsys.readouterr().out
    assert counts(copy) == COUNTS
    assert capsys.readouterr().out == ""


def drop_a_split(path):
    info = json.loads(path.read_text())
    path.write_text(json.dumps(info | {"splits": []}))


@pytest.mark.parametrize(
    ("pattern", "spoil", "found"),
    [
        ("*train.tfrecord*", halve, "train has 391,279 of 782,559 bytes"),
        ("*test.tfrecord*", pathlib.Path.unlink, "test has 0 of 1 files"),
        ("dataset_info.json", halve, "dataset_info.json is missing or cannot be read"),
        ("dataset_info.json", pathlib.Path.unlink, "dataset_info.json is missing or cannot be read"),
        ("dataset_info.json", drop_a_split, "dataset_info.json has no splits"),
        ("features.json", pathlib.Path.unlink, "features.json is missing"),
    ],
)
def test_sizes_tell_without_checksums_what_is_wrong(copy, pattern, spoil, found):
    (version_folder(copy) / prepared.CHECKSUMS).unlink()
    assert prepared.damage(version_folder(copy), by_tfds=True) == ""
    spoil(next(version_folder(copy).glob(pattern)))
    assert prepared.damage(version_folder(copy), by_tfds=True) == found


def test_a_bar_shows_how_far_it_is(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(prepared, "PATIENCE", 0)
    monkeypatch.setattr(prepared, "INTERVAL", 0)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    data.load("digits", data_dir=tmp_path)
    out, err = capsys.readouterr()
    assert err == ""
    said, bar = out.split("\n", 1)
    assert said.startswith("Preparing the data set digits in ")
    assert "digits: 1796 images" in bar
    assert "\n" not in bar
    assert bar.rpartition("\r")[2] == "", "the bar goes when all is done"


def test_a_file_the_desktop_leaves_is_no_damage(copy, capsys):
    (version_folder(copy) / ".DS_Store").write_bytes(b"\0")
    assert counts(copy) == COUNTS
    assert capsys.readouterr().out == ""


def test_what_tfds_prepared_without_checksums_is_prepared_anew(tmp_path, capfd):
    Builder(data_dir=tmp_path).download_and_prepare()
    assert prepared.damage(version_folder(tmp_path), by_tfds=True) == ""
    capfd.readouterr()
    assert counts(tmp_path) == COUNTS
    assert f"{prepared.CHECKSUMS} is missing" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("event", "needle", "count", "by_tfds"),
    [
        ("open", "dataset_info.json", 1, False),  # the records are written, TFDS's folder is not whole yet
        ("open", "dataset_info.json", 3, True),  # the same; it is looked for twice before
        ("open", prepared.CHECKSUMS + "', 'w'", 1, False),  # TFDS is done, the checksums are not there
        ("os.rename", f"digits/{Builder.VERSION}', -1, -1)", 2, False),  # all is ready, nothing in place
        ("os.rename", f"digits/{Builder.VERSION}', -1, -1)", 2, True),
        ("shutil.rmtree", "incomplete.", 1, False),  # in place, not tidied up
    ],
)
@pytest.mark.long
def test_a_killed_preparation_leaves_nothing_that_breaks_the_next(tmp_path, forks, event, needle, count, by_tfds):
    data_dir = tmp_path / "data"
    statuses, _, err = forks(data_dir, event=event, needle=needle, count=count, by_tfds=by_tfds)
    assert statuses == [-signal.SIGKILL], err
    in_place = event == "shutil.rmtree"
    assert version_folder(data_dir).exists() == in_place
    assert list((data_dir / "digits").glob("incomplete.*")), "it was killed too late to leave anything"
    assert counts(data_dir) == COUNTS
    assert in_place or names(data_dir / "digits") == [str(Builder.VERSION)]


@pytest.mark.long
def test_a_kill_between_moving_the_damaged_away_and_the_whole_in(copy, forks):
    halve(next(version_folder(copy).glob("*train.tfrecord*")))
    statuses, out, _ = forks(copy, event="os.rename", needle=f"digits/{Builder.VERSION}', -1, -1)", count=2)
    assert statuses == [-signal.SIGKILL]
    assert "is damaged" in out
    assert not version_folder(copy).exists()
    assert counts(copy) == COUNTS


@pytest.mark.parametrize(("state", "locks"), [("missing", True), ("damaged", True), ("missing", False)])
@pytest.mark.long
def test_processes_at_once_all_load(copy, forks, state, locks):
    if state == "missing":
        shutil.rmtree(copy)
    else:
        halve(next(version_folder(copy).glob("*train.tfrecord*")))
    statuses, out, err = forks(copy, processes=3, locks=locks)
    assert (statuses, err) == ([0, 0, 0], "")
    assert out.count("1442 355\n") == 3
    assert out.count("reparing") == (1 if locks else 3), "with locks, one process prepares and the others wait"
