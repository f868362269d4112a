"""The card that travels with a weights file: what the model is, knows and cannot do.

Only the fields that loading needs are typed here; metrics, data and limits stay readable JSON
for the model page. Weights without a matching card are never loaded.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ml.contracts.fields import ascending, mapping, number, values, whole
from ml.contracts.votes import BINS

SCHEMA = 2
SCORE = "score"
SECOND_SCORE = "second-score"
SCORER_KINDS = (SCORE, SECOND_SCORE)
LEARNED_DIGITS = 16  # of the SHA-256 of a picture, by which cards name what was learned from
_CHUNK = 1 << 20


class CardError(ValueError):
    """The card cannot be read or lacks a field: the operator must replace it."""


class DigestMismatchError(ValueError):
    """The weights are not those the card describes: the operator must fetch them again."""


@dataclass(frozen=True, slots=True)
class Golden:
    """A picture made from a seed, and the distribution the intact model gives it."""

    seed: int
    side: int
    distribution: tuple[float, ...]
    tolerance: float


@dataclass(frozen=True, slots=True)
class ScorerCard:
    """What loading a scorer needs.

    ``half_width_per_sd``: half the 80 % interval of the crowd's mean for each point that the
    votes are expected to spread. ``reference``: ascending expected means of the pictures that the
    model learned from, which percentiles refer to. ``kind``: a score is shown to people; a second
    score only checks what the coach proposes.
    """

    version: str
    architecture: str
    options: Mapping[str, object]
    input_side: int
    panel: str
    sha256: str
    half_width_per_sd: float
    reference: tuple[float, ...]
    golden: Golden
    kind: str = SCORE


def read_document(path: Path) -> dict[str, Any]:
    """The card at ``path`` as JSON, nothing checked but that it is an object. Raises CardError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CardError(f"{path} is no readable card: {error}") from error
    if not isinstance(document, dict):
        raise CardError(f"{path} holds no object")
    return document


@contextmanager
def taking_fields() -> Iterator[None]:
    """Whatever a field of a card lacks or gets wrong inside becomes a CardError naming it."""
    try:
        yield
    except KeyError as missing:
        raise CardError(f"the card lacks {missing}") from missing
    except (TypeError, ValueError) as error:
        raise CardError(f"a field of the card is wrong: {error}") from error


def read_card(path: Path) -> ScorerCard:
    """Parse the card at ``path``. Raises CardError."""
    return parse_card(read_document(path))


def parse_card(document: object) -> ScorerCard:
    """Check and freeze a card. Raises CardError naming the first field that is wrong."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise CardError(f"the card does not follow schema {SCHEMA}")
    if document.get("kind") not in SCORER_KINDS:
        raise CardError("the card describes no scorer")
    with taking_fields():
        return _scorer_card(document)


def check_digest(weights: Path, *, expected: str) -> None:
    """Raises DigestMismatchError unless the file's sha256 is ``expected``."""
    if (actual := file_digest(weights)) != expected:
        raise DigestMismatchError(f"{weights.name} has sha256 {actual}, the card says {expected}")


def file_digest(path: Path) -> str:
    """sha256 of a file, in hexadecimal."""
    digest = sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _scorer_card(document: Mapping[str, object]) -> ScorerCard:
    architecture = mapping(document["architecture"])
    return ScorerCard(
        version=str(document["version"]),
        architecture=str(architecture["name"]),
        options=mapping(architecture["options"]),
        input_side=whole(architecture["input_side"], least=1),
        panel=str(document["panel"]),
        sha256=str(mapping(document["weights"])["sha256"]),
        half_width_per_sd=_not_negative(mapping(document["interval"])["half_width_per_sd"]),
        reference=_reference(document["reference"]),
        golden=_golden(mapping(document["golden"])),
        kind=str(document["kind"]),
    )


def _golden(fields: Mapping[str, object]) -> Golden:
    shares = values(fields["distribution"])
    if len(shares) != BINS:
        raise ValueError(f"the golden distribution has {BINS} bins")
    return Golden(
        seed=whole(fields["seed"], least=0),
        side=whole(fields["side"], least=1),
        distribution=tuple(number(share) for share in shares),
        tolerance=number(fields["tolerance"]),
    )


def _reference(value: object) -> tuple[float, ...]:
    means = ascending(value)
    if not means:
        raise ValueError("there are no reference means")
    return means


def _not_negative(value: object) -> float:
    if (found := number(value)) < 0:
        raise ValueError(f"expected at least 0, found {value!r}")
    return found
