"""Which question comes next: fair first, then what teaches most; checks and repeats mixed in."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ml.contracts.crowd import gain_of_vote, sd_after
from tests.people import person
from tests.webapp.crowd.hands import Hand, open_campaign, plain_pictures
from webapp.ratings.answers import Answer, misfit
from webapp.ratings.models import Assignment, Campaign, Entry, Fusion, Purpose, Rater, VoteKind
from webapp.ratings.pool import TYPICAL_NOISE, candidates
from webapp.registry.attributes import sync_attributes
from webapp.registry.models import Attribute

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser():
    return person("organiser@example.org")


@pytest.fixture(autouse=True)
def dice(monkeypatch):
    """The same throws at every run."""
    monkeypatch.setattr("webapp.ratings.assigning._random", random.Random(7))


def campaign_with(organiser, count: int, **columns) -> Campaign:
    return open_campaign(organiser, plain_pictures(organiser, count), **columns)


def joined(campaign: Campaign, name: str = "rater") -> Hand:
    hand = Hand(campaign, person(f"{name}@example.org"))
    assert hand.join()[0] == 201
    return hand


def shown(asked) -> list[str]:
    return [entry["entry"] for each in asked["assignments"] for entry in each["entries"]]


def test_pictures_below_their_minimum_come_first_then_those_of_which_least_is_known(organiser):
    campaign = campaign_with(organiser, 12, votes_wanted=3)
    entries = list(campaign.entries.all())
    for nth, entry in enumerate(entries):
        entry.votes = entry.fused_votes = 2 if nth < 3 else 3 + nth % 4
        entry.sd, entry.mean = 0.2 + 0.05 * nth, 5
    Entry.objects.bulk_update(entries, ["votes", "fused_votes", "sd", "mean"])
    Entry.objects.filter(pk=entries[11].pk).update(votes=40)  # that the last weighing did not see
    order = shown(joined(campaign).ask(10))
    assert set(order[:3]) == {str(each.pk) for each in entries[:3]}
    assert order[3:] == [str(each.pk) for each in entries[10:3:-1]]


def test_the_order_is_that_of_the_expected_gain(organiser):
    campaign = campaign_with(organiser, 9, votes_wanted=1)
    for nth, entry in enumerate(campaign.entries.all()):
        Entry.objects.filter(pk=entry.pk).update(
            votes=5 + nth % 3, fused_votes=5, sd=0.3 + 0.1 * (nth // 3)
        )
    joined(campaign)
    found = candidates(Rater.objects.get(), timezone.now(), most=9)
    entries = {each.pk: each for each in campaign.entries.all()}
    gains = []
    for each in found:
        entry = entries[each.id]
        known = sd_after(entry.sd, TYPICAL_NOISE, entry.votes - entry.fused_votes)
        assert each.sd == pytest.approx(known)
        gains.append(gain_of_vote(known, TYPICAL_NOISE))
    assert gains == sorted(gains, reverse=True)


def test_raters_who_come_together_are_spread_over_the_pictures(organiser):
    campaign = campaign_with(organiser, 12, votes_wanted=5)
    asked = Counter(entry for name in "abc" for entry in shown(joined(campaign, name).ask(4)))
    assert set(asked.values()) == {1}, "what somebody holds already counts"


def test_settled_pictures_are_asked_about_no_more(organiser):
    campaign = campaign_with(organiser, 4, votes_wanted=2)
    settled = list(campaign.entries.all()[:3])
    Entry.objects.filter(pk__in=[each.pk for each in settled]).update(settled=True, votes=2)
    hand = joined(campaign)
    assert len(shown(hand.ask(10))) == 1
    hand.rate_all()
    assert hand.ask()["done"]["code"] == "settled"


@pytest.mark.parametrize(
    ("columns", "code"),
    [({"opens_at": timezone.now() + timedelta(days=1)}, "not_open"),
     ({"revealed_at": timezone.now()}, "closed")],
)  # fmt: skip
def test_outside_of_its_time_nothing_is_asked(organiser, columns, code):
    campaign = campaign_with(organiser, 2)
    hand = joined(campaign)
    Campaign.objects.update(**columns)
    assert hand.ask(2)["done"]["code"] == code


def test_a_question_never_outlives_the_end_by_more_than_a_day(organiser):
    end = timezone.now() + timedelta(hours=1)
    joined(campaign_with(organiser, 1, closes_at=end)).ask()
    assert Assignment.objects.get().expires_at <= end + timedelta(days=1)


def test_checks_come_among_the_others_and_are_told_by_the_ten_votes_never_by_one(organiser):
    campaign = campaign_with(organiser, 22, gold_share=0.3)
    Entry.objects.filter(title__lt="Secret 2").update(gold_low=6, gold_high=8)
    hand = joined(campaign)
    told = []
    for _ in range(22):
        [question] = hand.ask()["assignments"]
        assert "gold" not in str(question)
        value = 7 if Entry.objects.get(pk=shown({"assignments": [question]})[0]).gold_low else 2
        checks = hand.vote({"token": question["token"], "kind": "score", "value": value})
        told.append(checks["progress"]["checks"])
    rater = Rater.objects.get()
    assert Assignment.objects.filter(purpose=Purpose.GOLD).count() == rater.checks_seen > 0
    assert rater.checks_met == rater.checks_seen
    assert all(each is None or each["seen"] >= 5 for each in told)
    changes = {nth + 1 for nth in range(1, 22) if told[nth] != told[nth - 1]}
    assert changes <= {10, 20}, "the answer to a check must not be the one that tells"
    assert hand.ask()["done"]["code"] == "all_seen", "a check is a picture like any other"


def test_a_check_is_met_by_the_first_answer_and_not_by_a_correction(organiser):
    campaign = campaign_with(organiser, 12, gold_share=0.3, reveal="after_vote")
    Entry.objects.update(gold_low=7, gold_high=9)
    hand = joined(campaign)
    for _ in range(12):
        [question] = hand.ask()["assignments"]
        vote = {"token": question["token"], "kind": "score", "value": 1}
        Assignment.objects.filter(answered_at=None).update(purpose=Purpose.GOLD)
        hand.vote(vote)
        assert hand.vote({**vote, "value": 8, "correct": True})["results"][0]["code"] == "ok"
    rater = Rater.objects.get()
    assert (rater.checks_seen, rater.checks_met, rater.votes) == (12, 0, 12)


def test_a_repeat_comes_late_and_does_not_count_for_its_picture(organiser):
    campaign = campaign_with(organiser, 20, repeat_share=0.3)
    hand = joined(campaign)
    order = []
    while questions := hand.ask()["assignments"]:
        order += shown({"assignments": questions})
        hand.score(questions[0], 5)
        progress = hand.ask()["progress"]
        assert progress["mine"] == progress["campaign"]["votes"] == len(order), "told of each"
        assert progress["left"] in (0, 5, 10, 15, 20)
    again = [nth for nth, entry in enumerate(order) if entry in order[:nth]]
    assert again
    for nth in again:
        assert nth - order.index(order[nth]) > 10
    assert max(Counter(order).values()) == 2
    assert set(Entry.objects.values_list("votes", flat=True)) == {1}
    assert Rater.objects.get().votes == 20


def test_pairs_are_never_asked_twice_in_either_order_and_sides_are_drawn(organiser):
    campaign = campaign_with(organiser, 5, mode="pairs")
    hand = joined(campaign)
    pairs, firsts = [], 0
    order = {str(pk): nth for nth, pk in enumerate(campaign.entries.values_list("pk", flat=True))}
    while questions := hand.ask(4)["assignments"]:
        for question in questions:
            left, right = (each["entry"] for each in question["entries"])
            pairs.append(frozenset((left, right)))
            firsts += order[left] < order[right]
            vote = {"token": question["token"], "kind": "pair", "outcome": "left"}
            assert hand.vote(vote)["results"][0]["code"] == "ok"
    assert len(pairs) == len(set(pairs)) == 10, "every pair of five"
    assert 0 < firsts < 10
    assert hand.ask()["done"]["code"] == "all_seen"


def test_of_a_pair_the_second_is_whom_an_answer_tells_most_about(organiser):
    campaign = campaign_with(organiser, 4, mode="pairs", votes_wanted=1)
    values = {"a": (2.0, 1.0), "b": (2.2, 0.5), "c": (9.0, 0.5), "d": (8.0, 0.1)}
    for (name, (mean, sd)), entry in zip(values.items(), campaign.entries.all(), strict=True):
        Entry.objects.filter(pk=entry.pk).update(
            title=name, mean=mean, sd=sd, votes=3, fused_votes=3
        )
    pair = Entry.objects.filter(pk__in=shown(joined(campaign).ask()))
    assert set(pair.values_list("title", flat=True)) == {"a", "b"}


def test_bursts_are_shown_whole_and_the_best_is_one_of_them(organiser):
    campaign = campaign_with(organiser, 7, mode="burst")
    for nth, entry in enumerate(campaign.entries.all()):
        Entry.objects.filter(pk=entry.pk).update(burst=nth // 3)  # the last is alone
    hand = joined(campaign)
    first, second = hand.ask(5)["assignments"]
    assert [len(first["entries"]), len(second["entries"])] == [3, 3]
    foreign = second["entries"][0]["entry"]
    vote = {"token": first["token"], "kind": "best"}
    assert hand.vote({**vote, "best": foreign})["results"][0]["code"] == "out_of_range"
    best = first["entries"][1]["entry"]
    assert hand.vote({**vote, "best": best})["results"][0]["code"] == "ok"


def test_attributes_are_asked_in_steps_with_examples_that_are_never_asked(organiser):
    sync_attributes()
    attribute = Attribute.objects.filter(choices=[]).first()
    campaign = campaign_with(organiser, 3, mode="attribute", attribute=attribute)
    example = campaign.entries.first()
    Entry.objects.filter(pk=example.pk).update(role="anchor_low")
    hand = joined(campaign)
    question, other = hand.ask(5)["assignments"]
    assert str(example.pk) in question["anchors"]["low"]["src"]
    values = [each["value"] for each in question["answers"]]
    assert (values[0], values[-1], len(values)) == (attribute.low, attribute.high, 5)
    between = {"token": other["token"], "kind": "attribute", "value": values[0] + 0.01}
    assert hand.vote(between)["results"][0]["code"] == "out_of_range"
    fitting = {"token": question["token"], "kind": "attribute", "value": values[1]}
    assert hand.vote(fitting)["results"][0]["code"] == "ok"


def test_what_is_no_number_is_no_answer_to_an_attribute(organiser):
    sync_attributes()
    attribute = Attribute.objects.filter(choices=[]).first()
    hand = joined(campaign_with(organiser, 1, mode="attribute", attribute=attribute))
    [question] = hand.ask()["assignments"]
    for value in ("NaN", "inf"):
        vote = {"token": question["token"], "kind": "attribute", "value": value}
        assert hand.vote(vote)["results"][0]["code"] == "out_of_range"
    answer = Answer(token="", kind=VoteKind.ATTRIBUTE, value=float("nan"))
    assert misfit(answer, Assignment.objects.get(), Campaign.objects.get()) is not None


def test_a_vote_and_the_next_question_take_a_fixed_number_of_queries(organiser):
    campaign = campaign_with(organiser, 30)
    Fusion.objects.create(campaign=campaign, fused_at=timezone.now(), votes=0, noise=1.4)
    hand = joined(campaign)

    def queries() -> tuple[int, int]:
        [question] = hand.ask()["assignments"]
        with CaptureQueriesContext(connection) as voting:
            hand.score(question)
        with CaptureQueriesContext(connection) as asking:
            hand.ask()
        return len(voting), len(asking)

    first = queries()
    for _ in range(8):
        hand.score(hand.ask()["assignments"][0])
    assert queries() == first
    assert first == (11, 10), "with a savepoint each"
