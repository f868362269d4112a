"""A system call filter: no new programs or processes, no files, no sockets; threads may start.

HEIC's decoder needs a thread, so a limit on processes (which counts threads too) is no substitute.
"""

import ctypes
import errno
import platform
import struct
from typing import Final, NamedTuple

_PR_GET_SECCOMP, _PR_SET_SECCOMP, _MODE_FILTER = 21, 22, 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_CLONE_THREAD: Final = 0x00010000
_X32: Final = 0x40000000
_EVERYWHERE: Final = (425, 434, 437, 438)  # io_uring_setup pidfd_open openat2 pidfd_getfd
_CLONE3: Final = 435


class _Machine(NamedTuple):
    architecture: int
    clone: int
    denied: tuple[int, ...]


_MACHINES: Final = {
    "x86_64": _Machine(
        0xC000003E,
        56,
        # fork vfork execve execveat socket ptrace kill process_vm_readv process_vm_writev bpf
        # perf_event_open userfaultfd keyctl add_key request_key unshare open openat creat
        (57, 58, 59, 322, 41, 101, 62, 310, 311, 321, 298, 323, 250, 248, 249, 272, 2, 257, 85),
    ),
    "aarch64": _Machine(
        0xC00000B7,
        220,
        # execve execveat socket ptrace kill process_vm_readv process_vm_writev bpf
        # perf_event_open userfaultfd keyctl add_key request_key unshare openat
        (221, 281, 198, 117, 129, 270, 271, 280, 241, 282, 219, 217, 218, 97, 56),
    ),
}  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def is_available(libc: ctypes.CDLL) -> bool:
    """Whether this kernel filters calls and this machine's numbers are known."""
    return platform.machine() in _MACHINES and libc.prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) >= 0


def install(libc: ctypes.CDLL) -> None:
    """Filter this process's calls from now on, if available; needs no_new_privs. Not reversible."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return
    code = _filter(machine)
    program = _Program(len(code) // 8, code)
    libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0)


def _filter(machine: _Machine) -> bytes:
    """The filter as BPF: refused calls fail with EPERM, other architectures' calls kill."""
    refuse = _ERRNO | errno.EPERM
    code = [
        _step(_LOAD, _ARCHITECTURE_AT),
        *_when(_EQUAL, machine.architecture, otherwise=_KILL),
        _step(_LOAD, _NUMBER_AT),
        *_unless(_AT_LEAST, _X32, then=refuse),
        # The C library then falls back to clone, whose flags can be seen.
        *_unless(_EQUAL, _CLONE3, then=_ERRNO | errno.ENOSYS),
    ]
    for number in (*machine.denied, *_EVERYWHERE):
        code += _unless(_EQUAL, number, then=refuse)
    code += [
        _step(_EQUAL, machine.clone, 1, 0),
        _step(_RETURN, _ALLOW),
        _step(_LOAD, _FIRST_ARGUMENT_AT),
        *_when(_ANY_BIT, _CLONE_THREAD, otherwise=refuse),
        _step(_RETURN, _ALLOW),
    ]
    return b"".join(code)


def _step(code: int, value: int, skip_if_true: int = 0, skip_if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, skip_if_true, skip_if_false, value)


def _unless(test: int, value: int, *, then: int) -> list[bytes]:
    """Return `then` when the test holds, go on when not."""
    return [_step(test, value, 0, 1), _step(_RETURN, then)]


def _when(test: int, value: int, *, otherwise: int) -> list[bytes]:
    """Go on when the test holds, return `otherwise` when not."""
    return [_step(test, value, 1, 0), _step(_RETURN, otherwise)]
