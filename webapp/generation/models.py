"""What somebody asked a generator for, and the pictures that it made."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from webapp.catalogue.models import Visitor
from webapp.common.models import Identified


class GenerationKind(models.TextChoices):
    """Pictures of one wish; one latent over the whole dial; steps from one latent to another."""

    SAMPLES = "samples"
    SWEEP = "sweep"
    BETWEEN = "between"


class GenerationQuerySet(models.QuerySet["Generation"]):
    """Filters on generations."""

    def visible_to(self, user: Visitor) -> "GenerationQuerySet":
        """A person's own, not deleted; what shows a category is nobody's own."""
        if user is None or not user.is_authenticated:
            return self.none()
        return self.filter(owner=user.pk, deleted_at=None, shows_category=False)

    def asked_since(self, time: datetime) -> "GenerationQuerySet":
        """Asked for after that, or asked for again."""
        return self.filter(Q(created_at__gt=time) | Q(retried_at__gt=time))

    def seen_by(self, user: Visitor) -> "GenerationQuerySet":
        """The same, and what shows a category to everybody."""
        if user is None or not user.is_authenticated:
            return self.none()
        return self.filter(Q(owner=user.pk) | Q(shows_category=True), deleted_at=None)


class Generation(Identified):
    """A wish: `count` pictures of a category. How far it is, its job says (kind `generate`).

    `dial`: the mean that was asked for; None where a histogram was drawn, and for a sweep, which
    goes over the dial and has no histogram either. `made` counts what was made also when it is
    deleted, for the quota; housekeeping removes what is deleted a day later. `retried_at`: when the
    rest of it was last asked for again. `shows_category`: it stands beside the name of its category
    for everybody, and counts for nobody's quota.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    model_version = models.ForeignKey(
        "registry.ModelVersion", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=8, choices=GenerationKind, default=GenerationKind.SAMPLES)
    category = models.CharField(max_length=80)  # a key of the generator's card
    histogram = ArrayField(models.FloatField(), default=list)
    dial = models.FloatField(null=True)
    seed = models.PositiveBigIntegerField()
    seed_to = models.PositiveBigIntegerField(null=True)
    truncation = models.FloatField()
    count = models.PositiveSmallIntegerField()
    keep_best = models.PositiveSmallIntegerField(null=True)
    made = models.PositiveSmallIntegerField(default=0)
    film = models.ForeignKey(
        "catalogue.Blob", null=True, on_delete=models.PROTECT, related_name="+"
    )
    shows_category = models.BooleanField(default=False)
    retried_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=GenerationKind.BETWEEN, seed_to__isnull=False)
                | ~Q(kind=GenerationKind.BETWEEN) & Q(seed_to=None),
                name="generation_between_two_seeds",
            ),
            models.CheckConstraint(
                condition=Q(made__lte=F("count")), name="generation_makes_no_more_than_asked"
            ),
            models.UniqueConstraint(  # finds what shows the categories of a version
                fields=["model_version", "category"],
                condition=Q(shows_category=True),
                name="one_generation_shows_a_category",
            ),
        ]
        indexes = [  # a person's history, and how much they asked for in a day
            models.Index(fields=["owner", "-created_at", "-id"], name="generation_by_date")
        ]


class Sample(Identified):
    """One picture, with what was asked of it and what the scorer says.

    `latent_seed` is None between two latents. `judged_*` are empty when no scorer could look.
    """

    generation = models.ForeignKey(
        Generation, on_delete=models.CASCADE, related_name="samples", db_index=False
    )
    index = models.PositiveSmallIntegerField()
    latent_seed = models.PositiveBigIntegerField(null=True)
    asked_mean = models.FloatField()
    blob = models.ForeignKey("catalogue.Blob", on_delete=models.PROTECT, related_name="+")
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    judged_mean = models.FloatField(null=True)
    judged_distribution = ArrayField(models.FloatField(), default=list)
    judge = models.ForeignKey(
        "registry.ModelVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    artwork = models.ForeignKey(  # when its owner added it to their pictures
        "catalogue.Artwork", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["generation", "index"], name="sample_once")]
