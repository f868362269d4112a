"""The background processes, on a Redis of their own, that a test may kill as it likes."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from django.db import connection
from redis import Redis

from webapp.embedded.guard import Guard
from webapp.embedded.processes import process_table
from webapp.embedded.redis_server import RedisServer

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = ("dispatcher", "worker-io", "worker-gpu")


class Harness:
    """Redis, dispatcher, io and gpu worker beside the test's database."""

    def __init__(self, home: Path, *, weights: Path) -> None:
        self.home = home
        self._weights = weights
        self._stack = ExitStack()
        self._table = {each.name: each for each in process_table(host="", port=0, live_port=0)}
        self._lock = threading.RLock()
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        guard = self._stack.enter_context(Guard())
        self.redis = RedisServer(self.home / "engines", guard=guard, durable=True)
        self.redis.start()
        self._stack.callback(self.redis.stop)
        self._stack.callback(self._stop)
        for name in PROCESSES:
            self.start(name)
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    @property
    def environment(self) -> dict[str, str]:
        """For any process that belongs to this installation."""
        name = connection.settings_dict["NAME"]
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}")
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "webapp.config.settings",
            "DATABASE_URL": urlunsplit(database),
            "REDIS_URL": self.redis.url,
            "WEIGHTS_DIR": str(self._weights),
            "CONNOISSEUR_HOME": str(self.home),
        }

    def start(self, name: str) -> None:
        """As the supervisor does, with its log appended to NAME.log."""
        process = self._table[name]
        program, *arguments = process.command
        with self.log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                [Path(sys.executable).with_name(program), *arguments],
                cwd=ROOT, env={**self.environment, **process.environment}, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def run(self, module: str, *arguments: object) -> subprocess.Popen[str]:
        """A Python program of the tests beside the processes."""
        return subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def kill(self, name: str) -> None:
        """kill -9, and start it again as the supervisor would."""
        with self._lock:
            self._kill(name)
        time.sleep(0.5)
        with self._lock:
            self.start(name)

    def kill_child(self, name: str) -> None:
        """kill -9 of a worker's computing child; its parent makes another."""
        parent = self._running[name].pid
        for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            with suppress(ProcessLookupError, FileNotFoundError):
                if b"semaphore_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes():
                    os.kill(int(child), signal.SIGKILL)

    def kill_redis(self) -> None:
        """kill -9, away for a moment, and back."""
        if self.redis.pid:
            os.kill(self.redis.pid, signal.SIGKILL)
        time.sleep(1.0)
        self.redis.start()

    def flush_redis(self) -> None:
        """Every doorbell and hint is forgotten."""
        with Redis.from_url(self.redis.url) as client:
            client.flushall()

    def tend(self) -> None:
        """Start again what ended by itself: a worker does when its newborn children are killed.

        The dispatcher has no reason to end.
        """
        with self._lock:
            ended = [name for name, running in self._running.items() if running.poll() is not None]
            assert "dispatcher" not in ended, self.last_words()
            for name in ended:
                self.start(name)

    def log(self, name: str) -> Path:
        return self.home / f"{name}.log"

    def last_words(self) -> str:
        """The ends of all logs, for a failing test."""
        return "\n".join(f"--- {name}\n{self.log(name).read_text()[-2000:]}" for name in PROCESSES)

    def _kill(self, name: str) -> None:
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def _stop(self) -> None:
        for name in list(self._running):
            self._kill(name)
