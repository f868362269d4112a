"""What /proc says about processes: identity, working folder, environment. Linux only."""

import os
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


def started_at(pid: int) -> int | None:
    """Start time in clock ticks since boot; None when the process is gone or a zombie.

    Together with the pid it names one process for good: pids are reused, pairs are not.
    """
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except (OSError, UnicodeDecodeError):
        return None
    fields = stat.rpartition(")")[2].split()  # the name before it may hold spaces
    state, started = fields[0], int(fields[19])
    return None if state in "ZX" else started


def is_alive(pid: int, started: int) -> bool:
    """Whether this very process still runs."""
    return started_at(pid) == started


def working_in(folder: Path) -> list[int]:
    """Pids whose working folder is `folder`, whatever path leads there."""
    try:
        wanted = folder.stat()
    except OSError:
        return []
    found = []
    for pid in _pids():
        try:
            here = (PROC / str(pid) / "cwd").stat()
        except OSError:
            continue
        if (here.st_dev, here.st_ino) == (wanted.st_dev, wanted.st_ino):
            found.append(pid)
    return found


def carrying(*markers: str) -> list[int]:
    """Pids that were started with one of the `markers` (NAME=value) in their environment."""
    wanted = {marker.encode() for marker in markers}
    found = []
    for pid in _pids():
        try:
            entries = set((PROC / str(pid) / "environ").read_bytes().split(b"\0"))
        except OSError:
            continue
        if wanted & entries:
            found.append(pid)
    return found


def parent_of(pid: int) -> int | None:
    """The parent's pid; None when the process is gone."""
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except (OSError, UnicodeDecodeError):
        return None
    return int(stat.rpartition(")")[2].split()[1])


def _pids() -> Iterator[int]:
    mine = os.getpid()
    for entry in PROC.iterdir():
        if entry.name.isdigit() and int(entry.name) != mine:
            yield int(entry.name)
