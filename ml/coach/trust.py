"""How far a promised gain is to be believed: measured on pictures, kept in the second card."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ml.contracts.card import CardError, read_document

FIELD = "coach"


@dataclass(frozen=True, slots=True)
class Trust:
    """What the second scorer made of the gains that the first one promised.

    ``share``: how much of a promised gain it confirmed; ``spread``: it kept within this many
    points of that in 80 % of ``pictures``. ``scorer``: sha256 of the scorer that promised.
    """

    share: float
    spread: float
    pictures: int
    scorer: str

    def interval(self, *, before: float, gain: float) -> tuple[float, float]:
        """80 % interval of ``before`` and what is gained, within 1..10; holds ``before + gain``.

        The doubt is that of the gain alone: what the scorer does not know of the picture moves
        the means before and after alike.
        """
        return _around(before + self.share * gain, before + gain, self.spread)


def plain_interval(*, mean: float, half_width: float) -> tuple[float, float]:
    """The scorer's own interval, where nobody has measured what its promises are worth."""
    return _around(mean, mean, half_width)


def _around(centre: float, mean: float, half: float) -> tuple[float, float]:
    return max(1.0, min(centre - half, mean)), min(10.0, max(centre + half, mean))


def read_trust(card: Path, *, scorer: str) -> Trust | None:
    """What the card says of this scorer's promises; None where it was not measured.

    Raises CardError for figures that cannot be read.
    """
    figures = read_document(card).get(FIELD)
    if figures is None:
        return None
    try:
        trust = Trust(
            share=float(figures["share"]),
            spread=float(figures["spread"]),
            pictures=int(figures["pictures"]),
            scorer=str(figures["scorer"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CardError(f"{card} says nothing usable of the coach: {error}") from error
    return trust if trust.scorer == scorer else None


def card_with(card: Path, trust: Trust) -> bytes:
    """The bytes of the card with these figures in it. Raises CardError."""
    document = {**read_document(card), FIELD: asdict(trust)}
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
