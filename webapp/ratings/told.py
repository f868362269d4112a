"""What a rater hears of an answer."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from webapp.ratings.models import Uncounted, Vote


class Status(StrEnum):
    """What became of an answer. Kept: it is stored and does not count."""

    COUNTED = "counted"
    KEPT = "kept"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Told:
    """What the rater hears of one answer."""

    token: str
    status: Status
    code: str
    text: str
    vote: Vote | None = None


_KEPT: Final = {
    Uncounted.LATE: "It came after the end, so it is kept and does not count.",
    Uncounted.PICTURE_GONE: "The picture was taken away, so the vote is kept and does not count.",
    Uncounted.SEEN: "It is kept and does not count, as you had seen how others voted.",
}


def told_of(token: str, vote: Vote, *, again: bool = False) -> Told:
    """What is said of a vote that was stored, now or before."""
    if vote.uncounted:
        reason = Uncounted(vote.uncounted)
        return Told(token, Status.KEPT, reason.value, _KEPT[reason], vote)
    if again:
        return Told(token, Status.COUNTED, "again", "This vote was here already.", vote)
    return Told(token, Status.COUNTED, "ok", "", vote)
