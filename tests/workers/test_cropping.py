"""A picture is looked at once; its crops are judged and saved without another look."""

from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image, ImageDraw

from ml.contracts.crops import Box, CropAsk
from tests.images import encode
from webapp.catalogue import blobs
from webapp.catalogue.curation import delete
from webapp.catalogue.models import Artwork
from webapp.cropping.selectors import studio
from webapp.events import selectors as events
from webapp.inference import fields, opinions, saving
from webapp.inference.models import CropField, CropOpinion, SavedCrop
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.registry.models import ModelVersion
from workers.tasks.media import render
from workers.tasks.score import score

RED = Box(100, 40, 80, 60)


def drain() -> None:
    render(queue=Queue.IO)
    score(queue=Queue.GPU_INTERACTIVE)


@pytest.fixture
def scored(cropper, upload) -> Artwork:
    """An artwork with a score: a red box on grey, on the right."""
    canvas = Image.new("RGB", (240, 160), (120, 120, 125))
    right, bottom = RED.x + RED.width - 1, RED.y + RED.height - 1
    ImageDraw.Draw(canvas).rectangle((RED.x, RED.y, right, bottom), (200, 30, 30))
    artwork = upload(data=encode(canvas, "PNG"))
    drain()
    artwork.refresh_from_db()
    return artwork


def look(artwork: Artwork) -> None:
    fields.look_now(artwork)
    score(queue=Queue.GPU_INTERACTIVE)


def test_a_scored_picture_is_looked_at_in_the_background_and_at_once_for_who_waits(scored):
    job = Job.objects.get(kind=JobKind.CROP)
    assert (job.queue, job.priority < 0) == (Queue.GPU_BATCH, True)
    assert studio(scored, CropAsk()).state == "waiting"
    assert not fields.look_now(scored)
    job.refresh_from_db()
    assert (job.queue, job.priority) == (Queue.GPU_INTERACTIVE, 0)
    score(queue=Queue.GPU_INTERACTIVE)
    assert fields.look_now(scored)
    shown = studio(scored, CropAsk())
    assert (shown.state, shown.model, len(shown.crops)) == ("ready", "cropper-tiny-1", 5)
    assert str(scored.pk) in events.after(scored.owner_id, 0).events[-1].ids


def test_a_batch_comes_before_the_library_and_behind_who_looks_at_one_picture(scored):
    job = Job.objects.get(kind=JobKind.CROP)
    pair = [(scored.pk, scored.owner_id)]
    assert fields.ask_soon(pair) == 1
    job.refresh_from_db()
    assert (job.queue, job.priority, job.state) == (Queue.GPU_BATCH, 0, JobState.QUEUED)
    fields.look_now(scored)
    Job.objects.filter(pk=job.pk).update(state=JobState.DEAD)
    fields.ask_soon(pair)
    job.refresh_from_db()
    assert (job.queue, job.state) == (Queue.GPU_INTERACTIVE, JobState.QUEUED)
    look(scored)
    assert fields.ask_soon(pair) == 0


def test_a_new_field_takes_the_place_of_that_of_another_cropper(scored):
    look(scored)
    earlier = ModelVersion.objects.create(kind="cropper", name="old", digest="0" * 64, card={})
    CropField.objects.update(model_version=earlier)
    assert studio(scored, CropAsk()).state == "none"
    look(scored)
    assert CropField.objects.get().model_version.name == "cropper-tiny-1"


def test_a_field_for_a_picture_that_is_gone_is_not_kept(scored):
    fields.look_now(scored)
    Artwork.objects.filter(pk=scored.pk).delete()
    score(queue=Queue.GPU_INTERACTIVE)
    assert not CropField.objects.exists()


def test_a_picture_too_large_for_the_memory_fails_with_a_reason_and_is_looked_at_again(
    scored, monkeypatch
):
    def out_of_memory(self, image):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("ml.inference.cropping.LoadedCropper.field", out_of_memory)
        fields.look_now(scored)
        Job.objects.filter(kind=JobKind.CROP).update(attempt=2)
        score(queue=Queue.GPU_INTERACTIVE)
    shown = studio(scored, CropAsk())
    assert (shown.state, shown.error_code) == ("failed", "out_of_memory")
    scored.refresh_from_db()
    assert scored.state == "ready"
    look(scored)
    assert studio(scored, CropAsk()).state == "ready"


def test_the_scorer_judges_crops_in_one_batch_and_each_once(scored):
    look(scored)
    boxes = [RED, Box(0, 0, 100, 160), Box(0, 0, 240, 160)]
    assert opinions.ask_opinions(scored, boxes) == 3
    by_another = Job.objects.filter(kind=JobKind.JUDGE).first()
    by_another.pk, by_another.model_version = uuid4(), "0" * 64
    by_another.save(force_insert=True)
    score(queue=Queue.GPU_INTERACTIVE)
    assert not Job.objects.filter(kind=JobKind.JUDGE).exists(), "the opinions say it all"
    found = {row.box: row.mean for row in CropOpinion.objects.all()}
    assert set(found) == set(boxes)
    assert found[boxes[2]] == pytest.approx(scored.score_mean, abs=1e-4), "the whole is the whole"
    assert found[boxes[0]] != found[boxes[1]]
    assert opinions.ask_opinions(scored, boxes) == 0


def test_a_crop_outside_of_the_picture_is_refused_and_costs_the_others_nothing(scored):
    opinions.ask_opinions(scored, [RED, Box(200, 0, 100, 100)])
    score(queue=Queue.GPU_INTERACTIVE)
    assert CropOpinion.objects.get().box == RED
    job = Job.objects.get(kind=JobKind.JUDGE, state=JobState.FAILED)
    assert job.error_code == "box_outside"


def test_a_saved_crop_is_cut_from_the_original_and_becomes_an_artwork_beside_it(scored):
    saved = saving.saved_crop(scored, RED)
    assert not saving.save_now(scored, saved)
    assert studio(scored, CropAsk()).saved[0].state == "saving"
    render(queue=Queue.IO)
    made = SavedCrop.objects.get().saved_as
    assert made.derived_from == scored
    assert made.derivation == "Cropped to 80 x 60 (4:3)."
    assert (made.width, made.height, made.filename) == (80, 60, "a-cropped.jpg")
    image = Image.open(BytesIO(blobs.read(made.original))).convert("RGB")
    corners = [image.getpixel(place) for place in ((1, 1), (78, 1), (1, 58), (78, 58))]
    assert all(red > 150 and green < 80 for red, green, _ in corners), "to the pixel"
    view = studio(scored, CropAsk()).saved[0]
    assert (view.state, view.artwork) == ("saved", made.pk)
    assert saving.save_now(scored, saving.saved_crop(scored, RED))
    delete(made.owner, [made.pk])
    assert studio(scored, CropAsk()).saved == ()


def test_a_crop_of_a_picture_deleted_meanwhile_is_not_cut(scored):
    saving.save_now(scored, saving.saved_crop(scored, RED))
    delete(scored.owner, [scored.pk])
    render(queue=Queue.IO)
    job = Job.objects.get(kind=JobKind.EXPORT)
    assert (job.state, job.error_code) == (JobState.FAILED, "proposal_gone")
    assert Artwork.objects.count() == 1
