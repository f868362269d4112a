"""Signs of life of workers and dispatchers."""

from datetime import timedelta

from django.utils import timezone

from webapp.jobs.models import WorkerBeat

NOTE_LENGTH = 200
PROBLEM = "problem: "  # begins the note of a worker that needs its operator


def beat(name: str, *, queues: str = "", note: str = "") -> None:
    """Say that this process is alive, which queues it serves and with what."""
    now = timezone.now()
    said = {"queues": queues, "note": note[:NOTE_LENGTH], "heartbeat_at": now}
    WorkerBeat.objects.update_or_create(
        name=name, defaults=said, create_defaults={**said, "started_at": now}
    )


def leave(name: str) -> None:
    """This process ends in order: nobody shall miss it."""
    WorkerBeat.objects.filter(name=name).delete()


def forget_silent(*, longer_than: timedelta) -> int:
    """Drop processes that were not heard of for so long; returns how many."""
    gone, _ = WorkerBeat.objects.filter(heartbeat_at__lt=timezone.now() - longer_than).delete()
    return gone
