"""Who this worker is. The parent of the pool decides it; its children inherit it."""

import os
import socket
from dataclasses import dataclass

NAME = "CONNOISSEUR_WORKER"
QUEUES = "CONNOISSEUR_WORKER_QUEUES"


@dataclass(frozen=True, slots=True)
class Identity:
    """`name` is shown to people; `process` holds leases and names one child of one parent."""

    name: str
    queues: tuple[str, ...]
    parent: str
    process: str


def announce(role: str, *, nodename: str, queues: list[str]) -> None:
    """Called in the parent: `celery -n` names the worker, else its role and host."""
    given = not nodename.startswith("celery@")
    os.environ[NAME] = nodename if given else f"{role}@{socket.gethostname()}"
    os.environ[QUEUES] = ",".join(queues)


def me() -> Identity:
    """This process. Outside a worker (tests, a shell) it serves every queue it is asked to."""
    name = os.environ.get(NAME) or f"process@{socket.gethostname()}"
    queues = tuple(queue for queue in os.environ.get(QUEUES, "").split(",") if queue)
    parent = f"{name}/{os.getppid()}/"
    return Identity(name, queues, parent, process=f"{parent}{os.getpid()}")
