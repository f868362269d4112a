"""Redis on a loopback port with a password, in a folder of its own.

That is the one address form that Celery, Channels and redis-py all accept. AOF every second, no
eviction. It holds doorbells and caches only: whatever it loses, the dispatcher finds again in
Postgres, so a log it cannot read is set aside.
"""

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from redis import Redis
from redis.exceptions import AuthenticationError, BusyLoadingError, RedisError

from webapp.embedded.account import engine_account
from webapp.embedded.binaries import redis_server
from webapp.embedded.engine import Server, clear_leftovers
from webapp.embedded.errors import EngineError
from webapp.embedded.guard import Guard
from webapp.embedded.home import make_private, secret


class RedisServer:
    """The embedded broker. `durable=False` keeps nothing on disk, for tests."""

    name = "redis"

    def __init__(
        self,
        home: Path,
        *,
        guard: Guard,
        durable: bool = True,
        say: Callable[[str], None] = print,
    ) -> None:
        self._home = make_private(home).resolve()
        self._data = self._home / "redis"
        self._durable = durable
        self._say = say
        self._port = _free_port()
        self._server = Server(
            name=self.name,
            home=self._home,
            account=engine_account(self._data),
            guard=guard,
            stop_by=signal.SIGTERM,
        )

    @property
    def url(self) -> str:
        return f"redis://:{secret(self._home, 'redis')}@127.0.0.1:{self._port}/0"

    @property
    def pid(self) -> int | None:
        return self._server.pid

    def start(self) -> None:
        """Start it on its port; once more with an empty log when the old one is unreadable."""
        program = redis_server(self._server.account)
        clear_leftovers(self._data, signal.SIGTERM)
        try:
            self._launch(program)
        except EngineError as error:
            if "append only file" not in str(error).lower():
                raise
            aside = self._data.with_name(f"redis.unreadable-{int(time.time())}")
            self._data.rename(aside)
            self._say(f"redis could not read its log; it is kept in {aside} and a new one begins")
            self._launch(program)

    def stop(self) -> None:
        """The log is flushed first."""
        self._server.stop()

    def _launch(self, program: Path) -> None:
        make_private(self._data)
        self._server.account.own(self._data)
        folder = os.open(self._data, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._server.launch(
                [program, "-"], keep=folder, stdin=self._configuration(folder).encode()
            )
        finally:
            os.close(folder)
        self._server.wait_until(self._answers, say=self._say)

    def _configuration(self, folder: int) -> str:
        lines = [
            "bind 127.0.0.1",
            f"port {self._port}",
            f"requirepass {secret(self._home, 'redis')}",
            f"dir /proc/self/fd/{folder}",
            "daemonize no",
            'save ""',
            f"appendonly {'yes' if self._durable else 'no'}",
            "appendfsync everysec",
            "maxmemory-policy noeviction",
            "tcp-keepalive 60",
            'logfile ""',
        ]
        return "\n".join(lines) + "\n"

    def _answers(self) -> bool:
        client = Redis.from_url(self.url, socket_timeout=5)
        try:
            return bool(client.ping())
        except AuthenticationError as error:
            self.stop()
            raise EngineError(f"Another Redis answers on port {self._port}: {error}") from error
        except (BusyLoadingError, RedisError):
            return False
        finally:
            client.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
