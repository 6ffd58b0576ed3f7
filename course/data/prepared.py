"""Prepared data sets on disk: whole or not there at all, and checked before every use."""

import contextlib
import hashlib
import io
import os
import pathlib
import shutil
import tempfile

import tensorflow_datasets as tfds

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

CHECKSUMS = "checksums.sha256"
STAGING = "incomplete.staged."


def prepared(builder_class, data_dir=None):
    """Return a builder whose files are on disk and unharmed, after preparing them if they are missing or damaged.

    `data_dir` is TFDS's: the folder of all data sets, `TFDS_DATA_DIR` or ~/tensorflow_datasets when it is None.
    Raises a `ValueError` if the data set is not there and the folder cannot be written to.
    """
    root = pathlib.Path(data_dir or os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser()
    folder = root / builder_class.name / str(builder_class.VERSION)
    if damage(folder):
        with _alone_in(folder.parent) as alone:
            if alone:
                _remove_leftovers(folder.parent)
            harm = damage(folder)  # once more: another process may have prepared it meanwhile
            if harm:
                _prepare(builder_class, folder, harm)
    return builder_class(data_dir=root)


def damage(folder):
    """Say what is wrong with a prepared data set; an empty string if every file is as it was written."""
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
    return "".join(f"{_sha256(path)}  {path.name}\n" for path in files)


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _prepare(builder_class, folder, harm):
    if folder.exists():
        print(f"The data set in {folder} is damaged ({harm}); preparing it again.", flush=True)
    else:
        print(f"Preparing the data set {builder_class.name} in {folder}, this once.", flush=True)
    with tempfile.TemporaryDirectory(prefix=STAGING, dir=folder.parent, ignore_cleanup_errors=True) as staging:
        builder = builder_class(data_dir=staging)
        with _quiet():
            builder.download_and_prepare()
        whole = pathlib.Path(builder.data_dir)
        (whole / CHECKSUMS).write_text(checksums(whole), encoding="utf-8", newline="\n")
        try:
            if folder.exists():
                folder.rename(pathlib.Path(staging, "damaged"))
            whole.rename(folder)
        except OSError:
            if damage(folder):  # else another process was first, where no lock could be had
                raise


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


@contextlib.contextmanager
def _quiet():
    """Without TFDS's own lines, which would name a folder that is renamed at once."""
    tfds.disable_progress_bar()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        tfds.enable_progress_bar()
