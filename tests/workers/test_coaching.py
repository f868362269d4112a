"""What the coach proposes is kept, and a proposal becomes a picture beside its source."""

from io import BytesIO

import pytest
from PIL import Image, ImageStat

from ml.contracts import advice as contract
from tests.images import encode
from tests.workers.conftest import picture
from webapp.catalogue import blobs
from webapp.catalogue.curation import delete, restore
from webapp.catalogue.models import Artwork, BlobChunk
from webapp.events import selectors as events
from webapp.gallery.coached import coaching
from webapp.inference import coaching as coach
from webapp.inference import saving
from webapp.inference.models import Advice, Proposal
from webapp.jobs.models import Job, JobKind, JobState, Queue
from workers.runtime.imaging.exporter import Exporter
from workers.tasks.media import render
from workers.tasks.score import score


def drain() -> None:
    render(queue=Queue.IO)
    score(queue=Queue.GPU_INTERACTIVE)


@pytest.fixture
def scored(models, upload):
    """An artwork with a score, of a picture that is darker on the left."""
    canvas = Image.new("RGB", (96, 64), (40, 60, 90))
    canvas.paste((150, 120, 90), (48, 0, 96, 64))
    artwork = upload(data=encode(canvas))
    drain()
    artwork.refresh_from_db()
    return artwork


def propose(artwork: Artwork, **edits: float) -> Proposal:
    """Advice with one proposal, as the coach leaves it."""
    scorer, second = coach.coaches()
    advice = Advice.objects.create(artwork=artwork, scorer=scorer, second=second, before=5.0)
    return Proposal.objects.create(
        advice=advice, place=0, key="together", edits=edits or {"exposure": 0.5},
        words="+0.5 EV", mean=6, low=5.5, high=6.5, gain=1, second_gain=0.5, width=9, height=6,
        preview=blobs.store(b"preview", content_type="image/jpeg"),
    )  # fmt: skip


def save(artwork: Artwork, proposal: Proposal) -> Proposal:
    saving.save_now(artwork, proposal)
    render(queue=Queue.IO)
    proposal.refresh_from_db()
    return proposal


def shown(proposal: Proposal):
    return coaching(proposal.advice.artwork).proposals[0]


def brightness(artwork: Artwork) -> float:
    image = Image.open(BytesIO(blobs.read(artwork.original)))
    return sum(ImageStat.Stat(image.convert("RGB")).mean)


def test_the_coach_looks_when_asked_and_says_what_it_found(scored):
    assert coaching(scored).state == "none"
    assert not coach.coach_now(scored)
    job = Job.objects.get(kind=JobKind.COACH)
    assert (job.queue, coaching(scored).state) == (Queue.GPU_INTERACTIVE, "queued")
    score(queue=Queue.GPU_INTERACTIVE)
    found = coaching(scored)
    assert found.state in ("ready", "nothing")
    assert (found.state == "nothing") == (found.reason != "") == (not found.proposals)
    assert (found.model, found.second_model) == ("scorer-tiny-1", "second-tiny-1")
    assert found.before == pytest.approx(scored.score_mean, abs=0.3)
    assert coach.coach_now(scored)
    assert Job.objects.filter(kind=JobKind.COACH).count() == 1


def test_new_advice_takes_the_place_of_that_of_earlier_scorers(scored, monkeypatch):
    old = propose(scored)
    scorer, _ = coach.coaches()
    Advice.objects.update(second=scorer)
    said = contract.Advice(before=5.0, reason="Nothing helps.", proposals=())
    monkeypatch.setattr("ml.coach.coach.Coach.advise", lambda self, image: said)
    coach.coach_now(scored)
    score(queue=Queue.GPU_INTERACTIVE)
    assert Advice.objects.get().reason == "Nothing helps."
    assert not Proposal.objects.filter(pk=old.pk).exists()


def test_advice_that_exceeds_the_memory_is_tried_again_and_then_told(scored, monkeypatch):
    def advise(self, image):
        raise MemoryError

    monkeypatch.setattr("ml.coach.coach.Coach.advise", advise)
    coach.coach_now(scored)
    Job.objects.filter(kind=JobKind.COACH).update(attempt=2)
    score(queue=Queue.GPU_INTERACTIVE)
    found = coaching(scored)
    assert (found.state, found.error_code) == ("failed", "out_of_memory")
    monkeypatch.undo()
    coach.coach_now(scored)
    assert coaching(scored).state == "queued"


def test_a_saved_proposal_is_a_new_artwork_beside_its_untouched_source(scored):
    before = blobs.read(scored.original)
    proposal = save(scored, propose(scored))
    made = proposal.saved_as
    assert made.pk != scored.pk and made.derived_from == scored
    assert made.derivation == "+0.5 EV"
    assert (made.title, made.medium, made.format) == (scored.title, scored.medium, "JPEG")
    assert brightness(made) > brightness(scored) * 1.05
    scored.refresh_from_db()
    assert blobs.read(scored.original) == before
    changed = [set(e.ids) for e in events.after(scored.owner_id, 0).events]
    assert {str(scored.pk), str(made.pk)} in changed
    drain()
    made.refresh_from_db()
    assert made.score_mean is not None


def test_the_whole_picture_is_edited_and_not_a_display_file(models, upload):
    large = upload(data=picture("teal", size=(3000, 2000)))
    drain()
    made = save(large, propose(large, crop_left=0.1, exposure=0.2)).saved_as
    assert (made.width, made.height) == (2700, 2000)


def test_saving_twice_gives_the_same_artwork(scored):
    proposal = save(scored, propose(scored))
    first = proposal.saved_as
    assert saving.save_now(scored, proposal)
    Job.objects.filter(kind=JobKind.EXPORT).update(state=JobState.QUEUED)
    render(queue=Queue.IO)
    proposal.refresh_from_db()
    assert proposal.saved_as == first
    assert Artwork.objects.count() == 2


def test_a_saved_picture_that_was_thrown_away_is_brought_back(scored):
    proposal = save(scored, propose(scored))
    made = proposal.saved_as
    delete(made.owner, [made.pk])
    assert shown(proposal).saved_as is None
    proposal = Proposal.objects.get(pk=proposal.pk)
    assert save(scored, proposal).saved_as == made
    made.refresh_from_db()
    assert made.deleted_at is None
    Artwork.objects.filter(pk=made.pk).delete()
    proposal.refresh_from_db()
    assert save(scored, proposal).saved_as is not None


def test_a_full_library_is_named_on_the_proposal_and_saved_once_there_is_room(scored):
    owner = scored.owner
    owner.quota_bytes = scored.bytes
    owner.save()
    proposal = save(scored, propose(scored))
    assert proposal.saved_as is None
    found = shown(proposal)
    assert (found.saving, found.error_code) == (False, "over_quota")
    assert "room" in found.error_text
    scored.refresh_from_db()
    assert scored.state == "ready"
    owner.quota_bytes = None
    owner.save()
    assert save(scored, proposal).saved_as is not None
    assert shown(proposal).error_code == ""


def test_a_picture_deleted_meanwhile_is_not_edited(scored):
    proposal = propose(scored)
    saving.save_now(scored, proposal)
    delete(scored.owner, [scored.pk])
    render(queue=Queue.IO)
    job = Job.objects.get(kind=JobKind.EXPORT)
    assert (job.state, job.error_code) == (JobState.FAILED, "proposal_gone")
    assert Artwork.objects.count() == 1
    restore(scored.owner, [scored.pk])
    assert save(scored, proposal).saved_as is not None


def test_a_recipe_beyond_the_bounds_of_today_asks_for_new_advice(scored):
    proposal = save(scored, propose(scored, exposure=9.0))
    assert proposal.saved_as is None
    assert shown(proposal).error_code == "recipe_outdated"


def test_an_original_without_bytes_is_the_operators(scored):
    BlobChunk.objects.filter(content=scored.original.content).delete()
    proposal = save(scored, propose(scored))
    job = Job.objects.get(kind=JobKind.EXPORT)
    assert (proposal.saved_as, job.state) == (None, JobState.QUEUED)
    assert job.error_code == "bytes_missing"


def test_an_export_of_a_lost_lease_makes_nothing(scored, monkeypatch):
    proposal = propose(scored)
    saving.save_now(scored, proposal)
    real = Exporter.export

    def too_late(self, data, **options):
        Job.objects.filter(kind=JobKind.EXPORT).update(state=JobState.CANCELLED)
        return real(self, data, **options)

    monkeypatch.setattr(Exporter, "export", too_late)
    render(queue=Queue.IO)
    assert Artwork.objects.count() == 1
    proposal.refresh_from_db()
    assert proposal.saved_as is None


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK"])
def test_pictures_of_every_mode_are_edited(models, upload, mode):
    canvas = Image.linear_gradient("L").resize((64, 48)).convert("RGB").convert(mode)
    data = encode(canvas, "TIFF" if mode == "CMYK" else "PNG")
    artwork = upload(data=data)
    drain()
    made = save(artwork, propose(artwork, exposure=0.3)).saved_as
    assert (made.width, made.height) == (64, 48)
