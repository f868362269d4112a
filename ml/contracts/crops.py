"""Crops of a picture: what is asked for, what is answered, and the refusals."""

import re
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

SHARE_LIMITS = (0.0, 1.0)
MOST_CROPS = 20
FREE = "free"
_LONGEST_SIDE = 20_000
_NUMBER = "(0|[1-9][0-9]{0,5})"  # one way to write it, so that a crop has one address
_BOX = re.compile(",".join([_NUMBER] * 4))
_ASPECT = re.compile(f"{_NUMBER}:{_NUMBER}")


class CropError(ValueError):
    """A crop that cannot be. ``code`` names the reason; whoever asked must ask otherwise."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class MarkKind(StrEnum):
    """What must not be cut through."""

    FACE = "face"
    TEXT = "text"  # writing, a signature
    SUBJECT = "subject"  # a region that stands out


@dataclass(frozen=True, slots=True)
class Mark:
    """Something found in the picture. Its edges are shares of width and height, ``weight`` 0..1."""

    kind: MarkKind
    left: float
    top: float
    right: float
    bottom: float
    weight: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright original: x and y of its corner, width, height."""

    x: int
    y: int
    width: int
    height: int

    def within(self, width: int, height: int) -> bool:
        """Whether it has pixels and lies inside a picture of that size."""
        inside = self.x >= 0 and self.y >= 0
        fits = self.x + self.width <= width and self.y + self.height <= height
        return inside and fits and self.width > 0 and self.height > 0

    def require_within(self, width: int, height: int) -> None:
        """Raises CropError ``box_outside`` unless it lies inside a picture of that size."""
        if not self.within(width, height):
            raise CropError(
                "box_outside",
                f"The crop {self} does not lie inside of the picture, which has"
                f" {width} x {height} pixels.",
            )

    def __str__(self) -> str:
        """As addresses and jobs write it: ``x,y,width,height``."""
        return f"{self.x},{self.y},{self.width},{self.height}"

    @classmethod
    def parse(cls, text: str) -> "Box":
        """Read what ``str`` wrote. Raises CropError ``bad_box``."""
        parts = _BOX.fullmatch(text)
        if parts is None:
            raise CropError("bad_box", "A box is four whole numbers: x,y,width,height in pixels.")
        return cls(*map(int, parts.groups()))


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the picture, as shares of its width and height."""

    x: float
    y: float

    def __post_init__(self) -> None:
        """Raises CropError ``focal_outside`` for a place outside the picture."""
        low, high = SHARE_LIMITS
        if not all(isfinite(value) and low <= value <= high for value in (self.x, self.y)):
            raise CropError(
                "focal_outside",
                "A focal point is x,y with both between 0 and 1, from the top left.",
            )


@dataclass(frozen=True, slots=True)
class Aspect:
    """A shape: ``width`` to ``height``. Both 0 means free: any shape is welcome."""

    width: int = 0
    height: int = 0

    @property
    def free(self) -> bool:
        return self.width == 0

    @property
    def ratio(self) -> float:
        """Width over height. Raises ZeroDivisionError for a free aspect."""
        return self.width / self.height

    def __str__(self) -> str:
        return FREE if self.free else f"{self.width}:{self.height}"

    @classmethod
    def parse(cls, text: str) -> "Aspect":
        """Read ``free`` or ``16:9``. Raises CropError ``bad_aspect``."""
        if text == FREE:
            return cls()
        parts = _ASPECT.fullmatch(text)
        if parts is not None:
            width, height = map(int, parts.groups())
            if 0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE:
                return cls(width, height)
        raise CropError(
            "bad_aspect",
            f"An aspect is two whole numbers of 1 to {_LONGEST_SIDE}, like 16:9, or the word"
            f" {FREE}.",
        )


@dataclass(frozen=True, slots=True)
class CropAsk:
    """What somebody wants: ``count`` crops, best first, none smaller than the minimum in pixels.

    With a ``focal`` point every crop holds it and the list is ranked by it too.
    """

    aspect: Aspect = Aspect()
    focal: Point | None = None
    least_width: int = 1
    least_height: int = 1
    count: int = 5

    def __post_init__(self) -> None:
        """Raises CropError ``bad_minimum`` or ``bad_count``."""
        if not (0 < self.least_width <= _LONGEST_SIDE and 0 < self.least_height <= _LONGEST_SIDE):
            raise CropError("bad_minimum", f"A minimum size is 1 to {_LONGEST_SIDE} pixels.")
        if not 0 < self.count <= MOST_CROPS:
            raise CropError("bad_count", f"Ask for 1 to {MOST_CROPS} crops.")


@dataclass(frozen=True, slots=True)
class CropTerms:
    """Why a crop stands where it does; ``total`` orders them.

    ``view``: what the view ranker says, relative to the whole picture (0 is the whole). ``energy``:
    aesthetic energy kept x compactness x clean borders, 0..1. ``kept``: share of what draws the
    eye that stays inside, 0..1. ``area``: share of the picture. ``cut``: how much of the marks is
    cut through, 0 for none. ``focal``: how well the focal point lies, 0..1; 0 without one.
    """

    total: float
    view: float
    energy: float
    kept: float
    area: float
    cut: float
    focal: float


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a crop cuts, or leaves out; ``words`` are a short sentence for people."""

    kind: str  # a MarkKind, or `area`, `attention`
    words: str


@dataclass(frozen=True, slots=True)
class RankedCrop:
    """One crop. ``focal``: what other software should keep in view, of the whole picture."""

    box: Box
    focal: Point
    terms: CropTerms
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class CropList:
    """Crops, best first and different from each other; ``notes`` say what could not be had."""

    crops: tuple[RankedCrop, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mix:
    """What each term of a crop weighs in its total; the cropper's card holds the measured ones.

    ``size`` weighs the logarithm of the crop's share of the picture.
    """

    view: float = 1.0
    size: float = 0.0
    energy: float = 0.5
    kept: float = 0.5
    cut: float = 1.0  # taken off
    focal: float = 2.0
