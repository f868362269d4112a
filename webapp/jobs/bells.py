"""Ring the worker of a queue; losing a ring does no harm, the dispatcher rings again."""

import logging
import time
from dataclasses import dataclass

from webapp import dispatch
from webapp.dispatch import DoorbellError, TaskName
from webapp.jobs.models import Queue

logger = logging.getLogger(__name__)

TASKS = {
    Queue.IO: TaskName.RENDER,
    Queue.GPU_INTERACTIVE: TaskName.SCORE,
    Queue.GPU_BATCH: TaskName.SCORE,
    Queue.GPU_GENERATE: TaskName.SCORE,
    Queue.TRAIN: TaskName.TRAIN,
    Queue.MAINTENANCE: TaskName.MAINTAIN,
}
TIDYING = TaskName.HOUSEKEEPING  # has no jobs; the dispatcher asks for it now and then
SILENCE_SECONDS = 1.0  # after a failed ring, so that a dead Redis slows nobody down


@dataclass(slots=True)
class Silence:
    """Until when nobody tries to ring, by the monotonic clock."""

    until: float = 0.0


silence = Silence()


def ring(queue: str) -> bool:
    """Say that `queue` has work. False when Redis is away; never raises, never waits long."""
    return _ring(TASKS[Queue(queue)], queue)


def ask_to_tidy() -> bool:
    """Have forgotten work found and old things thrown away. False when Redis is away."""
    return _ring(TIDYING, Queue.MAINTENANCE)


def _ring(task: TaskName, queue: str) -> bool:
    if time.monotonic() < silence.until:
        return False
    try:
        dispatch.ring(task, queue=queue)
    except DoorbellError as error:
        silence.until = time.monotonic() + SILENCE_SECONDS
        logger.warning("the doorbell of %s was not rung: %s", queue, error)
        return False
    return True


def ring_if_silent(queue: str) -> bool:
    """Ring unless a doorbell of `queue` still waits to be heard: another would add nothing."""
    try:
        if dispatch.unread(queue):
            return False
    except DoorbellError as error:
        logger.warning("the doorbell of %s cannot be seen: %s", queue, error)
        return False
    return ring(queue)
