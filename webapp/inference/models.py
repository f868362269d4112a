"""What the models said about an artwork."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
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
    # in how many of 100 photos that the version learned from it expects a lower mean
    reference_percentile = models.FloatField(null=True)  # null: its card does not say
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["artwork", "model_version"], name="score_once"),
            models.CheckConstraint(
                condition=Q(reference_percentile__gte=0, reference_percentile__lte=100),
                name="reference_percentile_from_0_to_100",
            ),
        ]
