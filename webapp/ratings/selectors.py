"""Read models of campaigns and their entries: whole answers in a fixed number of queries."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    F,
    OrderBy,
    Q,
    QuerySet,
    Sum,
    When,
    Window,
)
from django.db.models.functions import Abs, RowNumber

from webapp.catalogue.models import Visitor
from webapp.common.errors import NotFound
from webapp.ratings.enough import VOTES_COMPARED
from webapp.ratings.mine import Me, mes_of, raters_of
from webapp.ratings.models import (
    Campaign,
    CampaignKind,
    Entry,
    EntryRole,
    Rater,
    Vote,
)

COVERS: Final = 4


class Role(StrEnum):
    """What a person has to do with a campaign."""

    ORGANISE = "organise"
    RATE = "rate"


class EntrySort(StrEnum):
    """By rank, by how much people differ, by votes, by how far the model is off."""

    PLACE = "place"
    DIVISIVE = "divisive"
    VOTES = "votes"
    GAP = "gap"


SORTS: Final[dict[EntrySort, OrderBy]] = {
    EntrySort.PLACE: F("place").asc(nulls_last=True),
    EntrySort.DIVISIVE: F("divisive").desc(nulls_last=True),
    EntrySort.VOTES: F("votes").desc(),
    EntrySort.GAP: Case(
        When(votes__gte=VOTES_COMPARED, then=Abs(F("votes_mean") - F("prior_mean")))
    ).desc(nulls_last=True),
}
BY_PLACE: Final = (SORTS[EntrySort.PLACE], "pk")


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of a campaign there is."""

    entries: int
    raters: int
    votes: int
    settled: int


@dataclass(frozen=True, slots=True)
class CampaignCard:
    """A campaign as one person sees it; `emails` and `covers` only if they may be told."""

    campaign: Campaign
    counts: Counts
    is_organiser: bool
    emails: tuple[str, ...] | None
    me: Me | None
    covers: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A window into the entries of a campaign, and how many there are."""

    campaign: Campaign
    count: int
    entries: list[Entry]
    comments: dict[UUID, int]
    makers: dict[int, str]


def campaign_of(user: Visitor, campaign_id: UUID, *, kind: CampaignKind | None = None) -> Campaign:
    """One that this person sees. Raises NotFound."""
    return _one(Campaign.objects.visible_to(user), campaign_id, kind)


def own_campaign(user: Visitor, campaign_id: UUID, *, kind: CampaignKind | None = None) -> Campaign:
    """One that this person runs. Raises NotFound."""
    return _one(Campaign.objects.organised_by(user), campaign_id, kind)


def results_of(user: Visitor, campaign_id: UUID, *, kind: CampaignKind | None = None) -> Campaign:
    """One whose results this person may look at: its organiser always, others once revealed."""
    found = campaign_of(user, campaign_id, kind=kind)
    if found.revealed_at is None and (user is None or found.organiser_id != user.pk):
        raise NotFound
    return found


def entry_of(campaign: Campaign, entry_id: UUID) -> Entry:
    """One of its entries, whatever became of it. Raises NotFound."""
    found = campaign.entries.select_related("artwork", "campaign__attribute").filter(pk=entry_id)
    entry = found.first()
    if entry is None:
        raise NotFound
    return entry


def rater_of(campaign: Campaign, rater_id: UUID) -> Rater:
    """One of its raters. Raises NotFound."""
    found = campaign.raters.filter(pk=rater_id).first()
    if found is None:
        raise NotFound
    return found


def campaigns_of(
    user: Visitor, *, role: Role | None = None, kind: CampaignKind | None = None
) -> list[CampaignCard]:
    """What this person sees, newest first. Seven queries, whatever there is."""
    found = Campaign.objects.visible_to(user)
    if role is Role.ORGANISE:
        found = Campaign.objects.organised_by(user)
    elif role is Role.RATE:
        found = found.exclude(pk__in=Campaign.objects.organised_by(user))
    if kind is not None:
        found = found.filter(kind=kind)
    return cards(found, user)


def cards(campaigns: QuerySet[Campaign], user: Visitor) -> list[CampaignCard]:
    """These, told to this person."""
    rows = list(campaigns.select_related("attribute").order_by("-created_at", "pk"))
    own = {each.pk for each in rows if user is not None and each.organiser_id == user.pk}
    shown = own | {each.pk for each in rows if each.revealed_at is not None}
    counts, covers, emails, mes = _counts(rows), _covers(shown), _emails(own), _mes(rows, user)
    return [
        CampaignCard(
            each,
            counts[each.pk],
            each.pk in own,
            emails.get(each.pk, ()) if each.pk in own else None,
            mes.get(each.pk),
            covers.get(each.pk, ()),
        )
        for each in rows
    ]


def entry_page(
    campaign: Campaign, *, sort: EntrySort = EntrySort.PLACE, offset: int = 0, limit: int = 60
) -> EntryPage:
    """A window of entries. Four queries, whatever the window."""
    found = campaign.entries.all()
    ordered = found.select_related("artwork").order_by(SORTS[sort], "pk")
    return page_of(campaign, list(ordered[offset : offset + limit]), count=found.count())


def page_of_one(campaign: Campaign, entry_id: UUID) -> EntryPage:
    """A single entry, told like those of a window. Raises NotFound."""
    return page_of(campaign, [entry_of(campaign, entry_id)])


def page_of(campaign: Campaign, entries: list[Entry], *, count: int | None = None) -> EntryPage:
    """These entries with what is told beside them; `count` of a longer list that they are from."""
    makers = _makers(campaign, entries) if campaign.revealed_at is not None else {}
    told = _comments(campaign, entries)
    return EntryPage(campaign, len(entries) if count is None else count, entries, told, makers)


def comments_of(entry: Entry) -> list[Vote]:
    """What people wrote about it, newest first, with their raters."""
    return list(
        _said(entry.campaign_id).filter(assignment__entries__contains=[entry.pk])
        .select_related("rater").order_by("-received_at", "pk")
    )  # fmt: skip


def _one(campaigns: QuerySet[Campaign], campaign_id: UUID, kind: CampaignKind | None) -> Campaign:
    found = campaigns.filter(pk=campaign_id).select_related("attribute").first()
    if found is None or (kind is not None and found.kind != kind):
        raise NotFound
    return found


def _counts(campaigns: Collection[Campaign]) -> dict[UUID, Counts]:
    """Two queries: a join of entries and raters would multiply them."""
    asked = Entry.objects.filter(
        campaign__in=campaigns, role=EntryRole.ENTRY, disqualified_at=None,
        artwork__isnull=False, artwork__deleted_at=None,
    ).values_list("campaign")  # fmt: skip
    tallied = asked.annotate(n=Count("pk"), done=Count("pk", filter=Q(settled=True)))
    entries = {pk: (n, done) for pk, n, done in tallied.order_by()}
    people = Rater.objects.filter(campaign__in=campaigns).values_list("campaign")
    said = Sum("votes", filter=Q(quarantined_at=None), default=0)
    voted = {pk: (n, votes) for pk, n, votes in people.annotate(n=Count("pk"), v=said)}
    found = {}
    for pk in (each.pk for each in campaigns):
        (n_entries, settled), (n_raters, votes) = entries.get(pk, (0, 0)), voted.get(pk, (0, 0))
        found[pk] = Counts(n_entries, n_raters, votes, settled)
    return found


def _mes(campaigns: Collection[Campaign], user: Visitor) -> dict[UUID, Me]:
    if user is None or user.pk is None:
        return {}
    raters = raters_of(user.pk).filter(campaign__in=campaigns)
    return {each.rater.campaign_id: each for each in mes_of(raters)}


def _covers(campaigns: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """The first entries that have display files, best places first."""
    nth = Window(
        RowNumber(), partition_by="campaign", order_by=(F("place").asc(nulls_last=True), "pk")
    )
    shown = Entry.objects.filter(
        campaign__in=campaigns, disqualified_at=None, artwork__deleted_at=None
    ).exclude(Q(artwork=None) | Q(artwork__thumbhash=""))
    rows = shown.annotate(nth=nth).filter(nth__lte=COVERS).order_by("campaign", "nth")
    found: dict[UUID, tuple[UUID, ...]] = {}
    for campaign_id, entry_id in rows.values_list("campaign_id", "pk"):
        found[campaign_id] = (*found.get(campaign_id, ()), entry_id)
    return found


def _emails(campaigns: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    found: dict[UUID, tuple[str, ...]] = {}
    rows = Campaign.objects.filter(pk__in=campaigns, invitees__isnull=False)
    for pk, email in rows.order_by("invitees__email").values_list("pk", "invitees__email"):
        found[pk] = (*found.get(pk, ()), str(email))
    return found


def _said(campaign_id: UUID) -> QuerySet[Vote]:
    """Votes with a comment that nothing corrects."""
    return Vote.objects.filter(campaign=campaign_id, corrected_by=None).exclude(comment="")


def _comments(campaign: Campaign, entries: Sequence[Entry]) -> dict[UUID, int]:
    ids = {each.pk for each in entries}
    said = _said(campaign.pk).filter(assignment__entries__overlap=list(ids))
    asked = said.values_list("assignment__entries", flat=True)
    return Counter(pk for shown in asked for pk in shown if pk in ids)


def _makers(campaign: Campaign, entries: Sequence[Entry]) -> dict[int, str]:
    """Names to show by user: the one of the account, else the pseudonym; never an address."""
    people = {each.submitted_by_id for each in entries if each.submitted_by_id is not None}
    raters = campaign.raters.filter(user__in=people)
    known = dict(raters.values_list("user_id", "pseudonym"))
    named = Entry.objects.filter(pk__in=[each.pk for each in entries], submitted_by__isnull=False)
    for user_id, first, last in named.values_list(
        "submitted_by_id", "submitted_by__first_name", "submitted_by__last_name"
    ).distinct():
        name = f"{first} {last}".strip()
        if name:
            known[user_id] = name
    return known
