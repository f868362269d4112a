"""Keep what weighing found: standings of entries, habits of raters, figures of the campaign."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from ml.contracts.crowd import RaterCard, Standing
from webapp.events.publish import tell_campaign
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim, require
from webapp.jobs.models import Job
from webapp.ratings.counting import lock_entries
from webapp.ratings.enough import RATERS_VOTED, VOTES_OF_RATER, VOTES_WEIGHED
from webapp.ratings.fusions import ask_for_fusion, is_up_to_date
from webapp.ratings.models import Campaign, Fusion
from webapp.ratings.reading import Reading

# Between two weighings of a campaign in which people vote: so long at least, and so many times as
# long as the last one took, so that votes that pour in leave the cores to those who vote.
AGAIN_SECONDS = 3.0
RESTS = 9.0


@dataclass(frozen=True, slots=True)
class Weighed:
    """What came out, in the order of the reading; None where nothing can be said.

    ``curves``: shares over 1 to 10 that the crowd would give, or over choices that it gave.
    ``votes_means``: of the scores as they are, in units of a vote. ``places``: rank from 1, None
    for pictures without votes. ``noise``: of a typical vote, and
    ``plain_noise`` of a vote of anybody, in points.
    """

    standings: Sequence[Standing | None]
    curves: Sequence[Sequence[float]]
    votes_means: Sequence[float | None]
    places: Sequence[int | None]
    cards: Sequence[RaterCard | None]
    votes: int
    alpha: float | None
    split_half: float | None
    noise: float | None
    plain_noise: float | None
    figures: dict[str, Any]
    state: bytes


def campaign_of(claim: Claim) -> Campaign | None:
    """What is to be weighed; None, and the job is done with, when it was deleted."""
    found = Campaign.objects.select_related("attribute").filter(pk=claim.subject).first()
    if found is None:
        Job.objects.filter(pk=claim.id).delete()
    return found


def record(claim: Claim, reading: Reading, weighed: Weighed) -> None:
    """Show it. Asks for another weighing when more votes came meanwhile.

    Raises LostLeaseError when another worker does it by now; then nothing is kept.
    """
    campaign = reading.campaign
    all_told = _keep(claim, reading, weighed)
    # Looked up only now: who votes from here on finds no weighing under way and asks for one.
    if not (all_told and is_up_to_date(campaign)):
        took = (timezone.now() - reading.read_at).total_seconds()
        ask_for_fusion(campaign, delay_seconds=max(AGAIN_SECONDS, RESTS * took))


@transaction.atomic
def _keep(claim: Claim, reading: Reading, weighed: Weighed) -> bool:
    """Whether every rater has a new card; who is just voting gets theirs by the next weighing.

    Waiting for each of a crowd that votes would hold up all the others.
    """
    campaign = reading.campaign
    Fusion.objects.update_or_create(
        campaign=campaign,
        defaults={
            "fused_at": reading.read_at, "read_up_to": reading.read_up_to, "votes": weighed.votes,
            "alpha": weighed.alpha, "split_half": weighed.split_half, "noise": weighed.noise,
            "plain_noise": weighed.plain_noise, "figures": weighed.figures, "state": weighed.state,
        },
    )  # fmt: skip
    lock_entries(campaign)
    _write_standings(reading, weighed)
    told = _write_cards(reading, weighed)
    require(ours=jobs.finish(claim))
    tell_campaign(campaign.pk)
    return told == len(reading.raters)


_STANDINGS = """
UPDATE ratings_entry AS entry
SET prior_mean = new.prior_mean, prior_sd = new.prior_sd,
    votes_mean = new.votes_mean, mean = new.mean, sd = new.sd, low = new.low, high = new.high,
    distribution = new.distribution::float8[], divisive = new.divisive, place = new.place,
    fused_votes = new.votes,
    settled = coalesce(new.high - new.low <= %(narrow)s AND new.votes >= %(wanted)s, FALSE)
FROM unnest(
    %(id)s::uuid[], %(prior_mean)s::float8[], %(prior_sd)s::float8[], %(mean)s::float8[],
    %(sd)s::float8[], %(low)s::float8[], %(high)s::float8[], %(distribution)s::text[],
    %(divisive)s::float8[], %(place)s::int[], %(votes)s::int[], %(votes_mean)s::float8[]
) AS new (
    id, prior_mean, prior_sd, mean, sd, low, high, distribution, divisive, place, votes, votes_mean
)
WHERE entry.id = new.id
"""
_OUT = """
UPDATE ratings_entry SET place = NULL, settled = FALSE
WHERE campaign_id = %s AND place IS NOT NULL AND NOT id = ANY(%s::uuid[])
"""


def _write_standings(reading: Reading, weighed: Weighed) -> None:
    rows = list(
        zip(reading.entries, reading.priors, weighed.standings, weighed.places, strict=True)
    )
    values: dict[str, Any] = {
        "narrow": reading.campaign.narrow_enough,
        "wanted": reading.campaign.votes_wanted,
        "id": _texts(reading.entries),
        "prior_mean": [prior and prior.mean for _, prior, _, _ in rows],
        "prior_sd": [prior and prior.sd for _, prior, _, _ in rows],
        "place": [place for *_, place in rows],
        "votes": [standing.votes if standing else 0 for _, _, standing, _ in rows],
        "votes_mean": list(weighed.votes_means),
        "distribution": [_array(curve) for curve in weighed.curves],
    }
    for name in ("mean", "sd", "low", "high", "divisive"):
        values[name] = [getattr(standing, name, None) for _, _, standing, _ in rows]
    with connection.cursor() as cursor:
        cursor.execute(_STANDINGS, values)
        cursor.execute(_OUT, [reading.campaign.pk, _texts(reading.entries)])


def _array(shares: Sequence[float]) -> str:
    return "{" + ",".join(f"{share:.6g}" for share in shares) + "}"


_CARDS = """
WITH free AS (
    SELECT id FROM ratings_rater WHERE id = ANY(%(id)s::uuid[])
    FOR NO KEY UPDATE SKIP LOCKED
),
crowd AS (
    SELECT count(*) FILTER (WHERE votes > 0) AS raters, coalesce(sum(votes), 0) AS votes
    FROM ratings_rater WHERE id = ANY(%(id)s::uuid[])
)
UPDATE ratings_rater AS rater
SET bias = new.bias, spread = new.spread, noise = new.noise,
    consistency = CASE
        WHEN rater.votes >= %(votes_of_rater)s AND crowd.raters >= %(raters_voted)s
            AND crowd.votes >= %(votes_weighed)s THEN new.consistency
    END,
    side = new.side, weight = new.weight, median_dwell_ms = new.dwell,
    doubts = new.doubts::varchar(10)[]
FROM free CROSS JOIN crowd CROSS JOIN unnest(
    %(id)s::uuid[], %(bias)s::float8[], %(spread)s::float8[], %(noise)s::float8[],
    %(consistency)s::float8[], %(side)s::float8[], %(weight)s::float8[], %(dwell)s::int[],
    %(doubts)s::text[]
) AS new (id, bias, spread, noise, consistency, side, weight, dwell, doubts)
WHERE rater.id = free.id AND new.id = free.id
"""


def _write_cards(reading: Reading, weighed: Weighed) -> int:
    """Of those whose row nobody holds; how many."""
    cards = weighed.cards
    values: dict[str, Any] = {
        "id": _texts(reading.raters), "dwell": list(reading.dwell),
        "votes_of_rater": VOTES_OF_RATER, "raters_voted": RATERS_VOTED,
        "votes_weighed": VOTES_WEIGHED,
    }  # fmt: skip
    for name in ("bias", "spread", "noise", "consistency", "side", "weight"):
        values[name] = [getattr(card, name, None) for card in cards]
    values["doubts"] = [
        "{" + ",".join(doubt.value for doubt in card.doubts) + "}" if card else "{}"
        for card in cards
    ]
    with connection.cursor() as cursor:
        cursor.execute(_CARDS, values)
        told: int = cursor.rowcount
        return told


def _texts(ids: Sequence[UUID]) -> list[str]:
    return [str(each) for each in ids]
