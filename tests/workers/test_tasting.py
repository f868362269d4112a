"""A person picks; their pictures are placed, a head is learned, and all of it can be forgotten."""

import numpy as np
import pytest
from django.utils import timezone

from tests.people import person
from tests.webapp.crowd.hands import plain_pictures
from webapp.accounts.models import User
from webapp.catalogue.models import Artwork
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.registry.models import ModelKind, ModelVersion, VersionState
from webapp.registry.services import activate, register_builtin
from webapp.taste.housekeeping import tidy_tastes
from webapp.taste.learning import forgotten
from webapp.taste.models import Embedding, Pick, Taste, TasteScore
from webapp.taste.selectors import TasteState, taste_of
from webapp.taste.services import forget, pick, unpick
from webapp.taste.spaces import space
from workers.runtime import batches, renders, singles, tasting
from workers.runtime.tasting import taste_next

pytestmark = pytest.mark.django_db
IO, GPU, MAINTENANCE = (Queue.IO,), (Queue.GPU_INTERACTIVE, Queue.GPU_BATCH), (Queue.MAINTENANCE,)


def learn() -> int:
    """Now, and not when the next picks may have come."""
    Job.objects.filter(kind=JobKind.TASTE, state=JobState.QUEUED).update(not_before=timezone.now())
    return taste_next(MAINTENANCE)


@pytest.fixture
def shipped(db) -> ModelVersion:
    """A scorer that came with the code judges."""
    return ModelVersion.objects.create(
        kind=ModelKind.SCORER, name="shipped", digest="a" * 64, card={}, builtin="scorer-v1",
        state=VersionState.ACTIVE,
    )  # fmt: skip


@pytest.fixture
def collector(shipped) -> User:
    """Has 40 placed pictures of two looks, all the same to the crowd, and as many unplaced."""
    user = person("collector@example.org")
    pictures = plain_pictures(user, 80)
    Artwork.objects.filter(owner=user).update(score_mean=5.0)
    place(pictures[:40])
    return user


def place(pictures: list[Artwork]) -> None:
    generator = np.random.default_rng(1)
    Embedding.objects.bulk_create(
        Embedding(
            artwork=each, space=space(),
            vector=(generator.normal(0, 0.2, 4) + look(each)).astype(np.float16).tobytes(),
        )
        for each in pictures
    )  # fmt: skip


def look(artwork: Artwork) -> int:
    return int(artwork.title.split()[1]) % 2


def own(user: User) -> list[Artwork]:
    return sorted(Artwork.objects.filter(owner=user), key=lambda each: int(each.title.split()[1]))


@pytest.fixture
def decided(collector) -> User:
    """Likes one of the two looks."""
    pick_many(collector, {each: look(each) == 1 for each in own(collector)[:24]})
    return collector


def pick_many(user: User, liked: dict[Artwork, bool]) -> None:
    """All but the last without the doors: 24 walks through them take seconds."""
    Pick.objects.bulk_create(Pick(user=user, artwork=one, liked=yes) for one, yes in liked.items())
    artwork, last = liked.popitem()
    pick(user, artwork, liked=last)


def test_a_taste_is_learned_shown_with_its_badge_and_orders_the_library(decided):
    assert taste_of(decided).state == TasteState.LEARNING
    assert learn() == 1
    view = taste_of(decided)
    assert view.state == TasteState.SHOWN and view.badge["own"]["low"] > 0.5
    values = dict(TasteScore.objects.values_list("artwork", "value"))
    assert len(values) == 40, "those that are placed"
    chances = [[values[each.pk] for each in own(decided)[:40] if look(each) == k] for k in (0, 1)]
    assert max(chances[0]) < min(chances[1])
    asked = Job.objects.filter(kind=JobKind.EMBED, owner=decided)
    assert asked.count() == 40, "the rest of the library is looked at from now on"
    assert {job.queue for job in asked} == {Queue.GPU_BATCH}


def test_what_is_placed_later_is_valued_by_the_same_head(decided):
    learn()
    before = bytes(Taste.objects.get().head)
    place(own(decided)[40:50])
    tidy_tastes()
    assert learn() == 1
    assert TasteScore.objects.count() == 50 and bytes(Taste.objects.get().head) == before
    assert forgotten() == []


def test_a_pick_taken_back_a_new_champion_and_thrown_away_pictures_are_noticed(decided):
    learn()
    unpick(decided, own(decided)[0])
    learn()
    assert Taste.objects.get().picks == 23
    Artwork.objects.filter(pk=own(decided)[1].pk).update(deleted_at=timezone.now())
    assert forgotten() == [Taste.objects.get().pk]
    tidy_tastes()
    learn()
    assert Taste.objects.get().picks == 22 and forgotten() == []
    trained = ModelVersion.objects.create(
        kind=ModelKind.SCORER, name="trained", digest="0" * 64, card={}
    )
    activate(trained)
    assert len(forgotten()) == 1, "the crowd's scores are another's now"
    for artwork in own(decided)[2:6]:
        unpick(decided, artwork)
    learn()
    assert taste_of(decided).state == TasteState.GATHERING
    assert not TasteScore.objects.exists() and not bytes(Taste.objects.get().head)


def test_picks_without_a_pattern_get_an_honest_no(collector):
    pictures = enumerate(own(collector)[:24])
    pick_many(collector, {each: nth // 2 % 2 == 0 for nth, each in pictures})
    learn()
    view = taste_of(collector)
    assert view.state == TasteState.NOT_SHOWN and "cannot foretell" in view.badge["text"]
    assert not TasteScore.objects.exists()
    assert not Job.objects.filter(kind=JobKind.EMBED).exists(), "nobody looks at the library"


def test_forgetting_leaves_nothing_even_of_work_that_is_under_way(decided, monkeypatch):
    learn()
    pick(decided, own(decided)[30], liked=True)
    kept = []

    def interrupted(order):
        forget(decided)
        kept.append(order)
        return learned(order)

    learned = tasting.learned
    monkeypatch.setattr(tasting, "learned", interrupted)
    assert learn() == 1 and kept
    for model in (Pick, Taste, TasteScore, Embedding):
        assert not model.objects.exists()
    assert not Job.objects.filter(kind__in=(JobKind.EMBED, JobKind.TASTE)).exists()


def test_the_worker_places_what_was_picked_after_its_score(scorer, upload):
    artwork, _ = upload("red"), upload("blue")
    pick(artwork.owner, artwork, liked=True)
    assert not Job.objects.filter(kind=JobKind.EMBED).exists(), "there is nothing to look at yet"
    while renders.render_next(IO):
        pass
    while batches.score_next(GPU):
        pass
    [job] = Job.objects.filter(kind=JobKind.EMBED)
    assert (job.subject, job.queue) == (artwork.pk, Queue.GPU_BATCH)
    assert singles.embed_next(GPU) == 1
    embedding = Embedding.objects.get()
    assert (embedding.artwork_id, embedding.space) == (artwork.pk, space())
    assert (
        len(embedding.vector) == 2 * 4
        and np.isfinite(np.frombuffer(embedding.vector, np.float16)).all()
    )


def test_places_stay_when_a_version_that_was_trained_here_judges(scorer):
    before = space()
    trained = ModelVersion.objects.create(
        kind=ModelKind.SCORER, name="trained", digest="1" * 64, card={},
        state=VersionState.REGISTERED,
    )  # fmt: skip
    activate(trained)
    register_builtin()
    assert space() == before
