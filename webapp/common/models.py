"""Columns that many tables share."""

import uuid

from django.db import models
from django.utils import timezone


class Identified(models.Model):
    """A row with an unguessable id and its time of birth."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True
