"""Where the launcher's tests run: accounts, closed folders, free ports, waiting."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from webapp.embedded.account import Account

ROOT = Path(__file__).resolve().parents[3]


def eventually(condition: Callable[[], bool], *, within_s: float = 20.0) -> bool:
    """Whether it became true in time."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def free_port() -> int:
    """A port that is free, and so is the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def start_module(
    module: str, *arguments: str, ordinary: bool = False, env: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    """`python -m module arguments` from the root of the checkout, its output on a pipe."""
    return subprocess.Popen(
        [*(as_ordinary() if ordinary else []), sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def as_ordinary() -> list[str]:
    """A prefix that runs a command as `nobody` when we are root; nothing when we are not.

    When the interpreter lies below a closed folder of root's, the child may read there, only.
    """
    if os.geteuid() != 0:
        return []
    entry = pwd.getpwnam("nobody")
    account = Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
    command = ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
    if not account.reaches(Path(sys.executable)) or not account.reaches(ROOT / "manage.py"):
        command += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return command


@contextmanager
def folder_of_nobody() -> Iterator[Path]:
    """A private temporary folder that belongs to whoever `as_ordinary` runs as."""
    folder = Path(tempfile.mkdtemp(prefix="cnr-ordinary-", dir="/tmp"))
    if os.geteuid() == 0:
        entry = pwd.getpwnam("nobody")
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
