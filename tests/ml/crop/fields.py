"""Crop fields made by hand for the tests of ranking."""

import numpy as np

from ml.contracts.crops import Mark, MarkKind, Mix
from ml.crop.field import CropField
from ml.crop.regions import REGIONS


def field(
    *, eye: tuple[float, float] | None = None, marks: tuple[Mark, ...] = (), mix: Mix | None = None
) -> CropField:
    """A field that says nothing but where the eye is drawn (shares x, y) and what is marked."""
    attention = np.zeros((1, 16, 16), dtype=np.float32)
    if eye is not None:
        attention[0, int(eye[1] * 16), int(eye[0] * 16)] = 1.0
    return CropField(
        view=np.zeros((REGIONS, 8, 8), dtype=np.float32),
        energy=attention,
        attention=attention,
        marks=marks,
        mix=mix or Mix(),
    )


def face(left: float, top: float, right: float, bottom: float) -> Mark:
    return Mark(MarkKind.FACE, left, top, right, bottom, 1.0)
