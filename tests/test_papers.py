import contextlib
import gzip
import hashlib
import http.server
import os
import shutil
import threading
import time
from types import SimpleNamespace
from urllib.parse import urlsplit

import numpy as np
import pytest
import tensorflow_datasets as tfds
from tensorflow_datasets.image_classification import mnist

from course import data
from course.data import papers, prepared

FASHION = "fashion-mnist.s3-website.eu-central-1.amazonaws.com"
COUNTS = {"train": 60, "test": 20}
DIGITS = {"train": 1442, "test": 355}


def archives():
    """{file: bytes} in the format of MNIST, and {split: (images, labels)} that are in them."""
    rng = np.random.default_rng(0)
    files, splits = {}, {}
    for split, prefix in (("train", "train"), ("test", "t10k")):
        images = rng.integers(0, 256, (COUNTS[split], 28, 28, 1), np.uint8)
        labels = rng.integers(0, 10, COUNTS[split], np.uint8)
        files[f"{prefix}-images-idx3-ubyte.gz"] = gzip.compress(bytes(16) + images.tobytes(), mtime=0)
        files[f"{prefix}-labels-idx1-ubyte.gz"] = gzip.compress(bytes(8) + labels.tobytes(), mtime=0)
        splits[split] = images, labels
    return files, splits


class Proxy(http.server.ThreadingHTTPServer):
    """An HTTP proxy that has the archives of fashion_mnist itself, and does with them as `mode` says."""

    daemon_threads = True
    mode = "whole"

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), Answer)
        self.files, self.asked, self.closing = files, [], threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        if self.server.mode == "hangs":
            self.server.closing.wait(30)
            return
        body = self.server.files[urlsplit(self.path).path.strip("/")]
        if self.server.mode == "other bytes":
            body = body[:-1] + b"\xff"
        self.send_response(503 if self.server.mode == "refuses" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # the one that only asked does not stay for the answer
            self.wfile.write(body[: len(body) // 2] if self.server.mode == "cut off" else body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """A data_dir with the digits, which stand in for fashion_mnist here."""
    data_dir = tmp_path_factory.mktemp("digits")
    data.load("digits", data_dir=data_dir)
    return data_dir


@pytest.fixture
def data_dir(digits, tmp_path):
    shutil.copytree(digits, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def proxy(monkeypatch):
    """The only way to the world: the real fashion_mnist builder and downloader, with a few images of noise."""
    files, splits = archives()
    server = Proxy(files)
    server.splits = splits
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, server.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setattr(mnist, "_TRAIN_EXAMPLES", COUNTS["train"])
    monkeypatch.setattr(mnist, "_TEST_EXAMPLES", COUNTS["test"])
    infos = {
        f"http://{FASHION}/{file}": tfds.download.checksums.UrlInfo(
            size=tfds.core.utils.Size(len(body)), checksum=hashlib.sha256(body).hexdigest(), filename=file
        )
        for file, body in files.items()
    }
    monkeypatch.setattr(mnist.FashionMNIST, "url_infos", infos)
    monkeypatch.setitem(papers.PAPERS, "fashion_mnist", papers.PAPERS["fashion_mnist"]._replace(instead="digits"))
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()


def version_folder(data_dir):
    return data_dir / "fashion_mnist" / str(mnist.FashionMNIST.VERSION)


def load(data_dir, **options):
    return data.load("fashion_mnist", data_dir=data_dir, **options)


def counts(loaded):
    return {split: len(examples) for split, examples in loaded.items()}


@pytest.mark.parametrize("name", papers.PAPERS)
def test_the_table_agrees_with_tfds_and_the_embedded_sets(name, tmp_path):
    paper = papers.PAPERS[name]
    real = tfds.builder(paper.tfds, data_dir=tmp_path)
    listed = {urlsplit(url).path.rpartition("/")[2] for url in real.url_infos}
    assert set(paper.archives) | set(paper.by_hand) <= listed
    for url, info in real.url_infos.items():
        assert paper.by_hand.get(urlsplit(url).path.rpartition("/")[2], info.size) == info.size
    base, _, text = paper.instead.partition("/")
    module = data.importlib.import_module(data.BUILDERS[base])
    config = module.config(text) if text else None
    embedded = module.Builder(data_dir=tmp_path, config=config)
    assert config is None or config.name == text
    assert set(paper.splits.values()) <= {"train", "test"}
    for builder in (real, embedded):
        assert set(paper.supervised or builder.info.supervised_keys) <= set(builder.info.features)
    if not paper.supervised:
        assert real.info.supervised_keys == embedded.info.supervised_keys == ("image", "label")


def test_a_set_is_downloaded_once_and_then_read_without_a_network(data_dir, proxy, capfd):
    loaded = load(data_dir, strict=True)
    assert counts(loaded) == COUNTS
    assert {data.name_of(examples) for examples in loaded.values()} == {"fashion_mnist"}
    said = capfd.readouterr()
    assert said.out == f"Preparing the data set fashion_mnist in {version_folder(data_dir)}, this once.\n"
    assert "Dl Completed" in said.err
    assert "Generating train examples" in said.err
    asked = len(proxy.asked)
    assert asked == 5, "one file to see whether the host answers, then the four"
    for split, (images, labels) in proxy.splits.items():
        found = load(data_dir, split=split, batch_size=-1)
        order = [np.flatnonzero((images == image).all((1, 2, 3))).item() for image in found[0]]
        assert sorted(order) == list(range(COUNTS[split]))
        np.testing.assert_array_equal(found[1], labels[order])
    assert len(proxy.asked) == asked
    assert capfd.readouterr() == ("", "")
    assert not list((data_dir / "fashion_mnist").glob("incomplete*"))
    assert not (data_dir / "downloads" / "extracted").exists()


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        ("hangs", "no answer in 2 s"),
        ("refuses", "HTTP 503"),
        ("cut off", "preparing it failed"),
        ("other bytes", "preparing it failed (NonMatchingChecksumError"),
    ],
)
def test_another_set_stands_in_and_one_line_says_so(data_dir, proxy, capsys, mode, why):
    proxy.mode = mode
    start = time.monotonic()
    loaded, info = load(data_dir, with_info=True)
    seconds = time.monotonic() - start
    assert counts(loaded) == DIGITS
    assert info.full_name.startswith("digits/")
    assert {data.name_of(examples) for examples in loaded.values()} == {"digits in place of fashion_mnist"}
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("Preparing the data set")]
    (line,) = lines
    assert line.startswith("fashion_mnist cannot be had: it is not on this machine, and " if why[0] in "nH" else "fash")
    assert why in line
    assert FASHION in line or why.startswith("preparing")
    assert line.endswith("the embedded digits, 32×32×1, is used in its place.")
    assert mode != "hangs" or seconds < 5
    assert not version_folder(data_dir).exists()
    with pytest.raises(OSError, match=r"fashion_mnist cannot be had.*; without strict=True, digits is used"):
        load(data_dir, strict=True)
    proxy.mode = "whole"
    assert counts(load(data_dir, strict=True)) == COUNTS
    assert [path.name for path in (data_dir / "downloads" / "fashion_mnist").glob("*.tmp.*")] == []


@pytest.mark.parametrize("damage", ["truncate", "delete", "info", "checksums too"])
def test_damage_is_mended_from_the_archives_or_named(data_dir, proxy, capsys, damage):
    load(data_dir)
    shard = next(version_folder(data_dir).glob("*train.tfrecord*"))
    if damage == "delete":
        shard.unlink()
    elif damage == "info":
        (version_folder(data_dir) / "dataset_info.json").write_text("{}")
    else:
        os.truncate(shard, shard.stat().st_size // 2)
    if damage == "checksums too":
        (version_folder(data_dir) / prepared.CHECKSUMS).unlink()
    proxy.mode, asked = "hangs", len(proxy.asked)
    archive = next((data_dir / "downloads" / "fashion_mnist").glob("*train-images*.gz"))
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    capsys.readouterr()
    assert counts(load(data_dir)) == DIGITS, "an archive is cut off, so the network is needed, and there is none"
    (line,) = capsys.readouterr().out.splitlines()
    assert f"the copy in {version_folder(data_dir)} is damaged (" in line
    assert len(proxy.asked) == asked + 1
    proxy.mode = "whole"
    assert counts(load(data_dir)) == COUNTS
    assert "preparing it again" in capsys.readouterr().out
    assert len(proxy.asked) == asked + 3, "the archive that was cut off alone"


def test_whole_archives_need_no_network(data_dir, proxy):
    load(data_dir)
    shutil.rmtree(version_folder(data_dir))
    proxy.mode = "hangs"
    assert counts(load(data_dir, strict=True)) == COUNTS
    by_hand = data_dir / "downloads" / "manual"
    shutil.rmtree(data_dir / "downloads")
    shutil.rmtree(version_folder(data_dir))
    by_hand.mkdir(parents=True)
    for file, body in proxy.files.items():
        (by_hand / file).write_bytes(body)
    assert counts(load(data_dir, strict=True)) == COUNTS


def test_what_tfds_prepared_is_taken_if_its_sizes_are_right(data_dir, proxy, capsys):
    tfds.builder("fashion_mnist", data_dir=data_dir).download_and_prepare()
    proxy.mode = "hangs"
    capsys.readouterr()
    assert counts(load(data_dir)) == COUNTS
    assert capsys.readouterr().out == ""
    shutil.rmtree(data_dir / "downloads")
    shard = next(version_folder(data_dir).glob("*test.tfrecord*"))
    os.truncate(shard, shard.stat().st_size - 1)
    assert counts(load(data_dir)) == DIGITS
    assert "bytes)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        ("train[:80%]", "train[:80%]"),
        ("validation[10:]+train", "test[10:]+train"),
        (["train", "validation"], ["train", "test"]),
        (None, {"train": "train", "validation": "test"}),
        ("other", "other"),
    ],
)
def test_splits_in_the_words_of_the_set_in_place(split, expected):
    assert papers.in_place_of(papers.PAPERS["imagenette"], split) == expected


def test_a_download_of_another_configuration_that_is_under_way_is_left_alone(tmp_path, monkeypatch):
    """imagenette and imagenette/160px-v2 share a folder of archives."""
    archives = tmp_path / "downloads"
    running = archives / "digits" / "archive.tgz.tmp.1"
    running.mkdir(parents=True)
    builder = SimpleNamespace(name="digits", download_and_prepare=lambda **_: seen.append(running.exists()))
    seen = []
    with monkeypatch.context() as patch:
        patch.setattr(prepared, "_alone_in", lambda folder: contextlib.nullcontext(False))  # another has the lock
        prepared._download_and_prepare(builder, archives, tmp_path)
    prepared._download_and_prepare(builder, archives, tmp_path)
    assert seen == [True, False]
