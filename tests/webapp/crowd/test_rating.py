"""Rating over the API: joined once, asked, answered once, nothing lost or counted twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.people import person
from tests.webapp.crowd.hands import Hand, open_campaign, plain_pictures
from webapp.ratings.campaigns import change
from webapp.ratings.counting import counting_votes
from webapp.ratings.models import Assignment, Campaign, Entry, Rater, Vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    organiser = person("organiser@example.org")
    return open_campaign(organiser, plain_pictures(organiser, 6))


@pytest.fixture
def hand(campaign) -> Hand:
    joined = Hand(campaign, person("rater@example.org"))
    assert joined.join()[0] == 201
    return joined


def test_somebody_joins_is_asked_votes_and_sees_how_far_it_is(campaign, hand):
    asked = hand.ask(4)
    assert [len(asked["assignments"]), asked["done"], asked["progress"]["left"]] == [4, None, 6]
    assert "Secret" not in str(asked) and "artwork" not in str(asked)
    question = asked["assignments"][0]
    heard = hand.vote({"token": question["token"], "kind": "score", "value": 8, "dwell_ms": 10**9})
    [result] = heard["results"]
    assert (result["status"], result["code"], result["crowd"]["first"]) == ("counted", "ok", True)
    assert (heard["progress"]["mine"], heard["progress"]["left"]) == (1, 5)
    assert heard["progress"]["campaign"]["votes"] == 1
    vote = Vote.objects.get()
    assert (vote.value, vote.uncounted) == (8, "")
    assert vote.dwell_ms < 60_000, "no longer than since the question was asked"
    assert Entry.objects.get(pk=question["entries"][0]["entry"]).votes == 1
    again = {each["token"] for each in hand.ask(4)["assignments"]}
    assert question["token"] not in again
    assert {each["token"] for each in asked["assignments"][1:]} < again, "held ones come first"


def test_everything_is_asked_once_and_then_the_end_is_told(hand):
    assert hand.rate_all() == 6
    ended = hand.ask(10)
    assert (ended["assignments"], ended["done"]["code"]) == ([], "all_seen")


def test_the_same_answer_twice_counts_once_and_another_needs_an_undo(hand):
    [question] = hand.ask()["assignments"]
    first, again = hand.score(question, 7), hand.score(question, 7)
    assert (first["code"], again["code"]) == ("ok", "again")
    assert first["vote"] == again["vote"]
    other = hand.score(question, 3)
    assert (other["status"], other["code"]) == ("refused", "already_voted")
    changed = hand.score(question, 3, correct=True)
    assert changed["code"] == "ok" and changed["vote"] != first["vote"]
    assert [vote.value for vote in Vote.objects.order_by("created_at")] == [7, 3]
    assert Entry.objects.get(pk=question["entries"][0]["entry"]).votes == 1


def test_a_vote_taken_back_gives_the_question_back(hand):
    [question] = hand.ask()["assignments"]
    hand.score(question, 7)
    token = question["token"]
    assert hand.vote({"token": token, "kind": "withdrawn"})["progress"]["mine"] == 0
    assert [each["token"] for each in hand.ask()["assignments"]] == [token]
    assert hand.score(question, 2)["code"] == "ok"
    assert Rater.objects.get().votes == Entry.objects.get(votes__gt=0).votes == 1


def test_after_two_minutes_a_vote_stands(hand, monkeypatch):
    [question] = hand.ask()["assignments"]
    hand.score(question, 7)
    later = timezone.now() + timedelta(minutes=3)
    monkeypatch.setattr("webapp.ratings.room.timezone.now", lambda: later)
    refused = hand.score(question, 8, correct=True)
    assert (refused["status"], refused["code"]) == ("refused", "too_late_to_correct")


def test_forged_foreign_and_expired_tokens_are_told_apart(campaign, hand):
    [question] = hand.ask()["assignments"]
    other = Hand(campaign, person("other@example.org"))
    other.join()
    forged = {"token": question["token"][:-1] + "!"}
    assert hand.score(forged)["code"] == "bad_token"
    assert other.score(question)["code"] == "not_yours"
    Assignment.objects.update(expires_at=timezone.now())
    assert hand.score(question)["code"] == "expired"
    assert hand.ask()["assignments"][0]["token"] != question["token"], "it may be asked again"
    assert not Vote.objects.exists()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"kind": "score", "value": 11}, "out_of_range"),
        ({"kind": "score", "value": 6.5}, "out_of_range"),
        ({"kind": "score"}, "out_of_range"),
        ({"kind": "score", "value": True}, "out_of_range"),
        ({"kind": "pair", "outcome": "left"}, "wrong_kind"),
        ({"kind": "sing"}, "wrong_kind"),
        ({"kind": "skip"}, "out_of_range"),
        ({"kind": "withdrawn"}, "wrong_kind"),
        ({"kind": "score", "value": "NaN"}, "out_of_range"),
        ({"kind": "score", "value": 7, "comment": "\0"}, "out_of_range"),
    ],
)
def test_answers_that_do_not_fit_are_refused_one_by_one(hand, sent, code):
    bad, good = hand.ask(2)["assignments"]
    heard = hand.vote(
        {"token": bad["token"], **sent}, {"token": good["token"], "kind": "score", "value": 5}
    )
    assert [each["code"] for each in heard["results"]] == [code, "ok"]


def test_votes_after_the_end_and_on_pictures_that_left_are_kept_and_do_not_count(campaign, hand):
    late, gone = hand.ask(2)["assignments"]
    entry = Entry.objects.get(pk=gone["entries"][0]["entry"])
    entry.artwork.deleted_at = timezone.now()
    entry.artwork.save()
    told = hand.score(gone)
    assert (told["status"], told["code"]) == ("kept", "picture_gone")
    Campaign.objects.update(closes_at=timezone.now())
    told = hand.score(late)
    assert (told["status"], told["code"]) == ("kept", "late")
    assert hand.score(late)["code"] == "late", "the same outcome again"
    assert Vote.objects.count() == 2
    assert not Entry.objects.filter(votes__gt=0).exists()
    assert hand.ask()["done"]["code"] == "closed"


def test_nobody_is_asked_about_pictures_of_their_own(campaign):
    rater = person("rater@example.org")
    own, submitted = campaign.entries.all()[:2]
    own.artwork.owner = rater
    own.artwork.save()
    Entry.objects.filter(pk=submitted.pk).update(submitted_by=rater)
    hand = Hand(campaign, rater)
    hand.join()
    assert hand.rate_all() == 4
    assert not Assignment.objects.filter(entries__overlap=[own.pk, submitted.pk]).exists()
    organiser = Hand(campaign, campaign.organiser)
    organiser.join()
    assert organiser.rate_all() == 1, "only the picture of somebody else"


def test_a_skip_with_its_reason_counts_for_nothing_and_can_be_mended(hand):
    [question] = hand.ask()["assignments"]
    skip = {"token": question["token"], "kind": "skip", "reason": "known"}
    progress = hand.vote(skip)["progress"]
    assert (progress["mine"], progress["skipped"], progress["left"]) == (0, 1, 5)
    assert hand.score(question, 9, correct=True)["code"] == "ok"
    assert Entry.objects.get(votes=1).pk and Rater.objects.get().votes == 1


def test_clocks_that_are_wrong_do_no_harm(hand):
    early, late = hand.ask(2)["assignments"]
    hand.score(early, cast_at="2001-01-01T00:00:00Z", dwell_ms=-5)
    hand.score(late, cast_at="2101-01-01T00:00:00Z")
    for vote in Vote.objects.select_related("assignment"):
        assert vote.assignment.created_at <= vote.cast_at <= vote.received_at
        assert vote.dwell_ms in (0, None)


def test_a_question_that_is_no_longer_asked_takes_no_answer(campaign, hand):
    [question] = hand.ask()["assignments"]
    change(campaign, campaign.organiser, mode="pairs")
    assert hand.score(question)["code"] == "bad_token"
    assert len(hand.ask()["assignments"][0]["entries"]) == 2


def test_the_organiser_s_cap_is_the_end(campaign, hand):
    Campaign.objects.update(most_per_rater=3)
    assert len(hand.ask(10)["assignments"]) == 3
    assert hand.rate_all() == 3
    assert hand.ask()["done"]["code"] == "cap_reached"


def test_own_votes_are_listed_and_nobody_elses(campaign, hand):
    for question in hand.ask(2)["assignments"]:
        hand.score(question, 4)
    other = Hand(campaign, person("other@example.org"))
    status, listed = hand.send("GET", f"ratings?campaign={campaign.pk}")
    assert (status, [each["value"] for each in listed]) == (200, [4, 4])
    assert other.send("GET", f"ratings?campaign={campaign.pk}")[0] == 404


def test_others_are_told_after_the_vote_and_never_while_they_are_few(campaign, hand):
    for name, value in (("a", 4), ("b", 6), ("c", 6)):
        other = Hand(campaign, person(f"{name}@example.org"))
        other.join()
        other.rate_all(value)
    [question] = hand.ask()["assignments"]
    crowd = hand.score(question, 10)["crowd"]
    assert (crowd["votes"], crowd["first"]) == (3, False)
    assert crowd["mean"] == pytest.approx(16 / 3), "one's own vote is not among the others"
    assert crowd["distribution"][5] == pytest.approx(2 / 3)
    Campaign.objects.update(reveal="at_end")
    [question] = hand.ask()["assignments"]
    assert hand.score(question)["crowd"] is None


@pytest.mark.parametrize("mode", ["score", "burst"])
def test_of_others_those_votes_are_told_that_count(campaign, mode):
    Campaign.objects.update(mode=mode)
    Entry.objects.update(burst=1)
    hands = {name: Hand(campaign, person(f"{name}@example.org")) for name in "abcdefg"}
    asked, results = {}, {}

    def answer(name: str, **sent: object) -> None:
        if name not in asked:
            hands[name].join()
            asked[name] = hands[name].ask(6)["assignments"]
        changed = int("correct" in sent)
        votes = [
            {"token": each["token"], "kind": "best", "best": best, **sent}
            if mode == "burst"
            else {"token": each["token"], "kind": "score", "value": 7 - changed, **sent}
            for each in asked[name]
            for best in [sorted(shown["entry"] for shown in each["entries"])[-changed]]
        ]
        results[name] = hands[name].vote(*votes)["results"]

    for name in "abcdef":
        answer(name)
    answer("b", correct=True)
    assert Vote.objects.filter(corrects__isnull=False).count() == len(asked["b"])
    answer("c", kind="skip", reason="unsure", correct=True)
    answer("d", kind="withdrawn")
    Rater.objects.filter(user__email="e@example.org").update(quarantined_at=timezone.now())
    Assignment.objects.filter(rater__user__email="f@example.org").update(purpose="repeat")
    answer("g")
    me = Rater.objects.get(user__email="g@example.org")
    counting = counting_votes(campaign).exclude(rater=me)
    told = [each["crowd"]["votes"] for each in results["g"]]
    assert told == [counting.count() // len(told)] * len(told) == [2] * len(told)
    Entry.objects.update(disqualified_at=timezone.now())
    answer("g")
    assert counting.count() == results["g"][0]["crowd"]["votes"] == 0


def test_a_correction_after_the_end_leaves_the_vote_as_it_was(hand):
    [question] = hand.ask()["assignments"]
    hand.score(question, 7)
    Campaign.objects.update(closes_at=timezone.now())
    assert hand.score(question, 2, correct=True)["code"] == "too_late_to_correct"
    taken_back = {"token": question["token"], "kind": "withdrawn"}
    assert hand.vote(taken_back)["results"][0]["code"] == "too_late_to_correct"
    assert [vote.value for vote in Vote.objects.all()] == [7]
    assert Entry.objects.get(votes=1).pk and Rater.objects.get().votes == 1


def test_the_best_of_a_burst_is_still_in_the_campaign(campaign, hand):
    Campaign.objects.update(mode="burst")
    Entry.objects.update(burst=1)
    [question] = hand.ask()["assignments"]
    gone, here = (each["entry"] for each in question["entries"][:2])
    Entry.objects.get(pk=gone).delete()
    answer = {"token": question["token"], "kind": "best"}
    results = hand.vote({**answer, "best": gone}, {**answer, "best": here})["results"]
    assert [each["code"] for each in results] == ["picture_gone", "picture_gone"]
    assert [each["status"] for each in results] == ["refused", "kept"]


def test_what_one_campaign_tells_at_its_end_another_does_not_tell_before(hand):
    other = person("other@example.org")
    quiet = open_campaign(other, plain_pictures(other, 2), reveal="at_end")
    beside = Hand(quiet, Rater.objects.get().user)
    beside.join()
    questions = [each.ask()["assignments"][0] for each in (hand, beside)]
    votes = [{"token": each["token"], "kind": "score", "value": 7} for each in questions]
    for results in (hand.vote(*votes)["results"], hand.vote(*votes[::-1])["results"][::-1]):
        assert results[1]["crowd"] is None


def seen_by_three(campaign) -> None:
    for name in "abc":
        other = Hand(campaign, person(f"{name}@example.org"))
        other.join()
        other.rate_all(4)


def test_what_is_said_after_seeing_the_crowd_is_kept_and_does_not_count(campaign, hand):
    seen_by_three(campaign)
    [question] = hand.ask()["assignments"]
    assert hand.score(question, 9)["crowd"]["first"] is False
    entry = Entry.objects.get(pk=question["entries"][0]["entry"])
    assert entry.votes == 4
    told = hand.score(question, 4, correct=True)
    assert (told["status"], told["code"]) == ("kept", "seen")
    assert "you had seen how others voted" in told["text"]
    entry.refresh_from_db()
    assert entry.votes == 3, "the slip of a finger does no harm"
    assert hand.score(question, 5, correct=True)["code"] == "seen"
    assert (
        hand.vote({"token": question["token"], "kind": "withdrawn"})["results"][0]["code"] == "ok"
    )
    assert hand.score(question, 4)["code"] == "seen", "nor by taking it back first"
    progress = hand.ask()["progress"]
    assert (progress["mine"], Rater.objects.get(user__email="rater@example.org").votes) == (1, 0)


def test_a_question_asked_anew_knows_that_the_crowd_was_seen(campaign, hand):
    seen_by_three(campaign)
    questions = hand.ask(6)["assignments"]
    hand.score(questions[0], 9)
    hand.vote({"token": questions[0]["token"], "kind": "withdrawn"})
    Assignment.objects.filter(answered_at=None).update(expires_at=timezone.now())
    anew = {each["entries"][0]["entry"]: each for each in hand.ask(6)["assignments"]}
    assert hand.score(anew[questions[0]["entries"][0]["entry"]], 4)["code"] == "seen"
    assert hand.score(anew[questions[1]["entries"][0]["entry"]], 4)["code"] == "ok"


@pytest.mark.parametrize("reveal", ["after_vote", "at_end"])
def test_a_correction_counts_while_nothing_was_told_of_others(campaign, hand, reveal):
    if reveal == "at_end":
        Campaign.objects.update(reveal=reveal)
        seen_by_three(campaign)
    [question] = hand.ask()["assignments"]
    hand.score(question, 9)
    if reveal == "after_vote":
        seen_by_three(campaign)
    again = hand.score(question, 9)["crowd"]
    assert again is None or again["first"], "sending it again tells no more than before"
    assert hand.score(question, 4, correct=True)["code"] == "ok"
