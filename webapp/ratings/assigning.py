"""Which question a rater is asked next. Under the lock of the rater's row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from webapp.common.errors import NotFound
from webapp.ratings import pairing
from webapp.ratings.callers import Caller, locked_in
from webapp.ratings.checking import gold_entry, repeated
from webapp.ratings.models import Assignment, CampaignState, Mode, Purpose, Rater
from webapp.ratings.pool import askable, candidates
from webapp.ratings.statements import HAND_OUT, OUTSTANDING

LIFETIME: Final = timedelta(hours=24)  # long enough for a train without a network
LEAST_IN_BURST: Final = 2
_BURST_ROWS: Final = 400  # entries that are looked at for the next bursts

_random = SystemRandom()


@dataclass(frozen=True, slots=True)
class Ask:
    """A question before it is handed out; `entries` in the order in which they are shown."""

    entries: tuple[UUID, ...]
    purpose: Purpose = Purpose.FRESH


@transaction.atomic
def next_questions(campaign_id: UUID, caller: Caller, count: int) -> tuple[Rater, list[Assignment]]:
    """Up to ``count`` questions: those the rater holds already, then new ones.

    Fewer, or none, when there is no more to ask. The rater comes with campaign and fusion.
    Raises NotFound when the caller rates nothing there.
    """
    rater = locked_in(campaign_id, caller)
    if rater is None:
        raise NotFound
    now = timezone.now()
    if rater.campaign.state_at(now) is not CampaignState.OPEN:
        return rater, []
    values = {"rater": rater.pk, "now": now, "most": count}
    held: list[Assignment] = [row[0] for row in OUTSTANDING.rows(values)]
    wanted = min(count - len(held), _allowed(rater) - len(held))
    if wanted > 0:
        held += _hand_out(rater, _asks(rater, wanted, now), now)
    return rater, held


def _hand_out(rater: Rater, asks: Sequence[Ask], now: datetime) -> list[Assignment]:
    expires = _expiry(rater, now)
    new = [
        Assignment(
            rater_id=rater.pk, entries=list(ask.entries), purpose=ask.purpose, expires_at=expires,
            created_at=now + timedelta(microseconds=nth),
        )
        for nth, ask in enumerate(asks)
    ]  # fmt: skip
    values: dict[str, Any] = {"rater": rater.pk, "expires_at": expires}
    for name in ("id", "created_at", "purpose"):
        values[name] = [getattr(each, name) for each in new]
    values["entries"] = ["{" + ",".join(map(str, each.entries)) + "}" for each in new]
    with connection.cursor() as cursor:
        cursor.execute(HAND_OUT, values)
    return new


def cap_reached(rater: Rater) -> bool:
    """Whether the organiser wants no more of this person."""
    return _allowed(rater) <= 0


def _allowed(rater: Rater) -> int:
    most = rater.campaign.most_per_rater
    return 10**6 if most is None else max(0, most - rater.votes)


def _expiry(rater: Rater, now: datetime) -> datetime:
    """Votes that were cast in time may arrive late, but not for ever."""
    closes = rater.campaign.closes_at
    return now + LIFETIME if closes is None else min(now, closes) + LIFETIME


def _asks(rater: Rater, count: int, now: datetime) -> list[Ask]:
    """New questions with checks among them; checks alone are not asked."""
    checks = [ask for ask in _checks(rater, count) if ask is not None]
    checked = {entry for ask in checks for entry in ask.entries}
    fresh = _fresh(rater, count, now, besides=checked)
    if not fresh:
        return []
    asks = fresh[: count - len(checks)]
    for check in checks[:count]:
        asks.insert(_random.randrange(len(asks) + 1), check)
    return asks


def _checks(rater: Rater, count: int) -> Iterator[Ask | None]:
    """Repeats and gold, each new question with its own chance; at most one of a kind at once."""
    campaign = rater.campaign
    draws = [_random.random() for _ in range(count)]
    if any(draw < campaign.repeat_share for draw in draws):
        yield _repeat(rater)
    if any(draw > 1 - campaign.gold_share for draw in draws):
        yield _gold(rater)


def _gold(rater: Rater) -> Ask | None:
    if rater.campaign.mode == Mode.BURST:
        return None
    if rater.campaign.mode == Mode.PAIRS:
        pair = pairing.certain_pair(rater)
        return Ask(_shuffled(pair), Purpose.GOLD) if pair else None
    entry = gold_entry(rater)
    return Ask((entry,), Purpose.GOLD) if entry else None


def _repeat(rater: Rater) -> Ask | None:
    before = repeated(rater)
    return Ask(_shuffled(before), Purpose.REPEAT) if before else None


def _fresh(rater: Rater, count: int, now: datetime, *, besides: set[UUID]) -> list[Ask]:
    mode = rater.campaign.mode
    if mode == Mode.PAIRS:
        return [Ask(_shuffled(pair)) for pair in pairing.next_pairs(rater, count, now)]
    if mode == Mode.BURST:
        return [Ask(_shuffled(members)) for members in _bursts(rater, count, now)]
    found = candidates(rater, now, most=count + len(besides))
    return [Ask((each.id,)) for each in found if each.id not in besides][:count]


def _bursts(rater: Rater, count: int, now: datetime) -> list[tuple[UUID, ...]]:
    """Whole bursts, in the order of their most wanted picture."""
    found = candidates(rater, now, most=_BURST_ROWS, bursts=True)
    order = list(dict.fromkeys(each.burst for each in found))
    members: dict[int | None, list[UUID]] = {}
    for pk, burst in askable(rater).filter(burst__in=order).values_list("pk", "burst"):
        members.setdefault(burst, []).append(pk)
    whole = [tuple(members.get(burst, ())) for burst in order]
    return [each for each in whole if len(each) >= LEAST_IN_BURST][:count]


def _shuffled(entries: Sequence[UUID]) -> tuple[UUID, ...]:
    """Sides and places say nothing."""
    return tuple(_random.sample(list(entries), len(entries)))
