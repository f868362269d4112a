"""What the models said about an artwork: scores, explanations, advice, and of its crops."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ml.contracts import attributes, explanations
from ml.contracts.crops import Box
from webapp.common.models import Identified


class Source(models.TextChoices):
    """Where a value comes from; as `ml.contracts.attributes.Source`."""

    LEARNED = attributes.Source.LEARNED.value
    MEASURED = attributes.Source.MEASURED.value


class MapKind(models.TextChoices):
    """Which method drew a map; as `ml.contracts.explanations.MapKind`."""

    MERGE = explanations.MapKind.MERGE.value
    AESAM = explanations.MapKind.AESAM.value
    ATTAM = explanations.MapKind.ATTAM.value
    GRADIENT = explanations.MapKind.GRADIENT.value
    BACKPROP = explanations.MapKind.BACKPROP.value
    RAISE = explanations.MapKind.RAISE.value
    LOWER = explanations.MapKind.LOWER.value


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


class AttributeValue(models.Model):
    """What an artwork shows of one attribute, by one version of the attribute model."""

    artwork = models.ForeignKey(
        "catalogue.Artwork", on_delete=models.CASCADE, related_name="attribute_values"
    )
    model_version = models.ForeignKey(
        "registry.ModelVersion", on_delete=models.PROTECT, related_name="+"
    )
    key = models.CharField(max_length=40)  # not a foreign key: a card may know more than we do
    value = models.FloatField()
    percentile = models.FloatField(null=True)
    source = models.CharField(max_length=10, choices=Source)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["artwork", "model_version", "key"], name="attribute_value_once"
            )
        ]


class Explained(models.Model):
    """That an artwork was explained by a pair of versions, with what belongs to no attribute."""

    artwork = models.ForeignKey(
        "catalogue.Artwork", on_delete=models.CASCADE, related_name="explanations"
    )
    model_version = models.ForeignKey(
        "registry.ModelVersion", on_delete=models.PROTECT, related_name="+"
    )
    scorer = models.ForeignKey("registry.ModelVersion", on_delete=models.PROTECT, related_name="+")
    palette = ArrayField(models.CharField(max_length=7), default=list)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["artwork", "model_version", "scorer"], name="explained_once"
            )
        ]


class AttributeMap(Identified):
    """A small greyscale PNG over the picture: where a judgement comes from.

    A new explanation makes new rows: the address of a map never shows another picture.
    """

    artwork = models.ForeignKey("catalogue.Artwork", on_delete=models.CASCADE, related_name="maps")
    model_version = models.ForeignKey(
        "registry.ModelVersion", on_delete=models.PROTECT, related_name="+"
    )
    scorer = models.ForeignKey("registry.ModelVersion", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=MapKind)
    key = models.CharField(max_length=40)  # of an attribute, or `overall`
    png = models.BinaryField()
    peak = models.FloatField()
    place = models.PositiveSmallIntegerField(default=0)  # as the explainer orders them

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["artwork", "model_version", "scorer", "kind", "key"], name="map_once"
            )
        ]


class Advice(models.Model):
    """What the coach says of an artwork: `reason` tells why there is no proposal."""

    artwork = models.ForeignKey(
        "catalogue.Artwork", on_delete=models.CASCADE, related_name="advice"
    )
    scorer = models.ForeignKey("registry.ModelVersion", on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey("registry.ModelVersion", on_delete=models.PROTECT, related_name="+")
    before = models.FloatField()
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["artwork", "scorer", "second"], name="advice_once")
        ]


class Proposal(Identified):
    """A change that the coach proposes; `low` to `high` hold the crowd's mean after it."""

    advice = models.ForeignKey(Advice, on_delete=models.CASCADE, related_name="proposals")
    place = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)  # of an edit, or `together`
    edits = models.JSONField()  # as ml.contracts.edits.Edits writes them
    words = models.TextField()
    mean = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    gain = models.FloatField()
    second_gain = models.FloatField()
    preview = models.ForeignKey("catalogue.Blob", on_delete=models.PROTECT, related_name="+")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    saved_as = models.ForeignKey(
        "catalogue.Artwork", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["advice", "place"], name="proposal_once")]


class CropField(models.Model):
    """What a cropper saw in an artwork: enough to rank any crop of it without a model."""

    artwork = models.ForeignKey(
        "catalogue.Artwork", on_delete=models.CASCADE, related_name="crop_fields"
    )
    model_version = models.ForeignKey(
        "registry.ModelVersion", on_delete=models.PROTECT, related_name="+"
    )
    data = models.BinaryField()  # as ml.crop.field.CropField encodes itself
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["artwork", "model_version"], name="crop_field_once")
        ]


class Boxed(models.Model):
    """A rectangle in pixels of the upright original."""

    x = models.PositiveIntegerField()
    y = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        abstract = True

    @property
    def box(self) -> Box:
        """The rectangle."""
        return Box(self.x, self.y, self.width, self.height)


class CropOpinion(Boxed):
    """The predicted distribution of ratings of a crop, by one scorer."""

    artwork = models.ForeignKey(
        "catalogue.Artwork", on_delete=models.CASCADE, related_name="crop_opinions"
    )
    model_version = models.ForeignKey(
        "registry.ModelVersion", on_delete=models.PROTECT, related_name="+"
    )
    distribution = ArrayField(models.FloatField(), size=10)
    mean = models.FloatField()
    sd = models.FloatField()
    low = models.FloatField()  # 80 % interval of the crowd's mean
    high = models.FloatField()
    created_at = models.DateTimeField(default=timezone.now)  # or when somebody saw it, to the day

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["artwork", "model_version", "x", "y", "width", "height"],
                name="crop_opinion_once",
            )
        ]


class SavedCrop(Identified, Boxed):
    """A crop that its owner keeps as an artwork of its own; an export job makes it."""

    artwork = models.ForeignKey(
        "catalogue.Artwork", on_delete=models.CASCADE, related_name="saved_crops"
    )
    words = models.TextField()
    saved_as = models.ForeignKey(
        "catalogue.Artwork", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["artwork", "x", "y", "width", "height"], name="saved_crop_once"
            )
        ]
