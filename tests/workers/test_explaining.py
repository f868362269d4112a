"""From a score to its explanation, and what happens when something on the way is broken."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image

from tests.workers.conftest import picture
from tests.workers.tiny import write_tiny_attributes, write_tiny_scorer
from webapp.catalogue.curation import delete
from webapp.catalogue.models import Artwork, ArtworkState, BlobChunk
from webapp.events import selectors as events
from webapp.gallery import selectors
from webapp.inference import explaining
from webapp.inference.models import AttributeMap, AttributeValue, Explained, Score
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.registry.models import ModelVersion
from webapp.registry.services import register_builtin
from workers.runtime import device
from workers.tasks.media import render
from workers.tasks.score import score


def drain() -> None:
    render(queue=Queue.IO)
    score(queue=Queue.GPU_INTERACTIVE)


def due_now() -> None:
    Job.objects.filter(state=JobState.QUEUED).update(not_before=timezone.now())


def explain_job() -> Job:
    return Job.objects.get(kind=JobKind.EXPLAIN)


def explained(artwork: Artwork) -> Explained:
    drain()
    due_now()
    score(queue=Queue.GPU_BATCH)
    return Explained.objects.get(artwork=artwork)


def test_a_score_is_explained_in_the_background_by_the_active_pair(models, upload):
    artwork = upload()
    drain()
    waiting = explain_job()
    assert (waiting.queue, waiting.state) == (Queue.GPU_BATCH, JobState.QUEUED)
    assert waiting.priority < 0 and waiting.not_before > timezone.now() + timedelta(seconds=5)
    assert not Explained.objects.exists()
    found = explained(artwork)
    assert (found.model_version.name, found.scorer.name) == ("attributes-tiny-1", "scorer-tiny-1")
    assert found.palette
    values = AttributeValue.objects.filter(artwork=artwork)
    assert {"light", "colorfulness"} <= set(values.values_list("key", flat=True))
    assert "symmetry" not in values.values_list("key", flat=True)
    png = AttributeMap.objects.filter(artwork=artwork, kind="merge", key="light").get().png
    assert Image.open(BytesIO(bytes(png))).format == "PNG"
    kinds = [event.kind for event in events.after(artwork.owner_id, 0).events]
    assert kinds == ["artwork.created", *["artwork.changed"] * 3]


def test_without_an_attribute_model_nothing_is_asked_and_scores_go_on(scorer, upload, cache):
    artwork = upload()
    drain()
    artwork.refresh_from_db()
    assert artwork.state == ArtworkState.READY
    assert not Job.objects.filter(kind=JobKind.EXPLAIN).exists()
    assert not cache.note().startswith("problem")


def test_whoever_waits_comes_before_the_background(models, upload):
    first, second = upload("red"), upload("blue")
    drain()
    explaining.explain_now(second)
    asked = Job.objects.get(kind=JobKind.EXPLAIN, subject=second.pk)
    assert (asked.queue, asked.priority) == (Queue.GPU_INTERACTIVE, 0)
    score(queue=Queue.GPU_INTERACTIVE)
    assert list(Explained.objects.values_list("artwork", flat=True)) == [second.pk]
    explaining.explain_now(second)
    assert Job.objects.get(pk=asked.pk).state == JobState.DONE
    assert Job.objects.get(kind=JobKind.EXPLAIN, subject=first.pk).state == JobState.QUEUED


def test_a_fresh_upload_is_scored_before_explanations_that_wait(models, upload, monkeypatch):
    artwork = upload("red")
    drain()
    explaining.explain_now(artwork)
    fresh = upload("blue")
    render(queue=Queue.IO)
    order = []
    for name, record in (
        ("score", "webapp.inference.services.record_scores"),
        ("explain", "webapp.inference.explaining.record_explanation"),
    ):
        _note(monkeypatch, record, lambda name=name: order.append(name))
    score(queue=Queue.GPU_INTERACTIVE)
    assert order == ["score", "explain"]
    assert Score.objects.filter(artwork=fresh).exists()


def _note(monkeypatch, path: str, note) -> None:
    module, _, name = path.rpartition(".")
    imported = __import__(module, fromlist=[name])
    real = getattr(imported, name)

    def noted(*arguments, **options):
        note()
        return real(*arguments, **options)

    monkeypatch.setattr(imported, name, noted)


def test_explaining_twice_replaces_what_was_there(models, upload):
    artwork = upload()
    explained(artwork)
    before = set(AttributeMap.objects.values_list("pk", flat=True))
    count = AttributeValue.objects.count()
    Job.objects.filter(kind=JobKind.EXPLAIN).update(state=JobState.QUEUED)
    score(queue=Queue.GPU_BATCH)
    after = set(AttributeMap.objects.values_list("pk", flat=True))
    assert len(after) == len(before) and not after & before
    assert (AttributeValue.objects.count(), Explained.objects.count()) == (count, 1)


def test_explanations_of_a_lost_lease_are_not_kept(models, upload, monkeypatch):
    artwork = upload()
    drain()
    real = explaining.record_explanation

    def too_late(claim, *arguments, **options):
        Job.objects.filter(pk=claim.id).update(state=JobState.CANCELLED)
        return real(claim, *arguments, **options)

    monkeypatch.setattr(explaining, "record_explanation", too_late)
    explaining.explain_now(artwork)
    score(queue=Queue.GPU_INTERACTIVE)
    assert not Explained.objects.exists() and not AttributeMap.objects.exists()


def test_an_artwork_that_is_purged_meanwhile_costs_nothing(models, upload):
    artwork = upload()
    drain()
    explaining.explain_now(artwork)
    job = explain_job()
    Artwork.objects.all().delete()
    score(queue=Queue.GPU_INTERACTIVE)
    job.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.QUEUED, "rendition_missing")


def test_a_missing_display_file_sets_the_explanation_back_and_leaves_the_artwork_ready(
    models, upload
):
    artwork = upload()
    drain()
    medium = artwork.renditions.get(size="medium", format="webp")
    BlobChunk.objects.filter(content=medium.blob.content).delete()
    explaining.explain_now(artwork)
    Job.objects.filter(kind=JobKind.EXPLAIN).update(attempt=2)
    score(queue=Queue.GPU_INTERACTIVE)
    assert (explain_job().state, explain_job().error_code) == (JobState.DEAD, "rendition_missing")
    artwork.refresh_from_db()
    assert artwork.state == ArtworkState.READY
    progress = selectors.detail(artwork, artwork.owner).explanation.progress
    assert (progress.state, progress.error_code) == ("failed", "rendition_missing")


def test_a_lack_of_memory_sets_back_and_another_error_is_not_hidden(models, upload, monkeypatch):
    artwork = upload()
    drain()
    explaining.explain_now(artwork)

    def explain(self, image):
        raise MemoryError

    monkeypatch.setattr("ml.explain.explainer.Explainer.explain", explain)
    score(queue=Queue.GPU_INTERACTIVE)
    assert (explain_job().state, explain_job().error_code) == (JobState.QUEUED, "out_of_memory")
    monkeypatch.setattr("ml.explain.explainer.Explainer.explain", lambda self, image: 1 / 0)
    due_now()
    with pytest.raises(ZeroDivisionError):
        score(queue=Queue.GPU_INTERACTIVE)
    assert explain_job().error_code == "worker_error"


def test_a_broken_attribute_model_leaves_its_work_waiting_and_scores_go_on(
    models, weights, upload, cache
):
    (weights / "attributes-tiny-1.safetensors").write_bytes(b"garbage")
    artwork = upload()
    drain()
    due_now()
    score(queue=Queue.GPU_BATCH)
    assert (explain_job().state, explain_job().attempt) == (JobState.QUEUED, 0)
    assert cache.note().startswith("problem: attributes-tiny-1")
    artwork.refresh_from_db()
    assert artwork.state == ArtworkState.READY


def test_a_new_scorer_lets_go_of_the_explainer_of_the_old_one(models, weights, upload, monkeypatch):
    explained(upload("red"))
    freed = []
    monkeypatch.setattr(device, "free_memory", lambda: freed.append(True))
    write_tiny_scorer(weights, name="scorer-tiny-2", seed=2)
    register_builtin()
    artwork = upload("blue")
    found = explained(artwork)
    assert found.scorer.name == "scorer-tiny-2"
    assert freed


def test_a_new_attribute_model_explains_anew_and_older_maps_go_with_their_model(
    models, weights, upload
):
    artwork = upload()
    explained(artwork)
    write_tiny_attributes(weights, name="attributes-tiny-2", seed=2)
    register_builtin()
    shown = selectors.detail(artwork, artwork.owner).explanation.progress
    assert (shown.state, shown.model) == ("ready", "attributes-tiny-1")
    explaining.explain_now(artwork)
    score(queue=Queue.GPU_INTERACTIVE)
    shown = selectors.detail(artwork, artwork.owner).explanation.progress
    assert (shown.state, shown.model) == ("ready", "attributes-tiny-2")
    assert ModelVersion.objects.filter(kind="attributes", state="active").count() == 1


@pytest.mark.parametrize(
    ("size", "mode"), [((1, 1), "RGB"), ((3000, 8), "RGB"), ((64, 48), "L"), ((64, 48), "RGBA")]
)
def test_odd_pictures_are_explained_too(models, upload, size, mode):
    out = BytesIO()
    Image.new(mode, size).save(out, "PNG")
    assert explained(upload(data=out.getvalue())).palette


def test_an_explanation_survives_the_trash(models, upload):
    artwork = upload(data=picture("green"))
    explained(artwork)
    delete(artwork.owner, [artwork.pk])
    assert Explained.objects.filter(artwork=artwork).exists()


def test_explanations_wait_for_a_new_model_that_cannot_be_loaded(models, weights, upload, cache):
    explained(upload("red"))
    write_tiny_attributes(weights, name="attributes-tiny-2", seed=2)
    register_builtin(weights)
    (weights / "attributes-tiny-2.safetensors").write_bytes(b"garbage")
    fresh = upload("blue")
    drain()
    due_now()
    score(queue=Queue.GPU_BATCH)
    waiting = Job.objects.get(kind=JobKind.EXPLAIN, subject=fresh.pk)
    assert (waiting.state, waiting.attempt) == (JobState.QUEUED, 0)
    assert not Explained.objects.filter(artwork=fresh).exists()
    assert cache.note().startswith("problem: attributes-tiny-2")
