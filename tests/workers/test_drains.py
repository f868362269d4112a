"""From an accepted upload to a score, and what happens when something on the way is broken."""

import pytest
from django.test import Client
from django.utils import timezone

from tests.people import person
from tests.workers.conftest import picture
from tests.workers.tiny import write_tiny_scorer
from webapp.catalogue.models import Artwork, ArtworkState, BlobChunk, Rendition
from webapp.events import selectors as events
from webapp.events.models import Event
from webapp.events.payloads import EventKind
from webapp.inference.models import Score
from webapp.inference.rendered import RenderPass
from webapp.inference.services import retry_artwork
from webapp.jobs import services as jobs
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.registry.services import register_builtin
from workers.runtime import draining
from workers.tasks.media import render
from workers.tasks.score import score


def drain() -> None:
    render(queue=Queue.IO)
    score(queue=Queue.GPU_INTERACTIVE)


def job_of(artwork: Artwork, kind: JobKind) -> Job:
    return Job.objects.get(subject=artwork.pk, kind=kind, params_hash="")


def due_now() -> None:
    """As if every pause were over."""
    Job.objects.filter(state=JobState.QUEUED).update(not_before=timezone.now())


def test_an_upload_becomes_a_score_with_display_files_and_events(scorer, upload):
    artwork = upload()
    drain()
    artwork.refresh_from_db()
    judged = Score.objects.get(artwork=artwork)
    assert artwork.state == ArtworkState.READY
    assert artwork.score_mean == pytest.approx(judged.mean)
    assert sum(judged.distribution) == pytest.approx(1)
    assert 0 <= judged.reference_percentile <= 100
    assert artwork.thumbhash
    assert (artwork.width, artwork.height) == (96, 64)
    assert set(artwork.renditions.values_list("size", "format")) == {
        ("small", "webp"), ("medium", "webp"),
    }  # fmt: skip
    kinds = [event.kind for event in events.after(artwork.owner_id, 0).events]
    assert kinds == ["artwork.created", "artwork.changed", "artwork.changed"]


def test_the_remaining_display_files_follow_later(scorer, upload):
    artwork = upload()
    drain()
    rest = Job.objects.get(subject=artwork.pk, params_hash=RenderPass.REST)
    assert rest.state == JobState.QUEUED
    due_now()
    drain()
    sizes = {("small", "avif"), ("medium", "avif"), ("large", "avif"), ("large", "webp")}
    assert sizes <= set(artwork.renditions.values_list("size", "format"))


def test_a_second_drain_changes_nothing(scorer, upload):
    upload()
    drain()
    before = list(Score.objects.values()), events.last_seq(Artwork.objects.get().owner_id)
    drain()
    assert (list(Score.objects.values()), events.last_seq(Artwork.objects.get().owner_id)) == before


def test_an_older_score_learns_its_place_when_it_is_judged_again(scorer, upload):
    artwork = upload()
    drain()
    place = Score.objects.get(artwork=artwork).reference_percentile
    Score.objects.update(reference_percentile=None)
    Job.objects.filter(kind=JobKind.SCORE).update(state=JobState.QUEUED)
    score(queue=Queue.GPU_INTERACTIVE)
    assert Score.objects.get(artwork=artwork).reference_percentile == place


def test_a_file_that_does_not_decode_fails_at_once_with_its_reason(scorer, upload):
    whole = picture("red", size=(640, 480))
    middle = len(whole) // 2
    artwork = upload(data=whole[:middle] + b"\xff\xc4\x00\x05\x99\x99\x99" + whole[middle:])
    sound = upload("blue")
    drain()
    artwork.refresh_from_db()
    assert artwork.state == ArtworkState.FAILED
    assert artwork.error_code == job_of(artwork, JobKind.RENDER).error_code == "broken_image"
    assert artwork.error_text
    assert not Job.objects.filter(subject=artwork.pk, kind=JobKind.SCORE).exists()
    assert Artwork.objects.get(pk=sound.pk).state == ArtworkState.READY


def test_a_picture_that_kills_its_worker_ends_dead_and_takes_nobody_along(scorer, upload):
    poison, mates = upload("black"), [upload(colour) for colour in ("red", "green", "blue")]
    render(queue=Queue.IO)
    deadly = job_of(poison, JobKind.SCORE)
    for _ in range(3):
        claims = jobs.claim([Queue.GPU_INTERACTIVE], kind=JobKind.SCORE, worker="w", limit=8)
        assert deadly.pk in {claim.id for claim in claims}
        jobs.requeue_lost(["w"])  # the worker is killed in the middle of it
    score(queue=Queue.GPU_INTERACTIVE)
    deadly.refresh_from_db()
    poison.refresh_from_db()
    assert (deadly.state, deadly.error_code) == (JobState.DEAD, "worker_lost")
    assert (poison.state, poison.error_code) == (ArtworkState.FAILED, "worker_lost")
    assert {Artwork.objects.get(pk=mate.pk).state for mate in mates} == {ArtworkState.READY}


def test_retry_judges_a_given_up_artwork_again(scorer, upload):
    artwork = upload()
    render(queue=Queue.IO)
    Job.objects.filter(kind=JobKind.SCORE).update(attempt=3)
    score(queue=Queue.GPU_INTERACTIVE)
    artwork.refresh_from_db()
    assert artwork.state == ArtworkState.FAILED
    retry_artwork(artwork)
    artwork.refresh_from_db()
    assert artwork.state == ArtworkState.JUDGING
    score(queue=Queue.GPU_INTERACTIVE)
    artwork.refresh_from_db()
    assert (artwork.state, artwork.error_code) == (ArtworkState.READY, "")


def test_staff_retry_of_a_job_brings_back_the_artwork_and_all_its_files(scorer, upload):
    artwork, staff = upload(), person("staff@example.org", staff=True)
    render(queue=Queue.IO)
    Job.objects.filter(kind=JobKind.SCORE).update(attempt=3)
    score(queue=Queue.GPU_INTERACTIVE)
    rest = Job.objects.get(subject=artwork.pk, params_hash=RenderPass.REST)
    assert rest.state == JobState.CANCELLED
    client = Client()
    client.force_login(staff)
    answer = client.post(f"/api/v1/jobs/{job_of(artwork, JobKind.SCORE).pk}/retry")
    assert (answer.status_code, answer.json()["state"]) == (200, "queued")
    artwork.refresh_from_db()
    rest.refresh_from_db()
    assert (artwork.state, rest.state) == (ArtworkState.JUDGING, JobState.QUEUED)
    assert Event.objects.filter(owner=staff, kind=EventKind.JOBS_CHANGED).exists()


def test_a_missing_display_file_sets_one_job_back_and_spares_the_batch(scorer, upload):
    broken, sound = upload("red"), upload("blue")
    render(queue=Queue.IO)
    medium = Rendition.objects.get(artwork=broken, size="medium")
    BlobChunk.objects.filter(content=medium.blob.content).delete()
    score(queue=Queue.GPU_INTERACTIVE)
    assert job_of(broken, JobKind.SCORE).error_code == "rendition_missing"
    assert job_of(broken, JobKind.SCORE).state == JobState.QUEUED
    assert job_of(sound, JobKind.SCORE).state == JobState.DONE


def test_work_waits_while_there_is_no_model(db, weights, upload, cache):
    artwork = upload()
    drain()
    assert "sync_models" in cache.note()
    artwork.refresh_from_db()
    assert (artwork.state, artwork.thumbhash != "") == (ArtworkState.JUDGING, True)


def test_a_broken_model_leaves_jobs_waiting_and_says_who_must_act(scorer, weights, upload, cache):
    artwork = upload()
    (weights / "scorer-tiny-1.safetensors").write_bytes(b"garbage")
    drain()
    waiting = job_of(artwork, JobKind.SCORE)
    assert (waiting.state, waiting.attempt) == (JobState.QUEUED, 0)
    assert cache.note().startswith("problem: scorer-tiny-1")


def test_a_new_active_version_is_loaded_without_a_restart(scorer, weights, upload):
    first = upload("red")
    drain()
    write_tiny_scorer(weights, name="scorer-tiny-2", seed=2)
    register_builtin()
    second = upload("blue")
    drain()
    assert Score.objects.get(artwork=first).model_version.name == "scorer-tiny-1"
    assert Score.objects.get(artwork=second).model_version.name == "scorer-tiny-2"


def test_the_old_version_judges_on_while_the_new_one_is_broken(scorer, weights, upload, cache):
    upload("red")
    drain()
    write_tiny_scorer(weights, name="scorer-tiny-2", seed=2)
    register_builtin()
    (weights / "scorer-tiny-2.safetensors").write_bytes(b"garbage")
    second = upload("blue")
    drain()
    second.refresh_from_db()
    assert Score.objects.get(artwork=second).model_version.name == "scorer-tiny-1"
    assert second.state == ArtworkState.READY
    assert cache.note().startswith("problem: scorer-tiny-2")


def test_an_error_of_the_worker_sets_the_batch_back_and_is_not_hidden(scorer, upload, monkeypatch):
    works = [upload("red"), upload("blue")]
    render(queue=Queue.IO)
    monkeypatch.setattr("workers.runtime.batches.pictures.load_each", lambda claims: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        score(queue=Queue.GPU_INTERACTIVE)
    for work in works:
        waiting = job_of(work, JobKind.SCORE)
        assert (waiting.state, waiting.attempt) == (JobState.QUEUED, 1)
        assert waiting.error_code == "worker_error"


def test_scores_of_a_lost_lease_are_not_kept(scorer, upload, monkeypatch):
    artwork = upload()
    render(queue=Queue.IO)
    real = draining.inference.record_scores

    def too_late(scored, version):
        jobs.cancel_for(artwork.pk)
        return real(scored, version)

    monkeypatch.setattr(draining.inference, "record_scores", too_late)
    score(queue=Queue.GPU_INTERACTIVE)
    assert not Score.objects.exists()
    artwork.refresh_from_db()
    assert artwork.state == ArtworkState.JUDGING
