"""Votes become a better model though its worker is killed; everybody follows it, and back."""

import os
import random
import signal
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.db import connection
from PIL import Image

from tests.flows.harness import Harness
from tests.images import encode, photo
from tests.people import person
from tests.webapp.crowd.hands import open_campaign
from tests.webapp.training.crowds import photos, show, vote
from tests.workers.tiny import write_tiny_scorer
from webapp.accounts.models import User
from webapp.catalogue.models import Artwork
from webapp.gallery.services import accept_upload
from webapp.inference.models import Score
from webapp.ratings.models import Rater
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind, ModelVersion
from webapp.registry.services import register_builtin
from webapp.training import promoting, runs, snapshots
from webapp.training.models import Snapshot, TrainingRun
from webapp.training.specs import Spec
from workers.runtime import run_folder

PICTURES, RATERS = 90, 4
ROOM = 64  # points that a champion knows: its challenger is not larger
SWITCHED_WITHIN_S = 5.0


def told(harness: Harness, found: Callable[[], object], *, within: float, what: str) -> None:
    deadline = time.monotonic() + within
    while not found():
        words = f"{what}\n{harness.last_words()}\n{harness.log('worker-train').read_text()[-3000:]}"
        assert time.monotonic() < deadline, words
        harness.tend()
        time.sleep(0.05)


def lit(seed: int) -> tuple[bytes, float]:
    """A display file and what a friend of light says of it."""
    level = random.Random(seed).uniform(0.1, 1)
    image = photo(96, 64, seed=seed).point(lambda value: int(value * level))
    return encode(image, "WebP", quality=90), 1.5 + 8 * level


def voted_on(owner: User) -> Spec:
    """A crowd that likes light has rated pictures of all shades."""
    artworks = photos(owner, range(PICTURES))
    campaign = open_campaign(owner, artworks, for_training=True)
    entries = dict(campaign.entries.values_list("artwork", "pk"))
    said = {}
    for seed, artwork in enumerate(artworks):
        file, value = lit(seed)
        show(artwork, file)
        said[entries[artwork.pk]] = value
    for nth in range(RATERS):
        rater = Rater.objects.create(campaign=campaign, pseudonym=f"rater {nth}")
        dice = random.Random(nth)
        vote(rater, {pk: round(min(10, max(1, it + dice.gauss(0, 1)))) for pk, it in said.items()})
    return Spec(campaigns=(campaign.pk,))


def uploaded(owner: User, seed: int) -> Artwork:
    file = encode(Image.effect_mandelbrot((90, 60), (-2, -1, 1, 1), 5 + seed).convert("RGB"))
    return accept_upload(
        owner=owner, content=BytesIO(file), filename="a.jpg", medium="photo",
        title="new",
    ).artwork  # fmt: skip


def judges_of(artwork: Artwork) -> set[str]:
    scores = Score.objects.filter(artwork=artwork)
    return set(scores.values_list("model_version__name", flat=True))


@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
def test_votes_become_a_better_model_though_its_worker_is_killed(tmp_path, settings, monkeypatch):
    monkeypatch.setenv("JOB_LEASE_SECONDS", "4")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    settings.WEIGHTS_DIR, settings.RUNS_DIR = tmp_path / "weights", tmp_path / "runs"
    write_tiny_scorer(settings.WEIGHTS_DIR, support=ROOM)
    register_builtin()
    ann, old = person("ann@example.org", staff=True), "scorer-tiny-1"
    spec = voted_on(ann)
    with Harness(tmp_path, weights=settings.WEIGHTS_DIR) as harness:
        harness.start("worker-train")
        snapshot = snapshots.create(ann, name="Light", spec=spec)
        frozen = Snapshot.objects.filter(pk=snapshot.pk, state="frozen")
        told(harness, frozen.exists, within=60, what="nothing was frozen")
        first = uploaded(ann, 1)
        told(harness, lambda: old in judges_of(first), within=60, what="nobody judged")

        run = runs.start(ann, frozen.get(), recipe="head")
        learning = TrainingRun.objects.filter(pk=run.pk, curve__isnull=False)
        told(harness, learning.exists, within=200, what="nothing was learned")
        _kill_all(harness)
        done = TrainingRun.objects.filter(pk=run.pk, state="done")
        told(harness, done.exists, within=300, what="the run did not go on")
        run.refresh_from_db()
        assert run.passed, run.verdict["verdict"]["reasons"]
        assert registry.active(ModelKind.SCORER).name == old, "nobody judges because it passed"
        left = run_folder.folder_of(run.pk)
        told(harness, lambda: not left.exists(), within=30, what="its folder was left")

        began = time.monotonic()
        promoting.promote(ann, ModelVersion.objects.get(pk=run.version_id))
        told(
            harness, lambda: Score.objects.filter(model_version=run.version_id).exists(),
            within=60, what="nobody judged by the new version",
        )  # fmt: skip
        switched = time.monotonic() - began
        print(f"switched in {switched:.2f} s")
        second = uploaded(ann, 2)
        told(harness, lambda: judges_of(second), within=60, what="nobody judged the new picture")
        assert judges_of(second) == {run.version.name}
        told(
            harness, lambda: judges_of(first) == {old, run.version.name}, within=60,
            what="the library did not follow",
        )  # fmt: skip

        promoting.roll_back(ann, run.version)
        first.refresh_from_db()
        assert first.score_mean == Score.objects.get(artwork=first, model_version__name=old).mean, (
            "at once"
        )
        third = uploaded(ann, 3)
        told(harness, lambda: judges_of(third), within=60, what="nobody judged after rolling back")
        assert judges_of(third) == {old}
    connection.close()
    assert switched < SWITCHED_WITHIN_S


def _kill_all(harness: Harness) -> None:
    """kill -9 of the worker and its pool; what it had train dies with it."""
    process = harness._running["worker-train"]
    trains = _trainers(harness)
    assert trains
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 5
    while _trainers(harness) & trains:
        assert time.monotonic() < deadline, "the process that trains outlived its worker"
        time.sleep(0.02)
    harness.start("worker-train")


def _trainers(harness: Harness) -> set[int]:
    """Processes that train, of this installation."""
    found = set()
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = each.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"retrain" in words and any(word.startswith(bytes(harness.home)) for word in words):
            found.add(int(each.parent.name))
    return found
