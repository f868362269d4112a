"""`manage.py up`: engines, migrations, processes, one log, one address; then keep them alive.

It reads the environment itself and imports no Django: settings need the engines' addresses, and
those exist only once this has started them.
"""

import argparse
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from webapp.embedded.console import Console
from webapp.embedded.engine import Engine
from webapp.embedded.errors import LauncherError
from webapp.embedded.guard import Guard
from webapp.embedded.home import locked, make_private, write_private
from webapp.embedded.postgres import Postgres
from webapp.embedded.processes import PREPARE, Process, process_table
from webapp.embedded.redis_server import RedisServer
from webapp.embedded.supervisor import ROOT, Supervisor, resolved

ANY_ADDRESS = ("0.0.0.0", "::", "")


class Stopped(BaseException):
    """Somebody asked the launcher to end; unwinds whatever it is doing."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the environment says about this start."""

    home: Path
    host: str
    port: int
    live_port: int
    database_url: str
    redis_url: str

    @classmethod
    def from_environment(cls) -> "Options":
        home = os.environ.get("CONNOISSEUR_HOME", "") or str(ROOT / "var")
        port = _port("PORT", 8000)
        return cls(
            home=Path(home).expanduser().absolute(),
            host=os.environ.get("HOST", "") or "127.0.0.1",
            port=port,
            live_port=_port("LIVE_PORT", port + 1),
            database_url=os.environ.get("DATABASE_URL", ""),
            redis_url=os.environ.get("REDIS_URL", ""),
        )

    @property
    def address(self) -> str:
        """What a person types into the browser on this machine."""
        return f"http://{'localhost' if self.host in ANY_ADDRESS else self.host}:{self.port}/"


def main(arguments: Sequence[str]) -> int:
    """Run until stopped; the exit status. Takes no ``arguments`` but `--help`, else exits 2."""
    _parser().parse_args(arguments)
    try:
        options = Options.from_environment()
        table = process_table(host=options.host, port=options.port, live_port=options.live_port)
        run(options, table=table, prepare=PREPARE)
    except Stopped:
        return 0
    except LauncherError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog="manage.py up",
        description="Start Connoisseur and keep it running until Ctrl-C or SIGTERM.",
        epilog="The environment says where: PORT (8000), HOST (127.0.0.1), LIVE_PORT (PORT + 1), "
        "CONNOISSEUR_HOME (var), DATABASE_URL and REDIS_URL. See docs/settings.md for all.",
    )


def run(
    options: Options, *, table: Sequence[Process], prepare: tuple[str, ...] | None = None
) -> None:
    """Start everything, keep it alive; on the way out stop all, processes before engines."""
    refusal = (
        f"Connoisseur is running already with {options.home}. "
        "Stop it first, or set CONNOISSEUR_HOME to another folder."
    )
    with ExitStack() as stack:
        stack.enter_context(_stop_on_signals())
        stack.enter_context(locked(make_private(options.home), "launcher", refusal=refusal))
        _check_port(options.host, options.port, variable="PORT")
        _check_port(options.host, options.live_port, variable="LIVE_PORT")
        console = Console(options.home)
        guard = stack.enter_context(Guard())
        engines = list(_start_engines(options, guard=guard, console=console, stack=stack))
        urls = _urls(options, engines)
        record = _Record(options, urls)
        stack.callback(record.remove)
        record.write({engine.name: engine.pid for engine in engines if engine.pid})
        environment = _environment(options, urls)
        if prepare:
            _run_once(prepare, environment=environment, console=console)
        supervisor = Supervisor(
            table,
            engines=engines,
            guard=guard,
            console=console,
            environment=environment,
            on_change=record.write,
        )
        stack.callback(supervisor.stop)
        stack.callback(console.say, "connoisseur", "stopping")
        _announce(options, console, then=supervisor.first_page_answered)
        while True:
            supervisor.tick()


@contextmanager
def _stop_on_signals() -> Iterator[None]:
    """The first signal unwinds; a second one while unwinding is ignored, all waits are bounded."""

    def stop(number: int, frame: FrameType | None) -> None:
        for each in caught:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    caught = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in caught}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _start_engines(
    options: Options, *, guard: Guard, console: Console, stack: ExitStack
) -> Iterator[Engine]:
    """Those engines whose address is not given."""

    def teller(name: str) -> Callable[[str], None]:
        return lambda text: console.say(name, text)

    wanted: list[Engine] = []
    if not options.database_url:
        wanted.append(Postgres(options.home, guard=guard, say=teller("postgres")))
    if not options.redis_url:
        wanted.append(RedisServer(options.home, guard=guard, say=teller("redis")))
    for engine in wanted:
        refusal = f"Another process runs {engine.name} in {options.home}."
        stack.enter_context(locked(options.home, engine.name, refusal=refusal))
        stack.callback(engine.stop)
        engine.start()
        console.say(engine.name, "ready")
        yield engine


def _urls(options: Options, engines: Sequence[Engine]) -> dict[str, str]:
    own = {engine.name: engine.url for engine in engines}
    return {
        "database_url": options.database_url or own["postgres"],
        "redis_url": options.redis_url or own["redis"],
    }


class _Record:
    """`run.json`: where a command beside us finds the engines, and what runs."""

    def __init__(self, options: Options, urls: dict[str, str]) -> None:
        self._path = options.home / "run.json"
        self._fixed = {
            **urls,
            "host": options.host,
            "port": options.port,
            "live_port": options.live_port,
            "launcher": os.getpid(),
        }

    def write(self, pids: dict[str, int]) -> None:
        write_private(self._path, json.dumps({**self._fixed, "pids": pids}, indent=1))

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)


def _environment(options: Options, urls: dict[str, str]) -> dict[str, str]:
    """Ours, plus what the processes must agree on."""
    return {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "CONNOISSEUR_HOME": str(options.home),
        "DATABASE_URL": urls["database_url"],
        "REDIS_URL": urls["redis_url"],
        "PORT": str(options.port),
        "LIVE_PORT": str(options.live_port),
    }


def _run_once(command: tuple[str, ...], *, environment: dict[str, str], console: Console) -> None:
    name = command[2]
    process = subprocess.Popen(
        resolved(command),
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        if process.stdout:
            console.follow(name, process.stdout).join()
        code = process.wait()
    finally:
        process.kill()
    if code:
        raise LauncherError(f"`{' '.join(command)}` failed with exit code {code}; see above.")


def _announce(options: Options, console: Console, *, then: Callable[[], None]) -> None:
    """Say the address once the first page answers, without holding up supervision."""

    def wait() -> None:
        while not _answers(options):
            time.sleep(0.1)
        console.say("connoisseur", f"ready at {options.address}")
        then()

    threading.Thread(target=wait, name="first page", daemon=True).start()


def _answers(options: Options) -> bool:
    host = "127.0.0.1" if options.host in ANY_ADDRESS else options.host
    connection = http.client.HTTPConnection(host, options.port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable, "") or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise LauncherError(f"{variable} must be a port number, not {text!r}.")
    return int(text)


def _check_port(host: str, port: int, *, variable: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise LauncherError(
                f"Port {port} on {host} cannot be used: {error.strerror}. "
                f"Stop what uses it, or set {variable}: {variable}=8080 make run."
            ) from error
