"""The Job row is the work; a Celery message is only a doorbell."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from webapp.common.models import Identified


class JobKind(models.TextChoices):
    """What a job makes."""

    RENDER = "render"
    SCORE = "score"
    EXPLAIN = "explain"  # model_version: the attribute model's, params: the scorer's
    COACH = "coach"  # model_version: the scorer's, params: the second scorer's
    EXPORT = "export"  # params: the proposal, or the crop that is saved
    CROP = "crop"  # a crop field; model_version: the cropper's
    JUDGE = "judge"  # an opinion of a crop; model_version: the scorer's, params: the box
    CUT = "cut"  # a picture's files of a batch of crops; params: the batch
    FUSE = "fuse"  # the standing of a campaign's pictures and raters; subject: the campaign
    FREEZE = "freeze"  # the manifest of a snapshot; subject: the snapshot
    TRAIN = "train"  # a challenger with its verdict; subject: the training run
    EMBED = "embed"  # where a picture lies among others; params: the space
    TASTE = "taste"  # a person's own head; subject: their Taste
    GENERATE = "generate"  # pictures; subject: the generation, model_version: the generator's
    PROVE = "prove"  # whether a version answers as its card says; subject: the version


class JobState(models.TextChoices):
    """queued -> running -> done | failed | queued again | dead; cancelled from any live one.

    `failed` is permanent at once (a bad picture); `dead` means the attempts are used up. Retry
    brings failed, dead and cancelled back to queued.
    """

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DEAD = "dead"
    CANCELLED = "cancelled"


class Queue(models.TextChoices):
    """Celery queues, most urgent first within a worker."""

    IO = "io"
    GPU_INTERACTIVE = "gpu.interactive"
    GPU_BATCH = "gpu.batch"
    GPU_GENERATE = "gpu.generate"
    TRAIN = "train"
    MAINTENANCE = "maintenance"


LIVE_STATES = (JobState.QUEUED, JobState.RUNNING)


class Job(Identified):
    """One piece of work on one subject; unique per (kind, subject, model_version, params_hash)."""

    kind = models.CharField(max_length=20, choices=JobKind)
    subject = models.UUIDField(db_index=True)
    owner = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    model_version = models.CharField(max_length=80, blank=True)
    params_hash = models.CharField(max_length=64, blank=True)
    queue = models.CharField(max_length=20, choices=Queue)
    priority = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    not_before = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_text = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject", "model_version", "params_hash"], name="job_once"
            )
        ]
        indexes = [
            # claim and dispatch: what is waiting in a queue, urgent and old first
            models.Index(
                fields=["queue", "-priority", "created_at"],
                name="job_waiting",
                condition=Q(state="queued"),
            ),
            # dispatch and doctor: leases that ran out
            models.Index(fields=["lease_until"], name="job_running", condition=Q(state="running")),
            # admin page: newest of a state; throughput of the last minutes
            models.Index(fields=["state", "-created_at"], name="job_by_state"),
            models.Index(
                fields=["queue", "-finished_at"],
                name="job_finished",
                condition=Q(finished_at__isnull=False),
            ),
        ]


class WorkerBeat(models.Model):
    """A process saying it is alive; silence of a minute means it is not."""

    name = models.CharField(max_length=120, primary_key=True)
    queues = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=200, blank=True)  # device and model of a gpu worker
    started_at = models.DateTimeField(default=timezone.now)
    heartbeat_at = models.DateTimeField(default=timezone.now)


class QueueState(models.Model):
    """Whether an admin has paused a queue; absent means it runs."""

    queue = models.CharField(max_length=20, choices=Queue, primary_key=True)
    paused = models.BooleanField(default=False)
