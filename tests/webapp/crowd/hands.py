"""Campaigns full of pictures, and people who rate in them over the API."""

import json
from typing import Any

from django.test import Client
from django.utils import timezone

from webapp.accounts.models import User
from webapp.catalogue import blobs
from webapp.catalogue.models import Artwork
from webapp.ratings.links import token_of
from webapp.ratings.models import Campaign, Entry

_THUMB = "1QcSHQRnh493V4dIh4eXh1h4kJUI"


def plain_pictures(owner: User, count: int) -> list[Artwork]:
    """Without display files: nobody looks at them."""
    original = [blobs.store(b"%d of %d" % (n, owner.pk), content_type="x/y") for n in range(count)]
    return Artwork.objects.bulk_create(
        Artwork(
            owner=owner, original=each, title=f"Secret {n}", format="JPEG", bytes=each.size,
            width=300, height=200, thumbhash=_THUMB, state="ready",
        )
        for n, each in enumerate(original)
    )  # fmt: skip


def open_campaign(organiser: User, pictures: list[Artwork], **columns: Any) -> Campaign:
    """Published, without checks and repeats unless asked for."""
    values = {"gold_share": 0.0, "repeat_share": 0.0, "question": "How good?", **columns}
    campaign = Campaign.objects.create(
        organiser=organiser, title="Summer", published_at=timezone.now(), **values
    )
    Entry.objects.bulk_create(
        Entry(campaign=campaign, artwork=each, title=each.title) for each in pictures
    )
    return campaign


class Hand:
    """A browser in somebody's hand, in one campaign."""

    def __init__(self, campaign: Campaign, user: User | None = None, *, checked: bool = False):
        self.campaign = campaign
        self.client = Client(enforce_csrf_checks=checked)
        if user is not None:
            self.client.force_login(user)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = self.client.generic(
            method, f"/api/v1/{path}", "" if body is None else json.dumps(body, default=str),
            "application/json", headers=headers,
        )  # fmt: skip
        return answer.status_code, answer.json() if answer.content else None

    def join(self, **extra: Any) -> tuple[int, Any]:
        body = {"token": token_of(self.campaign), "consent": True, **extra}
        return self.send("POST", f"campaigns/{self.campaign.pk}/join", body)

    def ask(self, count: int = 1) -> dict[str, Any]:
        status, asked = self.send(
            "POST", "assignments", {"campaign": self.campaign.pk, "count": count}
        )
        assert status == 200, asked
        return asked

    def vote(self, *votes: dict[str, Any]) -> dict[str, Any]:
        status, heard = self.send("POST", "ratings", {"votes": list(votes)})
        assert status == 200, heard
        return heard

    def score(self, question: dict[str, Any], value: float = 7, **extra: Any) -> dict[str, Any]:
        [result] = self.vote(
            {"token": question["token"], "kind": "score", "value": value, **extra}
        )["results"]
        return result

    def rate_all(self, value: Any = 7) -> int:
        """Everything there is; `value` may be a function of the entry. Returns how many."""
        done = 0
        while questions := self.ask(10)["assignments"]:
            for question in questions:
                entry = question["entries"][0]["entry"]
                self.score(question, value(entry) if callable(value) else value)
                done += 1
        return done
