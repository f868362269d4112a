"""The sandbox's parent: everything imported, nothing to steal; forks a child for each picture.

Started by `renderer` with an empty environment. It reads no picture itself. It ends when the worker
does, because its end of the socket closes, and takes a running child with it.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from io import BytesIO
from typing import BinaryIO

from PIL import Image

from webapp.catalogue.validation import ImageLimits, RefusedImage
from workers.runtime.imaging import confine, display, framing
from workers.runtime.imaging.results import EVERYTHING, Unrenderable

Work = Callable[[framing.Request, BinaryIO], bytes]


def main(descriptor: int) -> None:
    """Make display files until the other end of the socket closes."""
    serve(descriptor, work=_render, warm_up=warm_up)


def serve(descriptor: int, *, work: Work, warm_up: Callable[[], None]) -> None:
    """Have `work` done in a child for each request, until the other end of the socket closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=descriptor)
    network = confine.leave_network()
    warm_up()
    gc.collect()
    gc.freeze()  # children share these pages as long as nobody writes to them
    control.send(json.dumps({"network": network, **confine.isolation()}).encode())
    while True:
        message, descriptors, *_ = socket.recv_fds(control, framing.MAX_REQUEST, 2)
        if not message:
            return
        ending = _serve(control, framing.Request.decode(message), work, *descriptors)
        control.send(ending.encode())


def _serve(
    control: socket.socket, request: framing.Request, work: Work, source: int, answer: int
) -> framing.Ending:
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _child(request, work, source, answer, parent)
    os.close(source)
    os.close(answer)
    return _supervise(control, child, time.monotonic() + request.sandbox.wall_seconds)


def _supervise(control: socket.socket, child: int, deadline: float) -> framing.Ending:
    """Wait for the child; kill it at the deadline, and with this process when the worker goes."""
    handle = os.pidfd_open(child)
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    poll.register(control, select.POLLIN)
    try:
        ready = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
        orphaned = any(descriptor != handle for descriptor, _ in ready)
        if orphaned or not ready:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    finally:
        os.close(handle)
    if orphaned:
        sys.exit(0)
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return framing.Ending(0 if number else os.WEXITSTATUS(status), number, not ready)


def _child(request: framing.Request, work: Work, source: int, answer: int, parent: int) -> None:
    """Work on one picture and exit; never returns."""
    try:
        confine.confine(request.sandbox, keep=(source, answer), parent=parent)
        _write(answer, _answer(request, work, source))
        os._exit(0)
    except MemoryError:
        os._exit(framing.OUT_OF_MEMORY)
    except ImportError:
        os._exit(framing.INCOMPLETE)
    finally:
        os._exit(1)


def _render(request: framing.Request, file: BinaryIO) -> bytes:
    rendered = display.render(file, wants=request.wants, limits=request.limits)
    return framing.encode_rendered(rendered)


def _answer(request: framing.Request, work: Work, source: int) -> bytes:
    try:
        with open(source, "rb", closefd=False) as file:
            return work(request, file)
    except (MemoryError, ImportError):
        raise
    except RefusedImage as refused:
        failure = Unrenderable(refused.code, refused.detail)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        failure = Unrenderable("too_many_pixels", "The picture has too many pixels.")
    # Decoders fed with hostile bytes raise anything; whatever it is, it is about this file.
    except Exception as error:
        failure = _failure(error)
    return framing.encode_failure(failure)


def _failure(error: Exception) -> Unrenderable:
    text = str(error).lower()
    if "memory" in text:
        raise MemoryError from error
    if "truncated" in text or "end of file" in text or isinstance(error, EOFError):
        return Unrenderable("truncated", "The picture's data ends too early.")
    kind = type(error).__name__
    return Unrenderable("broken_image", f"The picture's data is damaged ({kind}).")


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def warm_up() -> None:
    """Touch every code path that imports lazily: children can open no file."""
    limits = ImageLimits(1 << 20, 1 << 20, 1 << 10)
    for name, options in (("JPEG", {}), ("PNG", {}), ("WEBP", {}), ("AVIF", {}), ("TIFF", {}),
                          ("TIFF", {"compression": "tiff_lzw"}), ("HEIF", {})):  # fmt: skip
        sample = BytesIO()
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.new("RGB", (8, 6)).save(sample, name, exif=exif.tobytes(), **options)
        display.render(sample, wants=EVERYTHING, limits=limits)
