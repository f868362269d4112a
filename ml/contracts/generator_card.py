"""The card of a generator: what it makes, from how little it learned, how far its dial is obeyed.

Weights without a matching card are never loaded. A card is written by ``python -m ml.cli pfagan
report``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ml.contracts.card import CardError, read_document, taking_fields
from ml.contracts.config import Estimate
from ml.contracts.fields import mapping, number, rows, text, values, whole

GENERATOR_KIND = "generator"
GENERATOR_SCHEMA = 1
PATENT = (
    "Mixed-conditional batch normalisation is the subject of US patent 12,141,700. Whoever runs "
    "this must see whether they may use it; a generator conditioned by FiLM does without it."
)

# The ten clusters of AVA that PFAGAN was shown with (seed 004).
AVA_TEN = (
    "barn", "beach", "bird", "cat", "flower", "lake", "meadow", "mountain", "portrait", "sunset",
)  # fmt: skip


class Conditioning(StrEnum):
    """How category and histogram reach the normalisation layers of a generator."""

    MIXED = "mixed"  # an affine map of the histogram for each category, as in PFAGAN
    FILM = "film"  # one affine map of a category's embedding beside the histogram


@dataclass(frozen=True, slots=True)
class Category:
    """What a generator can be asked for. ``pictures``: how many of them it learned from."""

    key: str
    name: str
    pictures: int


@dataclass(frozen=True, slots=True)
class DialRange:
    """Means of the pictures that were learned from: 5th and 95th percentile, 1 to 10.

    Outside of it the dial extrapolates. ``sd``: typical spread of the votes on one picture, which
    a dial's histogram is given.
    """

    low: float
    high: float
    sd: float


@dataclass(frozen=True, slots=True)
class GeneratorGolden:
    """What the intact weights make of some latents of the first category at the dial's middle.

    ``colours``: mean red, green and blue of each sample, 0 to 255. ``tolerance``: of each.
    """

    seeds: tuple[int, ...]
    colours: tuple[tuple[float, ...], ...]
    tolerance: float


@dataclass(frozen=True, slots=True)
class GeneratorMeasure:
    """One figure about samples. ``baseline``: the same figure of ``against``, where there is one.

    ``samples``: how many pictures it is from.
    """

    name: str
    value: Estimate
    samples: int
    against: str = ""
    baseline: Estimate | None = None


@dataclass(frozen=True, slots=True)
class CategoryOutcome:
    """How far one category is what was asked for; ``key``: of that category.

    ``obeyed``: SRCC of asked and judged means among its samples. ``recognised``: share of its
    ``samples`` that a head tells to be of it; ``mistaken``: the same share of samples that were
    asked to be of others, which a head that knows one answer tells alike.
    ``kid``: to its held-out pictures; None where there are too few. ``near``: share nearer to a
    learned picture than 95 % of held-out ones; None where nobody looked. ``spread``,
    ``spread_real``: mean distance of two samples, of two pictures.
    """

    key: str
    obeyed: Estimate
    recognised: Estimate
    mistaken: Estimate
    samples: int
    kid: float | None
    near: Estimate | None
    spread: float
    spread_real: float


@dataclass(frozen=True, slots=True)
class GeneratorCard:
    """The whole card. ``size``: side of a sample in pixels. ``latent``: numbers in a latent.

    ``pictures``: how many were learned from. ``data``: names of their sources. ``features``: the
    model whose features the measures use. ``learned``: how the digests begin of the pictures
    that were learned from. ``outcomes``: of each category; none in older cards.
    """

    version: str
    created_at: str
    licence: str
    patent: str
    architecture: str
    options: Mapping[str, object]
    size: int
    latent: int
    conditioning: Conditioning
    sha256: str
    categories: tuple[Category, ...]
    pictures: int
    dial: DialRange
    golden: GeneratorGolden
    data: tuple[str, ...]
    features: str
    wall_time_s: float
    machine: str
    measures: tuple[GeneratorMeasure, ...]
    outcomes: tuple[CategoryOutcome, ...]
    learned: tuple[str, ...]
    limits: tuple[str, ...]
    notes: tuple[str, ...]

    def category(self, key: str) -> Category:
        """Raises KeyError."""
        return {each.key: each for each in self.categories}[key]


def read_generator_card(path: Path) -> GeneratorCard:
    """Parse the card at ``path``. Raises CardError."""
    return parse_generator_card(read_document(path))


def parse_generator_card(document: object) -> GeneratorCard:
    """Check and freeze a card. Raises CardError naming the first field that is wrong."""
    if not isinstance(document, dict) or document.get("kind") != GENERATOR_KIND:
        raise CardError("the card describes no generator")
    if document.get("schema") != GENERATOR_SCHEMA:
        raise CardError(f"the card does not follow schema {GENERATOR_SCHEMA} of generators")
    with taking_fields():
        return _card(document)


def _card(document: Mapping[str, object]) -> GeneratorCard:
    architecture = mapping(document["architecture"])
    training = mapping(document["training"])
    return GeneratorCard(
        version=text(document["version"]),
        created_at=text(document["created_at"]),
        licence=text(document["licence"]),
        patent=text(document["patent"]),
        architecture=text(architecture["name"]),
        options=mapping(architecture["options"]),
        size=whole(architecture["size"], least=1),
        latent=whole(architecture["latent"], least=1),
        conditioning=Conditioning(text(architecture["conditioning"])),
        sha256=text(mapping(document["weights"])["sha256"]),
        categories=_categories(document["categories"]),
        pictures=whole(training["pictures"], least=1),
        dial=_dial(mapping(document["dial"])),
        golden=_golden(mapping(document["golden"])),
        data=tuple(text(row["name"]) for row in rows(document["data"])),
        features=text(document["features"]),
        wall_time_s=number(training["wall_time_s"]),
        machine=text(training["machine"]),
        measures=tuple(_measure(row) for row in rows(document["measures"])),
        outcomes=tuple(_outcome(row) for row in rows(document.get("outcomes", []))),
        learned=_words(document["learned"]),
        limits=_words(document["limits"]),
        notes=_words(document["notes"]),
    )


def _categories(value: object) -> tuple[Category, ...]:
    found = tuple(
        Category(text(row["key"]), text(row["name"]), whole(row["pictures"], least=0))
        for row in rows(value)
    )
    if not found or len({each.key for each in found}) != len(found):
        raise ValueError("a generator has categories with keys of their own")
    return found


def _dial(fields: Mapping[str, object]) -> DialRange:
    dial = DialRange(*(number(fields[name]) for name in ("low", "high", "sd")))
    if not (1 <= dial.low <= dial.high <= 10 and dial.sd > 0):
        raise ValueError(f"a dial lies in 1 to 10 and its spread is above 0, not {dial}")
    return dial


def _golden(fields: Mapping[str, object]) -> GeneratorGolden:
    golden = GeneratorGolden(
        seeds=tuple(whole(seed, least=0) for seed in values(fields["seeds"])),
        colours=tuple(tuple(map(number, values(each))) for each in values(fields["colours"])),
        tolerance=number(fields["tolerance"]),
    )
    if not golden.seeds or [len(each) for each in golden.colours] != [3] * len(golden.seeds):
        raise ValueError("each golden seed has three colours")
    return golden


def _measure(row: Mapping[str, object]) -> GeneratorMeasure:
    baseline = row.get("baseline")
    return GeneratorMeasure(
        name=text(row["name"]),
        value=_estimate(row["value"]),
        samples=whole(row["samples"], least=0),
        against=text(row.get("against", "")),
        baseline=None if baseline is None else _estimate(baseline),
    )


def _outcome(row: Mapping[str, object]) -> CategoryOutcome:
    kid, near = row["kid"], row["near"]
    return CategoryOutcome(
        key=text(row["key"]),
        obeyed=_estimate(row["obeyed"]),
        recognised=_estimate(row["recognised"]),
        mistaken=_estimate(row["mistaken"]),
        samples=whole(row["samples"], least=0),
        kid=None if kid is None else number(kid),
        near=None if near is None else _estimate(near),
        spread=number(row["spread"]),
        spread_real=number(row["spread_real"]),
    )


def _estimate(value: object) -> Estimate:
    ends = mapping(value)
    return Estimate(*(number(ends[end]) for end in ("value", "low", "high")))


def _words(value: object) -> tuple[str, ...]:
    return tuple(text(line) for line in values(value))
