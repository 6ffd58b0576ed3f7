"""Shut a process in: its own user, files, processes and network where the system allows it, and limits.

Called in a process that has just been forked and has one thread. Each part that cannot be had is named, and the rest
holds all the same.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = (
    0x00020000,
    0x04000000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND, REC, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
DETACH = 2
PDEATHSIG, NO_NEW_PRIVS = 1, 38
HOME = "/home/learner"
USERS = 600_000  # the first of the user ids that processes get; no account has them
SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/lib32",
    "/bin",
    "/sbin",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf.d",
    "/etc/ssl/certs",
)
SYSTEM += ("/etc/localtime", "/etc/fonts", "/etc/mime.types", "/opt/conda/lib")
DEVICES = ("null", "zero", "full", "random", "urandom")
PARTS = ("user", "files", "processes", "network")


class Limits(NamedTuple):
    """What one side of a submission may take: bytes of memory, of a file and of all files, processes, open files.

    The system holds each process to the limits of memory and files; `course.grading.sums` holds them to both together.
    """

    memory: int = 6 * 2**30
    file: int = 256 * 2**20
    disk: int = 512 * 2**20
    processes: int = 256
    files: int = 1024


def visible(extra=()) -> list[str]:
    """The folders that a process may read: Python, its packages, the course's package, and the `extra` ones."""
    import course

    paths = {sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()}
    paths |= {path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")}
    paths |= {str(Path(course.__file__).parent), os.path.realpath(sys.executable), *extra}
    real = {str(Path(path)) for path in paths if path and Path(path).exists()} | set(SYSTEM)
    chosen = []
    for path in sorted(real, key=lambda path: (len(Path(path).parts), path)):
        if os.path.exists(path) and not any(Path(path).is_relative_to(other) for other in chosen):
            chosen.append(path)
    return chosen


def _call(name, *arguments):
    if getattr(_libc(), name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _libc():
    return ctypes.CDLL(None, use_errno=True)


def unshare(flags):
    """Leave namespaces. Raises `OSError`."""
    _call("unshare", ctypes.c_int(flags))


def setns(descriptor):
    """Enter a namespace. Raises `OSError`."""
    _call("setns", ctypes.c_int(descriptor), ctypes.c_int(0))


def _mount(source, target, kind, flags, data=None):
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    _call("mount", *encoded, ctypes.c_ulong(flags), None if data is None else data.encode())


def become_root_of_own_user_namespace():
    """Without privileges: get those of a user namespace of one's own, if the system lets one. Raises `OSError`."""
    user, group = os.getuid(), os.getgid()
    unshare(NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")


def enter(number: int, limits: Limits, paths: list[str], folder: str | None, in_pid_namespace: bool) -> list[str]:
    """Shut this process in; return the parts of `PARTS` that are off. Without own files it works in `folder`."""
    off = [] if in_pid_namespace else ["processes"]
    _libc().prctl(PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.setsid()
    user = USERS + number
    for part, flags in (("network", NEWNET | NEWIPC | NEWUTS), ("files", NEWNS)):
        try:
            unshare(flags)
            if part == "files":
                _own_files(paths, user, limits)
        except OSError:
            off.append(part)
    if "files" in off:
        os.chdir(folder or "/")
        home = folder or "/"
        with contextlib.suppress(OSError):
            os.chown(home, user, user)
    else:
        home = HOME
    os.environ.update(HOME=home, TMPDIR=home, MPLCONFIGDIR=home, XDG_CACHE_HOME=home, IPYTHONDIR=f"{home}/.ipython")
    for kind, most in (
        (resource.RLIMIT_DATA, limits.memory),
        (resource.RLIMIT_FSIZE, limits.file),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, limits.processes),
    ):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, most))
    try:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    except OSError:
        off.append("user")
    _drop_capabilities()
    _libc().prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
    _libc().prctl(PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # a change of user clears it
    return [part for part in PARTS if part in off]


def _drop_capabilities():
    """Give up what root of a user namespace may do; a change of user has done it already where there was one."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _libc().capset(header, (ctypes.c_uint32 * 6)())
    for capability in range(64):
        _libc().prctl(24, capability, 0, 0, 0)  # from the bounding set


def _own_files(paths, user, limits):
    """A new root of tmpfs with the visible paths in it, read-only, and one folder to write in."""
    _mount(None, "/", None, REC | PRIVATE)
    root = next(
        folder
        for folder in ("/mnt", "/media", "/srv", "/run", "/opt", "/var/tmp", "/tmp")
        if os.path.isdir(folder) and not any(Path(path).is_relative_to(folder) for path in paths)
    )
    _mount("none", root, "tmpfs", NOSUID | NODEV, f"size={limits.disk},nr_inodes=50000,mode=755")
    for path in paths:
        target = root + path
        if os.path.islink(path) and path in SYSTEM:
            os.symlink(os.readlink(path), target)
            continue
        _bind(path, target)
    os.makedirs(f"{root}/dev", exist_ok=True)
    for device in DEVICES:
        _bind(f"/dev/{device}", f"{root}/dev/{device}", 0)
    os.symlink("/proc/self/fd", f"{root}/dev/fd")
    for folder, owner in ((HOME, user), ("/dev/shm", user), ("/tmp", user), ("/proc", 0)):
        os.makedirs(root + folder, exist_ok=True)
        if folder != "/tmp" or not os.listdir(root + folder):
            with contextlib.suppress(OSError):
                os.chown(root + folder, owner, owner)
    with contextlib.suppress(OSError):
        _mount("proc", f"{root}/proc", "proc", NOSUID | NODEV | NOEXEC)
    Path(f"{root}/etc").mkdir(exist_ok=True)
    Path(f"{root}/etc/passwd").write_text(f"learner:x:{user}:{user}::{HOME}:/bin/sh\n")
    os.chdir(root)
    _call("syscall", ctypes.c_long(155 if os.uname().machine == "x86_64" else 41), b".", b".")  # pivot_root
    _call("umount2", b".", ctypes.c_int(DETACH))
    os.chdir(HOME)


def _bind(source, target, more=RDONLY):
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "a"):
            pass
    _mount(source, target, None, BIND | REC)
    kept = os.statvfs(target).f_flag & (NOSUID | NODEV | NOEXEC)  # those that a user namespace may not take off
    _mount(None, target, None, BIND | REMOUNT | more | NOSUID | kept)
