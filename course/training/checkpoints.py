"""Runs on disk: after each epoch the whole state, in a file that is there whole or not at all."""

import contextlib
import hashlib
import json
import os
import pathlib
import re
import tempfile

import numpy as np

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

MAGIC = b"course run 1\n"
KEPT = 2
DIGEST = hashlib.sha256().digest_size


def runs():
    """Return the folder of all runs: `COURSE_RUNS`, or ~/.cache/cnn-course/runs."""
    return pathlib.Path(os.environ.get("COURSE_RUNS") or "~/.cache/cnn-course/runs").expanduser()


@contextlib.contextmanager
def opened(name):
    """Yield the folder of a run, for this process alone.

    Raises a `ValueError` for a name that is no name of a folder, a folder that cannot be written to, and a run that
    another process is training. The system frees the lock of a process that dies.
    """
    if not isinstance(name, str) or not re.fullmatch(r"\w[\w.+-]*", name):
        raise ValueError(
            f"resume is {name!r}; it must be a name of letters, digits, '.', '_', '+' and '-', such as \"resnet20\"."
        )
    folder = runs() / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
    except OSError as error:
        raise ValueError(
            f"The run cannot be written to {folder} ({error.strerror}); set COURSE_RUNS to a folder you can write to."
        ) from None
    with lock:
        if fcntl:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ValueError(
                    f'Another process is training the run "{name}"; wait for it, or give this run another name.'
                ) from None
            except OSError:  # a file system without locks: renaming alone keeps the files whole
                pass
        yield folder


def save(folder, epoch, arrays, about):
    """Write the state after so many epochs, and drop the states before the last `KEPT`.

    `arrays` are NumPy arrays in order; `about` is what JSON can hold. Written beside, forced to the disk, then renamed:
    whoever is killed meanwhile leaves the older files as they were.
    """
    described = [[str(array.dtype), list(array.shape)] for array in arrays]
    header = json.dumps({"arrays": described, "about": about | {"epoch": epoch}}).encode()
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".writing.", delete=False) as file:

        def write(part):
            digest.update(part)
            file.write(part)

        write(MAGIC + len(header).to_bytes(8, "big") + header)
        for array in arrays:
            write(np.ascontiguousarray(array).tobytes())
        file.write(digest.digest())
        file.flush()
        os.fsync(file.fileno())
    os.replace(file.name, folder / f"epoch-{epoch:06}.state")
    _force_names(folder)
    for path in _states(folder)[KEPT:]:
        path.unlink()


def load(folder):
    """Return (arrays, about) of the last whole state, or None where there is none. Removes what was left half-written.

    A file that is cut short or altered, by its checksum, counts for nothing: the one before it is taken.
    """
    for path in folder.glob(".writing.*"):
        path.unlink()
    for path in _states(folder):
        state = _read(path)
        if state is not None:
            return state
    return None


def _states(folder):
    """The files, the last epoch first."""
    return sorted(folder.glob("epoch-*.state"), reverse=True)


def _read(path):
    content = path.read_bytes()
    body, digest = memoryview(content)[:-DIGEST], content[-DIGEST:]
    if not content.startswith(MAGIC) or hashlib.sha256(body).digest() != digest:
        return None
    start = len(MAGIC) + 8
    end = start + int.from_bytes(content[len(MAGIC) : start], "big")
    header = json.loads(content[start:end])
    arrays = []
    for dtype, shape in header["arrays"]:
        kind = _dtype(dtype)
        count = int(np.prod(shape))
        arrays.append(np.frombuffer(body, kind, count, end).reshape(shape))
        end += count * kind.itemsize
    return arrays, header["about"]


def _dtype(name):
    try:
        return np.dtype(name)
    except TypeError:  # bfloat16 and the like
        import ml_dtypes

        return np.dtype(getattr(ml_dtypes, name))


def _force_names(folder):
    """The new name outlives a failure of the power too, where the system can force a folder to the disk."""
    if os.name != "nt":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
