"""What happened, per owner, in order: the truth that the socket only hints at."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Stream(models.Model):
    """The last sequence number of an owner; its row lock makes commit order the sequence."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True
    )
    last_seq = models.PositiveBigIntegerField(default=0)


class Event(models.Model):
    """One event for one owner. `ids` name what changed; the reader fetches its state."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=40)
    ids = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [  # serves catch-up: owner = X and seq > Y, in order
            models.UniqueConstraint(fields=["owner", "seq"], name="event_once_per_owner_seq")
        ]
