"""A campaign's answers are weighed: standings, habits, figures, and again when more come."""

import pytest

from tests.people import person
from tests.webapp.crowd.hands import Hand, open_campaign, plain_pictures
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.ratings.fusions import ask_for_fusion, is_up_to_date
from webapp.ratings.models import Campaign, Entry, Fusion, Rater
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
