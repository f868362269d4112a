"""Keeps a table of processes and the engines alive, and ends them in order.

Every process gets a session of its own and a marker in its environment. Ending one ends all that
carries its marker, so a worker's pool children and their children go with it, even when the
worker itself was killed and could not tell them.
"""

import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from webapp.embedded.console import Console
from webapp.embedded.engine import Engine
from webapp.embedded.errors import EngineError, LauncherError
from webapp.embedded.guard import Guard
from webapp.embedded.guardian import sweep
from webapp.embedded.processes import Process

ROOT = Path(__file__).resolve().parents[2]
TICK_S = 0.1
HOLD_MAX_S = 10.0
BACKOFF_FIRST_S = 0.5
BACKOFF_MAX_S = 30.0
HEALTHY_AFTER_S = 30.0
ENGINE_TRIES = 5


@dataclass(slots=True)
class Child:
    """A process of the table and how it fared."""

    process: Process
    marker: str
    running: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    start_at: float = 0.0


class Supervisor:
    """Starts the table, restarts what dies, tells `on_change` when a pid changed."""

    def __init__(
        self,
        table: Sequence[Process],
        *,
        engines: Sequence[Engine],
        guard: Guard,
        console: Console,
        environment: Mapping[str, str],
        on_change: Callable[[dict[str, int]], None],
    ) -> None:
        run = secrets.token_hex(8)
        now = time.monotonic()
        self._children = [
            Child(
                p,
                f"CONNOISSEUR_PROCESS={run}-{p.name}",
                start_at=now + (HOLD_MAX_S if p.after_first_page else 0.0),
            )
            for p in table
        ]
        self._engines = engines
        self._engine_failures = dict.fromkeys((engine.name for engine in engines), 0)
        self._guard = guard
        self._console = console
        self._environment = environment
        self._on_change = on_change
        for child in self._children:
            guard.sweep(child.marker)

    def pids(self) -> dict[str, int]:
        """Name to pid of all that runs."""
        found = {e.name: e.pid for e in self._engines if e.pid}
        running = ((c.process.name, c.running) for c in self._children)
        return found | {name: popen.pid for name, popen in running if popen}

    def first_page_answered(self) -> None:
        """Start what was waiting for it."""
        for child in self._children:
            if child.process.after_first_page and not child.failures:
                child.start_at = 0.0

    def tick(self) -> None:
        """Look once after everything, then rest a moment."""
        self._guard.ensure()
        before = self.pids()
        for engine in self._engines:
            if engine.pid is None:
                self._restart(engine)
        for child in self._children:
            self._tend(child)
        if (now := self.pids()) != before:
            self._on_change(now)
        time.sleep(TICK_S)

    def stop(self) -> None:
        """End every process: asked first, killed when its time is over. Engines stay."""
        asked_at = time.monotonic()
        for child in self._alive():
            if child.running:
                child.running.send_signal(signal.SIGTERM)
        try:
            while alive := self._alive():
                waited = time.monotonic() - asked_at
                if all(waited > child.process.stop_within_s for child in alive):
                    late = ", ".join(child.process.name for child in alive)
                    self._console.say("connoisseur", f"killing what did not end: {late}")
                    break
                time.sleep(TICK_S / 2)
        finally:
            self._bury(*self._children)

    def _alive(self) -> list[Child]:
        return [c for c in self._children if c.running and c.running.poll() is None]

    def _tend(self, child: Child) -> None:
        name = child.process.name
        if child.running is None:
            if time.monotonic() >= child.start_at:
                self._start(child)
            return
        code = child.running.poll()
        if code is None:
            return
        if time.monotonic() - child.started > HEALTHY_AFTER_S:
            child.failures = 0
        wait = min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2**child.failures)
        child.failures += 1
        child.start_at = time.monotonic() + wait
        self._console.say(name, f"ended {_reason(code)}; starts again in {wait:.1f} s")
        self._bury(child)

    def _start(self, child: Child) -> None:
        name, _, value = child.marker.partition("=")
        child.started = time.monotonic()
        child.running = subprocess.Popen(
            resolved(child.process.command),
            cwd=ROOT,
            env={**child.process.environment, **self._environment, name: value},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        if child.running.stdout:
            self._console.follow(child.process.name, child.running.stdout)

    def _bury(self, *children: Child) -> None:
        """Kill what is left of them and collect their exit status."""
        sweep(*(child.marker for child in children))
        for child in children:
            if child.running:
                child.running.kill()
                child.running.wait()
                child.running = None

    def _restart(self, engine: Engine) -> None:
        self._engine_failures[engine.name] += 1
        if self._engine_failures[engine.name] > ENGINE_TRIES:
            raise LauncherError(f"{engine.name} ended {ENGINE_TRIES} times; see its log.")
        self._console.say(engine.name, "ended; starting it again")
        try:
            engine.stop()
            engine.start()
        except EngineError as error:
            self._console.say(engine.name, str(error))


def resolved(command: Sequence[str]) -> list[str]:
    """The command with its program taken from our own virtual environment."""
    beside = Path(sys.executable).parent / command[0]
    program = sys.executable if command[0] == "python" else str(beside)
    return [program if Path(program).exists() else command[0], *command[1:]]


def _reason(code: int) -> str:
    if code >= 0:
        return f"with exit code {code}"
    return f"by signal {signal.strsignal(-code) or -code}"
