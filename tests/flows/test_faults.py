"""Nothing is lost and nothing is done twice, whatever is killed at whatever moment."""

import json
import random
import threading
import time
from collections import Counter
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

UPLOADS = 500
UPLOADING_SECONDS = 40.0
SETTLED_WITHIN_SECONDS = 60.0
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


def schedule(chance: random.Random) -> list[tuple[float, tuple[str, ...]]]:
    """Every fault twice, at random moments of the upload."""
    faults = [*FAULTS, *FAULTS]
    chance.shuffle(faults)
    moments = sorted(chance.uniform(0.5, UPLOADING_SECONDS) for _ in faults)
    return list(zip(moments, faults, strict=True))


def torment(harness: Harness, plan: list[tuple[float, tuple[str, ...]]]) -> None:
    began = time.monotonic()
    for moment, (fault, *arguments) in plan:
        time.sleep(max(0.0, began + moment - time.monotonic()))
        getattr(harness, fault)(*arguments)


def unsettled() -> int:
    live = Job.objects.filter(state__in=LIVE_STATES).count()
    return live + Artwork.objects.filter(state=ArtworkState.JUDGING).count()


@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_or_doubled_while_everything_is_killed(tmp_path, settings):
    settings.WEIGHTS_DIR = tmp_path / "weights"
    write_tiny_scorer(settings.WEIGHTS_DIR)
    register_builtin()
    owner = person("owner@example.org")
    browser, offline = Browser(owner), Browser(owner)
    with Harness(tmp_path, weights=settings.WEIGHTS_DIR) as harness:
        uploader = harness.run(
            "tests.flows.uploader", owner.email, UPLOADS, SEED, UPLOADING_SECONDS
        )
        faults = threading.Thread(target=torment, args=(harness, schedule(random.Random(SEED))))
        faults.start()
        while faults.is_alive() or uploader.poll() is None:
            browser.catch_up()
            harness.tend()
            time.sleep(1)
        calm = time.monotonic()
        while unsettled() and time.monotonic() - calm < SETTLED_WITHIN_SECONDS:
            browser.catch_up()
            harness.tend()
            time.sleep(0.5)
        settled = time.monotonic() - calm
        print(f"settled {settled:.1f} s after the last fault")
        assert not unsettled(), harness.last_words()
        said = uploader.communicate()[0]
        assert uploader.returncode == 0, "the uploads themselves failed"
        took = json.loads(said)
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
