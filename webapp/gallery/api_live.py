"""Catching up with events, adding demo pictures, and the machine room of staff."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.people import signed_in
from webapp.accounts.permissions import IsStaff
from webapp.common.errors import NotFound
from webapp.events import selectors as events
from webapp.events.payloads import EventKind
from webapp.gallery import demo
from webapp.gallery.serializers import JobSerializer
from webapp.inference.services import retry_job
from webapp.jobs import selectors as jobs
from webapp.jobs import services as job_services
from webapp.jobs.models import JobState, Queue


class AfterSerializer(serializers.Serializer[Any]):
    """The last sequence number that the reader has."""

    after = serializers.IntegerField(min_value=0, default=0)


class EventSerializer(serializers.Serializer[Any]):
    """What happened, in order."""

    seq = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=[kind.value for kind in EventKind])
    ids = serializers.ListField(child=serializers.CharField())


class CatchUpSerializer(serializers.Serializer[Any]):
    """Events after a sequence number; `reset` asks the reader to fetch everything afresh."""

    events = EventSerializer(many=True)
    last = serializers.IntegerField()
    reset = serializers.BooleanField()


class Events(APIView):
    """The caller's event stream."""

    @extend_schema(parameters=[AfterSerializer], responses=CatchUpSerializer)
    def get(self, request: Request) -> Response:
        """What happened after `after`."""
        asked = AfterSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        missed = events.after(signed_in(request).pk, asked.validated_data["after"])
        return Response(CatchUpSerializer(missed).data)


class DemoResultSerializer(serializers.Serializer[Any]):
    """How many demo pictures were added."""

    added = serializers.IntegerField()


class Demo(APIView):
    """Real photos from packages already installed."""

    @extend_schema(request=None, responses=DemoResultSerializer)
    def post(self, request: Request) -> Response:
        """Add them to the caller's library."""
        return Response({"added": demo.add_pictures(signed_in(request))})


class JobFilterSerializer(serializers.Serializer[Any]):
    """Which jobs to list."""

    state = serializers.ChoiceField(
        choices=[*JobState.choices, (jobs.STOPPED, "failed or dead")], required=False
    )
    queue = serializers.ChoiceField(choices=Queue.choices, required=False)
    offset = serializers.IntegerField(default=0, min_value=0, max_value=10_000_000)
    limit = serializers.IntegerField(default=50, min_value=1, max_value=200)


class StaffJobSerializer(JobSerializer):
    """A job as staff see it."""

    queue = serializers.CharField()
    subject = serializers.UUIDField()
    owner = serializers.CharField(source="owner.email")
    max_attempts = serializers.IntegerField()
    worker = serializers.CharField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class JobsPageSerializer(serializers.Serializer[Any]):
    """A window of jobs."""

    count = serializers.IntegerField()
    results = StaffJobSerializer(many=True)


class QueueSerializer(serializers.Serializer[Any]):
    """A queue at a glance."""

    name = serializers.CharField()
    waiting = serializers.IntegerField()
    running = serializers.IntegerField()
    done = serializers.IntegerField()
    dead = serializers.IntegerField()
    per_minute = serializers.FloatField()
    paused = serializers.BooleanField()


class WorkerSerializer(serializers.Serializer[Any]):
    """A process and its last sign of life."""

    name = serializers.CharField()
    queues = serializers.CharField()
    note = serializers.CharField()
    heartbeat_at = serializers.DateTimeField()
    alive = serializers.BooleanField()


class SummarySerializer(serializers.Serializer[Any]):
    """The machine room."""

    queues = QueueSerializer(many=True)
    workers = WorkerSerializer(many=True)


class JobsSummary(APIView):
    """Queues and workers."""

    permission_classes = [IsStaff]

    @extend_schema(responses=SummarySerializer)
    def get(self, request: Request) -> Response:
        """Counts per queue, heartbeats per worker."""
        return Response(SummarySerializer(jobs.summary()).data)


class Jobs(APIView):
    """All jobs."""

    permission_classes = [IsStaff]

    @extend_schema(parameters=[JobFilterSerializer], responses=JobsPageSerializer)
    def get(self, request: Request) -> Response:
        """A window, newest first."""
        asked = JobFilterSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        offset, limit = values.pop("offset"), values.pop("limit")
        found = jobs.listed(**values)
        window = found[offset : offset + limit]
        return Response(JobsPageSerializer({"count": found.count(), "results": window}).data)


class JobRetry(APIView):
    """Another chance for a failed job."""

    permission_classes = [IsStaff]

    @extend_schema(request=None, responses=StaffJobSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Queue it again with fresh attempts."""
        job = jobs.job_of(pk)
        if job is None:
            raise NotFound
        return Response(StaffJobSerializer(retry_job(job)).data)


class QueueSwitch(APIView):
    """Pause and resume."""

    permission_classes = [IsStaff]

    @extend_schema(request=None, responses=SummarySerializer)
    def post(self, request: Request, name: str, action: str) -> Response:
        """Workers finish what they hold and claim nothing more from a paused queue."""
        if name not in Queue.values:
            raise NotFound
        (job_services.pause if action == "pause" else job_services.resume)(name)
        return Response(SummarySerializer(jobs.summary()).data)
