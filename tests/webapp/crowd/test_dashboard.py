"""What an organiser watches, and rulings on raters, over the API."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.world import campaign_of, picture_of, voted
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.ratings.models import Campaign, Entry, Fusion, Rater, Ruling, Vote
from webapp.ratings.progress import progress_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(organiser: User) -> Campaign:
    return campaign_of(organiser, *(picture_of(organiser, title=t) for t in ("one", "two")))


def rater(campaign: Campaign, name: str, **columns: object) -> Rater:
    return Rater.objects.create(campaign=campaign, pseudonym=name, **columns)


def dashboard(client: Client, campaign: Campaign) -> dict:
    return client.get(f"/api/v1/campaigns/{campaign.pk}/dashboard").json()


def test_it_counts_votes_that_count_and_says_how_far_they_lead(campaign, owner):
    ann, bob = (rater(campaign, name, median_dwell_ms=ms) for name, ms in (("a", 400), ("b", 900)))
    one, two = campaign.entries.order_by("title")
    voted(ann, one, 4), voted(bob, one, 8), voted(bob, two, 8)
    late = voted(ann, two, 1, uncounted="late")
    old = timezone.now() - timedelta(days=2)
    voted(ann, two, 3, received_at=old, corrects=late)
    campaign.votes_wanted = 2
    campaign.save()
    told = dashboard(owner, campaign)
    progress = told["progress"]
    assert (progress["wanted"], progress["entries"], progress["raters"]) == (4, 2, 2)
    assert progress["per_day"] == [
        [str(old.date()), 1],
        [str(timezone.now().date()), 3],
    ]
    assert sum(progress["per_minute"]) == 3 and len(progress["per_minute"]) == 30
    assert told["distribution"] == [0, 0, 0.25, 0.25, 0, 0, 0, 0.5, 0, 0]
    assert [each["pseudonym"] for each in told["pace"]["fast"]] == ["a"]
    assert [each["pseudonym"] for each in told["pace"]["slow"]] == ["b"]
    assert told["pace"]["median_ms"] == 650
    assert (told["stale"], told["fused_at"], told["curves"]) == (True, None, None)
    agreement = told["agreement"]
    assert agreement["alpha"] is None and agreement["words"].startswith("Too few answers to say")


def test_it_tells_what_the_last_fit_found(campaign, owner):
    one, two = campaign.entries.order_by("title")
    standing = {"sd": 0.5, "low": 4, "high": 6, "distribution": [0.1] * 10}
    Entry.objects.filter(pk=one.pk).update(
        place=2, mean=5, divisive=0.7, votes=5, fused_votes=5, **standing
    )
    Entry.objects.filter(pk=two.pk).update(
        place=1,
        mean=7,
        divisive=0,
        settled=True,
        votes=4,
        fused_votes=4,
        votes_mean=7.5,
        **standing,
    )
    curves = {"by_mean": [], "spread": [[5, 1.5]]}
    Fusion.objects.create(
        campaign=campaign, fused_at=timezone.now(), votes=3, alpha=0.42, split_half=0.8,
        noise=1.2, plain_noise=1.5, figures={"curves": curves, "model": {"srcc": 0.6, "n": 2}},
    )  # fmt: skip
    told = dashboard(owner, campaign)
    assert told["agreement"]["words"] == "Raters agree moderately: alpha 0.42."
    assert told["progress"]["saved"] == 9 - 5, "(1.5 / 0.5) ** 2 less its votes; four are too few"
    me = Rater.objects.get(pk=rater(campaign, "a").pk)
    assert progress_of(me).campaign.saved == 9 - 5, "raters are told the same"
    assert [each["title"] for each in told["top"]] == ["two", "one"]
    assert [each["votes_mean"] for each in told["top"]] == [7.5, None]
    assert [each["title"] for each in told["divisive"]] == ["one"]
    assert (told["curves"], told["model"]["srcc"]) == (curves, 0.6)
    assert told["stale"] is False


def test_a_quarantine_keeps_votes_from_counting_until_it_is_lifted(campaign, owner):
    bot = rater(campaign, "bot", doubts=["constant", "fast"])
    entry = campaign.entries.first()
    voted(bot, entry, 5), voted(rater(campaign, "ann"), entry, 9)
    [flagged] = dashboard(owner, campaign)["flagged"]
    assert flagged["doubts"][0]["words"] == "nearly always the same answer"
    path = f"/api/v1/campaigns/{campaign.pk}/raters/{bot.pk}"
    kept = owner.post(f"{path}/quarantine", {"reason": "a bot"}, content_type="application/json")
    assert kept.json()["quarantined"]["reason"] == "a bot"
    assert Vote.objects.count() == 2, "nothing is deleted"
    told = dashboard(owner, campaign)
    assert (sum(told["progress"]["per_minute"]), told["flagged"]) == (1, [])
    entry.refresh_from_db()
    assert entry.votes == 1
    again = owner.post(f"{path}/quarantine", {"reason": "a bot"}, content_type="application/json")
    assert again.json()["code"] == "already_quarantined"
    owner.post(f"{path}/lift", {"reason": "my aunt"}, content_type="application/json")
    entry.refresh_from_db()
    assert (entry.votes, dashboard(owner, campaign)["flagged"] != []) == (2, True)
    assert [each.reason for each in Ruling.objects.order_by("created_at")] == ["a bot", "my aunt"]
    assert Job.objects.filter(kind="fuse", subject=campaign.pk).count() == 1


def test_it_takes_as_many_queries_for_two_entries_as_for_twenty(campaign, owner, organiser):
    campaign.entries.update(place=1, divisive=0.5)
    for name in ("ann", "bob"):
        watched = rater(campaign, name, median_dwell_ms=500, doubts=["fast"])
        voted(watched, campaign.entries.first(), 4)
    path = f"/api/v1/campaigns/{campaign.pk}/dashboard"
    with CaptureQueriesContext(connection) as few:
        owner.get(path)
    for nth in range(20):
        entry = campaign.entries.create(
            artwork=picture_of(organiser, title=f"n {nth}"), place=nth + 1, divisive=0.5, sd=1
        )
        voted(rater(campaign, f"r {nth}", doubts=["fast"], median_dwell_ms=nth), entry, 5)
    with CaptureQueriesContext(connection) as many:
        owner.get(path)
    assert len(many) == len(few) < 30
