"""Which two pictures are compared next: one that is little known, with whom it tells most."""

import math
from datetime import datetime
from typing import Final
from uuid import UUID

from ml.contracts.crowd import gain_of_pair
from webapp.ratings.models import Assignment, Rater, Sampling
from webapp.ratings.pool import Candidate, candidates, noise_of

SAMPLE: Final = 60  # pictures among which a partner is sought; all of a small campaign
CERTAIN: Final = 2.0  # how far apart two pictures must lie for a check, in noises of an answer

Pair = tuple[UUID, UUID]


def next_pairs(rater: Rater, count: int, now: datetime) -> list[Pair]:
    """Up to ``count`` pairs that this rater was not asked about, in neither order.

    Entries of a burst (as the arena of two models has them) meet within it alone.
    """
    firsts = candidates(rater, now, most=SAMPLE, again=True)
    done = _asked(rater)
    noise = noise_of(rater.campaign)
    blind = rater.campaign.sampling == Sampling.RANDOM
    found: list[Pair] = []
    used: set[UUID] = set()
    for nth, first in enumerate([*firsts, *firsts]):
        if len(found) >= count:
            break
        free = [each for each in firsts if _may_meet(first, each) and _key(first, each) not in done]
        if not free or (nth < len(firsts) and first.id in used):
            continue  # at first each picture is used once, then again
        gains = {each.id: 0.0 if blind else _gain(first, each, noise) for each in free}
        second = max(free, key=lambda each: (each.id not in used, gains[each.id]))
        done.add(_key(first, second))
        used |= {first.id, second.id}
        found.append((first.id, second.id))
    return found


def certain_pair(rater: Rater) -> Pair | None:
    """Two pictures whose order nobody who looks would doubt, not asked before; None: no such."""
    entries = rater.campaign.entries.filter(
        disqualified_at=None, artwork__deleted_at=None, artwork__isnull=False, mean__isnull=False,
        sd__isnull=False, votes__gte=rater.campaign.votes_wanted, role="entry",
    )  # fmt: skip
    if rater.user_id is not None:
        entries = entries.exclude(artwork__owner=rater.user_id).exclude(submitted_by=rater.user_id)
    rows = entries.order_by("mean").values_list("pk", "mean", "sd")
    ranked = [(pk, (mean or 0.0, sd or 0.0)) for pk, mean, sd in rows]
    done = _asked(rater)
    ends = min(len(ranked) // 2, 10)
    for low in ranked[:ends]:
        for high in reversed(ranked[-ends:]):
            new = frozenset((low[0], high[0])) not in done
            if new and beyond_doubt(low[1], high[1], noise_of(rater.campaign)):
                return low[0], high[0]
    return None


def beyond_doubt(low: tuple[float, float], high: tuple[float, float], noise: float) -> bool:
    """Whether the second (mean, sd) is better, to the crowd and to any one careful eye."""
    gap = high[0] - low[0]
    return gap > CERTAIN * math.sqrt(2) * noise and gap > 3 * math.hypot(low[1], high[1])


def _asked(rater: Rater) -> set[frozenset[UUID]]:
    rows = Assignment.objects.filter(rater=rater).values_list("entries", flat=True)
    return {frozenset(entries) for entries in rows}


def _may_meet(first: Candidate, second: Candidate) -> bool:
    return second is not first and second.burst == first.burst


def _key(first: Candidate, second: Candidate) -> frozenset[UUID]:
    return frozenset((first.id, second.id))


def _gain(first: Candidate, second: Candidate, noise: float) -> float:
    return gain_of_pair(first.mean - second.mean, math.hypot(first.sd, second.sd), noise)
