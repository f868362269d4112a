"""What the io worker hands over when it has made an artwork's display files."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class RenderPass(StrEnum):
    """A render job's params: what the gallery and the scorer wait for, then all the rest."""

    FIRST = ""
    REST = "rest"


class RenderedFile(Protocol):
    """One display file: upright, sRGB, without metadata."""

    @property
    def size(self) -> str: ...
    @property
    def format(self) -> str: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def data(self) -> bytes: ...


class Rendered(Protocol):
    """A decoded picture: its upright size, a thumbhash in base64, and the wanted files."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def thumbhash(self) -> str: ...
    @property
    def captured_at(self) -> datetime | None: ...
    @property
    def renditions(self) -> Sequence[RenderedFile]: ...
