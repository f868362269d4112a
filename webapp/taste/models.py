"""A person's picks and what was learned from them. Nobody else sees any of it."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from webapp.catalogue.models import Visitor
from webapp.common.models import Identified


class PickQuerySet(models.QuerySet["Pick"]):
    """Filters on picks."""

    def visible_to(self, user: Visitor) -> "PickQuerySet":
        """One's own."""
        if user is None or not user.is_authenticated:
            return self.none()
        return self.filter(user=user.pk)


class Pick(models.Model):
    """A picture that somebody likes, or does not; picking again replaces it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="picks", db_index=False
    )
    artwork = models.ForeignKey("catalogue.Artwork", on_delete=models.CASCADE, related_name="picks")
    liked = models.BooleanField()
    picked_at = models.DateTimeField(default=timezone.now)

    objects = PickQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "artwork"], name="pick_once")]


class TasteQuerySet(models.QuerySet["Taste"]):
    """Filters on tastes."""

    def visible_to(self, user: Visitor) -> "TasteQuerySet":
        """One's own."""
        if user is None or not user.is_authenticated:
            return self.none()
        return self.filter(user=user.pk)


class Taste(Identified):
    """A small head of one person on the embeddings of their pictures.

    `head`: its numbers. `badge`: how well it foretells picks that it did not see, beside the
    crowd's model on the same ones, and whether it may be shown.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="taste"
    )
    space = models.CharField(max_length=64, blank=True)  # of the embeddings that it was fitted to
    head = models.BinaryField(default=bytes)
    badge = models.JSONField(default=dict)
    picks = models.PositiveIntegerField(default=0)  # that it learned from
    fitted_at = models.DateTimeField(null=True)

    objects = TasteQuerySet.as_manager()


class Embedding(models.Model):
    """Where a picture lies among others, as 16-bit floats; vectors of one space compare."""

    artwork = models.ForeignKey(
        "catalogue.Artwork", on_delete=models.CASCADE, related_name="embeddings"
    )
    space = models.CharField(max_length=64)
    vector = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["artwork", "space"], name="embedding_once")]


class TasteScore(models.Model):
    """How much somebody would like a picture of theirs: a chance from 0 to 1."""

    taste = models.ForeignKey(
        Taste, on_delete=models.CASCADE, related_name="scores", db_index=False
    )
    artwork = models.ForeignKey("catalogue.Artwork", on_delete=models.CASCADE, related_name="+")
    value = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["taste", "artwork"], name="taste_score_once")
        ]
