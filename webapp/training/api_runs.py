"""Training runs over the API: start, watch, steer, repeat, and put before a crowd. Staff only."""

from collections.abc import Callable
from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.people import signed_in
from webapp.common.errors import NotFound
from webapp.training import arenas, recipes, run_list, runs
from webapp.training.api_snapshots import StaffView
from webapp.training.models import TrainingRun
from webapp.training.serializers_recipes import OfferSerializer, RunAskSerializer
from webapp.training.serializers_runs import (
    ArenaAskSerializer,
    LogQuery,
    LogSerializer,
    RecipeQuery,
    RunDetailSerializer,
    RunQuery,
    RunSerializer,
    TallySerializer,
    render_arena,
    render_run,
)
from webapp.training.snapshots import snapshot_of


class OneRun(StaffView):
    """Views of a run."""

    def run_of(self, request: Request, pk: UUID) -> TrainingRun:
        """Raises NotFound."""
        return run_list.run_of(signed_in(request), pk)

    def shown(self, request: Request, pk: UUID, *, code: int = status.HTTP_200_OK) -> Response:
        """As it is now."""
        return Response(render_run(self.run_of(request, pk)), status=code)


class Recipes(StaffView):
    """Ways to make a challenger."""

    @extend_schema(parameters=[RecipeQuery], responses=OfferSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Which fit a snapshot, and about how long each takes."""
        query = RecipeQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        snapshot = snapshot_of(signed_in(request), query.validated_data["snapshot"])
        return Response(OfferSerializer(recipes.offers(snapshot), many=True).data)


class TrainingRuns(OneRun):
    """All runs."""

    @extend_schema(parameters=[RunQuery], responses=RunSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Newest first, the last two hundred."""
        query = RunQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = run_list.listed(signed_in(request), **query.validated_data)
        return Response(RunSerializer(found[: run_list.MOST_LISTED], many=True).data)

    @extend_schema(request=RunAskSerializer, responses={201: RunDetailSerializer})
    def post(self, request: Request) -> Response:
        """Train. 409 `recipe_unfit` saying why; 400 `bad_changes`."""
        asked = RunAskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        by = signed_in(request)
        made = runs.start(by, snapshot_of(by, values.pop("snapshot")), **values)
        return self.shown(request, made.pk, code=status.HTTP_201_CREATED)


class RunDetail(OneRun):
    """One run."""

    @extend_schema(responses=RunDetailSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Its curves while it learns; its verdict afterwards."""
        return self.shown(request, pk)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """With its version, unless that ever judged. 409 `run_live` or `judging`."""
        runs.delete(self.run_of(request, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RunStep(OneRun):
    """Something that is done to a run."""

    then: ClassVar[Callable[[TrainingRun], None]]

    @extend_schema(request=None, responses=RunDetailSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """A worker that has it in hand is told; else at once. 409 when it is over."""
        type(self).then(self.run_of(request, pk))
        return self.shown(request, pk)


class RunPause(RunStep):
    """Free the device; what was learned is kept."""

    then = runs.pause


class RunResume(RunStep):
    """Go on from the last checkpoint."""

    then = runs.resume


class RunCancel(RunStep):
    """End it; nothing comes of it."""

    then = runs.cancel


class RunRepeat(OneRun):
    """The same again."""

    @extend_schema(request=None, responses={201: RunDetailSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """With the same seed, against whoever judges now. 409 `recipe_unfit`."""
        made = runs.repeat(signed_in(request), self.run_of(request, pk))
        return self.shown(request, made.pk, code=status.HTTP_201_CREATED)


class RunLog(OneRun):
    """What a run said."""

    @extend_schema(parameters=[LogQuery], responses=LogSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Up to a thousand lines after the one with that id."""
        query = LogQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        lines = run_list.lines_of(self.run_of(request, pk), after=query.validated_data["after"])
        return Response(LogSerializer({"lines": lines}).data)


class RunArtefact(OneRun):
    """A file that a run left behind."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID, name: str) -> HttpResponse:
        """To be saved; no browser runs it."""
        file = run_list.file_of(self.run_of(request, pk), name)
        return download(bytes(file.data), name=file.name, content_type=file.content_type)


class RunArena(OneRun):
    """A blind arena for two models' orderings."""

    @extend_schema(responses=TallySerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """What raters chose up to now."""
        found = getattr(self.run_of(request, pk), "arena", None)
        if found is None:
            raise NotFound
        return Response(render_arena(found))

    @extend_schema(request=ArenaAskSerializer, responses={201: TallySerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Open one in the caller's name. 409 `no_verdict`, `arena_exists`, `too_few_pairs`."""
        asked = ArenaAskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        run = self.run_of(request, pk)
        made = arenas.open_arena(signed_in(request), run, pairs=asked.validated_data["pairs"])
        return Response(render_arena(made), status=status.HTTP_201_CREATED)


def download(data: bytes, *, name: str, content_type: str) -> HttpResponse:
    """A file for staff alone."""
    answer = HttpResponse(data, content_type=content_type)
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    named = content_disposition_header(as_attachment=True, filename=name)
    answer["Content-Disposition"] = named or "attachment"
    return answer
