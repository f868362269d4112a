"""The model that a challenger is made from and has to beat."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ml.contracts.card import ScorerCard
from ml.data.splits import Indices
from ml.inference.scoring import open_scorer
from ml.models.scorer import Scorer
from ml.models.scoring_network import ScoringNetwork
from ml.training.challenger.champion_files import champion_files
from ml.training.challenger.folder import RunFolder
from ml.training.learned_pictures import COMPLETE, LEARNED, PREFIX


@dataclass(frozen=True, slots=True, eq=False)
class Champion:
    """The served network. ``document``: its whole card.

    ``learned``: how the digests begin of pictures that it learned from; ``complete``: of all.
    """

    network: ScoringNetwork
    card: ScorerCard
    document: Mapping[str, Any]
    learned: frozenset[str]
    complete: bool

    @property
    def kernel(self) -> Scorer | None:
        """The network, where it judges by likeness to known pictures."""
        return self.network if isinstance(self.network, Scorer) else None

    def knows(self, artwork: str) -> bool:
        """Whether its card says that it learned from this picture."""
        return artwork[:PREFIX] in self.learned

    def unseen(self, keys: tuple[str, ...], rows: Indices) -> Indices:
        """Those of ``rows`` whose pictures it is not known to have learned from."""
        return rows[[not self.knows(keys[row]) for row in rows.tolist()]]


def read_champion(folder: RunFolder) -> Champion | None:
    """The champion of a run; None where there is none. Raises RunRefusedError."""
    found = champion_files(folder, open_scorer)
    if found is None:
        return None
    network, card, document = found
    return Champion(network, card, document, *learned_of(document))


def learned_of(document: Mapping[str, Any]) -> tuple[frozenset[str], bool]:
    """How the digests begin of the pictures that a card names as learned from; whether of all.

    What an unnamed past taught stays taught: whatever starts from such a model inherits the False.
    """
    named = document.get(LEARNED)
    if not isinstance(named, list):
        return frozenset(), False
    known = frozenset(each for each in named if isinstance(each, str))
    return known, document.get(COMPLETE) is not False


def learned_from(keys: tuple[str, ...], rows: Indices) -> frozenset[str]:
    """The same of ``rows``, for a new card."""
    return frozenset(keys[row][:PREFIX] for row in rows.tolist())
