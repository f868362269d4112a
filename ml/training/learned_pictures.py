"""How a card names the pictures that a model learned from: by how their files' digests begin.

A gate that comes later leaves them out of its test: whoever learned a picture knows its answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any, Final

from ml.contracts.attributes_card import ATTRIBUTES_KIND
from ml.contracts.card import LEARNED_DIGITS, CardError
from ml.data.samples import DataSetError, Panel, VotedPicture
from ml.data.splits import held_out
from ml.models.attribute_mapper import HeadSpec
from ml.training.attribute_config import AttributeConfig
from ml.training.attribute_labels import HeadLabels, head_labels, shelves

LEARNED: Final = "learned"  # field of a card: how the digests begin of what it learned from
COMPLETE: Final = "learned_complete"  # field of a card: False where it learned from others, too
PREFIX: Final = LEARNED_DIGITS
_DIGEST = 64

Document = dict[str, Any]


def prefixes(pictures: Iterable[VotedPicture]) -> list[str]:
    """Sorted, of the files; a picture of a snapshot is called after its original's digest.

    Raises OSError.
    """
    return sorted({_digest(picture)[:PREFIX] for picture in pictures})


def prefixes_of_head(labels: HeadLabels, panels: Sequence[Panel]) -> list[str]:
    """Of those that taught a finished head. Raises OSError."""
    taught = zip(labels.panels[labels.taught], labels.rows[labels.taught], strict=True)
    return prefixes(panels[panel].pictures[row] for panel, row in taught)


def with_learned(card: Mapping[str, Any], panels: Sequence[Panel]) -> Document:
    """The same card, which names what its weights learned from.

    The split is drawn again by the card's own settings. Raises CardError where that gives another
    number of pictures than the card says, DataSetError for data that it does not name, OSError.
    """
    named = {panel.name: panel for panel in panels}
    wanted = [row["name"] for row in card["data"]]
    if missing := [name for name in wanted if name not in named]:
        raise DataSetError(f"{card['version']} learned from {', '.join(missing)}, too: name it")
    ordered = [named[name] for name in wanted]
    if card["kind"] == ATTRIBUTES_KIND:
        return {**card, "heads": _heads(card, ordered)}
    return {**card, LEARNED: _scorer(card, ordered), COMPLETE: True}


def _scorer(card: Mapping[str, Any], panels: Sequence[Panel]) -> list[str]:
    training = card["training"]
    pictures: list[VotedPicture] = []
    for row, panel in zip(card["data"], panels, strict=True):
        split = held_out(panel, seed=training["split_seed"], share=training["test_share"])
        _require(panel.name, len(split.train), row["train"])
        pictures += [panel.pictures[at] for at in split.train.tolist()]
    return prefixes(pictures)


def _heads(card: Mapping[str, Any], panels: Sequence[Panel]) -> list[Document]:
    known = asdict(AttributeConfig())
    settings: Document = {
        name: _frozen(value) for name, value in card["training"].items() if name in known
    }
    config = AttributeConfig(**settings)
    asked = [HeadSpec(**head) for head in card["architecture"]["options"]["heads"]]
    labels = head_labels(shelves(panels, config), config, asked=asked)
    rows = []
    for row, head in zip(card["heads"], labels, strict=True):
        _require(row["key"], len(head.taught), row["learned_from"])
        rows.append({**row, LEARNED: prefixes_of_head(head, panels), COMPLETE: True})
    return rows


def _require(what: str, found: int, said: int) -> None:
    if found != said:
        raise CardError(f"{what}: this data gives {found} pictures to learn from, not {said}")


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _digest(picture: VotedPicture) -> str:
    key = picture.key
    if len(key) == _DIGEST and set(key) <= set("0123456789abcdef"):
        return key
    return sha256(picture.path.read_bytes()).hexdigest()
