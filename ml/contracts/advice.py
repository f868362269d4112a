"""What the coach proposes for one picture, frozen."""

from dataclasses import dataclass

from ml.contracts.edits import Edits


@dataclass(frozen=True, slots=True)
class Proposal:
    """One change, judged: alone (``key`` is its edit, crop or dodge), or all of them together.

    ``mean`` is what the served scorer expects after it: before plus ``gain``. ``low`` to ``high``
    say how far that gain is to be believed: in about 80 % of cases like those the coach was tested
    on, the second scorer's gain lay between. ``second_gain`` is
    the gain in the eyes of the scorer that was not optimised. ``preview``: a JPEG of the edited
    picture, ``width`` x ``height`` pixels.
    """

    key: str
    edits: Edits
    words: str
    mean: float
    low: float
    high: float
    gain: float
    second_gain: float
    preview: bytes
    width: int
    height: int


TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class Advice:
    """Proposals, the whole first, then each edit alone by its gain; none when nothing helps.

    ``before`` is the served scorer's mean of the picture as it is. ``reason``: why there is no
    proposal, in a sentence; empty where there are some.
    """

    before: float
    proposals: tuple[Proposal, ...]
    reason: str = ""
