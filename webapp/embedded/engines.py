"""Throwaway or lasting engines in a folder, without Django.

    with postgres(home) as database_url, redis(home) as redis_url: ...

Both may share a folder. They stop when the block ends, and also when this process is killed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from webapp.embedded.engine import Engine
from webapp.embedded.guard import Guard
from webapp.embedded.home import locked
from webapp.embedded.postgres import Postgres
from webapp.embedded.redis_server import RedisServer


@contextmanager
def postgres(home: Path, *, durable: bool = True) -> Iterator[str]:
    """Run PostgreSQL with its data in `home/postgres`; yields the URL of its database."""
    with Guard() as guard:
        yield from _running(home, Postgres(home, guard=guard, durable=durable))


@contextmanager
def redis(home: Path, *, durable: bool = True) -> Iterator[str]:
    """Run Redis with its data in `home/redis`; yields its URL."""
    with Guard() as guard:
        yield from _running(home, RedisServer(home, guard=guard, durable=durable))


def _running(home: Path, engine: Engine) -> Iterator[str]:
    with locked(home, engine.name, refusal=f"Another process runs {engine.name} in {home}."):
        engine.start()
        try:
            yield engine.url
        finally:
            engine.stop()
