"""A campaign's answers are weighed: standings, habits, figures, and again when more come."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.people import person
from tests.webapp.crowd.hands import Hand, open_campaign, plain_pictures
from webapp.inference.models import Score
from webapp.jobs import services as jobs
from webapp.jobs.claims import Claim
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.ratings.entries import enter
from webapp.ratings.fusions import ask_for_fusion, is_up_to_date
from webapp.ratings.mine import mes_of
from webapp.ratings.models import Assignment, Campaign, Entry, Fusion, Rater, Vote
from webapp.ratings.reading import Reading, read
from webapp.ratings.standings import record
from webapp.registry.attributes import sync_attributes
from webapp.registry.models import Attribute, ModelVersion
from workers.runtime import fusing
from workers.runtime.fusing import fuse_next
from workers.runtime.fusing import weigh as weigh_all

pytestmark = pytest.mark.django_db
QUEUES = (Queue.MAINTENANCE,)
BIAS = {"kind": 2, "plain": 0, "harsh": -2, "shy": 0}


def weigh(campaign: Campaign) -> int:
    """Now, as the worker does."""
    ask_for_fusion(campaign)
    return fuse_next(QUEUES)


@pytest.fixture
def campaign() -> Campaign:
    organiser = person("organiser@example.org")
    return open_campaign(organiser, plain_pictures(organiser, 8), votes_wanted=2)


@pytest.fixture
def rated(campaign) -> Campaign:
    """Four people who agree about the order and not about the level."""
    entries = campaign.entries.values_list("pk", flat=True)
    truth = {str(pk): 3 + nth % 5 for nth, pk in enumerate(entries)}
    for name, bias in BIAS.items():
        hand = Hand(campaign, person(f"{name}@example.org"))
        hand.join()
        hand.rate_all(lambda entry, bias=bias: min(10, max(1, truth[entry] + bias)))
    campaign.truth = truth
    return campaign


def test_pictures_get_standings_and_raters_their_habits(rated):
    Campaign.objects.update(narrow_enough=9)
    assert weigh(rated) == 1
    entries = {str(each.pk): each for each in Entry.objects.all()}
    ranked = sorted(entries.values(), key=lambda each: each.place)
    values = [rated.truth[str(each.pk)] for each in ranked]
    assert values == sorted(values, reverse=True), "the best come first"
    one = ranked[0]
    assert one.low < one.mean < one.high and one.settled and one.fused_votes == 4
    assert sum(one.distribution) == pytest.approx(1, abs=1e-3)
    biases = {each.user.email.split("@")[0]: each.bias for each in Rater.objects.all()}
    assert biases["harsh"] < biases["plain"] < biases["kind"]
    fusion = Fusion.objects.get()
    assert fusion.alpha is not None and fusion.split_half > 0.9
    assert fusion.votes == 32 and fusion.noise < fusion.plain_noise, "habits are taken away"
    assert is_up_to_date(rated)


def test_the_next_weighing_starts_from_the_last_and_ends_where_a_fresh_one_does(rated, monkeypatch):
    weigh(rated)
    rounds = []
    fit = fusing.fit
    monkeypatch.setattr(
        fusing, "fit", lambda *given, **more: rounds.append(fit(*given, **more)) or rounds[-1]
    )
    late = Hand(rated, person("late@example.org"))
    late.join()
    [question] = late.ask()["assignments"]
    late.score(question, rated.truth[question["entries"][0]["entry"]])
    weigh(rated)
    warm = dict(Entry.objects.values_list("pk", "mean"))
    weigh(rated)  # with nothing new there is next to nothing to do
    Fusion.objects.update(state=b"no file at all")
    weigh(rated)
    cold = dict(Entry.objects.values_list("pk", "mean"))
    assert rounds[1].rounds < rounds[2].rounds
    assert warm == pytest.approx(cold, abs=0.05)


def test_a_vote_asks_for_a_weighing_and_one_that_came_meanwhile_for_another(
    rated, django_capture_on_commit_callbacks
):
    Job.objects.all().delete()
    hand = Hand(rated, person("late@example.org"))
    hand.join()
    first, second = hand.ask(2)["assignments"]
    with django_capture_on_commit_callbacks(execute=True):
        hand.score(first)
        hand.score(second)
    job = Job.objects.get(kind=JobKind.FUSE)
    assert (job.queue, job.state) == (Queue.MAINTENANCE, JobState.QUEUED)
    assert fuse_next(QUEUES) == 0, "not at once: a crowd votes many times a second"


@pytest.mark.django_db(transaction=True)
def test_who_is_just_voting_is_not_waited_for_and_has_a_card_by_the_next_weighing(rated):
    ask_for_fusion(rated)
    Job.objects.update(not_before=timezone.now())
    [claim] = jobs.claim(QUEUES, kind=JobKind.FUSE, worker="here")
    reading = read(rated)
    busy = Rater.objects.get(user__email="kind@example.org")
    with ThreadPoolExecutor(1) as elsewhere, transaction.atomic():
        Rater.objects.select_for_update().get(pk=busy.pk)
        elsewhere.submit(_record, claim, reading).result(timeout=30)
    assert Rater.objects.exclude(pk=busy.pk).exclude(bias=None).count() == 3
    assert Rater.objects.get(pk=busy.pk).bias is None
    assert Entry.objects.exclude(mean=None).count() == 8, "standings are there at once"
    Job.objects.update(not_before=timezone.now())
    assert fuse_next(QUEUES) == 1, "asked for again, as one was left out"
    assert Rater.objects.get(pk=busy.pk).bias > 0


def _record(claim: Claim, reading: Reading) -> None:
    """On a connection of its own."""
    try:
        record(claim, reading, weigh_all(reading))
    finally:
        connection.close()


def test_a_deleted_campaign_is_no_work(rated):
    ask_for_fusion(rated)
    Campaign.objects.filter(pk=rated.pk).delete()
    assert fuse_next(QUEUES) == 1
    assert not Job.objects.exists()


def test_who_always_says_the_same_and_who_never_looks_are_flagged_and_nobody_else(campaign):
    pictures = plain_pictures(person("more@example.org"), 12)
    Entry.objects.bulk_create(Entry(campaign=campaign, artwork=each) for each in pictures)
    entries = list(campaign.entries.values_list("pk", flat=True))
    for name in "abcdef":
        rater = Rater.objects.create(campaign=campaign, pseudonym=name)
        for nth, pk in enumerate(entries):
            value = 5 if name == "a" else 1 + (nth * 9) // len(entries)
            answered(rater, pk, value, dwell_ms=90 if name == "b" else 1500)
    weigh(campaign)
    doubts = dict(Rater.objects.values_list("pseudonym", "doubts"))
    assert "constant" in doubts.pop("a")
    assert doubts.pop("b") == ["fast"]
    assert set(map(tuple, doubts.values())) == {()}


def test_pairs_bursts_and_choices_are_weighed_too(campaign):
    second, first, *rest = campaign.entries.order_by("title").values_list("pk", flat=True)
    entries = [first, second, *rest]
    raters = [Rater.objects.create(campaign=campaign, pseudonym=name) for name in "abcd"]
    Campaign.objects.update(mode="pairs")
    for rater in raters:
        for better, worse in [*pairwise(entries), (entries[0], entries[-1])]:
            answered(rater, better, None, other=worse, kind="pair", outcome="left")
    weigh(campaign)
    assert [each.pk for each in Entry.objects.order_by("place")] == entries
    assert set(Entry.objects.values_list("votes_mean", flat=True)) == {None}, "nobody scored"
    assert Fusion.objects.get().alpha == pytest.approx(1)
    Vote.objects.all().delete()
    Campaign.objects.update(mode="burst")
    for rater in raters:
        answered(rater, entries[0], None, other=entries[1:3], kind="best", best_id=entries[2])
    weigh(campaign)
    assert Entry.objects.get(place=1).pk == entries[2]
    Vote.objects.all().delete()
    sync_attributes()
    choices = Attribute.objects.exclude(choices=[]).first()
    choices = choices or Attribute.objects.create(
        key="kind", label="Kind", low=0, high=2, asks="?", choices=["a", "b", "c"]
    )
    Campaign.objects.update(mode="attribute", attribute=choices)
    for rater, value in zip(raters, (0, 1, 1, 1), strict=True):
        answered(rater, entries[0], value, kind="attribute")
    weigh(campaign)
    entry = Entry.objects.get(pk=entries[0])
    assert (entry.mean, entry.place, entry.distribution[:2]) == (None, None, [0.25, 0.75])
    assert entry.votes_mean is None, "choices have no middle"


def test_votes_decide_a_challenge_alone_and_in_a_campaign_the_scorer_has_a_say(campaign):
    scorer = ModelVersion.objects.create(
        kind="scorer", name="tiny", digest="d" * 64, card={}, state="active"
    )
    loved, not_loved = campaign.entries.select_related("artwork")[:2]
    for entry, mean in ((loved, 9), (not_loved, 2)):
        Score.objects.create(
            artwork=entry.artwork, model_version=scorer, distribution=[0.1] * 10, mean=mean, sd=1,
            low=mean - 0.5, high=mean + 0.5,
        )  # fmt: skip
        for name, value in (("a", 5), ("b", 6)):
            rater, _ = Rater.objects.get_or_create(campaign=campaign, pseudonym=name)
            answered(rater, entry.pk, value)
    weigh(campaign)
    loved.refresh_from_db(), not_loved.refresh_from_db()
    assert (loved.prior_mean, not_loved.prior_mean) == (9, 2)
    assert loved.mean > not_loved.mean + 0.2
    assert (loved.votes_mean, not_loved.votes_mean) == (5.5, 5.5), "of the votes alone"
    Campaign.objects.update(kind="challenge")
    weigh(campaign)
    loved.refresh_from_db(), not_loved.refresh_from_db()
    assert loved.mean == pytest.approx(not_loved.mean, abs=0.01)
    assert (loved.prior_mean, loved.votes_mean) == (None, 5.5)
    more = plain_pictures(person("more@example.org"), 1)
    Score.objects.filter(artwork=loved.artwork).update(artwork=more[0])
    campaign.refresh_from_db()
    assert enter(campaign, more[0].owner, more[0]).prior_mean is None, "nor in what is asked first"


def test_the_plain_mean_of_an_attribute_is_in_units_of_its_votes(campaign):
    scale = Attribute.objects.create(key="calm", label="Calm", low=-1, high=1, asks="?")
    Campaign.objects.update(mode="attribute", attribute=scale)
    entry = campaign.entries.first()
    for name, value in (("a", 0.5), ("b", 1)):
        rater = Rater.objects.create(campaign=campaign, pseudonym=name)
        answered(rater, entry.pk, value, kind="attribute")
    weigh(campaign)
    entry.refresh_from_db()
    assert entry.votes_mean == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("votes", "told"),
    [
        ((10, 10, 10, 0), "abc"),
        ((10, 10, 9, 9), "ab"),
        ((10, 10, 9, 0), ""),  # 29 in all
        ((40, 40, 0, 0), ""),  # of two people
    ],
)
def test_consistency_is_told_of_who_voted_enough_in_a_crowd_that_did(campaign, votes, told):
    entries = list(campaign.entries.values_list("pk", flat=True))
    for name, count in zip("abcd", votes, strict=True):
        rater = Rater.objects.create(campaign=campaign, pseudonym=name, votes=count)
        for nth, pk in enumerate(entries[: min(count, 8)]):
            answered(rater, pk, 1 + nth)
    weigh(campaign)
    known = Rater.objects.filter(consistency__isnull=False).order_by("pseudonym")
    assert "".join(each.pseudonym for each in known) == told
    cards = [
        each.rater.pseudonym for each in mes_of(Rater.objects.order_by("pseudonym")) if each.card
    ]
    assert "".join(cards) == told


def test_agreement_is_told_from_thirty_answers_that_have_another_beside_them(campaign):
    entries = list(campaign.entries.values_list("pk", flat=True))
    raters = [Rater.objects.create(campaign=campaign, pseudonym=name) for name in "abcdefghi"]
    for rater in raters:
        for nth, pk in enumerate(entries[:3]):
            answered(rater, pk, 2 + 3 * nth)
    for pk in entries[3:]:
        answered(raters[0], pk, 5)
    weigh(campaign)
    fusion = Fusion.objects.get()
    assert (fusion.votes, fusion.alpha) == (32, None), "27 of them"
    for pk in entries[3:5]:
        answered(raters[1], pk, 5)
    weigh(campaign)
    fusion.refresh_from_db()
    assert fusion.alpha == pytest.approx(1)


def test_what_does_not_count_is_not_weighed(campaign):
    entries = list(campaign.entries.values_list("pk", flat=True))
    kept, bad = (Rater.objects.create(campaign=campaign, pseudonym=name) for name in "ab")
    Rater.objects.filter(pk=bad.pk).update(quarantined_at=timezone.now())
    answered(bad, entries[0], 1)
    answered(kept, entries[0], 9, uncounted="late")
    answered(kept, entries[1], 9, purpose="repeat")
    corrected = answered(kept, entries[2], 2)
    Vote.objects.create(
        campaign=campaign, rater=kept, assignment=corrected.assignment, corrects=corrected,
        kind="withdrawn", cast_at=timezone.now(),
    )  # fmt: skip
    answered(kept, entries[3], 6)
    Entry.objects.filter(pk=entries[4]).update(disqualified_at=timezone.now(), place=1)
    answered(kept, entries[4], 10)
    weigh(campaign)
    assert Fusion.objects.get().votes == 1
    assert list(Entry.objects.filter(place__isnull=False).values_list("pk", flat=True)) == [
        entries[3]
    ]


def answered(rater, entry, value, *, kind="score", other=(), purpose="fresh", **columns) -> Vote:
    """A vote as it is kept, counters aside."""
    now = timezone.now()
    others = list(other) if isinstance(other, list | tuple) else [other]
    assignment = Assignment.objects.create(
        rater=rater, entries=[entry, *others], purpose=purpose, expires_at=now, answered_at=now
    )
    return Vote.objects.create(
        campaign=rater.campaign, rater=rater, assignment=assignment, kind=kind, value=value,
        cast_at=now, **columns,
    )  # fmt: skip
