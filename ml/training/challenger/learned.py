"""What any recipe hands on: a network that can be written, served and judged."""

from collections.abc import Mapping
from dataclasses import dataclass

from ml.data.splits import Indices
from ml.evaluation.metrics import Array
from ml.models.scoring_network import ScoringNetwork

PANEL = "crowd"  # the people whose votes the snapshot holds


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """A finished fit. ``weights``: bytes of the file that fills ``network.taught``.

    ``architecture``: as a card has it. ``settings``: what decided the fit, for the card.
    ``half_width_per_sd`` and ``reference``: as a card has them. ``rows``: learned from, and
    ``known``: how the digests begin of all pictures that the weights have learned from, but for
    those that a model before this one did not name, where it is not ``complete``.
    ``parents``: data that a model learned from which this one starts from, as its card has it.
    """

    network: ScoringNetwork
    weights: bytes
    architecture: Mapping[str, object]
    settings: Mapping[str, object]
    half_width_per_sd: float
    reference: Array
    rows: Indices
    known: frozenset[str]
    complete: bool = True
    parents: tuple[Mapping[str, object], ...] = ()
    beside: "Beside | None" = None


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """What cached features give for nothing.

    ``everywhere``: (n, 10) of all pictures by the challenger, ``champion`` the same by the model
    to beat, where it reads the same features. ``ridge``: (test, 10), the usual baseline.
    """

    everywhere: Array
    champion: Array | None
    ridge: Array
