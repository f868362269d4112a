"""The sizes and the format that the pictures of an album are to be cut to."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ml.contracts.crops import Aspect, Box, CropAsk, CropError, Point

WIDEST: Final = 4096
LONGEST: Final = 8192
MOST_SIZES: Final = 10


class FileFormat(StrEnum):
    """What the files are; the value is their ending."""

    JPG = "jpg"
    WEBP = "webp"
    PNG = "png"

    @property
    def content_type(self) -> str:
        """As HTTP names it."""
        return "image/jpeg" if self is FileFormat.JPG else f"image/{self.value}"


@dataclass(frozen=True, slots=True)
class CutSize:
    """A shape and its width in pixels; of a free shape `width` is the longest side."""

    aspect: Aspect
    width: int

    def __post_init__(self) -> None:
        """Raises CropError ``bad_size``."""
        if not 0 < self.width <= WIDEST:
            raise CropError("bad_size", f"A width is 1 to {WIDEST} pixels.")
        if not 0 < self.height <= LONGEST:
            raise CropError(
                "bad_size",
                f"{self.width} pixels at {self.aspect} are {self.height} pixels high;"
                f" a crop may be 1 to {LONGEST}. Ask for another width.",
            )

    @property
    def height(self) -> int:
        """What follows from the shape; of a free one the longest side again."""
        return self.width if self.aspect.free else round(self.width / self.aspect.ratio)

    @property
    def measure(self) -> tuple[int, float]:
        """The same for all that would make the same file: 1:1 and 2:2 are one shape."""
        return self.width, 0.0 if self.aspect.free else self.aspect.ratio

    @classmethod
    def parse(cls, aspect: str, width: int) -> "CutSize":
        """From `1:1` or `free`, and a width. Raises CropError."""
        return cls(Aspect.parse(aspect), width)

    def ask(self, *, focal: Point | None) -> CropAsk:
        """The best crop of the shape, whatever the size: a picture has one, here and on its page.

        A crop that has fewer pixels than the size makes a smaller file.
        """
        return CropAsk(self.aspect, focal, count=1)

    def of(self, box: Box) -> tuple[int, int]:
        """Width and height of the file: as asked, or the box's own where it is smaller."""
        if self.aspect.free:
            scale = min(1.0, self.width / max(box.width, box.height))
            return max(1, round(box.width * scale)), max(1, round(box.height * scale))
        if box.width < self.width or box.height < self.height:
            return box.width, box.height
        return self.width, self.height

    def falls_short(self, made: tuple[int, int]) -> bool:
        """Whether a file of that size is smaller than what was asked for."""
        longest = max(made) if self.aspect.free else made[0]
        return longest < self.width

    def __str__(self) -> str:
        """As people read it."""
        shape = "free, longest side" if self.aspect.free else f"{self.aspect},"
        return f"{shape} {self.width}" + ("" if self.aspect.free else f" x {self.height}")


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of the upright original, and the width and height of the file that it becomes."""

    box: Box
    width: int
    height: int
