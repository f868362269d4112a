"""Rank crops of an artwork from its field. The only file of the web process that sees arrays."""

from ml.contracts.crops import Box, CropAsk, CropList, Point, RankedCrop
from ml.crop import rank as engine
from ml.crop.field import CropField as Field
from ml.crop.field import FieldError
from ml.crop.forms import Forms, forms
from webapp.catalogue.models import Artwork
from webapp.common.errors import Conflict
from webapp.inference.models import CropField

__all__ = ["Forms"]


class FieldUnreadable(Conflict):
    """Whoever wants the crops must have the picture looked at again."""

    code = "field_unreadable"


def crops_of(artwork: Artwork, field: bytes, ask: CropAsk) -> CropList:
    """The best crops of an artwork that answer the ask. A few milliseconds, no model.

    Raises CropError when it cannot hold what is asked for, FieldUnreadable.
    """
    width, height = _size(artwork)
    return engine.rank(_decoded(field), width=width, height=height, ask=ask)


def judge_box(
    artwork: Artwork, field: bytes, box: Box, *, focal: Point | None = None
) -> RankedCrop:
    """A person's own crop, weighed like the others. Raises CropError, FieldUnreadable."""
    width, height = _size(artwork)
    return engine.judge_box(_decoded(field), box, width=width, height=height, focal=focal)


def forms_of(artwork: Artwork, crop: RankedCrop) -> Forms:
    """The crop's focal point as other software takes it."""
    width, height = _size(artwork)
    return forms(crop.box, width=width, height=height)


def forget_unreadable(artwork: Artwork) -> None:
    """Drop fields that are damaged or of an earlier form, so that new ones can be asked for."""
    for row in CropField.objects.filter(artwork=artwork):
        try:
            _decoded(bytes(row.data))
        except FieldUnreadable:
            row.delete()


def _decoded(field: bytes) -> Field:
    try:
        return Field.decode(field)
    except FieldError as error:
        raise FieldUnreadable(f"Have the picture looked at again: {error}.") from error


def _size(artwork: Artwork) -> tuple[int, int]:
    """Of the upright original; whoever was looked at was rendered."""
    return artwork.width or 0, artwork.height or 0
