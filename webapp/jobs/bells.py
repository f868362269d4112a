"""Ring the worker of a queue; losing a ring does no harm, the dispatcher rings again."""

import logging
import time

from kombu.exceptions import OperationalError

from webapp import dispatch
from webapp.dispatch import TaskName
from webapp.jobs.models import Queue

logger = logging.getLogger(__name__)

TASKS = {
    Queue.IO: TaskName.RENDER,
    Queue.GPU_INTERACTIVE: TaskName.SCORE,
    Queue.GPU_BATCH: TaskName.SCORE,
    Queue.MAINTENANCE: TaskName.HOUSEKEEPING,
}
SILENCE_SECONDS = 1.0  # after a failed ring, so that a dead Redis slows nobody down

_silent_until = 0.0


def ring(queue: str) -> bool:
    """Say that `queue` has work. False when Redis is away; never raises, never waits long."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return False
    try:
        dispatch.ring(TASKS[Queue(queue)], queue=queue)
    except (OperationalError, OSError) as error:
        _silent_until = time.monotonic() + SILENCE_SECONDS
        logger.warning("the doorbell of %s was not rung: %s", queue, error)
        return False
    return True


def unread(queue: str) -> bool:
    """Whether a doorbell of `queue` still waits to be heard; another one would add nothing."""
    return dispatch.unread(queue) > 0
