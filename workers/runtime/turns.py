"""Whose turn it is at the models: fresh uploads, whoever waits, generations, then the library."""

from webapp.jobs.models import Queue
from workers.runtime import batches, singles
from workers.runtime.draining import served
from workers.runtime.generating import generate_next
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
ORDERS = {
    Queue.GPU_INTERACTIVE: ORDER, Queue.GPU_GENERATE: (generate_next,), Queue.GPU_BATCH: ORDER
}  # fmt: skip


def next_turn() -> int:
    """One batch of scores or opinions, or one of anything else; how many jobs were taken.

    A fresh upload waits for no more than one explanation, one advice or a few generated pictures.
    People who wait for those do not wait for the library.
    """
    for queue in served(Queue.GPU_INTERACTIVE, Queue.GPU_GENERATE, Queue.GPU_BATCH):
        for take in ORDERS[Queue(queue)]:
            if taken := take([queue]):
                return taken
    return 0
