"""The doctor says what is wrong, mends it, and ends with 1 while something is left."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.people import person
from tests.workers.tiny import write_tiny_scorer
from tests.world import advised, picture_of
from webapp.catalogue import blobs
from webapp.catalogue.models import Artwork, ArtworkState, Blob, BlobChunk, Rendition
from webapp.inference.models import Advice, CropField, Explained, Score
from webapp.jobs import beats, services
from webapp.jobs.models import Job, JobKind, JobState, Queue, WorkerBeat
from webapp.registry.models import ModelVersion
from webapp.registry.services import activate, register_builtin

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_service(tmp_path, settings):
    """A model judges and every process is alive."""
    settings.WEIGHTS_DIR = tmp_path
    write_tiny_scorer(tmp_path)
    register_builtin()
    beats.beat("dispatcher@test")
    beats.beat("io@test", queues="io,maintenance")
    beats.beat("gpu@test", queues="gpu.interactive,gpu.batch")
    beats.beat("train@test", queues="train")


@pytest.fixture
def artwork():
    """Ready, scored by the active model."""
    made = picture_of(person("owner@example.org"))
    scored(made, ModelVersion.objects.get(), mean=made.score_mean)
    return made


def scored(artwork: Artwork, version: ModelVersion, *, mean: float) -> None:
    Score.objects.create(
        artwork=artwork, model_version=version, distribution=[0.1] * 10,
        mean=mean, sd=1, low=5, high=6,
    )  # fmt: skip


def doctor(*options: str) -> tuple[int, str]:
    """Exit status and what it said."""
    out = StringIO()
    try:
        call_command("doctor", *options, stdout=out)
    except SystemExit as ended:
        return int(ended.code), out.getvalue()
    return 0, out.getvalue()


def says_and_mends(code: str) -> None:
    status, said = doctor()
    assert (status, f"{code}:" in said) == (1, True), said
    assert doctor("--mend")[0] == 0
    assert f"{code}:" not in doctor()[1]


def says_only(code: str) -> None:
    assert f"{code}:" in doctor("--mend")[1]
    assert doctor()[0] == 1


def test_all_is_well(artwork):
    assert doctor() == (0, "All is well.\n")


def test_an_artwork_without_display_files_is_rendered(artwork):
    artwork.renditions.all().delete()
    says_and_mends("unrendered")
    assert Job.objects.get(kind=JobKind.RENDER).state == JobState.QUEUED


def test_an_artwork_whose_render_job_was_done_in_vain_is_rendered_again(artwork):
    artwork.renditions.all().delete()
    Job.objects.create(
        kind=JobKind.RENDER, subject=artwork.pk, owner=artwork.owner, queue=Queue.IO,
        state=JobState.DONE,
    )  # fmt: skip
    says_and_mends("unrendered")
    assert Job.objects.get().state == JobState.QUEUED


def test_an_artwork_that_still_shows_judging_after_its_job_failed_is_failed(artwork):
    artwork.renditions.all().delete()
    Artwork.objects.update(state=ArtworkState.JUDGING)
    Job.objects.create(
        kind=JobKind.RENDER, subject=artwork.pk, owner=artwork.owner, queue=Queue.IO,
        state=JobState.FAILED, error_code="broken_image", error_text="It is broken.",
    )  # fmt: skip
    says_and_mends("unrendered")
    artwork.refresh_from_db()
    assert (artwork.state, artwork.error_code) == (ArtworkState.FAILED, "broken_image")


def test_an_artwork_without_a_score_is_judged_first(artwork):
    Score.objects.all().delete()
    Artwork.objects.update(state=ArtworkState.JUDGING, score_mean=None)
    says_and_mends("unscored")
    assert Job.objects.get().queue == Queue.GPU_INTERACTIVE


def test_a_new_model_judges_the_library_in_the_background(artwork):
    newer = ModelVersion.objects.create(kind="scorer", name="n", digest="a" * 64, card={})
    activate(newer)
    says_and_mends("unscored")
    job = Job.objects.get()
    assert (job.queue, job.model_version) == (Queue.GPU_BATCH, newer.digest)
    artwork.refresh_from_db()
    assert artwork.state == ArtworkState.READY


def test_after_a_roll_back_artworks_show_the_older_models_score_again(artwork):
    newer = ModelVersion.objects.create(kind="scorer", name="n", digest="a" * 64, card={})
    activate(newer)
    scored(artwork, newer, mean=9.0)
    doctor("--mend")
    artwork.refresh_from_db()
    assert artwork.score_mean == 9.0
    activate(ModelVersion.objects.get(name="scorer-tiny-1"))
    says_and_mends("unshown")
    artwork.refresh_from_db()
    assert artwork.score_mean == 5.5


def explaining_model() -> ModelVersion:
    model = ModelVersion.objects.create(kind="attributes", name="a", digest="b" * 64, card={})
    activate(model)
    return model


def test_a_new_attribute_model_explains_the_library_in_the_background(artwork):
    model = explaining_model()
    says_and_mends("unexplained")
    job = Job.objects.get(kind=JobKind.EXPLAIN)
    assert (job.queue, job.model_version) == (Queue.GPU_BATCH, model.digest)
    Job.objects.update(state=JobState.DONE)
    says_and_mends("unexplained")
    assert Job.objects.get().state == JobState.QUEUED


def test_nobody_is_asked_again_for_what_was_explained_or_given_up(artwork):
    model = explaining_model()
    doctor("--mend")
    Job.objects.update(state=JobState.DEAD)
    assert "unexplained:" not in doctor()[1]
    Job.objects.all().delete()
    Explained.objects.create(
        artwork=artwork, model_version=model, scorer=ModelVersion.objects.get(kind="scorer")
    )
    assert doctor() == (0, "All is well.\n")


def test_a_new_cropper_looks_at_the_library_in_the_background_and_once(artwork):
    model = ModelVersion.objects.create(kind="cropper", name="c", digest="c" * 64, card={})
    activate(model)
    says_and_mends("unlooked")
    job = Job.objects.get(kind=JobKind.CROP)
    assert (job.queue, job.model_version) == (Queue.GPU_BATCH, model.digest)
    Job.objects.update(state=JobState.DONE)
    says_and_mends("unlooked")
    Job.objects.update(state=JobState.FAILED)
    assert "unlooked:" not in doctor()[1]
    Job.objects.all().delete()
    CropField.objects.create(artwork=artwork, model_version=model, data=b"")
    assert doctor() == (0, "All is well.\n")


def test_display_files_without_bytes_are_made_again(artwork):
    medium = Rendition.objects.get(size="medium", format="webp")
    BlobChunk.objects.filter(content=medium.blob.content).delete()
    says_and_mends("rendition_without_bytes")
    assert not Rendition.objects.filter(pk=medium.pk).exists()
    assert not Blob.objects.filter(pk=medium.blob_id).exists()
    assert Job.objects.get(kind=JobKind.RENDER).state == JobState.QUEUED


def test_advice_whose_preview_lost_its_bytes_is_forgotten(artwork):
    scorer = ModelVersion.objects.get(kind="scorer")
    preview = advised(artwork, scorer=scorer, second=scorer).preview
    BlobChunk.objects.filter(content=preview.content).delete()
    says_and_mends("preview_without_bytes")
    assert not Advice.objects.exists()
    again = advised(artwork, scorer=scorer, second=scorer).preview
    assert blobs.read(again) == b"a preview"


def test_an_original_without_bytes_needs_a_backup(artwork):
    BlobChunk.objects.filter(content=artwork.original.content).delete()
    says_only("original_without_bytes")


def test_a_missing_model_is_registered(artwork):
    ModelVersion.objects.update(state="retired")
    status, said = doctor()
    assert (status, "no_model:" in said) == (1, True)
    doctor("--mend")
    assert "no_model:" not in doctor()[1]


def test_a_damaged_card_does_not_keep_the_doctor_from_the_rest(artwork, settings):
    ModelVersion.objects.update(state="retired")
    (settings.WEIGHTS_DIR / "worse.json").write_text("{}")
    Job.objects.create(
        kind=JobKind.RENDER, subject=artwork.pk, owner=artwork.owner, queue=Queue.IO,
        state=JobState.RUNNING, lease_until=timezone.now() - timedelta(minutes=5),
    )  # fmt: skip
    says_only("no_model")
    assert Job.objects.get().state == JobState.QUEUED


def test_a_worker_that_cannot_serve_its_model_is_told(artwork):
    beats.beat("gpu@test", queues="gpu.interactive,gpu.batch", note="problem: no such file")
    says_only("model_problem")


def test_stale_leases_are_requeued(artwork):
    Job.objects.create(
        kind=JobKind.RENDER, subject=artwork.pk, owner=artwork.owner, queue=Queue.IO,
        state=JobState.RUNNING, lease_until=timezone.now() - timedelta(minutes=5),
    )  # fmt: skip
    says_and_mends("stale_lease")
    assert Job.objects.get().state == JobState.QUEUED


def test_dead_jobs_are_left_to_people(artwork):
    Job.objects.create(
        kind=JobKind.SCORE, subject=artwork.pk, owner=artwork.owner, queue=Queue.GPU_BATCH,
        state=JobState.DEAD,
    )  # fmt: skip
    says_only("dead_job")


def test_a_paused_queue_with_work_is_told(artwork):
    services.pause(Queue.IO)
    assert doctor()[0] == 0
    services.enqueue(
        kind=JobKind.RENDER, subject=artwork.pk, owner_id=artwork.owner_id, queue=Queue.IO
    )
    says_only("paused_queue")


def test_silent_workers_and_unserved_queues_are_told(artwork):
    quiet = timezone.now() - timedelta(minutes=2)
    WorkerBeat.objects.filter(name="gpu@test").update(heartbeat_at=quiet)
    says_only("silent_worker")
    assert "gpu.interactive" in doctor()[1]
    WorkerBeat.objects.filter(name="dispatcher@test").delete()
    assert "dispatcher" in doctor()[1]
