"""One frozen class for what goes over the socket; docs/events.md lists the kinds."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class EventKind(StrEnum):
    """What happened; the ids say to which rows."""

    ARTWORK_CREATED = "artwork.created"
    ARTWORK_CHANGED = "artwork.changed"
    ARTWORK_DELETED = "artwork.deleted"
    ALBUM_CHANGED = "album.changed"
    CROPS_CHANGED = "crops.changed"
    JOBS_CHANGED = "jobs.changed"
    TRAINING_CHANGED = "training.changed"
    TASTE_CHANGED = "taste.changed"
    GENERATION_CHANGED = "generation.changed"


@dataclass(frozen=True, slots=True)
class Hint:
    """An event as the socket sends it: ids only, under 200 bytes; the browser refetches."""

    seq: int
    kind: EventKind
    ids: tuple[str, ...]

    def message(self) -> dict[str, object]:
        """The channel-layer message; `type` picks the consumer's handler."""
        return {"type": "event.hint", **asdict(self), "ids": list(self.ids)}
