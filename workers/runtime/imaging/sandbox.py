"""The sandbox process, seen from the worker: start it, send it a picture, end it."""

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from workers.runtime.imaging.framing import MAX_ANSWER, MAX_REQUEST, Ending, Request

_PROGRAM: Final = (
    "import json, sys; sys.path[:0] = json.loads(sys.argv[2]);"
    "from importlib import import_module;"
    "import_module('workers.runtime.imaging.' + sys.argv[3]).main(int(sys.argv[1]))"
)
_START_SECONDS: Final = 30.0
_GRACE_SECONDS: Final = 5.0
_BLOCK: Final = 1 << 20


class SandboxLost(Exception):
    """The sandbox does not start, is gone, or does not answer."""


class Overdue(Exception):
    """The sandbox kept neither its own deadline nor ours."""


class Sandbox:
    """One running zygote, whose module is named by `program`.

    `isolation` says what the kernel granted (network, landlock).
    """

    def __init__(self, program: str = "zygote") -> None:
        self.owner = os.getpid()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = _spawn(theirs, program)
        try:
            self.isolation: dict[str, object] = json.loads(self._receive(_START_SECONDS))
        except (SandboxLost, Overdue) as error:
            self.close()
            raise SandboxLost("The sandbox does not start.") from error

    @property
    def pid(self) -> int:
        """The zygote's process id."""
        return self._process.pid

    def run(self, picture: int, request: Request) -> tuple[bytes, Ending]:
        """Hand over an open descriptor; the child's answer and how it ended.

        Raises SandboxLost or Overdue, after which only `close` makes sense.
        """
        deadline = time.monotonic() + request.sandbox.wall_seconds + _GRACE_SECONDS
        reading, writing = os.pipe()
        try:
            self._send(request, picture, writing)
            os.close(writing)
            writing = -1
            answer = _read_all(reading, deadline)
        finally:
            os.close(reading)
            if writing >= 0:
                os.close(writing)
        return answer, Ending.decode(self._receive(deadline - time.monotonic()))

    def close(self) -> None:
        """End the zygote and a running child. Only a copy made by a fork leaves them alone."""
        self._control.close()
        if self.owner == os.getpid():
            self._process.kill()
            self._process.wait()

    def _send(self, request: Request, picture: int, answer: int) -> None:
        try:
            socket.send_fds(self._control, [request.encode()], [picture, answer])
        except OSError as error:
            raise SandboxLost("The sandbox is gone.") from error

    def _receive(self, seconds: float) -> bytes:
        self._control.settimeout(max(0.1, seconds))
        try:
            message = self._control.recv(MAX_REQUEST)
        except TimeoutError as error:
            raise Overdue("The sandbox does not answer.") from error
        except OSError as error:
            raise SandboxLost("The sandbox is gone.") from error
        finally:
            with contextlib.suppress(OSError):
                self._control.settimeout(None)
        if not message:
            raise SandboxLost("The sandbox has ended.")
        return message


def _spawn(theirs: socket.socket, program: str) -> "subprocess.Popen[bytes]":
    """A Python of our own making: nothing from the environment, our import path, no terminal."""
    search = json.dumps([str(Path(path).absolute()) for path in sys.path])
    return subprocess.Popen(  # noqa: S603 - every argument is ours
        [sys.executable, "-I", "-c", _PROGRAM, str(theirs.fileno()), search, program],
        pass_fds=[theirs.fileno()],
        env={},
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def _read_all(descriptor: int, deadline: float) -> bytes:
    """Everything up to the end of the pipe, within MAX_ANSWER bytes and the deadline."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    blocks: list[bytes] = []
    total = 0
    while poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        block = os.read(descriptor, _BLOCK)
        if not block:
            return b"".join(blocks)
        blocks.append(block)
        total += len(block)
        if total > MAX_ANSWER:
            raise Overdue("The sandbox answers without end.")
    raise Overdue("The sandbox does not answer.")
