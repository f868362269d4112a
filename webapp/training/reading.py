"""What people said of each picture, one row for a source and a picture, in four statements.

Votes on single pictures are those that `webapp.ratings.counting` counts; entries that were
disqualified are left out here, what is in the trash or has no display file later and by name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.db import connection

from ml.contracts.votes import share_of_vote
from webapp.inference.services import SCORED_SIZE
from webapp.ratings.counting import void_raters
from webapp.ratings.models import Campaign, Mode
from webapp.training.sources import LIBRARY, Chosen, campaign_name, set_name
from webapp.training.specs import Spec, Target

_FUSED: Final = (Mode.PAIRS, Mode.BURST)


@dataclass(frozen=True, slots=True)
class Told:
    """What one source says of one artwork. `total`: sum of the answers, in units of the target.

    ``sha256`` and ``artwork`` are None for a picture that is gone for good. ``counts``: votes for
    the steps of the target.
    """

    source: str
    artwork: UUID | None
    sha256: str | None
    medium: str
    trashed: bool
    shown: bool
    generated: bool
    counts: tuple[float, ...]
    total: float
    burst: str | None = None

    @property
    def votes(self) -> float:
        """How many."""
        return sum(self.counts)


def told(chosen: Chosen, spec: Spec, target: Target) -> Iterator[Told]:
    """Everything that counts in the chosen sources."""
    singles = [each for each in chosen.campaigns if each.mode not in _FUSED]
    fused = [each for each in chosen.campaigns if each.mode in _FUSED]
    if singles:
        yield from _singles(singles, spec, target)
    if fused:
        yield from _curves(fused)
    if chosen.library:
        yield from _library(chosen, target)
    if chosen.imported:
        yield from _imported(chosen, target)


_FACTS = """
SELECT told.*, artwork.original_id, coalesce(artwork.medium, ''),
    artwork.deleted_at IS NOT NULL,
    artwork.id IS NOT NULL AND EXISTS (
        SELECT 1 FROM catalogue_rendition AS file
        WHERE file.artwork_id = artwork.id AND file.size = %(shown)s AND file.format = 'webp'
    ),
    artwork.generated IS NOT NULL
FROM told LEFT JOIN catalogue_artwork AS artwork ON artwork.id = told.artwork
"""
_STEP = "round((({value}) - %(low)s) / %(apart)s)"
_SINGLES = """
WITH word AS (
    SELECT vote.campaign_id AS campaign, asked.entries[1] AS entry, vote.value
    FROM ratings_vote AS vote
    JOIN ratings_assignment AS asked ON asked.id = vote.assignment_id
    JOIN ratings_rater AS rater ON rater.id = vote.rater_id
    WHERE vote.campaign_id = ANY(%(campaigns)s::uuid[]) AND vote.uncounted = ''
        AND vote.kind IN ('score', 'attribute') AND asked.purpose <> 'repeat'
        AND rater.quarantined_at IS NULL AND NOT rater.id = ANY(%(void)s::uuid[])
        AND NOT (%(careful)s AND cardinality(rater.doubts) > 0)
        AND NOT EXISTS (SELECT 1 FROM ratings_vote AS later WHERE later.corrects_id = vote.id)
),
told AS (
    SELECT word.campaign AS source, entry.artwork_id AS artwork, {counts} AS counts,
        sum(word.value) AS total, entry.burst
    FROM word JOIN ratings_entry AS entry ON entry.id = word.entry
    WHERE entry.disqualified_at IS NULL AND entry.role = 'entry'
    GROUP BY word.campaign, entry.id
)
"""
_CURVES = """
WITH told AS (
    SELECT campaign_id AS source, artwork_id AS artwork, distribution AS counts,
        fused_votes::float8 AS total, burst
    FROM ratings_entry
    WHERE campaign_id = ANY(%(campaigns)s::uuid[]) AND role = 'entry' AND fused_votes > 0
        AND disqualified_at IS NULL AND cardinality(distribution) > 0
)
"""
_LIBRARY = """
WITH told AS (
    SELECT NULL::uuid AS source, vote.artwork_id AS artwork, {counts} AS counts,
        sum(vote.value) AS total, NULL::int AS burst
    FROM {table} AS vote JOIN catalogue_artwork AS own ON own.id = vote.artwork_id
    WHERE own.owner_id = %(asker)s {about}
    GROUP BY vote.artwork_id
)
"""
_IMPORTED = """
WITH told AS (
    SELECT imported_id AS source, artwork_id AS artwork, counts, {total} AS total,
        NULL::int AS burst
    FROM training_importedrow
    WHERE imported_id = ANY(%(sets)s::uuid[]) AND artwork_id IS NOT NULL {about}
)
"""


def _singles(campaigns: Sequence[Campaign], spec: Spec, target: Target) -> Iterator[Told]:
    void = [str(pk) for pk in void_raters(*campaigns)]
    query = _SINGLES.format(counts=_counting("word.value", target.steps))
    values = {**_scale(target), "campaigns": _texts(campaigns), "void": void,
              "careful": spec.leave_out_doubted}  # fmt: skip
    for row in _rows(query, values):
        yield _told(campaign_name(row[0]), row, tuple(row[2]), row[3])


def _curves(campaigns: Sequence[Campaign]) -> Iterator[Told]:
    """Of pairs and bursts: the shares that the crowd would give, times the votes behind them."""
    for row in _rows(_CURVES, {"campaigns": _texts(campaigns)}):
        counts = tuple(share * row[3] for share in row[2])
        total = sum(step * count for step, count in enumerate(counts, start=1))
        yield _told(campaign_name(row[0]), row, counts, total)


def _library(chosen: Chosen, target: Target) -> Iterator[Told]:
    table, about = "ratings_rating", ""
    if target.attribute is not None:
        table, about = "ratings_attributerating", "AND vote.attribute_id = %(key)s"
    counts = _counting("vote.value", target.steps)
    query = _LIBRARY.format(counts=counts, table=table, about=about)
    values = {**_scale(target), "asker": chosen.asker.pk, "key": target.key}
    for row in _rows(query, values):
        yield _told(LIBRARY, row, tuple(row[2]), float(row[3]))


def _imported(chosen: Chosen, target: Target) -> Iterator[Told]:
    said, about = "0::float8", ""
    if target.attribute is not None:
        said = "(attributes ->> %(key)s)::float8"
        about = f"AND attributes ? %(key)s AND {said} BETWEEN %(low)s AND %(high)s"
    query = _IMPORTED.format(total=said, about=about)
    sets = [str(each.pk) for each in chosen.imported]
    values = {**_scale(target), "sets": sets, "key": target.key, "high": target.high}
    for row in _rows(query, values):
        counts, total = _mapped(row[2], row[3], target)
        yield _told(set_name(row[0]), row, counts, total)


def _mapped(
    counts: Sequence[float], value: float, target: Target
) -> tuple[tuple[float, ...], float]:
    """Published votes on the target's steps, and the sum of the answers."""
    votes = sum(counts)
    if target.attribute is not None:
        place = (value - target.low) / target.apart
        lower = min(int(place), target.steps - 2)
        shares = [0.0] * target.steps
        shares[lower], shares[lower + 1] = lower + 1 - place, place - lower
        return tuple(share * votes for share in shares), value * votes
    ten = tuple(counts) if len(counts) == target.steps else _on_ten(counts)
    return ten, sum(step * count for step, count in enumerate(ten, start=1))


def _on_ten(counts: Sequence[float]) -> tuple[float, ...]:
    """As `ml.contracts.votes.counts_to_ten`, with the shares of a scale worked out once."""
    columns = zip(*_shares(len(counts)), strict=True)
    return tuple(
        sum(count * share for count, share in zip(counts, column, strict=True))
        for column in columns
    )


@cache
def _shares(steps: int) -> tuple[tuple[float, ...], ...]:
    return tuple(share_of_vote(step, steps=steps) for step in range(1, steps + 1))


def _counting(value: str, steps: int) -> str:
    """SQL of an array: how many answers are nearest to each step."""
    step = _STEP.format(value=value)
    each = (f"count(*) FILTER (WHERE {step} = {nth})::float8" for nth in range(steps))
    return f"ARRAY[{', '.join(each)}]"


def _scale(target: Target) -> dict[str, Any]:
    return {"low": target.low, "apart": target.apart}


def _rows(query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query + _FACTS, {**values, "shown": SCORED_SIZE.value})
        return list(cursor.fetchall())


def _told(source: str, row: tuple[Any, ...], counts: tuple[float, ...], total: float) -> Told:
    artwork, burst, sha256, medium, trashed, shown, generated = (row[1], *row[4:])
    together = None if burst is None else f"{source}/{burst}"
    facts = (medium, trashed, shown, generated)
    return Told(source, artwork, sha256, *facts, counts, total, together)


def _texts(campaigns: Sequence[Campaign]) -> list[str]:
    return [str(each.pk) for each in campaigns]
