"""Raters choose between two models' orderings without knowing of either."""

import pytest
from django.utils import timezone

from ml.contracts.intervals import wilson
from ml.contracts.verdict import Point
from tests.people import person
from tests.webapp.training.reports import ended, version
from tests.world import picture_of
from webapp.catalogue.models import Artwork
from webapp.ratings.models import Assignment, Campaign, Entry, Rater, Vote
from webapp.ratings.pairing import next_pairs
from webapp.registry.models import ModelVersion
from webapp.training.arenas import rivals
from webapp.training.models import Arena, TrainingRun
from webapp.training.sources import usable_campaigns
from webapp.training.specs import overall

API = "/api/v1/training-runs"
PICTURES = 14


@pytest.fixture
def ann(db):
    return person("ann@example.org", staff=True)


@pytest.fixture
def run(ann) -> TrainingRun:
    """The challenger turns the champion's order round."""
    artworks = [picture_of(ann, title=f"{number}") for number in range(PICTURES)]
    points = [
        Point(each.original.sha256, 5.0, 4 + nth / 10, 6 - nth / 10)
        for nth, each in enumerate(artworks)
    ]
    return ended(
        ann, version("new", "2"), *artworks, champion=version("old", "1"), points=points
    )  # fmt: skip


@pytest.fixture
def browser(client, ann):
    client.force_login(ann)
    return client


def opened(browser, run: TrainingRun) -> dict:
    answer = browser.post(f"{API}/{run.pk}/arena", {"pairs": 7}, content_type="application/json")
    assert answer.status_code == 201, answer.json()
    return answer.json()


def choose(rater: Rater, pair: list[Entry], outcome: str) -> None:
    now = timezone.now()
    asked = Assignment.objects.create(
        rater=rater, entries=[each.pk for each in pair], expires_at=now, answered_at=now
    )
    Vote.objects.create(
        campaign=rater.campaign, rater=rater, assignment=asked, kind="pair", outcome=outcome,
        cast_at=now,
    )  # fmt: skip


def test_pairs_are_those_the_models_order_oppositely_and_most_surely():
    made = [
        {"artwork": name, "champion": champion, "challenger": challenger}
        for name, champion, challenger in (
            ("a", 1.0, 9.0), ("b", 8.0, 2.0), ("c", 4.0, 5.0), ("d", 5.0, 4.5), ("e", 9.0, 9.5),
        )
    ]  # fmt: skip
    first, second = rivals(made, 5)
    assert (first.challenger, first.champion, first.sureness) == ("a", "b", 7.0)
    assert (second.challenger, second.champion, second.sureness) == ("c", "d", 0.5)


def test_the_campaign_asks_for_exactly_these_pairs_and_tells_nothing_of_models(browser, run):
    told = opened(browser, run)
    assert (told["pairs"], told["decided"], told["share"]) == (7, 0, None)
    arena = Arena.objects.get()
    said = f"{told['campaign']['title']} {arena.campaign.description} {arena.campaign.question}"
    assert "model" not in said.lower() and "challenger" not in said.lower()
    assert (told["campaign"]["state"], arena.campaign.access) == ("open", "link")
    assert browser.get(told["campaign"]["link"]).status_code in (200, 302)
    rater = Rater.objects.create(campaign=arena.campaign, pseudonym="r")
    asked = {frozenset(pair) for pair in next_pairs(rater, 20, timezone.now())}
    pairs = {frozenset(map(str, pair)) for pair in asked}
    assert pairs == {frozenset(each.values()) for each in arena.pairs}


def test_an_arena_outlives_its_run_and_never_becomes_a_source(browser, ann, run):
    opened(browser, run)
    ModelVersion.objects.filter(pk=run.champion_id).update(state="active")
    assert browser.delete(f"{API}/{run.pk}").status_code == 204
    Campaign.objects.update(for_training=True)
    assert Arena.objects.get().run is None
    assert not usable_campaigns(overall())


def test_pictures_of_others_are_shown_to_no_crowd(browser, run):
    Artwork.objects.filter(title__in=["0", "13"]).update(owner=person("ben@example.org"))
    assert opened(browser, run)["pairs"] == 6
    shown = Artwork.objects.filter(entries__campaign=Arena.objects.get().campaign)
    assert {each.owner.email for each in shown} == {"ann@example.org"}
    Arena.objects.all().delete()
    Artwork.objects.update(owner=person("cay@example.org"))
    refused = browser.post(f"{API}/{run.pk}/arena", {}, content_type="application/json")
    assert refused.json()["code"] == "too_few_pairs"


def test_choices_are_counted_with_their_interval(browser, run):
    opened(browser, run)
    arena = Arena.objects.get()
    rater = Rater.objects.create(campaign=arena.campaign, pseudonym="r")
    for nth, pair in enumerate(arena.pairs):
        sides = [Entry.objects.get(pk=pair[name]) for name in ("challenger", "champion")]
        outcome = "left" if nth < 4 else "right" if nth < 6 else "tie"
        choose(rater, sides, outcome)
    told = browser.get(f"{API}/{run.pk}/arena").json()
    assert (told["decided"], told["challenger"], told["champion"]) == (6, 4, 2)
    assert told["low"] < told["share"] < told["high"]
    assert "no proof for either" in told["text"]
    assert browser.get(f"{API}/{run.pk}").json()["arena"] == told


def test_there_is_one_arena_of_a_finished_run(browser, run):
    opened(browser, run)
    again = browser.post(f"{API}/{run.pk}/arena", {}, content_type="application/json")
    assert again.json()["code"] == "arena_exists"
    Arena.objects.all().delete()
    run.snapshot.shown.all().delete()
    gone = browser.post(f"{API}/{run.pk}/arena", {}, content_type="application/json")
    assert gone.json()["code"] == "too_few_pairs"


@pytest.mark.parametrize(
    ("successes", "count", "low", "high"),  # as statsmodels' proportion_confint(method="wilson")
    [(8, 10, 0.4902, 0.9433), (0, 5, 0.0, 0.4345), (5, 5, 0.5655, 1.0), (50, 100, 0.4038, 0.5962)],
)
def test_intervals_are_wilsons(successes, count, low, high):
    found = wilson(successes, count)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
