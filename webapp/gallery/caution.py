"""When not to listen to the model at all: pictures unlike everything it learned from."""

from collections.abc import Sequence

from webapp.catalogue.models import Artwork

FEWEST_PIXELS = 64
LONGEST = 4
_ADVICE = "the model has seen nothing like it. Do not rely on what it says."


def caution(artwork: Artwork, palette: Sequence[str]) -> str | None:
    """What is extreme about a picture, from its size and its main colours; None where nothing is.

    An empty palette says nothing: the picture has not been explained.
    """
    found = [*_of_size(artwork.width, artwork.height)]
    if len(palette) == 1:
        found.append("of nearly one colour")
    return f"This picture is {' and '.join(found)}; {_ADVICE}" if found else None


def caution_of_crop(width: int, height: int) -> str:
    """What is extreme about a crop of that size in pixels; empty where nothing is."""
    found = _of_size(width, height)
    return f"This crop is {' and '.join(found)}; {_ADVICE}" if found else ""


def _of_size(width: int | None, height: int | None) -> list[str]:
    if not width or not height:
        return []
    found = []
    if min(width, height) < FEWEST_PIXELS:
        found.append(f"only {width} by {height} pixels")
    if max(width, height) > LONGEST * min(width, height):
        found.append("more than four times as long as it is wide")
    return found
