"""Take rights away from a process that is about to read hostile bytes. Linux, without packages.

Each step that the kernel or the container may forbid is attempted, and its failure is told.
"""

import contextlib
import ctypes
import os
import resource
import signal
from pathlib import Path
from typing import Final

from workers.runtime.imaging import seccomp
from workers.runtime.imaging.results import SandboxLimits

_libc: Final = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_NOBODY: Final = 65534
# System calls 444-446 have these numbers on every architecture.
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
_LANDLOCK_VERSION: Final = 1


def leave_network() -> str:
    """Move to an empty network; "isolated", or the reason why not.

    An ordinary user needs a new user namespace for it.
    """
    if _libc.unshare(_CLONE_NEWNET) == 0:
        return "isolated"
    if os.geteuid() != 0 and _libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
        return "isolated"
    return f"shared: {os.strerror(ctypes.get_errno())}"


def isolation() -> dict[str, object]:
    """What the kernel offers to confine children with, for the operator's log."""
    return {"landlock": landlock_version(), "seccomp": seccomp.is_available(_libc)}


def landlock_version() -> int:
    """The kernel's Landlock version, 0 where it has none."""
    return max(0, int(_libc.syscall(_LANDLOCK_CREATE, None, 0, _LANDLOCK_VERSION)))


def confine(limits: SandboxLimits, *, keep: tuple[int, ...], parent: int) -> None:
    """Leave this process its memory, its CPU seconds and the `keep` descriptors, nothing else.

    It dies with `parent`. Not reversible.
    """
    _keep_only(keep)
    os.setsid()
    with contextlib.suppress(OSError):  # when memory is short, this process goes first
        Path("/proc/self/oom_score_adj").write_text("1000")
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _lock_out()
    _limit(limits)
    seccomp.install(_libc)


def _keep_only(keep: tuple[int, ...]) -> None:
    """Close every other descriptor; the standard ones lead nowhere."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    low = 3
    for kept in sorted(keep):
        os.closerange(low, kept)
        low = kept + 1
    os.closerange(low, 4096)


def _lock_out() -> None:
    """Landlock without a single rule: no file, no TCP, no signal or socket to the outside."""
    version = landlock_version()
    if not version:
        return
    files = (1 << (13 + (version >= 2) + (version >= 3) + (version >= 5))) - 1
    rights = (ctypes.c_uint64 * 3)(files, 0b11, 0b11)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = _libc.syscall(_LANDLOCK_CREATE, rights, size, 0)
    if ruleset >= 0:
        _libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0)
        os.close(ruleset)


def _limit(limits: SandboxLimits) -> None:
    # Past the soft limit SIGXCPU, which names the reason; past the hard one SIGKILL.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 16),
    ):
        resource.setrlimit(what, (most, most))
