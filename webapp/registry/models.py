"""Versions of models: what judged, from which weights, with which proof."""

from django.db import models
from django.db.models import Q

from webapp.common.models import Identified


class ModelKind(models.TextChoices):
    """What a model predicts."""

    SCORER = "scorer"


class VersionState(models.TextChoices):
    """registered -> active -> retired; retired may become active again (roll back)."""

    REGISTERED = "registered"
    ACTIVE = "active"
    RETIRED = "retired"


class ModelVersion(Identified):
    """Weights known by their digest, with their card (data, metrics, limits)."""

    kind = models.CharField(max_length=20, choices=ModelKind)
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    card = models.JSONField()
    builtin = models.CharField(max_length=80, blank=True)  # file stem under ml/weights
    state = models.CharField(max_length=12, choices=VersionState, default=VersionState.REGISTERED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "digest"], name="version_once"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(state="active"), name="one_active_version_per_kind"
            ),
        ]
