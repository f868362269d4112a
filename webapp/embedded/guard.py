"""The launcher's side of the guardian: starts it, tells it what to stop if we are killed."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from webapp.embedded.procfs import started_at

ROOT = Path(__file__).resolve().parents[2]


class Guard:
    """A running guardian. Leaving the `with` block in order dismisses it."""

    def __init__(self) -> None:
        self._watched: dict[int, str] = {}
        self._markers: list[str] = []
        self._process = self._start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def watch(self, pid: int, number: int) -> None:
        """Have `pid` stopped by signal `number` when this process is killed."""
        started = started_at(pid)
        if started is None:
            return  # it is gone already
        self._watched[pid] = f"watch {pid} {started} {int(number)}"
        self._say(self._watched[pid])

    def forget(self, pid: int) -> None:
        """`pid` has ended."""
        if self._watched.pop(pid, None):
            self._say(f"forget {pid}")

    def sweep(self, marker: str) -> None:
        """Have everything killed that carries `marker` (NAME=value) in its environment."""
        self._markers.append(marker)
        self._say(f"sweep {marker}")

    def ensure(self) -> None:
        """Start the guardian again when something killed it, with the same orders."""
        if self._process.poll() is not None:
            self._process = self._start()
            for order in [
                *self._watched.values(),
                *(f"sweep {m}" for m in self._markers),
            ]:
                self._say(order)

    def dismiss(self) -> None:
        """Let it go; what was not reported as ended, it still stops first."""
        pipe = self._process.stdin
        if pipe and not pipe.closed:
            if not self._watched:
                with suppress(BrokenPipeError):
                    pipe.write(b"done\n")
            pipe.close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.dismiss()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-S", "-m", "webapp.embedded.guardian"],
            stdin=subprocess.PIPE,
            bufsize=0,
            cwd="/",
            env={
                "PYTHONPATH": str(ROOT),
                "PATH": os.defpath,
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            start_new_session=True,
        )

    def _say(self, order: str) -> None:
        pipe = self._process.stdin
        if pipe is None or pipe.closed:
            return
        try:
            pipe.write(f"{order}\n".encode())
        except BrokenPipeError:
            self.ensure()
