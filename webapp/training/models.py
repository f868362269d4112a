"""What models learn from, and how the learning went. Only staff see any of it."""

from typing import TypeVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from ml.contracts import retrain
from webapp.catalogue.models import Visitor
from webapp.common.models import Identified
from webapp.training.run_records import RunFile as RunFile
from webapp.training.run_records import RunGrid as RunGrid
from webapp.training.run_records import RunLine as RunLine
from webapp.training.run_records import RunPoint as RunPoint

Row = TypeVar("Row", bound=models.Model, covariant=True)


class StaffQuerySet(models.QuerySet[Row]):
    """Filters that all of these share."""

    def visible_to(self, user: Visitor) -> "StaffQuerySet[Row]":
        """Everything for those who run the installation, nothing for others."""
        if user is None or not user.is_authenticated or not user.is_staff:
            return self.none()
        return self.all()


class ImportedKind(models.TextChoices):
    """Which reader took the labels in."""

    AVA = "ava"
    AADB = "aadb"
    CSV = "csv"


class ImportedSet(Identified):
    """Labels that were made elsewhere, by `manage.py import_dataset`.

    `steps`: length of the scale of votes. `report`: what the reader found and left out.
    """

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=8, choices=ImportedKind)
    licence = models.CharField(max_length=300, blank=True)
    steps = models.PositiveSmallIntegerField()
    rows = models.PositiveIntegerField(default=0)
    pictures = models.PositiveIntegerField(default=0)
    votes = models.PositiveBigIntegerField(default=0)
    report = models.JSONField(default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = StaffQuerySet.as_manager()


class ImportedRow(models.Model):
    """One labelled picture; the labels are useful once an artwork belongs to them."""

    id = models.BigAutoField(primary_key=True)
    imported = models.ForeignKey(
        ImportedSet, on_delete=models.CASCADE, related_name="labels", db_index=False
    )
    key = models.CharField(max_length=200)
    counts = ArrayField(models.FloatField())
    attributes = models.JSONField(default=dict)
    artwork = models.ForeignKey(
        "catalogue.Artwork", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["imported", "key"], name="imported_key_once")
        ]


class SnapshotState(models.TextChoices):
    """freezing -> frozen | failed."""

    FREEZING = "freezing"
    FROZEN = "frozen"
    FAILED = "failed"


class Snapshot(Identified):
    """Which pictures with which votes, in which part of the split: frozen, named by its digest.

    `spec`: what was asked for (see `webapp.training.specs`). `manifest`: gzip of the file that
    `ml.contracts.manifest` describes, kept for ever. `report`: counts, histograms, agreement,
    duplicates and leaks, as they were when it was frozen. `judged`: each challenger that its test
    was shown, also of runs that were deleted: {champion, challenger (digests), at}.
    """

    name = models.CharField(max_length=120)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    attribute = models.ForeignKey(  # None: the distribution of ratings
        "registry.Attribute", null=True, on_delete=models.PROTECT, related_name="+"
    )
    spec = models.JSONField()
    state = models.CharField(max_length=10, choices=SnapshotState, default=SnapshotState.FREEZING)
    error_code = models.CharField(max_length=40, blank=True)
    error_text = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    manifest = models.BinaryField(default=bytes)
    report = models.JSONField(default=dict)
    pictures = models.PositiveIntegerField(default=0)
    votes = models.PositiveBigIntegerField(default=0)
    train = models.PositiveIntegerField(default=0)
    validation = models.PositiveIntegerField(default=0)
    test = models.PositiveIntegerField(default=0)
    frozen_at = models.DateTimeField(null=True)
    judged = models.JSONField(default=list)

    objects = StaffQuerySet.as_manager()


class SnapshotPicture(models.Model):
    """A row of the manifest and the artwork that still shows it, if it does."""

    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.CASCADE, related_name="shown", db_index=False
    )
    sha256 = models.CharField(max_length=64)  # of the original; names it in the manifest
    artwork = models.ForeignKey(
        "catalogue.Artwork", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    part = models.CharField(max_length=10)
    voted = models.FloatField()  # mean of its votes, in points of the target's scale

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "sha256"], name="snapshot_picture_once")
        ]
        # where earlier snapshots put the pictures of the next one
        indexes = [models.Index(fields=["sha256"], name="snapshot_picture_by_file")]


class RunRecipe(models.TextChoices):
    """As RunRecipe in `ml`."""

    REFINE = retrain.RunRecipe.REFINE.value
    HEAD = retrain.RunRecipe.HEAD.value
    FINE_TUNE = retrain.RunRecipe.FINE_TUNE.value
    SCRATCH = retrain.RunRecipe.SCRATCH.value
    GENERATOR = retrain.RunRecipe.GENERATOR.value


class RunState(models.TextChoices):
    """queued -> running -> done | failed | cancelled; running -> paused -> queued again.

    A worker that dies leaves it running until another goes on from the last checkpoint.
    """

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    FAILED = "failed"
    DONE = "done"


class Wish(models.TextChoices):
    """What a person wants of a run that goes on; the worker sees it within a second or two."""

    PAUSE = "pause"
    CANCEL = "cancel"


LIVE_RUNS = (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED)


class TrainingRun(Identified):
    """One attempt to make a better model from a snapshot.

    `step`: where it stands (text, done, total, eta_s). `mistakes`: validation pictures that it is
    most wrong about just now. `verdict`: a RunReport of `ml.contracts.verdict`, once there is one.
    """

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="runs")
    recipe = models.CharField(max_length=12, choices=RunRecipe)
    changes = models.JSONField(default=dict)  # fields of the recipe that differ from its defaults
    seed = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(max_length=10, choices=RunState, default=RunState.QUEUED)
    wish = models.CharField(max_length=8, choices=Wish, blank=True)
    step = models.JSONField(default=dict)
    mistakes = models.JSONField(default=list)
    estimate_s = models.FloatField(null=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_text = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    champion = models.ForeignKey(  # whom it was compared with; None: there was none
        "registry.ModelVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.ForeignKey(  # what came of it; a run that is repeated makes the same weights
        "registry.ModelVersion", null=True, on_delete=models.PROTECT, related_name="runs"
    )
    verdict = models.JSONField(null=True)
    passed = models.BooleanField(null=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=RunState.DONE)
                | Q(version__isnull=False, verdict__isnull=False, passed__isnull=False),
                name="done_run_has_a_verdict",
            )
        ]
        indexes = [models.Index(fields=["-created_at"], name="run_by_date")]


class Override(Identified):
    """A written reason to promote a version that did not pass; somebody else then promotes it.

    It speaks of one champion, and is gone once the version judges: the Change then says so.
    """

    version = models.OneToOneField(
        "registry.ModelVersion", on_delete=models.CASCADE, related_name="override"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    against = models.ForeignKey(  # who judged when it was written; None: nobody did
        "registry.ModelVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=500)


class Arena(Identified):
    """A campaign in which raters, who do not know it, choose between two models' orderings.

    `pairs`: of each pair of entries the id of that which the challenger ranks higher, and of that
    which the champion does: {"challenger": id, "champion": id}.
    """

    run = models.OneToOneField(  # None: deleted; its campaign teaches nobody for all that
        TrainingRun, null=True, on_delete=models.SET_NULL, related_name="arena"
    )
    campaign = models.OneToOneField("ratings.Campaign", on_delete=models.CASCADE, related_name="+")
    pairs = models.JSONField(default=list)
