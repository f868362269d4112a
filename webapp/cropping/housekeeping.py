"""Throw away what the studio made and nobody needs any more; wake what was forgotten."""

from datetime import timedelta

from django.utils import timezone

from webapp.cropping import batches
from webapp.cropping.models import Delivered

KEPT_DAYS = 30


def tidy_crops() -> int:
    """Wake what waits in vain; forget expired batches and files behind addresses: how many.

    Whoever asks for such a file again has it made again.
    """
    batches.wake_forgotten()
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    gone, _ = Delivered.objects.filter(created_at__lt=before).delete()
    return gone + batches.drop_expired()
