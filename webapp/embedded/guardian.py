"""A process that outlives a killed launcher just long enough to stop what it started.

It reads orders from a pipe whose other end only the launcher holds. The end of the pipe without
`done` means that the launcher was killed: the guardian then kills every process that carries the
swept marker (whatever its parent, group or session became), and stops the watched engines, the
newest first, each by its own signal. Orders, one a line:

    watch PID STARTED SIGNAL     stop this process by SIGNAL, by SIGKILL when that takes too long
    forget PID                   it ended by itself
    sweep NAME=VALUE             kill all that carry this in their environment
    done                         everything was stopped in order; just leave
"""

import os
import signal
import sys
import time
from collections.abc import Iterable

from webapp.embedded.procfs import carrying, is_alive

GRACE_S = 30.0
SWEEP_ROUNDS = 100
LOOKS = 2
POLL_S = 0.05


def main(orders: Iterable[str]) -> None:
    """Follow the orders until they end, then stop what is still watched."""
    for caught in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(caught, signal.SIG_IGN)
    watched: dict[int, tuple[int, int]] = {}
    markers: list[str] = []
    for line in orders:
        match line.split():
            case ["watch", pid, started, number]:
                watched[int(pid)] = (int(started), int(number))
            case ["forget", pid]:
                watched.pop(int(pid), None)
            case ["sweep", marker]:
                markers.append(marker)
            case ["done"]:
                return
    sweep(*markers)
    for process, (since, by) in reversed(watched.items()):
        stop(process, since, by)


def sweep(*markers: str) -> None:
    """Kill all that carry a marker until two looks in a row find none.

    One look could miss a child that a dying process is just starting: its environment appears
    late in exec.
    """
    clean = 0
    for _ in range(SWEEP_ROUNDS):
        pids = carrying(*markers)
        clean = 0 if pids else clean + 1
        if clean == LOOKS:
            return
        for pid in pids:
            _signal(pid, signal.SIGKILL)
        time.sleep(POLL_S)


def stop(pid: int, started: int, number: int, *, grace_s: float = GRACE_S) -> None:
    """Ask one process to end, and make it end when it does not."""
    deadline = time.monotonic() + grace_s
    if is_alive(pid, started):
        _signal(pid, number)
    while is_alive(pid, started):
        if time.monotonic() > deadline:
            _signal(pid, signal.SIGKILL)
        time.sleep(POLL_S)


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


if __name__ == "__main__":
    main(sys.stdin)
