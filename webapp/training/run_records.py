"""What a run tells while it goes on and leaves behind: curves, sample sheets, log, files."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone


class RunPoint(models.Model):
    """A point of a run's curves; training the same epoch again replaces it.

    `watched`: how many validation pictures its figures are of; None where nobody said.
    A generator's have `discriminator` (its loss) and `kid`, how far samples are from real pictures.
    """

    run = models.ForeignKey(
        "training.TrainingRun", on_delete=models.CASCADE, related_name="curve", db_index=False
    )
    phase = models.CharField(max_length=20)
    epoch = models.PositiveIntegerField()
    epochs = models.PositiveIntegerField()
    loss = models.FloatField(null=True)
    discriminator = models.FloatField(null=True)
    kid = models.FloatField(null=True)
    srcc = models.FloatField(null=True)
    emd_r2 = models.FloatField(null=True)
    coverage = models.FloatField(null=True)
    images_per_s = models.FloatField(null=True)
    watched = models.PositiveIntegerField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "phase", "epoch"], name="run_point_once")
        ]


class RunGrid(models.Model):
    """What a generator in training makes of the same latents after so many updates: one JPEG.

    `rows`: names of the categories from the top; `columns`: means asked for, from the left.
    """

    run = models.ForeignKey(
        "training.TrainingRun", on_delete=models.CASCADE, related_name="grids", db_index=False
    )
    updates = models.PositiveIntegerField()
    rows = ArrayField(models.CharField(max_length=200), default=list)
    columns = ArrayField(models.FloatField(), default=list)
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "updates"], name="run_grid_once")]


class RunLine(models.Model):
    """A line of a run's log."""

    run = models.ForeignKey(
        "training.TrainingRun", on_delete=models.CASCADE, related_name="log", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["run", "id"], name="run_log")]


class RunFile(models.Model):
    """An artefact that a run left behind."""

    run = models.ForeignKey(
        "training.TrainingRun", on_delete=models.CASCADE, related_name="files", db_index=False
    )
    name = models.CharField(max_length=80)
    content_type = models.CharField(max_length=60)
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="run_file_once")]
