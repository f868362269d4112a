"""The generator that a challenger has to beat."""

from dataclasses import dataclass

import numpy as np

from ml.contracts.generator_card import GeneratorCard
from ml.data.splits import Indices
from ml.inference.generation import open_generator
from ml.models.pfagan.generator import Generator
from ml.training.challenger.champion import learned_of
from ml.training.challenger.champion_files import champion_files
from ml.training.challenger.folder import RunFolder
from ml.training.learned_pictures import PREFIX


@dataclass(frozen=True, slots=True, eq=False)
class GeneratorChampion:
    """``learned``: how the digests begin of pictures that it learned from; ``complete``: of all."""

    network: Generator
    card: GeneratorCard
    learned: frozenset[str]
    complete: bool

    def knows(self, artwork: str) -> bool:
        """Whether its card says that it learned from this picture."""
        return artwork[:PREFIX] in self.learned

    def asked(self, category: Indices, names: tuple[str, ...]) -> Indices:
        """What to ask of it beside a challenger that is asked for ``category``, called ``names``.

        The same, where both know the same categories by name; else each of its own in turn.
        """
        own = tuple(each.name for each in self.card.categories)
        return category if own == names else np.arange(len(category)) % len(own)


def read_generator_champion(folder: RunFolder) -> GeneratorChampion | None:
    """The champion of a run; None where there is none. Raises RunRefusedError."""
    found = champion_files(folder, open_generator)
    if found is None:
        return None
    network, card, document = found
    return GeneratorChampion(network, card, *learned_of(document))
