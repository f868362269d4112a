"""A blind arena: a crowd chooses between two models' orderings, without knowing of either.

Its pairs are test pictures that the models order oppositely and most surely; each picture is in
one pair, and the campaign asks for exactly these. They all belong to whoever opens it: it is not
for staff to show the pictures of others to a crowd.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from ml.contracts.intervals import wilson
from webapp.accounts.models import User
from webapp.catalogue.models import Artwork
from webapp.common.errors import Conflict, NotFound
from webapp.ratings import campaigns
from webapp.ratings.counting import counting_votes
from webapp.ratings.links import token_of
from webapp.ratings.models import Access, Campaign, Entry, Mode, Outcome, VoteKind
from webapp.training.models import Arena, SnapshotPicture, TrainingRun
from webapp.training.telling import tell_run

MOST_PAIRS: Final = 30
FEWEST_PAIRS: Final = 5
_LOOKED_AT: Final = 400  # pictures over which the models differ most: all pairs of these are tried
_SIDE: Final = {Outcome.LEFT: 0, Outcome.RIGHT: 1}


@dataclass(frozen=True, slots=True)
class Rivals:
    """Two pictures, by the sha256 of their files: whom each model prefers."""

    challenger: str
    champion: str
    sureness: float  # the smaller of the two models' differences, in points


@dataclass(frozen=True, slots=True)
class Tally:
    """What raters chose. `share`: of the decided, for the challenger, with its 95 % interval."""

    pairs: int
    decided: int
    challenger: int
    champion: int
    share: float | None
    low: float | None
    high: float | None
    text: str


@transaction.atomic
def open_arena(by: User, run: TrainingRun, *, pairs: int = MOST_PAIRS) -> Arena:
    """A campaign of pairs, open to whoever gets its link from `by`.

    Raises NotFound, and Conflict `no_verdict`, `arena_exists`, `too_few_pairs`.
    """
    held = TrainingRun.objects.select_for_update(of=("self",), no_key=True)
    if not held.filter(pk=run.pk):
        raise NotFound
    if run.verdict is None or run.champion_id is None:
        raise Conflict("Only a finished run against a champion has an arena.", code="no_verdict")
    if Arena.objects.filter(run=run).exists():
        raise Conflict("It has an arena already.", code="arena_exists")
    shown = _shown(run, by)
    points = [each for each in run.verdict["points"] if each["artwork"] in shown]
    chosen = rivals(points, pairs)
    if len(chosen) < FEWEST_PAIRS:
        text = "The models hardly disagree on the order of your own test pictures."
        raise Conflict(text, code="too_few_pairs")
    campaign = campaigns.create(
        by, title=f"Which is better? {run.created_at:%d %B %Y}", mode=Mode.PAIRS,
        access=Access.LINK, gold_share=0.0, repeat_share=0.0,
        votes_wanted=10,
    )  # fmt: skip
    arena = Arena.objects.create(run=run, campaign=campaign, pairs=_enter(campaign, chosen, shown))
    campaigns.publish(campaign)
    campaign.refresh_from_db()
    tell_run(run.pk)
    return arena


def rivals(points: Sequence[dict[str, Any]], most: int) -> list[Rivals]:
    """Pairs that the models order oppositely, the surest first; no picture comes twice."""
    moved = sorted(points, key=lambda each: -abs(each["challenger"] - each["champion"]))
    found = sorted(_opposed(moved[:_LOOKED_AT]), key=lambda each: -each.sureness)
    chosen: list[Rivals] = []
    used: set[str] = set()
    for each in found:
        if len(chosen) == most:
            break
        if not used & {each.challenger, each.champion}:
            used |= {each.challenger, each.champion}
            chosen.append(each)
    return chosen


def tally(arena: Arena) -> Tally:
    """Count the votes that count. Ties, and pairs of other pictures, decide nothing."""
    favoured = {
        frozenset((UUID(each["challenger"]), UUID(each["champion"]))): UUID(each["challenger"])
        for each in arena.pairs
    }
    votes = counting_votes(arena.campaign).filter(kind=VoteKind.PAIR, outcome__in=list(_SIDE))
    challenger = decided = 0
    for entries, outcome in votes.values_list("assignment__entries", "outcome"):
        favourite = favoured.get(frozenset(entries))
        if favourite is not None:
            decided += 1
            challenger += entries[_SIDE[Outcome(outcome)]] == favourite
    return _told(len(arena.pairs), decided, challenger)


def _told(pairs: int, decided: int, challenger: int) -> Tally:
    if not decided:
        return Tally(pairs, 0, 0, 0, None, None, None, "Nobody has chosen yet.")
    found = wilson(challenger, decided)
    low, high = found.low, found.high
    if low > 0.5:
        verdict = "People prefer the challenger's order."
    elif high < 0.5:
        verdict = "People prefer the champion's order."
    else:
        verdict = "That is no proof for either."
    share = found.value
    text = (
        f"{challenger} of {decided} choices follow the challenger: {100 * share:.0f} %,"
        f" 95 % from {100 * low:.0f} to {100 * high:.0f} %. {verdict}"
    )
    return Tally(pairs, decided, challenger, decided - challenger, share, low, high, text)


def _opposed(points: Sequence[dict[str, Any]]) -> Iterable[Rivals]:
    for one, other in combinations(points, 2):
        before = one["champion"] - other["champion"]
        after = one["challenger"] - other["challenger"]
        if before * after < 0:
            up, down = (one, other) if after > 0 else (other, one)
            yield Rivals(up["artwork"], down["artwork"], min(abs(before), abs(after)))


def _shown(run: TrainingRun, by: User) -> dict[str, Artwork]:
    """Their own pictures of the snapshot that are still there, by the sha256 of the files."""
    rows = SnapshotPicture.objects.filter(
        snapshot=run.snapshot_id, artwork__owner=by, artwork__deleted_at=None
    ).select_related("artwork")
    return {row.sha256: row.artwork for row in rows if row.artwork is not None}


def _enter(
    campaign: Campaign, chosen: Sequence[Rivals], shown: dict[str, Artwork]
) -> list[dict[str, str]]:
    """Each pair is a burst of its own, which is what the campaign asks about as a pair."""
    entries: list[Entry] = []
    pairs = []
    for number, each in enumerate(chosen, start=1):
        two = [
            Entry(
                campaign=campaign, artwork=shown[sha256], submitted_by_id=shown[sha256].owner_id,
                title=f"Picture {2 * number - place}", burst=number,
            )
            for place, sha256 in ((1, each.challenger), (0, each.champion))
        ]  # fmt: skip
        entries += two
        pairs.append({"challenger": str(two[0].pk), "champion": str(two[1].pk)})
    Entry.objects.bulk_create(entries)
    return pairs


def link_of(arena: Arena) -> str:
    """Where people join."""
    return reverse("join", args=[token_of(arena.campaign)])
