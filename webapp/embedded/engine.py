"""What Postgres and Redis have in common as children: start, readiness, stop, leftovers."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from webapp.embedded.account import Account
from webapp.embedded.errors import EngineError
from webapp.embedded.guard import Guard
from webapp.embedded.guardian import stop
from webapp.embedded.home import log_tail, open_log
from webapp.embedded.procfs import parent_of, started_at, working_in

POLL_S = 0.02
REPORT_EVERY_S = 10.0
LEFTOVER_GRACE_S = 60.0


class Engine(Protocol):
    """An embedded engine as the supervisor sees it."""

    name: str

    @property
    def url(self) -> str:
        """The same before, after and across restarts."""

    @property
    def pid(self) -> int | None:
        """None while it does not run."""

    def start(self) -> None:
        """Return once it answers; raises EngineError with its last words when it cannot."""

    def stop(self) -> None:
        """End it in order. Nothing happens when it does not run."""


class Server:
    """One engine process: spawned as its account, watched by the guardian, waited for."""

    def __init__(
        self,
        *,
        name: str,
        home: Path,
        account: Account,
        guard: Guard,
        stop_by: signal.Signals,
    ) -> None:
        self.name = name
        self.home = home
        self.account = account
        self._guard = guard
        self._stop_by = stop_by
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """None while it does not run."""
        if self._process is None or self._process.poll() is not None:
            return None
        return self._process.pid

    def launch(self, command: Sequence[str | Path], *, keep: int, stdin: bytes | None) -> None:
        """Spawn it with the descriptor `keep` left open and `stdin` fed."""
        log = open_log(self.home, self.name)
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd="/",
                env=engine_environment(),
                pass_fds=(keep,),
                start_new_session=True,
                **self.account.spawn(),
            )
        except (PermissionError, subprocess.SubprocessError) as error:
            raise EngineError(
                f"{self.name} could not be started as {self.account.name}: {error}."
            ) from error
        finally:
            os.close(log)
        self._guard.watch(self._process.pid, self._stop_by)
        if stdin is not None and self._process.stdin:
            self._process.stdin.write(stdin)
            self._process.stdin.close()

    def wait_until(self, ready: Callable[[], bool], *, say: Callable[[str], None]) -> None:
        """Wait as long as it takes (a crash recovery may be long) while the process lives."""
        report_at = time.monotonic() + REPORT_EVERY_S
        while not ready():
            if self.pid is None:
                self.stop()
                words = log_tail(self.home, self.name)
                raise EngineError(
                    f"{self.name} ended while it started. Its log ends with:\n{words}"
                )
            if time.monotonic() > report_at:
                say(f"{self.name} is still starting (after a crash it first replays its log)")
                report_at += REPORT_EVERY_S
            time.sleep(POLL_S)

    def stop(self) -> None:
        """Ask, wait, kill when it takes too long."""
        process, self._process = self._process, None
        if process is None:
            return
        started = started_at(process.pid)
        if started is not None:
            stop(process.pid, started, self._stop_by)
        process.wait()
        self._guard.forget(process.pid)


def engine_environment() -> dict[str, str]:
    """A plain environment: messages in English (we read them), UTC, nothing of the user's."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def clear_leftovers(data: Path, number: signal.Signals) -> None:
    """Stop what a killed launcher left running in `data`. Call it with the engine's lock held.

    Its guardian usually is at it already, so this mostly waits. Postgres' children leave with
    their parent, and a new server must not start before the last of them has gone.
    """
    deadline = time.monotonic() + LEFTOVER_GRACE_S
    asked: set[int] = set()
    while pids := working_in(data):
        late = time.monotonic() > deadline
        for pid in pids:
            if late or (parent_of(pid) not in pids and pid not in asked):
                asked.add(pid)
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL if late else number)
        time.sleep(POLL_S)
