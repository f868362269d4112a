"""Throw away what the studio made and nobody needs any more; wake what was forgotten."""

from datetime import timedelta

from django.utils import timezone

from webapp.cropping import batches
from webapp.cropping.models import Delivered
from webapp.inference import opinions

KEPT_DAYS = 30


def tidy_crops() -> int:
    """Wake what waits in vain; forget expired batches, old opinions and files behind addresses.

    Returns how many. Whoever asks for such a file or opinion again has it made again.
    """
    batches.wake_forgotten()
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    gone, _ = Delivered.objects.filter(created_at__lt=before).delete()
    return gone + opinions.drop_before(before) + batches.drop_expired()
