"""A person's own data in campaigns: all of it to take along, and all of it gone."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from webapp.events.publish import tell_campaign
from webapp.ratings.counting import lock_all, recount
from webapp.ratings.fusions import fuse_afresh
from webapp.ratings.mine import raters_of
from webapp.ratings.models import Assignment, Rater, Vote


def everything_about(user_id: int) -> list[dict[str, Any]]:
    """What is kept of a person in every campaign, each vote and correction, as for JSON."""
    return [_of(rater) for rater in raters_of(user_id)]


def erase_all(user_id: int) -> int:
    """Erase a person from every campaign; returns from how many."""
    raters = list(raters_of(user_id))
    for rater in raters:
        erase(rater)
    return len(raters)


@transaction.atomic
def erase(rater: Rater) -> None:
    """The rater, their questions, votes and comments; standings are computed without them."""
    lock_all(rater.campaign)
    said, _ = Vote.objects.filter(rater=rater).delete()
    Assignment.objects.filter(rater=rater).delete()
    Rater.objects.filter(pk=rater.pk).delete()
    if said:
        recount(rater.campaign)
    if said and rater.campaign.published_at is not None:
        fuse_afresh(rater.campaign)
    tell_campaign(rater.campaign_id)


def _of(rater: Rater) -> dict[str, Any]:
    campaign = rater.campaign
    return {
        "campaign": {"id": campaign.pk, "title": campaign.title, "question": campaign.question},
        "pseudonym": rater.pseudonym,
        "joined_at": rater.created_at,
        "consented_at": rater.consented_at,
        "consented_to": rater.consented_to,
        "habits": {
            name: getattr(rater, name)
            for name in ("bias", "spread", "noise", "consistency", "side", "median_dwell_ms")
        },
        "votes": list(_votes(rater)),
    }


def _votes(rater: Rater) -> Iterable[dict[str, Any]]:
    """Every row, also those that were corrected."""
    votes = Vote.objects.filter(rater=rater).select_related("assignment")
    for vote in votes.order_by("received_at", "created_at"):
        entries: list[UUID] = vote.assignment.entries
        yield {
            "id": vote.pk, "corrects": vote.corrects_id, "entries": entries,
            "asked_at": vote.assignment.created_at, "kind": vote.kind, "value": vote.value,
            "outcome": vote.outcome, "best": vote.best_id, "reason": vote.reason,
            "comment": vote.comment, "dwell_ms": vote.dwell_ms, "cast_at": vote.cast_at,
            "received_at": vote.received_at, "uncounted": vote.uncounted,
        }  # fmt: skip
