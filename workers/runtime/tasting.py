"""Claim -> read a person's picks -> learn their head, or take the kept one -> order the library."""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

import numpy as np

from ml.contracts.taste import enough
from ml.taste.badge import badge_of
from ml.taste.head import Floats, Head, Picks, decoded, encoded, fit
from webapp.jobs import services as jobs
from webapp.jobs.models import JobKind
from webapp.taste import learning
from webapp.taste.learning import Learned, Order, Placed
from workers import identity
from workers.runtime.draining import give_up_exhausted, settling

AT_ONCE: Final = 2000  # pictures valued by one product of matrices


def taste_next(queues: Sequence[str]) -> int:
    """Learn for one person of the first queue that has any; returns how many jobs were taken."""
    claims = jobs.claim(queues, kind=JobKind.TASTE, worker=identity.me().process)
    with settling(claims):
        for claim in give_up_exhausted(claims):
            order = learning.order_of(claim)
            if order is not None:
                learning.record(claim, order, learned(order))
    return len(claims)


def learned(order: Order) -> Learned:
    """A head with its badge where there is enough to learn from, and values where it is shown."""
    if order.head:
        shown = bool(order.taste.badge.get("shown"))
        values = _values(decoded(order.head), order.library) if shown else ()
        return Learned(order.head, order.taste.badge, tuple(values))
    liked = sum(liked for _, liked in order.picks)
    if not enough(liked, len(order.picks) - liked):
        return Learned(b"", {}, ())
    picks = _picks(order.picks)
    head, badge = fit(picks), badge_of(picks)
    values = _values(head, order.library) if badge.shown else ()
    return Learned(encoded(head), badge.document(), tuple(values))


def _values(head: Head, library: Sequence[Placed]) -> Iterator[tuple[UUID, float]]:
    for part in _parts(library):
        chances = head.chances(_vectors(part), _scores(part)).tolist()
        yield from ((each.artwork, chance) for each, chance in zip(part, chances, strict=True))


def _parts(library: Sequence[Placed]) -> Iterator[Sequence[Placed]]:
    for start in range(0, len(library), AT_ONCE):
        yield library[start : start + AT_ONCE]


def _picks(picks: Sequence[tuple[Placed, bool]]) -> Picks:
    placed = [each for each, _ in picks]
    return Picks(_vectors(placed), _scores(placed), np.array([liked for _, liked in picks]))


def _vectors(placed: Sequence[Placed]) -> Floats:
    """(n, r). All of one space, so all of one length."""
    return np.stack([np.frombuffer(each.vector, np.float16) for each in placed]).astype(np.float64)


def _scores(placed: Sequence[Placed]) -> Floats:
    return np.array([each.score for each in placed])
