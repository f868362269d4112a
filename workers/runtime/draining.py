"""What every drain shares: how long it goes on, and that no claim is left behind."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from webapp.inference import services as inference
from webapp.jobs import bells
from webapp.jobs.claims import Claim, LostLeaseError
from workers import identity
from workers.runtime.pulse import pulse

logger = logging.getLogger(__name__)

SLICE_SECONDS = 5.0  # a worker told to stop waits for no more than this and one batch


@dataclass(frozen=True, slots=True)
class DrainResult:
    """How many jobs were taken, and whether some may be left for the next doorbell."""

    taken: int
    more: bool


def drain(step: Callable[[], int], *, queue: str) -> DrainResult:
    """Take step after step until one takes nothing, then return; after a while ring and return."""
    until = time.monotonic() + SLICE_SECONDS
    taken = 0
    while time.monotonic() < until:
        count = step()
        if not count:
            return DrainResult(taken, more=False)
        taken += count
    bells.ring(queue)
    return DrainResult(taken, more=True)


def served(*queues: str) -> tuple[str, ...]:
    """Those of the queues that this worker was told to serve, in their order."""
    mine = identity.me().queues
    return tuple(queue for queue in queues if not mine or queue in mine)


@contextmanager
def settling(claims: Sequence[Claim]) -> Iterator[None]:
    """Keep the leases while the block works on the claims.

    A lost lease ends the block quietly: others do the work. After any other error the claims that
    the block has not settled count as one failed attempt each, and the error goes on.
    """
    with pulse.holding(claims):
        try:
            yield
        except LostLeaseError:
            logger.info("lost the lease of %s", [str(claim.id) for claim in claims])
        except Exception as error:
            text = f"The worker met an error of its own ({type(error).__name__}); see its log."
            for claim in claims:
                set_back(claim, "worker_error", text)
            raise


def set_back(claim: Claim, code: str, text: str) -> None:
    """Count a failed attempt, unless the claim is settled or lost already."""
    with suppress(LostLeaseError):
        inference.record_setback(claim, code, text)


def give_up_exhausted(claims: Sequence[Claim]) -> list[Claim]:
    """Bury the claims whose earlier attempts all ended with a dead worker; returns the others."""
    for claim in claims:
        if claim.exhausted:
            text = "Workers stopped while working on this picture. Retry, or upload another file."
            set_back(claim, "worker_lost", text)
    return [claim for claim in claims if not claim.exhausted]
