"""Versions of models as staff see them: who judges, could or did, and what each may become."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from webapp.accounts.models import User
from webapp.common.errors import NotFound
from webapp.jobs import selectors as jobs
from webapp.registry import selectors as registry
from webapp.registry.models import Change, ModelKind, ModelVersion
from webapp.training.models import Override, RunGrid, RunState, TrainingRun
from webapp.training.promoting import Bar, bar_to_promotion, bar_to_rollback, standing_override

CHAMPION, CHALLENGER, PREVIOUS = "champion", "challenger", "previous"


@dataclass(frozen=True, slots=True)
class May:
    """What the viewer may do with a version; `why_not` tells what bars its promotion."""

    promote: bool
    roll_back: bool
    why_not: Bar | None


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version; `run`: the newest that ended with it, None when it was shipped or imported.

    `sheet`: after how many updates that run last showed samples; None but for a generator.
    """

    version: ModelVersion
    aliases: tuple[str, ...]
    run: TrainingRun | None
    override: Override | None
    can: May
    served_by: tuple[str, ...]
    sheet: int | None = None


@dataclass(frozen=True, slots=True)
class _Named:
    """Who is who among the versions of a kind."""

    champion: ModelVersion | None
    challenger: ModelVersion | None
    previous: ModelVersion | None


def listed(viewer: User, *, kind: str | None = None) -> list[ShownVersion]:
    """Newest first; in a fixed number of queries for each kind."""
    found = _versions()
    return _shown(viewer, list(found.filter(kind=kind) if kind else found))


def shown(viewer: User, pk: UUID) -> ShownVersion:
    """One of them. Raises NotFound."""
    return _shown(viewer, [version_of(pk)])[0]


def version_of(pk: UUID) -> ModelVersion:
    """Raises NotFound."""
    found = _versions().filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def changes() -> QuerySet[Change]:
    """Who let what judge, newest first."""
    rows = Change.objects.select_related("version", "replaced", "by")
    return rows.order_by("-created_at", "-pk")


def _versions() -> QuerySet[ModelVersion]:
    newest = RunGrid.objects.filter(run=OuterRef("pk")).order_by("-updates").values("updates")[:1]
    runs = TrainingRun.objects.only("version", "champion", "state", "passed", "created_at")
    runs = runs.annotate(sheet=Subquery(newest))
    rows = ModelVersion.objects.defer("card").select_related("override__by")
    return rows.prefetch_related(Prefetch("runs", runs)).order_by("-created_at", "-pk")


def _shown(viewer: User, versions: Sequence[ModelVersion]) -> list[ShownVersion]:
    named = {kind: _named(kind) for kind in {ModelKind(each.kind) for each in versions}}
    notes = [(worker.name, worker.note) for worker in jobs.workers() if worker.alive]
    return [_one(viewer, each, named[ModelKind(each.kind)], notes) for each in versions]


def _one(
    viewer: User, version: ModelVersion, named: _Named, notes: Sequence[tuple[str, str]]
) -> ShownVersion:
    runs = [run for run in version.runs.all() if run.state == RunState.DONE]
    run = max(runs, key=lambda run: run.created_at, default=None)
    barred = bar_to_promotion(viewer, version, named.champion)
    return ShownVersion(
        version=version,
        aliases=_aliases(version, named),
        run=run,
        override=standing_override(version, named.champion),
        can=May(
            promote=barred is None,
            roll_back=bar_to_rollback(version, named.champion, named.previous) is None,
            why_not=barred,
        ),
        served_by=tuple(f"{name}: {note}" for name, note in notes if version.name in _served(note)),
        sheet=getattr(run, "sheet", None),
    )


def _served(note: str) -> list[str]:
    """The names in what a worker says that it holds: `one, other on cuda`."""
    return note.rpartition(" on ")[0].split(", ")


def _named(kind: ModelKind) -> _Named:
    return _Named(registry.active(kind), registry.challenger(kind), registry.previous(kind))


def _aliases(version: ModelVersion, named: _Named) -> tuple[str, ...]:
    of = {
        CHAMPION: named.champion,
        CHALLENGER: named.challenger,
        PREVIOUS: None if named.previous == named.champion else named.previous,
    }
    return tuple(alias for alias, each in of.items() if each is not None and each == version)
