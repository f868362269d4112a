"""The door to a sandbox: a picture's bytes in, display files out."""

import os
import shutil
import signal
import threading
from collections.abc import Callable
from types import TracebackType
from typing import BinaryIO, Final, Self

from webapp.catalogue.validation import ImageLimits
from workers.runtime.imaging.framing import (
    INCOMPLETE,
    OUT_OF_MEMORY,
    Answer,
    Ending,
    Request,
    decode_rendered,
)
from workers.runtime.imaging.results import (
    FIRST,
    Rendered,
    RendererUnavailable,
    SandboxLimits,
    Unrenderable,
    Wants,
)
from workers.runtime.imaging.sandbox import Overdue, Sandbox, SandboxLost

_TRIES: Final = 2


class Door:
    """Has pictures worked on in a sandbox beside this process; starts it when first needed.

    One picture at a time: calls from several threads wait for each other. A copy that a fork took
    along starts its own sandbox. When this process dies, however it dies, the sandbox ends.
    """

    program = "zygote"

    def __init__(self, *, sandbox: SandboxLimits | None = None) -> None:
        self._limits = sandbox or SandboxLimits()
        self._lock = threading.Lock()
        self._sandbox: Sandbox | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def sandbox_pid(self) -> int | None:
        """The process id of the running sandbox, None when there is none."""
        return self._sandbox.pid if self._sandbox else None

    def start(self) -> dict[str, object]:
        """Start the sandbox ahead of the first picture; what isolation the kernel granted."""
        with self._lock:
            try:
                return self._running().isolation
            except SandboxLost as error:
                raise RendererUnavailable(str(error)) from error

    def close(self) -> None:
        """End the sandbox; a later call starts a new one."""
        with self._lock:
            self._drop()

    def answered(
        self, data: bytes | BinaryIO, request: Request, read: Callable[[bytes], Answer]
    ) -> Answer:
        """What the sandbox makes of the picture, as `read` understands its answer.

        Raises Unrenderable when the file is at fault, RendererUnavailable when the machine is.
        """
        with self._lock:
            for attempt in range(1, _TRIES + 1):
                try:
                    return self._read(data, request, read)
                except SandboxLost as error:
                    self._drop()
                    if attempt == _TRIES:
                        raise RendererUnavailable(str(error)) from error
                except Overdue as error:
                    self._drop()
                    raise _too_long() from error
        raise AssertionError("unreachable: the last try returns or raises")

    def _read(
        self, data: bytes | BinaryIO, request: Request, read: Callable[[bytes], Answer]
    ) -> Answer:
        picture = _as_descriptor(data)
        try:
            answer, ending = self._running().run(picture, request)
        finally:
            os.close(picture)
        _check(ending)
        try:
            return read(answer)
        except ValueError as error:
            raise Unrenderable("broken_image", "The picture confused its decoder.") from error

    def _running(self) -> Sandbox:
        if self._sandbox and self._sandbox.owner != os.getpid():
            self._drop()
        if self._sandbox is None:
            self._sandbox = Sandbox(self.program)
        return self._sandbox

    def _drop(self) -> None:
        if self._sandbox:
            self._sandbox.close()
        self._sandbox = None


class Renderer(Door):
    """Makes display files."""

    def render(
        self, data: bytes | BinaryIO, *, wants: Wants = FIRST, limits: ImageLimits
    ) -> Rendered:
        """Decode and make the wanted display files.

        Raises Unrenderable when the file is at fault, RendererUnavailable when the machine is.
        """
        return self.answered(data, Request(wants, limits, self._limits), decode_rendered)


def _as_descriptor(data: bytes | BinaryIO) -> int:
    """The picture in anonymous memory, to be closed by the caller."""
    descriptor = os.memfd_create("picture")
    with open(descriptor, "wb", closefd=False) as memory:
        if isinstance(data, bytes):
            memory.write(data)
        else:
            data.seek(0)
            shutil.copyfileobj(data, memory, 1 << 20)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _too_long() -> Unrenderable:
    return Unrenderable("decode_timeout", "Decoding the picture took too long.")


def _check(ending: Ending) -> None:
    """Raises Unrenderable unless the child ended well."""
    if ending.overdue or ending.signal == signal.SIGXCPU:
        raise _too_long()
    if ending.status == OUT_OF_MEMORY or ending.signal == signal.SIGKILL:
        raise Unrenderable("decode_memory", "Decoding the picture needs too much memory.")
    if ending.status == INCOMPLETE:
        raise RendererUnavailable("The sandbox lacks a module that this picture needs.")
    if ending.status or ending.signal:
        raise Unrenderable("broken_image", "The picture's data made its decoder crash.")
