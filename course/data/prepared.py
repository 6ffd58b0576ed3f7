"""Prepared data sets on disk: whole or not there at all, and checked before every use."""

import contextlib
import functools
import hashlib
import io
import json
import os
import pathlib
import shutil
import sys
import tempfile
from functools import partial

import tensorflow_datasets as tfds
from tqdm import tqdm

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

CHECKSUMS = "checksums.sha256"
STAGING = "incomplete.staged."
HASHED = 512 * 2**20  # bytes of a set that TFDS downloads; of a larger one the sizes are checked, no hashes
PATIENCE, INTERVAL = 1.0, 0.1  # seconds until a bar is shown, and between its changes
FRAME = 16  # bytes that a TFRecord adds to each example: its length and two CRCs


def prepared(builder_class, data_dir=None, *, config=None, obstacle=None):
    """Return a builder whose files are on disk and unharmed, after preparing them if they are missing or damaged.

    `data_dir` is TFDS's: the folder of all data sets, `TFDS_DATA_DIR` or ~/tensorflow_datasets when it is None.
    `config` is a `tfds.core.BuilderConfig`; its files lie in <data_dir>/<name>/<config.name>/<version>.

    `obstacle` is for the sets that TFDS downloads. It is called before one is prepared, with what is wrong on disk, and
    raises an error if the set cannot be had. What TFDS itself prepared is then taken if its sizes are right.
    Raises a `ValueError` if the data set is not there and the folder cannot be written to.
    """
    root = data_sets(data_dir)
    version = getattr(config, "version", None) or builder_class.VERSION
    folder = root / builder_class.name / (config.name if config else "") / str(version)
    builder_at = partial(builder_class, config=config)
    by_tfds = obstacle is not None

    def wrong():
        return damage(folder, by_tfds) or ("" if by_tfds else _other_features(folder, builder_at(data_dir=root)))

    harm = wrong()
    if harm:
        if by_tfds:
            obstacle(f"the copy in {folder} is damaged ({harm})" if folder.exists() else "it is not on this machine")
        with _alone_in(folder.parent) as alone:
            if alone:
                _remove_leftovers(folder.parent)
            harm = wrong()  # once more: another process may have prepared it meanwhile
            if harm:
                _prepare(builder_at, folder, harm, downloads(root) if by_tfds else None)
    return builder_at(data_dir=root)


def data_sets(data_dir=None):
    """The folder of all data sets."""
    return pathlib.Path(data_dir or os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser()


def downloads(root):
    """The folder of the archives; `manual` in it is for those that are put there by hand."""
    return root / "downloads"


def damage(folder, by_tfds=False):
    """Say what is wrong with a prepared data set; an empty string if every file is as it was written.

    Without recorded checksums a set is taken as damaged, or, if it may be `by_tfds` alone, compared with the sizes that
    TFDS recorded: a shard that is missing or cut off is found.
    """
    if by_tfds and not (folder / CHECKSUMS).exists():
        return _wrong_sizes(folder)
    try:
        recorded = (folder / CHECKSUMS).read_text(encoding="utf-8")
        found = checksums(folder)
    except (OSError, UnicodeDecodeError):
        recorded = found = ""
    if not recorded:
        return f"{CHECKSUMS} is missing or cannot be read"
    changed = set(recorded.splitlines()) ^ set(found.splitlines())
    names = sorted({line.split("  ")[-1] for line in changed})
    return f"{', '.join(names)} changed" if names else ""


def checksums(folder):
    """One line a file, as sha256sum writes and checks it."""
    files = sorted(path for path in folder.iterdir() if path.name != CHECKSUMS and not path.name.startswith("."))
    return "".join(f"{sha256(path)}  {path.name}\n" for path in files)


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _other_features(folder, builder):
    """TFDS reads a folder by the features of the code, whatever was written there under the same version."""
    written = tfds.features.FeatureConnector.from_config(folder).get_tensor_spec()
    return "" if written == builder.info.features.get_tensor_spec() else "its features are not this course's"


def _wrong_sizes(folder):
    try:
        info = json.loads((folder / "dataset_info.json").read_text(encoding="utf-8"))
        splits = [(split["name"], split["shardLengths"], int(split.get("numBytes", 0))) for split in info["splits"]]
        sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    except (OSError, ValueError, KeyError, TypeError):
        return "dataset_info.json is missing or cannot be read"
    if not splits or not (folder / "features.json").is_file():
        return "dataset_info.json has no splits" if not splits else "features.json is missing"
    form = info.get("fileFormat", "tfrecord")
    for split, lengths, recorded in splits:
        found = [size for name, size in sizes.items() if f"-{split}.{form}-" in name]
        if len(found) != len(lengths):
            return f"{split} has {len(found)} of {len(lengths)} files"
        expected = recorded + FRAME * sum(map(int, lengths))
        if form == "tfrecord" and recorded and sum(found) not in (expected, recorded):
            return f"{split} has {sum(found):,} of {expected:,} bytes"
    return ""


def _prepare(builder_at, folder, harm, archives):
    with tempfile.TemporaryDirectory(prefix=STAGING, dir=folder.parent, ignore_cleanup_errors=True) as staging:
        builder = builder_at(data_dir=staging)
        if folder.exists():
            print(f"The data set in {folder} is damaged ({harm}); preparing it again.", flush=True)
        else:
            print(f"Preparing the data set {_name(builder)} in {folder}, this once.", flush=True)
        if archives:
            _download_and_prepare(builder, archives, staging)
        else:
            _generate(builder)
        whole = pathlib.Path(builder.data_dir)
        if not archives or sum(path.stat().st_size for path in whole.iterdir()) <= HASHED:
            (whole / CHECKSUMS).write_text(checksums(whole), encoding="utf-8", newline="\n")
        try:
            if folder.exists():
                folder.rename(pathlib.Path(staging, "damaged"))
            whole.rename(folder)
        except OSError:
            if damage(folder, bool(archives)):  # else another process was first, where no lock could be had
                raise


def _name(builder):
    return "/".join(filter(None, (builder.name, builder.builder_config and builder.builder_config.name)))


def _generate(builder):
    """Prepare an embedded set, with one bar on stdout if it takes longer than a second."""
    split_generators = builder._split_generators  # the method that TFDS asks each builder for
    seen = sys.stdout.isatty() or "ipykernel" in sys.modules
    shown = {"unit": " images", "leave": False, "file": sys.stdout, "disable": not seen}
    with tqdm(desc=_name(builder), delay=PATIENCE, mininterval=INTERVAL, **shown) as bar:

        def counted(examples):
            for example in examples:
                yield example
                bar.update()

        @functools.wraps(split_generators)
        def counting(*arguments, **options):
            splits = split_generators(*arguments, **options)
            return {split: counted(examples) for split, examples in splits.items()}

        builder._split_generators = counting
        tfds.disable_progress_bar()
        try:
            with _no_lines():
                builder.download_and_prepare()
        finally:
            tfds.enable_progress_bar()


def _download_and_prepare(builder, archives, staging):
    """Prepare a paper's set, with TFDS's own bars on stderr. Archives stay; what is extracted from them goes."""
    config = tfds.download.DownloadConfig(
        extract_dir=pathlib.Path(staging, "extracted"), manual_dir=archives / "manual", try_download_gcs=False
    )
    with _alone_in(archives / builder.name) as alone:  # whose configurations share a folder of archives
        for leftover in (archives / builder.name).glob("*.tmp.*") if alone else ():  # of a download that was cut off
            shutil.rmtree(leftover, ignore_errors=True)
        with _no_lines():
            builder.download_and_prepare(download_dir=archives, download_config=config)


@contextlib.contextmanager
def _alone_in(folder):
    """Let one process at a time in; yield whether that is sure. The system frees the lock of a process that dies."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
    except OSError as error:
        raise ValueError(
            f"The data set cannot be written to {folder} ({error.strerror}); "
            "pass data_dir= or set TFDS_DATA_DIR to a folder that you can write to."
        ) from None
    with lock:
        alone = False
        if fcntl:
            with contextlib.suppress(OSError):  # a file system without locks: renaming alone keeps it whole
                fcntl.flock(lock, fcntl.LOCK_EX)
                alone = True
        yield alone


def _remove_leftovers(folder):
    for leftover in folder.glob(f"{STAGING}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _no_lines():
    """Without TFDS's own lines, which would name a folder that is renamed at once."""
    return contextlib.redirect_stdout(io.StringIO())
