"""What people said about an artwork of their own library."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Rating(models.Model):
    """One person's vote, 1 to 10, on one artwork; changing it replaces it."""

    rater = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    artwork = models.ForeignKey(
        "catalogue.Artwork", on_delete=models.CASCADE, related_name="ratings"
    )
    value = models.PositiveSmallIntegerField()
    rated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rater", "artwork"], name="rating_once"),
            models.CheckConstraint(
                condition=Q(value__gte=1, value__lte=10), name="rating_from_1_to_10"
            ),
        ]


class AttributeRating(models.Model):
    """One person's answer to one question about an artwork; changing it replaces it."""

    rater = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    artwork = models.ForeignKey(
        "catalogue.Artwork", on_delete=models.CASCADE, related_name="attribute_ratings"
    )
    attribute = models.ForeignKey(
        "registry.Attribute", on_delete=models.CASCADE, related_name="ratings"
    )
    value = models.FloatField()
    rated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rater", "artwork", "attribute"], name="attribute_rating_once"
            )
        ]
