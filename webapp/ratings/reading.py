"""Everything that weighing a campaign's answers needs, read in a few queries however many votes."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from webapp.inference.models import Score
from webapp.ratings.answers import ends_of, levels_of
from webapp.ratings.counting import void_raters
from webapp.ratings.models import Campaign, CampaignKind, EntryRole, Fusion, Mode, Rater, Vote
from webapp.ratings.pool import there
from webapp.registry.models import ModelKind, VersionState

EIGHTY: Final = 1.2815515655446004  # standard deviations on either side of the middle 80 %
_KNOWS: Final = frozenset({Mode.SCORE, Mode.PAIRS, Mode.BURST})


@dataclass(frozen=True, slots=True)
class Prior:
    """What the scorer expects of a picture's mean, in points."""

    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class Reading:
    """Answers of a campaign as they stood at one moment.

    ``entries``, ``raters``: ids in the order in which they came; rows name them by place.
    ``singles``: tab separated lines of rater, entry, step from 0. ``pairs``: of rater, left,
    right, outcome (left, right, tie, both bad from 0), weight. ``repeats``: of rater, step
    before, step now. By rater: ``checks`` seen and met, ``dwell`` in median milliseconds,
    ``arrived`` when they joined (None: came with imported votes).
    """

    campaign: Campaign
    entries: tuple[UUID, ...]
    priors: tuple[Prior | None, ...]
    raters: tuple[UUID, ...]
    levels: int
    ordered: bool
    singles: bytes
    pairs: bytes
    repeats: bytes
    checks: tuple[tuple[int, int], ...]
    dwell: tuple[int | None, ...]
    arrived: tuple[datetime | None, ...]
    state: bytes
    read_at: datetime
    read_up_to: datetime | None


def read(campaign: Campaign) -> Reading:
    """As of now. What is newer than `read_up_to` is read the next time, maybe twice."""
    read_at, newest = _moment(campaign)
    entries = there(campaign).filter(role=EntryRole.ENTRY).order_by("created_at", "pk")
    ids = tuple(entries.values_list("pk", flat=True))
    raters = _raters(campaign)
    places = ([str(pk) for pk in ids], [str(each.pk) for each in raters])
    fusion = Fusion.objects.filter(campaign=campaign).first()
    attribute = campaign.attribute
    return Reading(
        campaign=campaign,
        entries=ids,
        priors=_priors(campaign, ids),
        raters=tuple(each.pk for each in raters),
        levels=levels_of(campaign),
        ordered=attribute is None or not attribute.choices,
        singles=_copied(_SINGLES, campaign, places),
        pairs=_copied(_PAIRS, campaign, places) + _copied(_BURSTS, campaign, places),
        repeats=_copied(_REPEATS, campaign, places),
        checks=tuple((each.checks_seen, each.checks_met) for each in raters),
        dwell=_dwell(campaign, raters),
        arrived=tuple(each.consented_at for each in raters),
        state=b"" if fusion is None else bytes(fusion.state),
        read_at=read_at,
        read_up_to=newest,
    )


def _moment(campaign: Campaign) -> tuple[datetime, datetime | None]:
    """Now, and when the newest vote came: every vote and ruling up to then can be read.

    Who is in the middle of voting holds their rater, an import the campaign. Each is waited for
    alone: whoever held some while waiting for others would hold up a crowd that votes.
    """
    read_at = timezone.now()
    newest = Vote.objects.filter(campaign=campaign).aggregate(at=Max("received_at"))["at"]
    _wait_for(Campaign.objects.filter(pk=campaign.pk))
    free = _wait_for(campaign.raters.all(), skip_locked=True)
    for busy in campaign.raters.exclude(pk__in=free).values_list("pk", flat=True):
        _wait_for(campaign.raters.filter(pk=busy))
    return read_at, newest


def _wait_for(rows: QuerySet[Any], *, skip_locked: bool = False) -> list[UUID]:
    """Until nobody holds them, or only which are not held."""
    with transaction.atomic():
        held = rows.select_for_update(no_key=True, skip_locked=skip_locked)
        return list(held.values_list("pk", flat=True))


def _raters(campaign: Campaign) -> list[Rater]:
    """Those whose votes count."""
    void = void_raters(campaign)
    found = campaign.raters.filter(quarantined_at=None).exclude(pk__in=void)
    return list(found.order_by("created_at", "pk"))


def _priors(campaign: Campaign, entries: tuple[UUID, ...]) -> tuple[Prior | None, ...]:
    if not leans_on_scorer(campaign):
        return (None,) * len(entries)
    scores = Score.objects.filter(
        model_version__kind=ModelKind.SCORER, model_version__state=VersionState.ACTIVE,
        artwork__entries__campaign=campaign,
    )  # fmt: skip
    rows = scores.values_list("artwork__entries__pk", "mean", "low", "high")
    known = {pk: Prior(mean, prior_sd(low, high)) for pk, mean, low, high in rows}
    return tuple(known.get(pk) for pk in entries)


def leans_on_scorer(campaign: Campaign) -> bool:
    """Whether pictures start from what it expects: no attribute, and no place in a challenge."""
    return campaign.kind != CampaignKind.CHALLENGE and campaign.mode in _KNOWS


def prior_sd(low: float, high: float) -> float:
    """The deviation of a mean from the 80 % interval of the scorer, which is never quite sure."""
    return max(high - low, 0.1) / (2 * EIGHTY)


_DWELL = """
SELECT rater_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY dwell_ms)
FROM ratings_vote
WHERE campaign_id = %s AND dwell_ms IS NOT NULL AND kind NOT IN ('skip', 'withdrawn')
GROUP BY rater_id
"""


def _dwell(campaign: Campaign, raters: list[Rater]) -> tuple[int | None, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_DWELL, [campaign.pk])
        known = {pk: round(median) for pk, median in cursor.fetchall()}
    return tuple(known.get(each.pk) for each in raters)


# The places of entries and raters are given along, so that they are those of the lists whatever
# is added meanwhile.
_COUNTED = """
WITH entry AS (SELECT * FROM unnest(%(entries)s::uuid[]) WITH ORDINALITY AS each (id, place)),
rater AS (SELECT * FROM unnest(%(raters)s::uuid[]) WITH ORDINALITY AS each (id, place)),
word AS (
    SELECT vote.id, rater.place - 1 AS rater, asked.entries, asked.purpose, vote.kind,
        round((vote.value - %(low)s) / %(step)s)::int AS step, vote.outcome, vote.best_id
    FROM ratings_vote AS vote
    JOIN ratings_assignment AS asked ON asked.id = vote.assignment_id
    JOIN rater ON rater.id = vote.rater_id
    WHERE vote.campaign_id = %(campaign)s AND vote.uncounted = ''
        AND vote.kind IN ('score', 'attribute', 'pair', 'best')
        AND NOT EXISTS (SELECT 1 FROM ratings_vote AS later WHERE later.corrects_id = vote.id)
)
"""
_SINGLES = """
SELECT word.rater, entry.place - 1, word.step
FROM word JOIN entry ON entry.id = word.entries[1]
WHERE word.kind IN ('score', 'attribute') AND word.purpose <> 'repeat'
"""
_PAIRS = """
SELECT word.rater, one.place - 1, two.place - 1,
    array_position(ARRAY['left', 'right', 'tie', 'both_bad'], word.outcome::text) - 1, 1.0
FROM word
JOIN entry AS one ON one.id = word.entries[1]
JOIN entry AS two ON two.id = word.entries[2]
WHERE word.kind = 'pair' AND word.purpose <> 'repeat'
"""
# The best of k beats each of the others; together these rows weigh as much as the answers of
# about two pairs, however large the burst was.
_BURSTS = """
SELECT word.rater, best.place - 1, other.place - 1, 0, 2.0 / cardinality(word.entries)
FROM word
JOIN entry AS best ON best.id = word.best_id
CROSS JOIN unnest(word.entries) AS shown
JOIN entry AS other ON other.id = shown AND shown <> word.best_id
WHERE word.kind = 'best' AND word.purpose <> 'repeat'
"""
_REPEATS = """
SELECT word.rater, first.step, word.step
FROM word JOIN word AS first
    ON first.rater = word.rater AND first.entries = word.entries AND first.purpose <> 'repeat'
WHERE word.purpose = 'repeat' AND word.kind IN ('score', 'attribute')
"""


def _copied(rows: str, campaign: Campaign, places: tuple[list[str], list[str]]) -> bytes:
    """The rows as text. COPY makes no object of any row: a million of them take a second or two."""
    low, high = ends_of(campaign)
    values = {
        "campaign": str(campaign.pk), "entries": places[0], "raters": places[1],
        "low": low, "step": (high - low) / (levels_of(campaign) - 1),
    }  # fmt: skip
    out = BytesIO()
    with connection.cursor() as cursor:
        query = cursor.mogrify(_COUNTED + rows, values).decode()
        cursor.copy_expert(f"COPY ({query}) TO STDOUT", out)
    return out.getvalue()
