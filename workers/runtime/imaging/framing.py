"""Messages between the worker and its sandbox: JSON, and bytes after it. Never pickle.

The sandbox handles hostile bytes, so its answers are checked like anything else from outside.
"""

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from ml.contracts.crops import Box
from ml.contracts.edits import Edits
from webapp.catalogue.validation import ImageLimits
from webapp.cropping.sizes import Cut, FileFormat
from workers.runtime.imaging.results import (
    Encoding,
    Exported,
    Rendered,
    RenditionBytes,
    SandboxLimits,
    Size,
    Unrenderable,
    Wants,
)

MAX_ANSWER: Final = 128 << 20
MAX_REQUEST: Final = 1 << 16
OUT_OF_MEMORY: Final = 3
"""The exit status of a child that ran out of memory in an orderly way."""
INCOMPLETE: Final = 4
"""The exit status of a child that needed a module which its parent had not imported."""
_LENGTH: Final = struct.Struct(">I")
_JPEG: Final = b"\xff\xd8\xff"
_MAGIC_OF_CUTS: Final = {
    FileFormat.JPG: (0, _JPEG),
    FileFormat.WEBP: (8, b"WEBP"),
    FileFormat.PNG: (0, b"\x89PNG"),
}
_MAGIC: Final = {Encoding.WEBP: (8, b"WEBP"), Encoding.AVIF: (4, b"ftypavif")}


Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Request:
    """One picture's order; the picture itself travels as a file descriptor.

    With `edits` the whole picture is wanted, edited, and no display file; with `cuts` parts of it
    in the format `cut_as`.
    """

    wants: Wants
    limits: ImageLimits
    sandbox: SandboxLimits
    edits: Edits | None = None
    cuts: tuple[Cut, ...] = ()
    cut_as: FileFormat = FileFormat.JPG

    def encode(self) -> bytes:
        """The request as one message."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, message: bytes) -> "Request":
        """The inverse of encode; the worker is trusted."""
        raw = json.loads(message)
        pairs = tuple((Size(size), Encoding(form)) for size, form in raw["wants"]["renditions"])
        return cls(
            wants=Wants(pairs, raw["wants"]["thumbhash"]),
            limits=ImageLimits(**raw["limits"]),
            sandbox=SandboxLimits(**raw["sandbox"]),
            edits=None if raw["edits"] is None else Edits(**raw["edits"]),
            cuts=tuple(Cut(Box(**cut.pop("box")), **cut) for cut in raw["cuts"]),
            cut_as=FileFormat(raw["cut_as"]),
        )


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended: its exit status or signal, and whether its time on the clock ran out."""

    status: int
    signal: int
    overdue: bool

    def encode(self) -> bytes:
        """The ending as one message."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, message: bytes) -> "Ending":
        """The inverse of encode."""
        return cls(**json.loads(message))


def encode_rendered(rendered: Rendered) -> bytes:
    """A success, as the child writes it."""
    head = {
        "width": rendered.width,
        "height": rendered.height,
        "frames": rendered.frames,
        "flags": rendered.flags,
        "thumbhash": rendered.thumbhash,
        "captured_at": rendered.captured_at.isoformat() if rendered.captured_at else None,
        "renditions": [
            [it.size, it.format, it.width, it.height, len(it.data)] for it in rendered.renditions
        ],
    }
    return _framed(head) + b"".join(it.data for it in rendered.renditions)


def encode_exported(exported: Exported) -> bytes:
    """An edited picture, as the child writes it."""
    return _framed({"width": exported.width, "height": exported.height}) + exported.data


def encode_cut(files: Sequence[bytes], cut_as: FileFormat) -> bytes:
    """The parts of a picture, as the child writes them."""
    head: dict[str, object] = {"format": cut_as, "lengths": [len(data) for data in files]}
    return _framed(head) + b"".join(files)


def encode_failure(failure: Unrenderable) -> bytes:
    """A refusal, as the child writes it."""
    return _framed({"code": failure.code, "detail": failure.detail})


def decode_rendered(answer: bytes) -> Rendered:
    """Display files; raises Unrenderable for a refusal and ValueError for nonsense."""
    return _decoded(answer, _rendered)


def decode_exported(answer: bytes) -> Exported:
    """An edited picture; raises Unrenderable for a refusal and ValueError for nonsense."""
    return _decoded(answer, _exported)


def decode_cut(answer: bytes) -> tuple[bytes, ...]:
    """The parts of a picture; raises Unrenderable for a refusal and ValueError for nonsense."""
    return _decoded(answer, _cut)


def _decoded(answer: bytes, read: Callable[[dict[str, Any], memoryview], Answer]) -> Answer:
    try:
        (length,) = _LENGTH.unpack_from(answer)
        head = json.loads(answer[_LENGTH.size : _LENGTH.size + length])
        if "code" in head:
            raise Unrenderable(str(head["code"])[:40], str(head["detail"])[:500])
        return read(head, memoryview(answer)[_LENGTH.size + length :])
    except (struct.error, KeyError, TypeError) as error:
        raise ValueError(f"the answer is malformed: {error!r}") from error


def _framed(head: dict[str, object]) -> bytes:
    data = json.dumps(head).encode()
    return _LENGTH.pack(len(data)) + data


def _rendered(head: dict[str, Any], body: memoryview) -> Rendered:
    renditions = []
    for size, form, width, height, length in head["renditions"]:
        data, body = bytes(body[:length]), body[length:]
        renditions.append(_checked(RenditionBytes(Size(size), Encoding(form), width, height, data)))
    captured_at = head["captured_at"]
    return Rendered(
        width=_positive(head["width"]),
        height=_positive(head["height"]),
        frames=_positive(head["frames"]),
        flags=tuple(str(flag)[:20] for flag in head["flags"][:8]),
        thumbhash=str(head["thumbhash"])[:60],
        captured_at=datetime.fromisoformat(captured_at) if captured_at else None,
        renditions=tuple(renditions),
    )


def _exported(head: dict[str, Any], body: memoryview) -> Exported:
    if bytes(body[: len(_JPEG)]) != _JPEG:
        raise ValueError("the edited picture is no JPEG")
    return Exported(_positive(head["width"]), _positive(head["height"]), bytes(body))


def _cut(head: dict[str, Any], body: memoryview) -> tuple[bytes, ...]:
    offset, magic = _MAGIC_OF_CUTS[FileFormat(head["format"])]
    files = []
    for length in head["lengths"]:
        data, body = bytes(body[: _positive(length)]), body[length:]
        if len(data) != length or not data[offset:].startswith(magic):
            raise ValueError(f"a part of the picture is no {head['format']}")
        files.append(data)
    return tuple(files)


def _checked(rendition: RenditionBytes) -> RenditionBytes:
    offset, magic = _MAGIC[rendition.format]
    width, height = rendition.size.box
    if not rendition.data[offset:].startswith(magic):
        raise ValueError(f"the {rendition.size} rendition is no {rendition.format}")
    if _positive(rendition.width) > width or _positive(rendition.height) > height:
        raise ValueError(f"the {rendition.size} rendition is too large")
    return rendition


def _positive(value: object) -> int:
    if not isinstance(value, int) or value < 1:
        raise ValueError(f"{value!r} is no positive number")
    return value
