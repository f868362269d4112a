"""A campaign's answers are weighed: standings, habits, figures, and again when more come."""

from itertools import pairwise

import pytest
from django.utils import timezone

from tests.people import person
from tests.webapp.crowd.hands import Hand, open_campaign, plain_pictures
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.ratings.fusions import ask_for_fusion, is_up_to_date
from webapp.ratings.models import Assignment, Campaign, Entry, Fusion, Rater, Vote
from webapp.registry.attributes import sync_attributes
from webapp.registry.models import Attribute
from workers.runtime import fusing
from workers.runtime.fusing import fuse_next

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
    late.score(late.ask()["assignments"][0], 10)
    weigh(rated)
    warm = dict(Entry.objects.values_list("pk", "mean"))
    Fusion.objects.update(state=b"no file at all")
    weigh(rated)
    cold = dict(Entry.objects.values_list("pk", "mean"))
    assert rounds[0].rounds < rounds[1].rounds
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
        for better, worse in pairwise(entries):
            answered(rater, better, None, other=worse, kind="pair", outcome="left")
    weigh(campaign)
    assert [each.pk for each in Entry.objects.order_by("place")] == entries
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
