"""Versions of models: what judged, from which weights, with which proof; what can be asked."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from ml.contracts import attributes
from webapp.accounts.models import User
from webapp.common.models import Identified

LARGEST_WEIGHTS = 400 * 1024**2  # bytes; a row of the database grows to twice that on its way
CHOICE_LETTERS = 40  # Postgres would cut what is longer, and say nothing


class ModelKind(models.TextChoices):
    """What a model predicts.

    A second scorer only checks what the coach proposes; a cropper makes crop fields; a generator
    makes pictures.
    """

    SCORER = "scorer"
    ATTRIBUTES = "attributes"
    SECOND_SCORER = "second-score"
    CROPPER = "cropper"
    GENERATOR = "generator"


class Family(models.TextChoices):
    """Who named an attribute; the values are those of `ml.contracts.attributes.Family`."""

    PHOTO = attributes.Family.PHOTO.value
    FEELING = attributes.Family.FEELING.value
    PAINTING = attributes.Family.PAINTING.value
    RUBRIC = attributes.Family.RUBRIC.value
    MEASURE = attributes.Family.MEASURE.value
    OWN = attributes.Family.OWN.value


class VersionState(models.TextChoices):
    """registered -> active -> retired; retired may become active again (roll back)."""

    REGISTERED = "registered"
    ACTIVE = "active"
    RETIRED = "retired"


class Proof(models.TextChoices):
    """Whether a worker has loaded the weights and met the golden answers of their card.

    waiting -> sound | refused; refused -> sound when another try succeeds.
    """

    WAITING = "waiting"
    SOUND = "sound"
    REFUSED = "refused"


class VersionQuerySet(models.QuerySet["ModelVersion"]):
    """Filters on versions."""

    def visible_to(self, user: User) -> "VersionQuerySet":
        """Those that judge or once judged; the others are the staff's to know of."""
        return self.all() if user.is_staff else self.judged()

    def judged(self) -> "VersionQuerySet":
        """Those that judge or once did."""
        return self.exclude(state=VersionState.REGISTERED)


class ModelVersion(Identified):
    """Weights known by their digest, with their card (data, metrics, limits).

    What ships with the code needs no `proof`. `flaw_*`: why workers refuse it.
    """

    kind = models.CharField(max_length=20, choices=ModelKind)
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    card = models.JSONField()
    builtin = models.CharField(max_length=80, blank=True)  # file stem under ml/weights
    state = models.CharField(max_length=12, choices=VersionState, default=VersionState.REGISTERED)
    proof = models.CharField(max_length=8, choices=Proof, default=Proof.WAITING)
    flaw_code = models.CharField(max_length=40, blank=True)
    flaw_text = models.TextField(blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "digest"], name="version_once"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(state="active"), name="one_active_version_per_kind"
            ),
        ]


class StoredWeights(models.Model):
    """The tensors of a version that was trained here or taken in, as its digest describes them."""

    version = models.OneToOneField(
        ModelVersion, primary_key=True, on_delete=models.CASCADE, related_name="stored"
    )
    data = models.BinaryField()


class CategoryNameQuerySet(models.QuerySet["CategoryName"]):
    """Filters on names of categories."""

    def visible_to(self, user: User) -> "CategoryNameQuerySet":
        """Those of versions that the user may know of."""
        return self.filter(version__in=ModelVersion.objects.visible_to(user))


class CategoryName(Identified):
    """What people call a category of a generator, in place of what its card says."""

    version = models.ForeignKey(
        ModelVersion, on_delete=models.CASCADE, related_name="category_names", db_index=False
    )
    key = models.CharField(max_length=80)  # of the version's card
    name = models.CharField(max_length=60)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = CategoryNameQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="category_once")]


class ChangeKind(models.TextChoices):
    """Why another version judges: shipped with the code, promoted, or rolled back to."""

    SHIPPED = "shipped"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"


class Change(Identified):
    """Who let which version judge in place of which, and why. Rows are only ever added."""

    kind = models.CharField(max_length=12, choices=ChangeKind)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="changes")
    replaced = models.ForeignKey(
        ModelVersion, null=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)


class Attribute(models.Model):
    """A question about pictures besides their beauty, answered from `low` to `high`.

    With `choices` the answer is the position of one of them, from 0. What is retired keeps its
    votes and values and is shown nowhere. `place` orders them for display.
    """

    key = models.CharField(max_length=40, primary_key=True)
    label = models.CharField(max_length=60)
    family = models.CharField(max_length=10, choices=Family, default=Family.OWN)
    low = models.FloatField()
    high = models.FloatField()
    low_word = models.CharField(max_length=40)
    high_word = models.CharField(max_length=40)
    asks = models.CharField(max_length=200)
    choices = ArrayField(models.CharField(max_length=CHOICE_LETTERS), default=list)
    active = models.BooleanField(default=True)
    place = models.PositiveIntegerField(default=1000)  # after those that ship with the product
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["place", "key"]
        constraints = [
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="attribute_has_a_range")
        ]
