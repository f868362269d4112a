"""Pages of training: each names its island and its props. For everybody but staff none exists."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie

from webapp.accounts.people import signed_in
from webapp.training.models import Snapshot, TrainingRun

MOST_COMPARED = 8


@ensure_csrf_cookie
def training(request: HttpRequest) -> HttpResponse:
    """Snapshots and runs."""
    return _island(request, "training/index.html", "training")


@ensure_csrf_cookie
def snapshot_new(request: HttpRequest) -> HttpResponse:
    """Choose what the next model learns from."""
    return _island(request, "training/snapshot_new.html", "snapshot-new")


@ensure_csrf_cookie
def snapshot(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One snapshot with its report and its runs."""
    if not Snapshot.objects.visible_to(request.user).filter(pk=pk).exists():
        raise Http404
    return _island(request, "training/snapshot.html", "snapshot", id=str(pk))


@ensure_csrf_cookie
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One run: its curves while it learns, its verdict afterwards."""
    if not TrainingRun.objects.visible_to(request.user).filter(pk=pk).exists():
        raise Http404
    return _island(request, "training/run.html", "run", id=str(pk))


@ensure_csrf_cookie
def run_compare(request: HttpRequest) -> HttpResponse:
    """Runs side by side: those that `runs` names, in its order; unknown ones are left out."""
    named = [each for each in map(_uuid, request.GET.get("runs", "").split(",")) if each]
    found = TrainingRun.objects.visible_to(request.user).filter(pk__in=named[:MOST_COMPARED])
    known = set(found.values_list("pk", flat=True))
    runs = [str(pk) for pk in dict.fromkeys(named) if pk in known]
    return _island(request, "training/compare.html", "run-compare", runs=runs)


def _island(request: HttpRequest, template: str, island: str, **props: object) -> HttpResponse:
    if not signed_in(request).is_staff:
        raise Http404
    return render(request, template, {"island": island, "props": props})


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
