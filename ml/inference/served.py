"""What everything that is loaded from weights and a card has: a network, its card, its names."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from torch import nn


class Named(Protocol):
    """A card as far as it names what it describes."""

    @property
    def version(self) -> str: ...

    @property
    def sha256(self) -> str: ...


Network = TypeVar("Network", bound=nn.Module)
Card = TypeVar("Card", bound=Named)


@dataclass(frozen=True, slots=True, eq=False)
class Served(Generic[Network, Card]):
    """A verified network and the card that describes it."""

    network: Network
    card: Card

    @property
    def version(self) -> str:
        return self.card.version

    @property
    def digest(self) -> str:
        """sha256 of the weights file."""
        return self.card.sha256
