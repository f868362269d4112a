"""What is in a picture: the classes that it holds, and where, or that it holds none of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

NONE_LABEL = -1
NONE_NAME = "none of these"

Edges = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class FoundObject:
    """One object. ``confidence``: 0..1, calibrated: of objects with 0.8, 8 of 10 are right.

    ``box``: x and y of its corner, width, height, in pixels of the upright original.
    """

    label: int
    name: str
    confidence: float
    box: Edges


class MarginKind(StrEnum):
    """What lies at an edge of a reproduction and is no part of the work."""

    PLAIN = "plain margin"
    FRAME = "frame"
    RULER = "ruler"
    COLOUR_PANEL = "colour panel"


@dataclass(frozen=True, slots=True)
class Margin:
    """A strip that was left out of the judging: at which ``side``, of how many ``pixels``."""

    side: str
    pixels: int
    kind: MarginKind


@dataclass(frozen=True, slots=True)
class Recognition:
    """All that a recogniser says of one picture.

    ``labels``: what the picture as a whole holds or has a box, surest first; ``NONE_LABEL`` alone
    where that is none. ``confidences``: of the whole, one a class, in the card's order.
    ``objects``: most confident first. ``kept``: the box of the original that was looked at, once
    ``margins`` were cut away.
    """

    labels: tuple[int, ...]
    confidences: tuple[float, ...]
    objects: tuple[FoundObject, ...]
    kept: Edges
    margins: tuple[Margin, ...]


def decide(confidences: Sequence[float], *, threshold: float) -> tuple[int, ...]:
    """Classes of at least ``threshold``, surest first; ``NONE_LABEL`` alone where none is."""
    sure = [label for label, value in enumerate(confidences) if value >= threshold]
    return tuple(sorted(sure, key=lambda label: -confidences[label])) or (NONE_LABEL,)


def overlap(first: Edges, second: Edges) -> float:
    """Intersection over union of two boxes [x, y, w, h]: 0 apart, 1 equal."""
    width = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    height = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    shared = max(0, width) * max(0, height)
    both = first[2] * first[3] + second[2] * second[3] - shared
    return shared / both if both else 0.0
