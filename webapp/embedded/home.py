"""The data folder: its secrets, its lock, its log folder and a short place for sockets."""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from webapp.embedded.account import Account
from webapp.embedded.errors import LauncherError

SOCKET_FOLDER_MAX = 107 - len("/.s.PGSQL.5432")  # sun_path holds 108 bytes with its zero
LOG_MAX_BYTES = 16 * 1024 * 1024


def make_private(folder: Path) -> Path:
    """Create the folder with mode 0700; modes of folders that exist are left alone."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def secret(home: Path, name: str) -> str:
    """A random secret of this home, made on first use and kept in a 0600 file."""
    path = make_private(home / "secrets") / name
    if not path.exists():
        write_private(path, secrets.token_urlsafe(24))
    return path.read_text()


def write_private(path: Path, text: str) -> None:
    """Replace a file atomically; only we may read it."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)


def open_log(home: Path, name: str) -> int:
    """A descriptor that appends to `log/NAME.log`; a log grown large is set aside first."""
    path = make_private(home / "log") / f"{name}.log"
    if path.exists() and path.stat().st_size > LOG_MAX_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def log_tail(home: Path, name: str, *, lines: int = 8) -> str:
    """The last lines of a log, for an error message."""
    path = home / "log" / f"{name}.log"
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8192))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])


@contextmanager
def locked(home: Path, name: str, *, refusal: str) -> Iterator[None]:
    """Hold `NAME.lock` of this home; `refusal` is the message when another process holds it."""
    path = make_private(home) / f"{name}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LauncherError(refusal) from None
        yield
    finally:
        os.close(descriptor)


def socket_folder(home: Path, account: Account) -> Path:
    """A folder for Unix sockets that is short enough, private, and reached by the account."""
    tag = f"connoisseur-{hashlib.sha256(bytes(home.resolve())).hexdigest()[:12]}"
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    shelves = [home / "run", *([Path(runtime, tag)] if runtime else [])]
    if account.spawn():
        shelves = [Path("/run", tag)]
    for folder in (*shelves, Path(f"/tmp/{tag}-{account.uid}")):
        if len(bytes(folder.resolve())) <= SOCKET_FOLDER_MAX and _claim(folder, account):
            return folder.resolve()
    raise LauncherError(
        f"No folder for the sockets of {home} could be made in /run, XDG_RUNTIME_DIR or /tmp."
    )


def _claim(folder: Path, account: Account) -> bool:
    """Create the folder, or take one that this account made before; never somebody's."""
    try:
        folder.mkdir(mode=0o700)
        if account.spawn():
            os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        pass
    except OSError:
        return False
    seen = folder.lstat()
    return seen.st_uid == account.uid and seen.st_mode & 0o170077 == 0o040000
