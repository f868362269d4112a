"""The card of a network that paints one style: whose style, taught by what, to look like what.

Weights without a matching card are never loaded. A card is written by ``python -m ml.cli style
train-fast``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ml.contracts.card import CardError, read_document, taking_fields
from ml.contracts.fields import mapping, number, text, values, whole

STYLE_KIND = "style"
STYLE_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class StyleGolden:
    """Mean red, green and blue, 0 to 255, of what the weights make of the golden picture."""

    seed: int
    colours: tuple[float, ...]
    tolerance: float


@dataclass(frozen=True, slots=True)
class StyleCard:
    """The whole card.

    ``style``: name of the picture whose style it is; ``style_digest``: sha256 of its file.
    ``side``: of the squares that it learned at. ``features``: whose Grams taught it. ``pictures``:
    how many photos it learned from; ``updates``: how often; ``seconds``: of learning.
    """

    version: str
    created_at: str
    licence: str
    filters: int
    blocks: int
    sha256: str
    style: str
    style_digest: str
    side: int
    features: str
    pictures: int
    updates: int
    seconds: float
    machine: str
    golden: StyleGolden
    limits: tuple[str, ...]


def read_style_card(path: Path) -> StyleCard:
    """Parse the card at ``path``. Raises CardError."""
    return parse_style_card(read_document(path))


def parse_style_card(document: object) -> StyleCard:
    """Check and freeze a card. Raises CardError naming the first field that is wrong."""
    if not isinstance(document, dict) or document.get("kind") != STYLE_KIND:
        raise CardError("the card describes no network that paints a style")
    if document.get("schema") != STYLE_SCHEMA:
        raise CardError(f"the card does not follow schema {STYLE_SCHEMA} of styles")
    with taking_fields():
        return _card(document)


def _card(document: Mapping[str, object]) -> StyleCard:
    architecture, training = mapping(document["architecture"]), mapping(document["training"])
    style = mapping(document["style"])
    return StyleCard(
        version=text(document["version"]),
        created_at=text(document["created_at"]),
        licence=text(document["licence"]),
        filters=whole(architecture["filters"], least=1),
        blocks=whole(architecture["blocks"], least=1),
        sha256=text(mapping(document["weights"])["sha256"]),
        style=text(style["name"]),
        style_digest=text(style["sha256"]),
        side=whole(training["side"], least=16),
        features=text(training["features"]),
        pictures=whole(training["pictures"], least=1),
        updates=whole(training["updates"], least=1),
        seconds=number(training["seconds"]),
        machine=text(training["machine"]),
        golden=_golden(mapping(document["golden"])),
        limits=tuple(text(line) for line in values(document["limits"])),
    )


def _golden(fields: Mapping[str, object]) -> StyleGolden:
    colours = tuple(map(number, values(fields["colours"])))
    if len(colours) != 3:
        raise ValueError("a golden picture has three mean colours")
    return StyleGolden(whole(fields["seed"], least=0), colours, number(fields["tolerance"]))
