"""What the models said about an artwork."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone


class Score(models.Model):
    """The predicted distribution of ratings 1-10, by one model version."""

    artwork = models.ForeignKey(
        "catalogue.Artwork", on_delete=models.CASCADE, related_name="scores"
    )
    model_version = models.ForeignKey(
        "registry.ModelVersion", on_delete=models.PROTECT, related_name="+"
    )
    distribution = ArrayField(models.FloatField(), size=10)
    mean = models.FloatField()
    sd = models.FloatField()
    low = models.FloatField()  # 80 % interval of the crowd's mean
    high = models.FloatField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["artwork", "model_version"], name="score_once")
        ]
