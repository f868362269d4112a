"""Untrusted pictures cannot harm the worker, and nothing outlives it."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.images import (
    heavy_png,
    photo_file,
    slow_jpeg,
)
from tests.nasty import Nasty, nasty_files
from tests.workers.rendering import LIMITS, ROOT, SMALL, eventually, failure, is_alive
from webapp.catalogue.validation import ImageLimits
from workers.runtime.imaging.renderer import Renderer
from workers.runtime.imaging.results import (
    FIRST,
    SandboxLimits,
    Wants,
)


@pytest.mark.parametrize("nasty", nasty_files(), ids=lambda nasty: nasty.name)
def test_nasty_files_get_their_code_or_a_picture(renderer: Renderer, nasty: Nasty) -> None:
    expected = nasty.refused or nasty.unrenderable

    if expected:
        assert failure(renderer, nasty.data).code == expected
    else:
        assert renderer.render(nasty.data, wants=FIRST, limits=LIMITS).thumbhash


def test_the_sandbox_applies_the_limits_itself(renderer: Renderer) -> None:
    limits = ImageLimits(20_000_000, 6_000, 16_000)

    assert failure(renderer, photo_file(), limits).code == "too_many_pixels"


@pytest.mark.parametrize(
    ("hostile", "limits", "code"),
    [
        (heavy_png, SandboxLimits(memory_bytes=200 << 20), "decode_memory"),
        (slow_jpeg, SandboxLimits(wall_seconds=0.3), "decode_timeout"),
        (slow_jpeg, SandboxLimits(cpu_seconds=1), "decode_timeout"),
    ],
)
def test_a_hostile_picture_is_stopped_and_the_next_one_rendered(
    hostile: Callable[[], bytes], limits: SandboxLimits, code: str
) -> None:
    with Renderer(sandbox=limits) as renderer:
        error = failure(renderer, hostile())
        assert (error.code, error.worth_retrying) == (code, True)
        pid = renderer.sandbox_pid
        assert renderer.render(photo_file(), wants=Wants(()), limits=LIMITS).width == 96
        assert renderer.sandbox_pid == pid


# The life of the sandbox


def test_a_killed_sandbox_is_replaced_unnoticed(renderer: Renderer) -> None:
    renderer.start()
    killed = renderer.sandbox_pid
    assert killed
    os.kill(killed, signal.SIGKILL)

    assert renderer.render(photo_file(), wants=SMALL, limits=LIMITS).width == 96
    assert renderer.sandbox_pid != killed


def test_a_sandbox_killed_at_work_is_replaced_and_the_work_done_again() -> None:
    with Renderer() as renderer:
        renderer.start()
        killed = renderer.sandbox_pid
        assert killed
        timer = threading.Timer(0.2, os.kill, (killed, signal.SIGKILL))
        timer.start()

        rendered = renderer.render(heavy_png(), wants=SMALL, limits=LIMITS)

        timer.join()
        assert rendered.width == 5_000
        assert renderer.sandbox_pid != killed


def test_close_leaves_no_process(renderer: Renderer) -> None:
    with Renderer() as other:
        other.start()
        pid = other.sandbox_pid
        assert pid and is_alive(pid)

    assert not is_alive(pid)


def test_a_fork_of_the_worker_starts_its_own_sandbox(renderer: Renderer) -> None:
    renderer.start()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            rendered = renderer.render(photo_file(), wants=SMALL, limits=LIMITS)
            os.write(writing, f"{rendered.width} {renderer.sandbox_pid}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    width, pid = os.read(reading, 100).split()
    os.close(reading)

    assert width == b"96" and int(pid) != renderer.sandbox_pid
    assert renderer.render(photo_file(), wants=SMALL, limits=LIMITS).width == 96
    assert eventually(lambda: not is_alive(int(pid)))


WORKER = """
import sys, threading
from tests.images import slow_jpeg
from webapp.catalogue.validation import ImageLimits
from workers.runtime.imaging.renderer import Renderer
from workers.runtime.imaging.results import FIRST

renderer = Renderer()
renderer.start()
print(renderer.sandbox_pid, flush=True)
while True:
    renderer.render(slow_jpeg(), wants=FIRST, limits=ImageLimits(10**8, 10**8, 10**5))
"""


def children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


def test_nothing_outlives_a_worker_killed_at_work() -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with worker:
        assert worker.stdout
        sandbox = int(worker.stdout.readline())
        assert eventually(lambda: bool(children_of(sandbox)))
        decoding = children_of(sandbox)[0]
        worker.kill()

    assert eventually(lambda: not is_alive(sandbox) and not is_alive(decoding))


# What the sandbox may do


def test_the_sandbox_starts_without_secrets_and_without_the_product(renderer: Renderer) -> None:
    renderer.start()
    pid = renderer.sandbox_pid

    assert Path(f"/proc/{pid}/environ").read_bytes() == b""
    loaded = Path(f"/proc/{pid}/maps").read_text()
    for foreign in ("numpy", "torch", "psycopg", "_ssl"):
        assert foreign not in loaded


CONFINED = """
import ctypes, os, socket, sys
from workers.runtime.imaging import confine
from workers.runtime.imaging.results import SandboxLimits

network = confine.leave_network()
parent, answer = os.getpid(), os.dup(1)
tries = {
    "read": lambda: open("/etc/passwd").read(),
    "write": lambda: os.write(answer, b"") or open("/tmp/left-behind", "w").write("x"),
    "fork": lambda: os._exit(0) if os.fork() == 0 else None,
    "signal": lambda: os.kill(parent, 0),
    "connect": lambda: socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1),
    "memory": lambda: bytearray(300 << 20),
}
child = os.fork()
if child == 0:
    confine.confine(SandboxLimits(memory_bytes=250 << 20), keep=(answer,), parent=parent)
    for name, attempt in tries.items():
        try:
            attempt()
        except (OSError, MemoryError):
            continue
        os.write(answer, f"{name} ".encode())
    os._exit(0)
os.waitpid(child, 0)
os.write(answer, f"{confine.isolation()} {network}".encode())
"""


def test_a_confined_process_can_do_nothing_but_compute() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ran = subprocess.run(
            [sys.executable, "-c", CONFINED, str(server.getsockname()[1])],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip

    # On a kernel that offers seccomp, as all supported ones do, every attempt fails.
    assert ran.stdout.startswith("{")
    assert "'seccomp': True" in ran.stdout
