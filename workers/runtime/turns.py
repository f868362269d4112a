"""Whose turn it is at the models: fresh uploads, then whoever waits, then the library."""

from webapp.jobs.models import Queue
from workers.runtime import batches, singles
from workers.runtime.draining import served
from workers.runtime.proving import prove_next

ORDER = (
    batches.score_next,
    singles.crop_next,
    batches.judge_next,
    singles.coach_next,
    singles.embed_next,
    singles.explain_next,
    prove_next,
)


def next_turn() -> int:
    """One batch of scores or opinions, or one of anything else; how many jobs were taken.

    A fresh upload waits for no more than one explanation or one advice. People who wait for those
    do not wait for the library.
    """
    for queue in served(Queue.GPU_INTERACTIVE, Queue.GPU_BATCH):
        for take in ORDER:
            if taken := take([queue]):
                return taken
    return 0
