"""The names of the tasks, known to sender and worker alike, and the doorbell that rings them."""

from enum import StrEnum
from functools import cache

from kombu.connection import Connection
from kombu.pools import producers

from webapp.celery import app

IMPATIENT = {"socket_connect_timeout": 0.5, "socket_timeout": 1.0, "max_retries": 0}


class TaskName(StrEnum):
    """One task per kind of work; `workers` registers each, `tests/contracts` proves it."""

    RENDER = "workers.tasks.media.render"
    SCORE = "workers.tasks.score.score"
    HOUSEKEEPING = "workers.tasks.housekeeping.housekeeping"


def ring(task: TaskName, *, queue: str) -> None:
    """Ask a worker to look at `queue`. The message carries no work: the Job row does.

    Raises kombu.exceptions.OperationalError within about a second when Redis is away; callers
    let the dispatcher ring.
    """
    with producers[_impatient()].acquire(block=True) as producer:
        app.send_task(
            task,
            kwargs={"queue": queue},
            queue=queue,
            producer=producer,
            retry=False,
            ignore_result=True,
        )


def unread(queue: str) -> int:
    """How many messages of a queue no worker has taken yet. Raises like `ring`."""
    with producers[_impatient()].acquire(block=True) as producer:
        found = producer.channel.queue_declare(queue=queue, durable=True, auto_delete=False)
        return int(found.message_count)


@cache
def _impatient() -> Connection:
    """The broker, with timeouts short enough to sit inside a web request."""
    options = {**app.conf.broker_transport_options, **IMPATIENT}
    connection: Connection = app.connection_for_write(transport_options=options)
    return connection
