"""A process that works for us on its own: started, listened to, told to stop, never left behind."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

ROOT: Final = Path(__file__).resolve().parents[2]
TAIL: Final = 4000  # bytes of its standard error that tell why it broke
# What a process that trains needs to know. It gets no address of an engine and no secret.
_PASSED_ON: Final = (
    "PATH", "HOME", "TMPDIR", "LANG", "LC_", "TZ", "PYTHON", "LD_LIBRARY_PATH", "OMP_", "MKL_",
    "OPENBLAS_", "CUDA", "NVIDIA", "NCCL", "TORCH", "GLOO", "CONNOISSEUR_PROCESS",
)  # fmt: skip
_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Child:
    """Use as a context: at its end the process, and all that it started, is gone.

    It has a session of its own, and dies with this worker.
    """

    def __init__(self, command: Sequence[str], *, errors: Path, last: int) -> None:
        """`errors`: where its standard error goes. `last`: the signal when this worker dies."""
        self._errors = errors
        leash = [sys.executable, "-m", "workers.runtime.leash", str(os.getpid()), str(last)]
        with errors.open("ab") as file:
            self._process = subprocess.Popen(  # noqa: S603 - our own command, without a shell
                [*leash, *command],
                cwd=ROOT, env=_environment(os.environ), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=file, start_new_session=True, text=True,
                errors="replace",
            )  # fmt: skip
        self._lines: queue.Queue[str | None] = queue.Queue()
        assert self._process.stdout is not None
        reader = threading.Thread(target=self._read, args=[self._process.stdout], daemon=True)
        reader.start()
        self.ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        self._process.wait()

    def listen(self, seconds: float) -> list[str]:
        """What it says within so many seconds; sets `ended` when there will be no more."""
        until = time.monotonic() + seconds
        heard: list[str] = []
        while not self.ended and (left := until - time.monotonic()) > 0:
            with suppress(queue.Empty):
                line = self._lines.get(timeout=left)
                if line is None:
                    self.ended = True
                else:
                    heard.append(line)
        return heard

    def ask_to_stop(self) -> None:
        """SIGTERM to all of it."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to all of it."""
        self._signal(signal.SIGKILL)

    def wait(self) -> int:
        """Its exit status, once it has said everything; below 0 the signal that ended it."""
        return self._process.wait()

    def last_words(self) -> str:
        """The end of its standard error."""
        return self._errors.read_bytes()[-TAIL:].decode(errors="replace").replace("\0", "").strip()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self._lines.put(line)
        self._lines.put(None)

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Sums depend on how many threads share them, so every library gets the same number of them."""
    threads = ours.get("OMP_NUM_THREADS") or str(len(os.sched_getaffinity(0)))
    passed = {name: value for name, value in ours.items() if name.startswith(_PASSED_ON)}
    return {**dict.fromkeys(_THREADS, threads), **passed}
