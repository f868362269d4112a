"""Nothing is lost and nothing is done twice, whatever is killed at whatever moment."""

import random
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db.models import Count

from tests.flows.harness import Harness
from tests.people import person
from tests.workers.tiny import write_tiny_scorer
from webapp.accounts.models import User
from webapp.catalogue.models import Artwork, ArtworkState
from webapp.events import selectors as events
from webapp.events.models import Event
from webapp.inference.models import Score
from webapp.jobs.models import LIVE_STATES, Job, JobState
from webapp.registry.services import register_builtin

UPLOADS = 200
PAUSE_SECONDS = 0.03
LEASE_SECONDS = "8"
STALLED_AFTER_SECONDS = 60.0
SLOWEST_UPLOAD_SECONDS = 4.0
SEED = 20261121
FAULTS = (
    ("kill", "worker-io"), ("kill", "worker-gpu"), ("kill", "dispatcher"),
    ("kill_child", "worker-io"), ("kill_child", "worker-gpu"), ("kill_redis",), ("flush_redis",),
)  # fmt: skip
State = tuple[str, float | None, int]


class Browser:
    """Knows an owner's artworks only from the first fetch, from events, and from what they name."""

    def __init__(self, owner: User) -> None:
        self._owner = owner
        self.seq = events.last_seq(owner.pk)
        self.shown = states(owner)

    def catch_up(self) -> None:
        missed = events.after(self._owner.pk, self.seq)
        if missed.reset:
            self.shown = states(self._owner)
        else:
            named = {UUID(each) for event in missed.events for each in event.ids}
            self.shown.update(states(self._owner, named))
        self.seq = missed.last


def states(owner: User, ids: set[UUID] | None = None) -> dict[UUID, State]:
    """What a page shows of each artwork."""
    mine = Artwork.objects.filter(owner=owner)
    found = mine if ids is None else mine.filter(pk__in=ids)
    rows = found.annotate(files=Count("renditions")).values_list(
        "pk", "state", "score_mean", "files"
    )
    return {pk: (state, mean, files) for pk, state, mean, files in rows}


def schedule(chance: random.Random) -> list[tuple[int, tuple[str, ...]]]:
    """Every fault, each after some number of uploads: at random, however slow they are."""
    moments = sorted(chance.sample(range(UPLOADS), len(FAULTS)))
    return list(zip(moments, chance.sample(FAULTS, len(FAULTS)), strict=True))


def torment(harness: Harness, uploads: Iterable[str]) -> list[float]:
    """Strike while the uploads tell how long each took; returns that."""
    plan, took = schedule(random.Random(SEED)), []
    for number, said in enumerate(uploads):
        took.append(float(said))
        while plan and plan[0][0] <= number:
            fault, *arguments = plan.pop(0)[1]
            getattr(harness, fault)(*arguments)
    return took


def unsettled() -> int:
    live = Job.objects.filter(state__in=LIVE_STATES).count()
    return live + Artwork.objects.filter(state=ArtworkState.JUDGING).count()


def settle(harness: Harness, browser: Browser) -> None:
    """Wait for whatever still goes on; what stands still is lost."""
    left, moved = unsettled(), time.monotonic()
    while left:
        time.sleep(0.2)
        browser.catch_up()
        harness.tend()
        before, left = left, unsettled()
        if left != before:
            moved = time.monotonic()
        assert time.monotonic() - moved < STALLED_AFTER_SECONDS, harness.last_words()


@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_or_doubled_while_everything_is_killed(tmp_path, settings, monkeypatch):
    monkeypatch.setenv("JOB_LEASE_SECONDS", LEASE_SECONDS)
    settings.WEIGHTS_DIR = tmp_path / "weights"
    write_tiny_scorer(settings.WEIGHTS_DIR)
    register_builtin()
    owner = person("owner@example.org")
    browser, offline = Browser(owner), Browser(owner)
    with Harness(tmp_path, weights=settings.WEIGHTS_DIR) as harness:
        uploader = harness.run("tests.flows.uploader", owner.email, UPLOADS, SEED, PAUSE_SECONDS)
        with ThreadPoolExecutor(1) as one:
            tormented = one.submit(torment, harness, uploader.stdout)
            while not tormented.done():
                browser.catch_up()
                harness.tend()
                time.sleep(0.5)
        assert uploader.wait() == 0, "the uploads themselves failed"
        took = tormented.result()
        settle(harness, browser)
    assert_each_artwork_was_judged_once(owner)
    browser.catch_up()
    offline.catch_up()
    assert browser.shown == offline.shown == states(owner)
    assert len(took) == UPLOADS
    assert max(took) < SLOWEST_UPLOAD_SECONDS


def assert_each_artwork_was_judged_once(owner: User) -> None:
    ready = Artwork.objects.filter(owner=owner, state=ArtworkState.READY, score_mean__gt=0)
    assert ready.count() == Artwork.objects.count() == UPLOADS
    per_artwork = Score.objects.values_list("artwork").annotate(n=Count("*"))
    assert Counter(n for _, n in per_artwork) == {1: UPLOADS}
    jobs = Job.objects.values_list("kind", "params_hash", "state").annotate(n=Count("*"))
    assert sorted(jobs) == [
        ("render", "", JobState.DONE, UPLOADS),
        ("render", "rest", JobState.DONE, UPLOADS),
        ("score", "", JobState.DONE, UPLOADS),
    ]
    told = list(Event.objects.filter(owner=owner).order_by("seq"))
    assert [event.seq for event in told] == list(range(1, len(told) + 1))
    changes = Counter(
        each for event in told if event.kind == "artwork.changed" for each in event.ids
    )
    assert set(changes.values()) == {3}  # rendered, scored, the rest rendered: each once
