"""What an admin may learn from: campaigns, imported sets, and the votes on their own library."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import (
    Count,
    FloatField,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from webapp.accounts.models import User
from webapp.common.errors import ApplicationError
from webapp.ratings.models import AttributeRating, Campaign, Entry, Mode, Rater, Rating
from webapp.training.models import Arena, ImportedRow, ImportedSet
from webapp.training.specs import Spec, Target

SCORED: Final = (Mode.SCORE, Mode.PAIRS, Mode.BURST)
LIBRARY: Final = "library"


class UnknownSource(ApplicationError):
    """The admin must choose sources of the list: campaigns whose organiser allows it."""

    code = "unknown_source"


@dataclass(frozen=True, slots=True)
class Brought:
    """Pictures, and votes on them."""

    pictures: int
    votes: int


@dataclass(frozen=True, slots=True)
class OfferedCampaign:
    """A campaign to learn from, and what is in it just now."""

    campaign: Campaign
    mine: bool
    pictures: int
    votes: int
    raters: int
    alpha: float | None


@dataclass(frozen=True, slots=True)
class OfferedSet:
    """Imported labels; `pictures` of them have an artwork here, with so many `votes`."""

    imported: ImportedSet
    rows: int
    pictures: int
    votes: int


@dataclass(frozen=True, slots=True)
class Offer:
    """All that can be chosen for a target."""

    campaigns: list[OfferedCampaign]
    imported: list[OfferedSet]
    library: Brought


@dataclass(frozen=True, slots=True)
class Chosen:
    """The sources of a spec, that its asker may use."""

    asker: User
    campaigns: list[Campaign]
    imported: list[ImportedSet]
    library: bool


def campaign_name(pk: UUID) -> str:
    """As a source and as a tag of the manifest."""
    return f"campaign:{pk}"


def set_name(pk: UUID) -> str:
    """The same of an imported set."""
    return f"set:{pk}"


def offer(asker: User, target: Target) -> Offer:
    """In a fixed number of queries."""
    campaigns = _counted(usable_campaigns(target).order_by("-created_at"))
    imported = ImportedSet.objects.order_by("name")
    linked = _linked(target)
    return Offer(
        campaigns=[_offered(each, asker) for each in campaigns],
        imported=[
            OfferedSet(each, rows, *linked.get(each.pk, (0, 0)))
            for each in imported
            if (rows := labelled(each, target))
        ],
        library=_library(asker, target),
    )


def usable_campaigns(target: Target) -> QuerySet[Campaign]:
    """Published ones about the target whose organiser allowed it, before raters joined.

    The asker's own ones too: their raters have to be told as well. Arenas are left out: their
    pictures were picked because two models quarrel over them.
    """
    asked = Q(mode=Mode.ATTRIBUTE, attribute=target.attribute)
    about = asked if target.attribute else Q(mode__in=SCORED)
    arenas = Arena.objects.values("campaign")
    allowed = Campaign.objects.filter(about, for_training=True, published_at__isnull=False)
    return allowed.exclude(pk__in=arenas)


def choose(asker: User, target: Target, spec: Spec) -> Chosen:
    """Raises UnknownSource for one that is not there or not the asker's to use."""
    campaigns = usable_campaigns(target).filter(pk__in=spec.campaigns)
    found = list(campaigns.select_related("fusion", "attribute").order_by("pk"))
    imported = list(ImportedSet.objects.filter(pk__in=spec.imported).order_by("pk"))
    _require_all(spec.campaigns, [each.pk for each in found], "campaign")
    _require_all(spec.imported, [each.pk for each in imported], "imported set")
    return Chosen(asker, found, imported, spec.library)


def labelled(imported: ImportedSet, target: Target) -> int:
    """Rows that say something of the target."""
    if target.attribute is None:
        return imported.rows
    named: dict[str, int] = imported.report.get("attributes", {})
    return named.get(target.key, 0)


def _require_all(asked: Collection[UUID], found: Collection[UUID], what: str) -> None:
    missing = set(asked) - set(found)
    if missing:
        raise UnknownSource(
            f"The {what} {min(missing)} is gone, asks about something else, or may not be used."
        )


def _counted(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    voted = Entry.objects.filter(campaign=OuterRef("pk"), votes__gt=0)
    raters = Rater.objects.filter(campaign=OuterRef("pk"), votes__gt=0, quarantined_at=None)
    return campaigns.select_related("fusion").annotate(
        pictures=_of(voted, "campaign", Count("pk")),
        given=_of(voted, "campaign", Sum("votes")),
        voters=_of(raters, "campaign", Count("pk")),
    )


def _of(rows: QuerySet[Any], by: str, what: Any) -> Coalesce:
    told = rows.order_by().values(by).annotate(told=what).values("told")
    return Coalesce(Subquery(told, output_field=IntegerField()), 0)


def _offered(campaign: Any, asker: User) -> OfferedCampaign:
    fusion = getattr(campaign, "fusion", None)
    return OfferedCampaign(
        campaign=campaign,
        mine=campaign.organiser_id == asker.pk,
        pictures=campaign.pictures,
        votes=campaign.given,
        raters=campaign.voters,
        alpha=None if fusion is None else fusion.alpha,
    )


def _linked(target: Target) -> dict[UUID, tuple[int, int]]:
    """By set: rows about the target whose artwork is here, and the votes on these alone."""
    rows = ImportedRow.objects.filter(artwork__isnull=False, artwork__deleted_at=None)
    if target.attribute is not None:
        rows = rows.filter(attributes__has_key=target.key)
    summed = "(SELECT sum(one) FROM unnest(%(expressions)s) AS one)"
    votes = Sum(Func("counts", template=summed, output_field=FloatField()))
    told = rows.values("imported").annotate(pictures=Count("pk"), given=votes)
    return {each["imported"]: (each["pictures"], round(each["given"] or 0)) for each in told}


def _library(asker: User, target: Target) -> Brought:
    votes: QuerySet[Any] = Rating.objects.all()
    if target.attribute is not None:
        votes = AttributeRating.objects.filter(attribute=target.attribute)
    told = votes.filter(artwork__owner=asker, artwork__deleted_at=None).aggregate(
        pictures=Count("artwork", distinct=True), votes=Count("pk")
    )
    return Brought(told["pictures"], told["votes"])
