"""What a rater holds while a question is theirs: signed, so that nobody can make one up."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.signing import BadSignature, Signer

from webapp.ratings.models import Assignment

_HEX: Final = 32  # letters of an id


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a sound token names."""

    assignment: UUID
    rater: UUID


def token_of(assignment: Assignment) -> str:
    """The same each time: handing a question out again makes no second vote possible."""
    return _signer().sign(assignment.pk.hex + assignment.rater_id.hex)


def ticket_of(token: str) -> Ticket | None:
    """None when it was made up or changed."""
    try:
        named = _signer().unsign(token)
        return Ticket(UUID(named[:_HEX]), UUID(named[_HEX:]))
    except (BadSignature, ValueError):
        return None


def _signer() -> Signer:
    return Signer(salt="webapp.ratings.tokens")
