"""The names of the tasks, known to sender and worker alike, and the doorbell that rings them."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache

from kombu.connection import Connection
from kombu.exceptions import OperationalError
from kombu.messaging import Producer
from kombu.pools import producers

from webapp.celery import app

IMPATIENT = {"socket_connect_timeout": 0.5, "socket_timeout": 1.0, "max_retries": 0}


class TaskName(StrEnum):
    """One task per kind of work; `workers` registers each, `tests/contracts` proves it."""

    RENDER = "workers.tasks.media.render"
    SCORE = "workers.tasks.score.score"
    MAINTAIN = "workers.tasks.maintenance.maintain"
    TRAIN = "workers.tasks.train.train"
    HOUSEKEEPING = "workers.tasks.housekeeping.housekeeping"


class DoorbellError(Exception):
    """The message broker is away. Nobody has to act for the work's sake: the dispatcher rings."""


def ring(task: TaskName, *, queue: str) -> None:
    """Ask a worker to look at `queue`. The message carries no work: the Job row does.

    Raises DoorbellError within about a second when the broker is away.
    """
    with _producer() as producer:
        app.send_task(
            task,
            kwargs={"queue": queue},
            queue=queue,
            producer=producer,
            retry=False,
            ignore_result=True,
        )


def unread(queue: str) -> int:
    """How many messages of a queue no worker has taken yet. Raises DoorbellError like `ring`."""
    with _producer() as producer:
        channel = producer.channel
        found = channel.queue_declare(queue=queue, durable=True, auto_delete=False)
        return int(found.message_count)


@contextmanager
def _producer() -> Iterator[Producer]:
    """A sender of the pool. Each transport has its own errors; they come out as one."""
    bell = _impatient()
    away = (*bell.connection_errors, *bell.channel_errors, OperationalError, OSError)
    try:
        with producers[bell].acquire(block=True) as producer:
            yield producer
    except away as error:
        raise DoorbellError(f"the broker is away: {error}") from error


@cache
def _impatient() -> Connection:
    """The broker, with timeouts short enough to sit inside a web request."""
    options = {**app.conf.broker_transport_options, **IMPATIENT}
    connection: Connection = app.connection_for_write(transport_options=options)
    return connection
