"""Apply a recipe to a picture at its full size. Deterministic, no metadata."""

from io import BytesIO
from typing import BinaryIO, Final

from PIL import Image

from ml.coach.apply import apply
from ml.contracts.edits import Edits
from webapp.catalogue.validation import ImageLimits
from workers.runtime.imaging import pixels
from workers.runtime.imaging.results import Exported

# Full colour resolution: what was edited is not to lose more than it must.
_QUALITY: Final = 92


def export(file: BinaryIO, *, edits: Edits, limits: ImageLimits) -> Exported:
    """Decode, upright and on white, edit and encode; raises what pixels.decode raises."""
    decoded = pixels.decode(file, limits=limits, box=(limits.max_side, limits.max_side))
    edited = apply(decoded.image, edits)
    return Exported(*edited.size, _encoded(edited))


def _encoded(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, subsampling=0)
    return out.getvalue()
