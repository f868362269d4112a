"""Find files that are unlike the rest: much larger, much smaller, much longer.

Robust rule: on a logarithmic scale, further from the median than five times the spread, which is
1.4826 times the median absolute deviation and at least a floor, since most collections hold many
pictures of one and the same size.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.data.faults import Fault, FaultReason
from ml.data.samples import PictureFacts

LIMIT = 5.0
FEWEST = 8
_MAD_TO_SD = 1.4826


@dataclass(frozen=True, slots=True)
class _Property:
    reason: FaultReason
    unit: str
    values: NDArray[np.float64]  # (n,), positive
    floor: float


def odd_files(files: Sequence[PictureFacts]) -> Iterator[Fault]:
    """Notes on files that are outliers; fewer than ``FEWEST`` files have none."""
    if len(files) < FEWEST:
        return
    for item in _properties(files):
        logs = np.log(item.values)
        middle = np.median(logs)
        spread = max(float(_MAD_TO_SD * np.median(np.abs(logs - middle))), item.floor)
        for position in np.flatnonzero(np.abs(logs - middle) > LIMIT * spread).tolist():
            value, usual = item.values[position], float(np.exp(middle))
            detail = f"{value:.3g} {item.unit}, the middle file has {usual:.3g}"
            yield Fault(files[position].file, item.reason, detail)


def _properties(files: Sequence[PictureFacts]) -> tuple[_Property, ...]:
    sides = np.array([(item.width, item.height) for item in files], dtype=np.float64)
    return (
        _Property(
            FaultReason.ODD_SIZE,
            "kB",
            np.array([max(item.bytes, 1) / 1000 for item in files]),
            floor=0.25,
        ),
        _Property(FaultReason.ODD_RESOLUTION, "megapixels", sides.prod(axis=1) / 1e6, floor=0.25),
        _Property(
            FaultReason.ODD_ASPECT,
            "times as long as wide",
            sides.max(axis=1) / sides.min(axis=1),
            floor=0.1,
        ),
    )
