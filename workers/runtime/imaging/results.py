"""What is asked of the renderer, what it answers, and the two ways in which it can fail."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Size(StrEnum):
    """Display sizes. Small and medium are bounded by height, as rows of a justified grid are."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"

    @property
    def box(self) -> tuple[int, int]:
        """The largest width and height; a picture is never enlarged to fill it."""
        return {"small": (640, 320), "medium": (1280, 640), "large": (1600, 1600)}[self.value]


class Encoding(StrEnum):
    """Formats of display files."""

    WEBP = "webp"
    AVIF = "avif"


Want = tuple[Size, Encoding]


@dataclass(frozen=True, slots=True)
class Wants:
    """The display files to make, and whether to make the thumbhash."""

    renditions: tuple[Want, ...]
    thumbhash: bool = True


_WEBP: Final = Encoding.WEBP
FIRST: Final = Wants(((Size.SMALL, _WEBP), (Size.MEDIUM, _WEBP)))
"""What the grid and the scorer wait for. The large one would double the wait for a 12 MP photo."""
REST: Final = Wants(
    (
        (Size.LARGE, _WEBP),
        (Size.SMALL, Encoding.AVIF),
        (Size.MEDIUM, Encoding.AVIF),
        (Size.LARGE, Encoding.AVIF),
    ),
    thumbhash=False,
)
"""What can follow when nobody waits."""
EVERYTHING: Final = Wants(FIRST.renditions + REST.renditions)


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What one picture may use: address space, CPU seconds and seconds on the clock."""

    memory_bytes: int = 2 << 30
    cpu_seconds: int = 20
    wall_seconds: float = 40.0


EXPORTING: Final = SandboxLimits(memory_bytes=3 << 30, cpu_seconds=240, wall_seconds=300.0)
"""An edit holds the whole picture twice, and computes with every pixel of it."""


@dataclass(frozen=True, slots=True)
class RenditionBytes:
    """One display file: upright, sRGB, opaque, without any metadata."""

    size: Size
    format: Encoding
    width: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Rendered:
    """A decoded picture.

    `width` and `height` are the upright original's. `flags` name what was changed or ignored:
    icc_ignored, exif_ignored, flattened (transparency put on white), first_frame. `thumbhash` is
    base64, "" when not wanted. `captured_at` is aware; the camera's clock counts as UTC when EXIF
    names no offset.
    """

    width: int
    height: int
    frames: int
    flags: tuple[str, ...]
    thumbhash: str
    captured_at: datetime | None
    renditions: tuple[RenditionBytes, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """An edited picture at its full size: a JPEG, upright, sRGB, opaque, without any metadata."""

    width: int
    height: int
    data: bytes


class Unrenderable(Exception):
    """This file gives no picture; the uploader must act.

    Codes: those of catalogue.validation, and decode_timeout, decode_memory. With those two a second
    try on a calmer machine may succeed, see `worth_retrying`.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail

    @property
    def worth_retrying(self) -> bool:
        """Whether the machine, and not the file, may be to blame."""
        return self.code in ("decode_timeout", "decode_memory")


class RendererUnavailable(Exception):
    """The sandbox does not start, died twice or is incomplete; the operator must look."""
