"""Read models of the studio: crops as they rank now, what the scorer says, what was saved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from ml.contracts.crops import Box, CropAsk, Point, RankedCrop
from webapp.catalogue.models import Artwork
from webapp.cropping import addresses
from webapp.cropping.focal import focal_of
from webapp.gallery.caution import caution_of_crop
from webapp.inference import cropping
from webapp.inference.cropping import FieldUnreadable, Forms
from webapp.inference.explaining import NotReady
from webapp.inference.models import CropField, CropOpinion, SavedCrop, Score
from webapp.jobs import selectors as jobs
from webapp.jobs.models import LIVE_STATES, Job, JobKind, JobState
from webapp.registry import selectors as registry
from webapp.registry.models import ModelKind, ModelVersion


class State(StrEnum):
    """How far looking at a picture is."""

    NONE = "none"
    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


class SavedState(StrEnum):
    """What became of a crop that was to be saved."""

    SAVING = "saving"
    SAVED = "saved"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Judged:
    """The scorer's opinion of a crop, and its mean less the whole picture's."""

    opinion: CropOpinion
    gain: float | None

    @property
    def caution(self) -> str:
        """When not to rely on it; empty otherwise."""
        return caution_of_crop(self.opinion.width, self.opinion.height)


@dataclass(frozen=True, slots=True)
class ShownCrop:
    """A crop with everything that is told about it."""

    crop: RankedCrop
    forms: Forms
    judged: Judged | None
    judging: bool
    url: str
    srcset: str


@dataclass(frozen=True, slots=True)
class SavedView:
    """A crop that is kept as an artwork, and how far that is."""

    saved: SavedCrop
    state: SavedState
    error_code: str = ""
    error_text: str = ""

    @property
    def artwork(self) -> UUID | None:
        """The artwork it became."""
        return self.saved.saved_as_id if self.state is SavedState.SAVED else None


@dataclass(frozen=True, slots=True)
class Studio:
    """Everything that the studio shows of an artwork."""

    artwork: Artwork
    ask: CropAsk
    state: State
    model: str | None
    notes: tuple[str, ...] = ()
    crops: tuple[ShownCrop, ...] = ()
    saved: tuple[SavedView, ...] = ()
    error_code: str = ""
    error_text: str = ""

    @property
    def kept_focal(self) -> Point | None:
        """The owner's."""
        return focal_of(self.artwork)


@dataclass(frozen=True, slots=True)
class _Opinions:
    """What the scorer says of an artwork's crops, and of which it is still thinking."""

    whole: float | None
    known: Mapping[Box, CropOpinion]
    asked: frozenset[str]


def studio(artwork: Artwork, ask: CropAsk) -> Studio:
    """The crops that answer the ask. Nine queries at most, no model.

    Raises CropError when the picture cannot hold what is asked for.
    """
    cropper = registry.active(ModelKind.CROPPER)
    work = _work(artwork)
    saved = _saved(artwork, work)
    if cropper is None:
        return Studio(artwork, ask, State.NONE, None, saved=saved)
    field = _field(artwork, cropper)
    if field is None:
        return _unseen(artwork, ask, cropper, work, saved)
    try:
        ranked = cropping.crops_of(artwork, field, ask)
    except FieldUnreadable as error:
        return Studio(
            artwork, ask, State.FAILED, cropper.name,
            saved=saved, error_code=error.code, error_text=error.detail,
        )  # fmt: skip
    crops = _shown(artwork, ranked.crops, work)
    return Studio(
        artwork, ask, State.READY, cropper.name, notes=ranked.notes, crops=crops, saved=saved
    )


def own_crop(artwork: Artwork, box: Box, *, focal: Point | None) -> ShownCrop:
    """A person's own crop, told like those of the list.

    Raises NotReady before the picture was looked at, CropError for a box outside of it.
    """
    cropper = registry.active(ModelKind.CROPPER)
    field = _field(artwork, cropper) if cropper else None
    if field is None:
        raise NotReady("The picture was not looked at yet. Ask again when it was.")
    crop = cropping.judge_box(artwork, field, box, focal=focal)
    return _shown(artwork, [crop], _work(artwork))[0]


def saved_view(artwork: Artwork, saved: SavedCrop) -> SavedView | None:
    """One saved crop; None when its artwork was thrown away and nobody asked for it again."""
    return _saved_view(saved, _exports(_work(artwork)))


def _work(artwork: Artwork) -> list[Job]:
    kinds = (JobKind.CROP, JobKind.JUDGE, JobKind.EXPORT)
    return list(jobs.jobs_of(artwork.pk).filter(kind__in=kinds))


def _field(artwork: Artwork, cropper: ModelVersion) -> bytes | None:
    found = CropField.objects.filter(artwork=artwork, model_version=cropper)
    data = found.values_list("data", flat=True).first()
    return None if data is None else bytes(data)


def _unseen(
    artwork: Artwork,
    ask: CropAsk,
    cropper: ModelVersion,
    work: Iterable[Job],
    saved: tuple[SavedView, ...],
) -> Studio:
    asked = (job for job in work if job.kind == JobKind.CROP)
    job = next((job for job in asked if job.model_version == cropper.digest), None)
    if job is None or job.state in (JobState.DONE, JobState.CANCELLED):
        return Studio(artwork, ask, State.NONE, cropper.name, saved=saved)
    if job.state in LIVE_STATES:
        return Studio(artwork, ask, State.WAITING, cropper.name, saved=saved)
    return Studio(
        artwork, ask, State.FAILED, cropper.name,
        saved=saved, error_code=job.error_code, error_text=job.error_text,
    )  # fmt: skip


def _shown(
    artwork: Artwork, crops: Sequence[RankedCrop], work: Iterable[Job]
) -> tuple[ShownCrop, ...]:
    opinions = _opinions(artwork, [crop.box for crop in crops], work)
    return tuple(_shown_crop(artwork, crop, opinions) for crop in crops)


def _shown_crop(artwork: Artwork, crop: RankedCrop, opinions: _Opinions) -> ShownCrop:
    opinion = opinions.known.get(crop.box)
    judged = None
    if opinion is not None:
        whole = opinions.whole
        judged = Judged(opinion, None if whole is None else opinion.mean - whole)
    return ShownCrop(
        crop,
        cropping.forms_of(artwork, crop),
        judged,
        judging=judged is None and str(crop.box) in opinions.asked,
        url=addresses.address(artwork, crop.box),
        srcset=addresses.srcset(artwork, crop.box),
    )


def _opinions(artwork: Artwork, boxes: Sequence[Box], work: Iterable[Job]) -> _Opinions:
    """Of these crops: dragging a focal point leaves hundreds of others behind."""
    scorer = registry.active(ModelKind.SCORER)
    if scorer is None:
        return _Opinions(None, {}, frozenset())
    whole = Score.objects.filter(artwork=artwork, model_version=scorer)
    rows = CropOpinion.objects.filter(
        artwork=artwork, model_version=scorer, x__in={box.x for box in boxes},
        width__in={box.width for box in boxes},
    )  # fmt: skip
    asked = (job for job in work if job.kind == JobKind.JUDGE and job.state in LIVE_STATES)
    return _Opinions(
        whole.values_list("mean", flat=True).first(),
        {row.box: row for row in rows},
        frozenset(job.params_hash for job in asked if job.model_version == scorer.digest),
    )


def _saved(artwork: Artwork, work: Iterable[Job]) -> tuple[SavedView, ...]:
    rows = SavedCrop.objects.filter(artwork=artwork).select_related("saved_as")
    exports = _exports(work)
    views = (_saved_view(row, exports) for row in rows.order_by("-created_at"))
    return tuple(view for view in views if view is not None)


def _exports(work: Iterable[Job]) -> dict[str, Job]:
    return {job.params_hash: job for job in work if job.kind == JobKind.EXPORT}


def _saved_view(saved: SavedCrop, exports: Mapping[str, Job]) -> SavedView | None:
    job = exports.get(str(saved.pk))
    if job is not None and job.state in LIVE_STATES:
        return SavedView(saved, SavedState.SAVING)
    if saved.saved_as is not None and saved.saved_as.deleted_at is None:
        return SavedView(saved, SavedState.SAVED)
    if job is not None and job.state in jobs.STOPPED_STATES:
        return SavedView(saved, SavedState.FAILED, job.error_code, job.error_text)
    return None
