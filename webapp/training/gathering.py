"""Bring together what the sources say: one row for a picture, whoever uploaded it how often."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

from webapp.ratings.models import Mode, Rater
from webapp.training.reading import Told, told
from webapp.training.sources import LIBRARY, Chosen, campaign_name, labelled, set_name
from webapp.training.specs import Spec, Target

DIGITS: Final = 6  # of counts and means in a manifest: sums do not depend on their order
_NEARLY: Final = 1e-6
_SINGLE: Final = (Mode.SCORE, Mode.ATTRIBUTE)


@dataclass(frozen=True, slots=True)
class Voted:
    """A picture, named by its file, with all votes on it. `bursts`: of its entries."""

    sha256: str
    artwork: UUID
    medium: str
    counts: tuple[float, ...]
    mean: float
    by_source: tuple[tuple[str, float], ...]
    copies: int
    bursts: tuple[str, ...]

    @property
    def votes(self) -> float:
        """How many."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many are not used, and why."""

    code: str
    n: int
    text: str


@dataclass(frozen=True, slots=True)
class Brings:
    """A source and the agreement of its raters, where that is known."""

    name: str
    title: str
    licence: str
    alpha: float | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """Sorted by file. `raters`: as far as the sources name them.

    `flagged`: in quarantine or left out as careless.
    """

    rows: tuple[Voted, ...]
    left_out: tuple[LeftOut, ...]
    sources: tuple[Brings, ...]
    raters: int
    flagged: int
    notes: tuple[str, ...]


def gather(chosen: Chosen, spec: Spec, target: Target) -> Gathered:
    """In a fixed number of queries, however many votes there are."""
    everything = sorted(told(chosen, spec, target), key=_order)
    rows: list[Voted] = []
    fates = {"too_few_votes": 0, "no_picture": 0, "in_trash": 0, "other_medium": 0, "generated": 0}
    for sha256, group in groupby(everything, key=lambda each: each.sha256):
        members = list(group)
        if sha256 is None:
            fates["no_picture"] += len(members)
        elif isinstance(found := _merged(sha256, members, spec), str):
            fates[found] += 1
        else:
            rows.append(found)
    fates["no_picture"] += _without_artwork(chosen, target, everything)
    crowd = _crowd(chosen, spec, own=any(each.source == LIBRARY for each in everything))
    elsewhere = sum(each.report.get("raters", 0) for each in chosen.imported)
    return Gathered(
        rows=tuple(rows),
        left_out=(*(left_out(code, n, spec) for code, n in fates.items() if n), *crowd.left_out),
        sources=tuple(_brings(chosen)),
        raters=crowd.raters + (elsewhere if target.attribute is None else 0),
        flagged=crowd.flagged,
        notes=tuple(_notes(chosen)),
    )


def _order(each: Told) -> tuple[str, str, str]:
    return each.sha256 or "", each.source, str(each.artwork)


def _merged(sha256: str, members: Sequence[Told], spec: Spec) -> Voted | str:
    """One picture, or the code of why it is left out."""
    there = [each for each in members if not each.trashed]
    if not there:
        return "in_trash"
    if not spec.with_generated and any(each.generated for each in there):
        return "generated"
    seen = [each for each in there if each.shown]
    if not seen:
        return "no_picture"
    shown = min(seen, key=lambda each: str(each.artwork))
    if spec.medium and shown.medium != spec.medium:
        return "other_medium"
    votes = sum(each.votes for each in there)
    if votes < spec.fewest_votes - _NEARLY:
        return "too_few_votes"
    columns = zip(*(each.counts for each in there), strict=True)
    assert shown.artwork is not None
    return Voted(
        sha256=sha256,
        artwork=shown.artwork,
        medium=shown.medium,
        counts=tuple(round(sum(column), DIGITS) for column in columns),
        mean=round(sum(each.total for each in there) / votes, DIGITS),
        by_source=tuple(_summed((each.source, each.votes) for each in there)),
        copies=len({each.artwork for each in there}),
        bursts=tuple(sorted({each.burst for each in there if each.burst})),
    )


def _summed(pairs: Iterable[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    """Of sorted pairs."""
    for name, group in groupby(pairs, key=lambda pair: pair[0]):
        yield name, sum(votes for _, votes in group)


def _without_artwork(chosen: Chosen, target: Target, everything: Sequence[Told]) -> int:
    """Imported labels that no artwork here belongs to."""
    names = {set_name(each.pk) for each in chosen.imported}
    linked = sum(1 for each in everything if each.source in names)
    return max(sum(labelled(each, target) for each in chosen.imported) - linked, 0)


def left_out(code: str, count: int, spec: Spec) -> LeftOut:
    """Pictures that are not used, in a sentence."""
    one = count == 1
    has, is_, lies = ("has", "is", "lies") if one else ("have", "are", "lie")
    was, looks = ("was", "looks") if one else ("were", "look")
    other = {"photo": "painting", "painting": "photo"}.get(spec.medium, "")
    words = {
        "too_few_votes": f"{has} fewer than {spec.fewest_votes} votes",
        "no_picture": f"{is_} not here, or {has} no display file that opens",
        "in_trash": f"{lies} in the trash of the owner",
        "learned_before": f"{was} learned from before and {looks} like one of the test",
        "other_medium": f"{is_} a {other}" if one else f"{is_} {other}s",
        "generated": f"{was} made by a model",
    }
    return LeftOut(code, count, f"{count:,} {'picture' if one else 'pictures'} {words[code]}.")


@dataclass(frozen=True, slots=True)
class _Crowd:
    raters: int
    flagged: int
    left_out: tuple[LeftOut, ...]


def _crowd(chosen: Chosen, spec: Spec, *, own: bool) -> _Crowd:
    """Who voted in the chosen campaigns, and the asker where they have own votes.

    Of pairs and bursts doubts have lowered the weight already.
    """
    single = {each.pk for each in chosen.campaigns if each.mode in _SINGLE}
    found = Rater.objects.filter(campaign__in=chosen.campaigns, votes__gt=0)
    people: set[str] = {str(chosen.asker.pk)} if own else set()
    quarantined, doubted, votes = 0, 0, 0
    for pk, user, campaign, given, doubts, at in found.values_list(
        "pk", "user", "campaign", "votes", "doubts", "quarantined_at"
    ):
        if at is not None:
            quarantined += 1
        elif doubts and spec.leave_out_doubted and campaign in single:
            doubted, votes = doubted + 1, votes + given
        else:
            people.add(str(user or pk))
    looks = "rater looks" if doubted == 1 else "raters look"
    text = f"{doubted:,} {looks} careless; {votes:,} votes do not count."
    careless = LeftOut("doubted_raters", doubted, text)
    return _Crowd(len(people), quarantined + doubted, (careless,) if doubted else ())


def _brings(chosen: Chosen) -> Iterator[Brings]:
    for campaign in chosen.campaigns:
        fusion = getattr(campaign, "fusion", None)
        alpha = None if fusion is None else fusion.alpha
        yield Brings(campaign_name(campaign.pk), campaign.title, "", alpha)
    for imported in chosen.imported:
        yield Brings(set_name(imported.pk), imported.name, imported.licence, None)
    if chosen.library:
        yield Brings(LIBRARY, "Your own votes on your library", "", None)


def _notes(chosen: Chosen) -> Iterator[str]:
    """What somebody should know who learns from this."""
    for imported in chosen.imported:
        if not imported.report.get("spread_known", True):
            yield (
                f"{imported.name} gives means alone: it says nothing about how far people disagree."
            )
    if any(each.mode not in _SINGLE for each in chosen.campaigns):
        yield (
            "Of pairs and bursts the fused standings are learned, which lean on the scorer where"
            " votes are few."
        )
