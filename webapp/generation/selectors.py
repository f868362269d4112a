"""Read what somebody had made: how far it is, its pictures, and what they may still ask for."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Sum, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from ml.contracts.generation import mean_of
from webapp.accounts.models import User
from webapp.catalogue.models import Visitor
from webapp.common.errors import NotFound
from webapp.generation.models import Generation, GenerationKind, Sample
from webapp.jobs.models import LIVE_STATES, Job, JobKind, JobState
from webapp.registry.categories import names_of
from webapp.registry.models import VersionState

QUOTA_PERIOD: Final = timedelta(days=1)
COVERS: Final = 4


class GenerationState(StrEnum):
    """queued -> running -> done | failed | cancelled; what was made before the end is kept."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_STATES: Final = {
    JobState.QUEUED: GenerationState.QUEUED,
    JobState.RUNNING: GenerationState.RUNNING,
    JobState.DONE: GenerationState.DONE,
    JobState.FAILED: GenerationState.FAILED,
    JobState.DEAD: GenerationState.FAILED,
    JobState.CANCELLED: GenerationState.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why it failed."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownSample:
    """A picture; ``kept``: one of the best that were to be kept, or of all that are there."""

    sample: Sample
    kept: bool


@dataclass(frozen=True, slots=True)
class ShownGeneration:
    """A generation with its samples, in a list with the first few of them."""

    generation: Generation
    state: GenerationState
    error: Trouble | None
    category_name: str
    samples: tuple[ShownSample, ...]

    @property
    def asked_mean(self) -> float | None:
        """Of a sweep none: it asks for all."""
        return mean_of(self.generation.histogram) if self.generation.histogram else None

    @property
    def recallable(self) -> bool:
        """Whether the same wish gives the same pictures now."""
        return self.generation.model_version.state == VersionState.ACTIVE


@dataclass(frozen=True, slots=True)
class History:
    """A part of somebody's generations, newest first; ``after``: from where the next part goes."""

    generations: tuple[ShownGeneration, ...]
    after: UUID | None


@dataclass(frozen=True, slots=True)
class Quota:
    """Pictures that somebody may have made in a day, and how many of them are left."""

    limit: int
    left: int


def generation_of(user: Visitor, pk: UUID) -> Generation:
    """One visible generation. Raises NotFound."""
    visible = Generation.objects.visible_to(user).select_related("model_version", "film")
    found = visible.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def shown(generation: Generation) -> ShownGeneration:
    """With everything that was made of it."""
    samples = list(generation.samples.select_related("judge").order_by("index"))
    (found,) = _shown([generation], {generation.pk: samples})
    return found


def history(user: User, *, after: UUID | None, limit: int) -> History:
    """Those before the one that the last part ended with. Raises NotFound for an unknown one."""
    mine = Generation.objects.visible_to(user)
    if after is not None:
        last = Generation.objects.filter(owner=user, pk=after).first()
        if last is None:
            raise NotFound
        older = Q(created_at__lt=last.created_at)
        mine = mine.filter(older | Q(created_at=last.created_at, pk__lt=last.pk))
    rows = mine.select_related("model_version", "film").order_by("-created_at", "-pk")
    found = list(rows[: limit + 1])
    page = found[:limit]
    more = page[-1].pk if len(found) > limit else None
    return History(tuple(_shown(page, _covers(page))), more)


def sample_of(user: Visitor, generation_id: UUID, sample_id: UUID) -> Sample:
    """One picture of somebody's own. Raises NotFound."""
    return _sample(Generation.objects.visible_to(user), generation_id, sample_id)


def seen_sample(user: Visitor, generation_id: UUID, sample_id: UUID) -> Sample:
    """One picture that somebody may look at. Raises NotFound."""
    return _sample(Generation.objects.seen_by(user), generation_id, sample_id)


def judged_samples(user: User, generations: Collection[UUID]) -> QuerySet[Sample]:
    """What the scorer says of one's own pictures of these; films between two latents left out."""
    own = Generation.objects.visible_to(user).exclude(kind=GenerationKind.BETWEEN)
    rows = Sample.objects.filter(generation__in=own.filter(pk__in=generations))
    return rows.exclude(judged_mean=None).order_by("generation", "index")


def quota_of(user: User) -> Quota:
    """What was made of the last day's wishes counts, and what is still to be made.

    An older wish that was tried again counts anew: calling off spares nobody's quota for later.
    """
    live = Job.objects.filter(kind=JobKind.GENERATE, subject=OuterRef("pk"), state__in=LIVE_STATES)
    charged = Case(When(Exists(live), then=F("count")), default=F("made"))
    since = timezone.now() - QUOTA_PERIOD
    asked = Generation.objects.filter(owner=user, shows_category=False).asked_since(since)
    spent = asked.aggregate(spent=Sum(charged, default=0))["spent"]
    limit: int = settings.GENERATION_QUOTA
    return Quota(limit, max(limit - spent, 0))


def best(samples: Iterable[Sample], keep_best: int | None) -> set[UUID]:
    """Those that are judged highest, up to now; without a number all of them."""
    everything = list(samples)
    if keep_best is None:
        return {each.pk for each in everything}
    judged = [(each.judged_mean, -each.index, each.pk) for each in everything
              if each.judged_mean is not None]  # fmt: skip
    return {pk for _, _, pk in sorted(judged, reverse=True)[:keep_best]}


def _sample(of: QuerySet[Generation], generation_id: UUID, sample_id: UUID) -> Sample:
    rows = Sample.objects.select_related("blob", "generation__model_version")
    found = rows.filter(generation__in=of, pk=sample_id, generation=generation_id).first()
    if found is None:
        raise NotFound
    return found


def _shown(
    generations: Sequence[Generation], samples: dict[UUID, list[Sample]]
) -> list[ShownGeneration]:
    jobs = _jobs([each.pk for each in generations])
    names = names_of({each.model_version for each in generations})
    return [_one(each, jobs.get(each.pk), names, samples.get(each.pk, [])) for each in generations]


def _one(
    generation: Generation,
    job: Job | None,
    names: dict[tuple[UUID, str], str],
    samples: Sequence[Sample],
) -> ShownGeneration:
    kept = best(samples, generation.keep_best)
    state = _STATES[JobState(job.state)] if job else GenerationState.CANCELLED
    if state is GenerationState.QUEUED and generation.made:
        state = GenerationState.RUNNING  # it makes room for others for a moment
    failed = job is not None and state is GenerationState.FAILED
    return ShownGeneration(
        generation=generation,
        state=state,
        error=Trouble(job.error_code, job.error_text) if job and failed else None,
        category_name=names.get(
            (generation.model_version_id, generation.category), generation.category
        ),
        samples=tuple(ShownSample(each, each.pk in kept) for each in samples),
    )


def _jobs(generations: Collection[UUID]) -> dict[UUID, Job]:
    found = Job.objects.filter(kind=JobKind.GENERATE, subject__in=generations)
    return {job.subject: job for job in found}


def _covers(generations: Sequence[Generation]) -> dict[UUID, list[Sample]]:
    """A few of each: of those that are ranked the best, of a film from its beginning on."""
    ranked = Case(
        When(generation__kind=GenerationKind.SAMPLES, then=F("judged_mean")), default=None
    )
    order = (ranked.desc(nulls_last=True), F("index").asc())
    nth = Window(RowNumber(), partition_by="generation", order_by=order)
    rows = Sample.objects.filter(generation__in=generations).annotate(nth=nth)
    found: dict[UUID, list[Sample]] = defaultdict(list)
    for sample in rows.filter(nth__lte=COVERS).order_by("generation", "nth"):
        found[sample.generation_id].append(sample)
    return found
