"""Which account runs the engines: ourselves, or an unprivileged one when we are root."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from webapp.embedded.errors import EngineError

PREFERRED = ("connoisseur", "postgres", "nobody")


class Spawn(TypedDict, total=False):
    """Arguments for `subprocess` that change the account of the child."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """An existing account of this machine; nothing is created."""

    name: str
    uid: int
    gid: int

    def spawn(self) -> Spawn:
        """Arguments that make `subprocess` run a child as this account."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give `path`, and all below it, to this account when it is another's."""
        if path.stat().st_uid == self.uid:
            return
        for entry in [path, *path.rglob("*")]:
            os.chown(entry, self.uid, self.gid, follow_symlinks=False)

    def reaches(self, path: Path) -> bool:
        """Whether this account may walk to `path` and read it, by the mode bits on the way."""
        target = path.resolve()
        for entry in (*target.parents, target):
            mode, owner, group = (
                entry.stat().st_mode,
                entry.stat().st_uid,
                entry.stat().st_gid,
            )
            shift = 6 if owner == self.uid else 3 if group == self.gid else 0
            if not mode >> shift & (stat.S_IXOTH if entry != target else stat.S_IROTH):
                return False
        return True


def engine_account(data: Path) -> Account:
    """The account for an engine whose files lie in `data` (which need not exist).

    An ordinary user runs it himself. Postgres refuses to run as root, so root hands it to the
    account that owns the data already, else to the first of PREFERRED that this machine knows.
    """
    uid = os.geteuid()
    if uid != 0:
        return Account(name=str(uid), uid=uid, gid=os.getegid())
    owner = data.stat().st_uid if data.exists() else 0
    known = [entry for entry in map(_entry, (owner or None, *PREFERRED)) if entry]
    if not known:
        raise EngineError(
            "Postgres does not run as root and none of the accounts "
            f"{', '.join(PREFERRED)} exists. Run as an ordinary user, or set DATABASE_URL."
        )
    return known[0]


def _entry(key: int | str | None) -> Account | None:
    if key is None:
        return None
    try:
        found = pwd.getpwuid(key) if isinstance(key, int) else pwd.getpwnam(key)
    except KeyError:
        return None
    return Account(name=found.pw_name, uid=found.pw_uid, gid=found.pw_gid)
