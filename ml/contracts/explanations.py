"""What an explanation of one judgement consists of, frozen."""

from dataclasses import dataclass
from enum import StrEnum

from ml.contracts.attributes import Source


class MapKind(StrEnum):
    """Which method drew a map. Each is tested by itself: see the card of the attribute model."""

    MERGE = "merge"  # attribute activation map over all blocks (Malu et al. 2017)
    AESAM = "aesam"  # aesthetic activation map: class activation of AWCU's high class
    ATTAM = "attam"  # attribute activation map of AWCU's attribute heads
    GRADIENT = "gradient"  # gradient times activation of the served scorer's mean
    BACKPROP = "visualbackprop"  # VisualBackProp (Bojarski et al. 2016): what the network sees
    RAISE = "raise"  # adversarial: what a small change of pixels moves to raise the mean
    LOWER = "lower"  # the same to lower it


@dataclass(frozen=True, slots=True)
class AttributeReading:
    """The value of an attribute, within its range.

    ``percentile``: in how many of 100 reference pictures it is lower; None where nothing is known.
    """

    key: str
    value: float
    source: Source
    percentile: float | None = None


@dataclass(frozen=True, slots=True)
class MapTile:
    """A map over the whole picture as a small greyscale PNG, 255 where it is strongest.

    ``key``: the attribute it belongs to, or OVERALL. ``peak``: the strongest value before scaling,
    in the units of the method; 0 for a map that is dark everywhere. The tile is square whatever
    the picture: it is stretched over it as the network saw it.
    """

    kind: MapKind
    key: str
    png: bytes
    peak: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is said about why a picture was judged as it was.

    ``palette``: its main colours as #rrggbb, by the area they cover, at most six.
    """

    readings: tuple[AttributeReading, ...]
    tiles: tuple[MapTile, ...]
    palette: tuple[str, ...] = ()
