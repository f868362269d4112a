"""Apply a recipe to a picture at its full size. Deterministic, no metadata."""

from typing import BinaryIO

from ml.coach.apply import apply
from ml.contracts.edits import Edits
from webapp.catalogue.validation import ImageLimits
from webapp.cropping.sizes import FileFormat
from workers.runtime.imaging import pixels
from workers.runtime.imaging.cutting import encoded
from workers.runtime.imaging.results import Exported


def export(file: BinaryIO, *, edits: Edits, limits: ImageLimits) -> Exported:
    """Decode, upright and on white, edit and encode; raises what pixels.decode raises."""
    decoded = pixels.decode(file, limits=limits, box=(limits.max_side, limits.max_side))
    edited = apply(decoded.image, edits)
    return Exported(*edited.size, encoded(edited, FileFormat.JPG))
