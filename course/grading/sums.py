"""What a process and all that it has started take together. The system's own limits hold for each process alone."""

import contextlib
import os
from pathlib import Path

from course.grading.sandbox import Limits


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found, left = [], [pid]
    while left:
        one = left.pop()
        found.append(one)
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{one}/task"):
                left += map(int, Path(f"/proc/{one}/task/{thread}/children").read_text().split())
    return found


def memory(pids: list[int]) -> int:
    """Bytes of memory of processes; pages that several of them share count once for each of them."""
    return sum(_kilobytes(pid, "status", ("RssAnon:", "RssShmem:")) for pid in pids) * 1024


def proportional(pids: list[int]) -> int:
    """Bytes of memory of processes, of a shared page each one's part: exact, and slow to count."""
    return sum(_kilobytes(pid, "smaps_rollup", ("Pss_Anon:", "Pss_Shmem:")) for pid in pids) * 1024


def _kilobytes(pid, file, names):
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith(names))


def exceeded(pid: int, limits: Limits) -> str:
    """What a process and its descendants take too much of, in words, or nothing."""
    pids = family(pid)
    if len(pids) > limits.processes:
        return f"it and the processes it had started were more than {limits.processes}"
    if len(pids) > 1 and memory(pids) > limits.memory and proportional(pids) > limits.memory:
        return f"it and the processes it had started took more than {limits.memory / 2**30:g} GB of memory"
    return ""
