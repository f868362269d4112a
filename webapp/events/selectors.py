"""Read the stream of an owner."""

from dataclasses import dataclass

from webapp.events.models import Event, Stream

PAGE = 500


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Events after a sequence number; `reset` says too much was missed: fetch afresh."""

    events: tuple[Event, ...]
    last: int
    reset: bool


def last_seq(owner_id: int) -> int:
    """The newest sequence number of the owner, 0 when nothing ever happened."""
    found = Stream.objects.filter(owner=owner_id).values_list("last_seq", flat=True).first()
    return found or 0


def after(owner_id: int, seq: int) -> CatchUp:
    """What happened after `seq`. Resets when more than a page, or the trimmed past, is asked."""
    last = last_seq(owner_id)
    missed = last - seq
    if missed <= 0:
        return CatchUp((), last, reset=missed < 0)
    events = tuple(
        Event.objects.filter(owner=owner_id, seq__gt=seq, seq__lte=last).order_by("seq")[:PAGE]
    )
    return CatchUp(events, last, reset=len(events) < missed)
