"""The processes that make up Connoisseur: the one table behind `manage.py up` and the containers.

`tests/contracts/test_compose.py` holds docker-compose.yml against it.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

STOP_WITHIN_S = 10.0
PREPARE = ("python", "manage.py", "prepare")
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
# Celery warns root at every start. Untrusted bytes are decoded in a sandbox of their own.
AS_ROOT = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}


@dataclass(frozen=True, slots=True)
class Process:
    """One supervised process. `command[0]` names a program of the virtual environment.

    What starts `after_first_page` leaves the cores of a small machine to that page.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_within_s: float = STOP_WITHIN_S
    after_first_page: bool = False


def process_table(*, host: str, port: int, live_port: int) -> tuple[Process, ...]:
    """Every process of a running Connoisseur, in the order of their start."""
    single = compute_threads(1)
    half = compute_threads(max(1, (os.cpu_count() or 1) // 2))
    gpu = _worker("gpu", "gpu.interactive,gpu.batch,gpu.generate", children=1)
    train = _worker("train", "train", children=1)
    io = _worker("io", "io,maintenance", children=2)
    return (
        Process("web", _web(host, port), {**single, "MALLOC_ARENA_MAX": "2"}),
        Process("live", _live(host, live_port), single, after_first_page=True),
        Process("worker-gpu", gpu, {**half, **AS_ROOT}, after_first_page=True),
        Process("worker-train", train, {**half, **AS_ROOT}, after_first_page=True),
        Process("worker-io", io, {**single, **AS_ROOT}, after_first_page=True),
        Process("dispatcher", ("python", "manage.py", "dispatch"), single, after_first_page=True),
    )


def compute_threads(count: int) -> dict[str, str]:
    """Numeric libraries start a thread per core in every process unless they are told.

    Half the cores go to the model, the rest to decoding and pages. Idle threads sleep instead
    of spinning, for the same reason.
    """
    return {**dict.fromkeys(THREAD_VARIABLES, str(count)), "OMP_WAIT_POLICY": "PASSIVE"}


def _web(host: str, port: int) -> tuple[str, ...]:
    return (
        *("granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", "2", "--blocking-threads", "10", "--respawn-failed-workers"),
        *("--workers-kill-timeout", "8", "--no-ws", "--log-level", "error"),
        "webapp.config.wsgi:application",
    )


def _live(host: str, port: int) -> tuple[str, ...]:
    return (
        *("uvicorn", "--host", host, "--port", str(port), "--lifespan", "off"),
        *("--ws", "websockets-sansio", "--ws-max-size", "4096", "--ws-per-message-deflate"),
        *("false", "--timeout-graceful-shutdown", "5", "--no-access-log"),
        *("--log-level", "warning", "--no-server-header"),
        "webapp.config.asgi:application",
    )


def _worker(kind: str, queues: str, *, children: int) -> tuple[str, ...]:
    """Two io children: one records display files while the other's sandbox decodes the next."""
    return (
        *("celery", "-q", "-A", f"workers.{kind}", "worker", "-Q", queues, "-c", str(children)),
        *("-n", f"worker-{kind}@%h", "-l", "INFO"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    )
