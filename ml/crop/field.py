"""What a model says of one picture once, so that any of its crops can be ranked without a model."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from ml.contracts.crops import Mark, MarkKind, Mix

Maps = NDArray[np.float32]

_MAGIC = b"crop-field-1\n"
_LEVELS = 127
_PLANES = ("view", "energy", "attention")


class FieldError(ValueError):
    """No field, or one without numbers: the operator must have the picture looked at again."""


@dataclass(frozen=True, slots=True, eq=False)
class CropField:
    """Maps over the picture, squeezed to squares, and what must not be cut.

    ``view``: (R, S, S), what a cell adds to the view's score when it lies in region r of the view
    (the regions of ``ml.crop.regions``). ``energy``: (1, h, w), the positive part of AesAM.
    ``attention``: (1, h, w), salience, not negative.
    """

    view: Maps
    energy: Maps
    attention: Maps
    marks: tuple[Mark, ...]
    mix: Mix

    def encode(self) -> bytes:
        """About a byte a cell: each map is stored in 127 levels of its own largest value.

        Raises FieldError for maps that are not finite: nothing could be ranked by them.
        """
        planes = [_quantised(getattr(self, name)) for name in _PLANES]
        header = {
            "shapes": [list(levels.shape) for levels, _ in planes],
            "peaks": [peaks for _, peaks in planes],
            "marks": [asdict(mark) for mark in self.marks],
            "mix": asdict(self.mix),
        }
        head = json.dumps(header).encode() + b"\n"
        return _MAGIC + head + b"".join(levels.tobytes() for levels, _ in planes)

    @classmethod
    def decode(cls, data: bytes) -> "CropField":
        """Read what ``encode`` wrote. Raises FieldError."""
        if not data.startswith(_MAGIC):
            raise FieldError("the field is of another version, or damaged")
        head, _, levels = data[len(_MAGIC) :].partition(b"\n")
        try:
            header = json.loads(head)
            view, energy, attention = _planes(header, levels)
            marks = tuple(
                Mark(**{**mark, "kind": MarkKind(mark["kind"])}) for mark in header["marks"]
            )
            return cls(view, energy, attention, marks, Mix(**header["mix"]))
        except (ValueError, KeyError, TypeError) as error:
            raise FieldError(f"the field is damaged: {error}") from error


def _quantised(maps: Maps) -> tuple[NDArray[np.int8], list[float]]:
    peaks = np.abs(maps).max(axis=(1, 2))
    if not np.isfinite(peaks).all():
        raise FieldError("the maps hold values that are no numbers")
    scale = np.where(peaks > 0, peaks, 1.0)[:, None, None]
    levels = np.rint(maps / scale * _LEVELS).astype(np.int8)
    return levels, [float(peak) for peak in peaks]


def _planes(header: dict[str, list[list[float]]], levels: bytes) -> list[Maps]:
    planes: list[Maps] = []
    start = 0
    for shape, peaks in zip(header["shapes"], header["peaks"], strict=True):
        count, height, width = (int(side) for side in shape)
        size = count * height * width
        flat = np.frombuffer(levels, np.int8, count=size, offset=start)
        planes.append(_restored(flat.reshape(count, height, width), peaks))
        start += size
    if start != len(levels) or len(planes) != len(_PLANES):
        raise FieldError("the field is longer than its maps")
    return planes


def _restored(levels: NDArray[np.int8], peaks: Sequence[float]) -> Maps:
    scale = np.asarray(peaks, dtype=np.float32)[:, None, None] / _LEVELS
    return np.asarray(levels * scale, dtype=np.float32)
