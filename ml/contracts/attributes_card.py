"""The card of an attribute model: what each head, formula and map is worth, frozen.

Weights without a matching card are never loaded, and a page shows no number that its card does
not vouch for. A card is written by ``python -m ml.cli attributes``; ``maps`` is added to it by the
measurement of faithfulness.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ml.contracts.card import CardError, read_document, taking_fields
from ml.contracts.config import Estimate
from ml.contracts.explanations import MapKind
from ml.contracts.fields import ascending, mapping, number, rows, text, truth, values, whole

ATTRIBUTES_KIND = "attributes"
ATTRIBUTES_SCHEMA = 1
MOST_REFERENCES = 101
HELD_OUT = "held-out split"  # a head's protocol: tested on pictures that no head learned from


class Verdict(StrEnum):
    """What a map's faithfulness comes to, beside a random map and a blob in the centre."""

    BOTH = "beats both"
    RANDOM = "beats random only"
    NEITHER = "beats neither"


@dataclass(frozen=True, slots=True)
class HeadFacts:
    """A learned attribute: who taught it, and how well it ranks pictures it never saw.

    ``n`` pictures are labelled, each by about ``raters`` people (0: unknown) of ``crowd``. The
    head learned from ``learned_from`` pictures and is tested on ``tested_on``: by ``protocol``
    ``HELD_OUT`` others than those, else the same ones, each by a head that had not learned from it.
    Pictures of further crowds may be among those it learned from, never among the tested ones.
    ``srcc`` is of the tested ones; ``baseline_srcc`` is that of ``baseline`` on the same pictures.
    ``ceiling``: the correlation that the noise of the labels allows, None where it cannot be
    estimated. ``shown``: its value may be shown as a judgement. ``reference``: ascending values
    that percentiles refer to, perhaps none.
    """

    key: str
    low: float
    high: float
    n: int
    learned_from: int
    tested_on: int
    protocol: str
    raters: int
    crowd: str
    srcc: Estimate
    baseline: str
    baseline_srcc: float
    ceiling: float | None
    shown: bool
    reference: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class MeasuredFacts:
    """A measured attribute: its ``formula`` in one sentence and how it agrees with people.

    ``against``: key of the attribute whose ratings it was compared with on ``n`` pictures, empty
    where there are none; ``srcc`` then is None. ``judgement``: the whole interval of ``srcc`` lies
    above 0; otherwise the value is a fact about pixels and no more. ``reference``: ascending values
    of other pictures for percentiles; none for a choice, whose answers have no order.
    """

    key: str
    formula: str
    against: str
    n: int
    srcc: Estimate | None
    judgement: bool
    reference: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """A figure of a map beside the same figure of a random map and of a blob in the centre."""

    own: Estimate
    random: Estimate
    centre: Estimate


@dataclass(frozen=True, slots=True)
class MapFacts:
    """How faithful one kind of map is. ``explains``: the output that it explains, in words.

    ``deletion`` is better when lower, ``insertion`` and ``pointing`` when higher; None where the
    figure makes no sense for the kind. ``milliseconds``: of one map of one picture.
    """

    kind: MapKind
    title: str
    explains: str
    deletion: Beside | None
    insertion: Beside | None
    pointing: Beside | None
    milliseconds: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class AttributesGolden:
    """A picture made from a seed, and the values by key that the intact model gives it."""

    seed: int
    side: int
    values: Mapping[str, float]
    tolerance: float


@dataclass(frozen=True, slots=True)
class AttributesCard:
    """The whole card. ``heads`` are in the order of the network's outputs."""

    version: str
    created_at: str
    licence: str
    architecture: str
    options: Mapping[str, object]
    input_side: int
    sha256: str
    heads: tuple[HeadFacts, ...]
    measured: tuple[MeasuredFacts, ...]
    maps: tuple[MapFacts, ...]
    golden: AttributesGolden
    limits: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """Keys of the heads whose values may be shown as judgements."""
        return tuple(head.key for head in self.heads if head.shown)

    def head(self, key: str) -> HeadFacts | None:
        """The learned attribute of that key; None where nothing was learned."""
        return next((head for head in self.heads if head.key == key), None)

    def formula(self, key: str) -> MeasuredFacts | None:
        """The measured attribute of that key; None where there is no formula."""
        return next((item for item in self.measured if item.key == key), None)


def read_attributes_card(path: Path) -> AttributesCard:
    """Parse the card at ``path``. Raises CardError."""
    return parse_attributes_card(read_document(path))


def parse_attributes_card(document: object) -> AttributesCard:
    """Check and freeze a card. Raises CardError naming the first field that is wrong."""
    if not isinstance(document, dict) or document.get("kind") != ATTRIBUTES_KIND:
        raise CardError("the card describes no attribute model")
    if document.get("schema") != ATTRIBUTES_SCHEMA:
        raise CardError(f"the card does not follow schema {ATTRIBUTES_SCHEMA} of attribute models")
    with taking_fields():
        return _card(document)


def _card(document: Mapping[str, object]) -> AttributesCard:
    architecture = mapping(document["architecture"])
    options = mapping(architecture["options"])
    heads = _heads(document["heads"], options)
    return AttributesCard(
        version=text(document["version"]),
        created_at=text(document["created_at"]),
        licence=text(document["licence"]),
        architecture=text(architecture["name"]),
        options=options,
        input_side=whole(architecture["input_side"], least=1),
        sha256=text(mapping(document["weights"])["sha256"]),
        heads=heads,
        measured=tuple(_measured(row) for row in rows(document.get("measured", []))),
        maps=tuple(_map(row) for row in rows(document.get("maps", []))),
        golden=_golden(mapping(document["golden"]), keys={head.key for head in heads}),
        limits=tuple(text(line) for line in values(document.get("limits", []))),
        notes=tuple(text(line) for line in values(document.get("notes", []))),
    )


def _heads(value: object, options: Mapping[str, object]) -> tuple[HeadFacts, ...]:
    """The heads, which must be those of the architecture, in its order."""
    specs = rows(options["heads"])
    facts = rows(value)
    asked, told = ([text(row["key"]) for row in part] for part in (specs, facts))
    if asked != told or len(set(told)) != len(told) or not told:
        raise ValueError(f"the network has the heads {asked}, the card tells of {told}")
    return tuple(_head(row, spec) for row, spec in zip(facts, specs, strict=True))


def _head(row: Mapping[str, object], spec: Mapping[str, object]) -> HeadFacts:
    baseline = mapping(row["baseline"])
    return HeadFacts(
        key=text(row["key"]),
        low=number(spec["low"]),
        high=number(spec["high"]),
        n=whole(row["n"], least=0),
        learned_from=whole(row["learned_from"], least=0),
        tested_on=whole(row["tested_on"], least=0),
        protocol=text(row["protocol"]),
        raters=whole(row["raters"], least=0),
        crowd=text(row["crowd"]),
        srcc=_estimate(row["srcc"]),
        baseline=text(baseline["name"]),
        baseline_srcc=number(baseline["srcc"]),
        ceiling=None if row["ceiling"] is None else number(row["ceiling"]),
        shown=truth(row["shown"]),
        reference=_reference(row["reference"]),
    )


def _measured(row: Mapping[str, object]) -> MeasuredFacts:
    return MeasuredFacts(
        key=text(row["key"]),
        formula=text(row["formula"]),
        against=text(row["against"]),
        n=whole(row["n"], least=0),
        srcc=None if row["srcc"] is None else _estimate(row["srcc"]),
        judgement=truth(row["judgement"]),
        reference=_reference(row["reference"]),
    )


def _map(row: Mapping[str, object]) -> MapFacts:
    return MapFacts(
        kind=MapKind(text(row["kind"])),
        title=text(row["title"]),
        explains=text(row["explains"]),
        deletion=_beside(row, "deletion"),
        insertion=_beside(row, "insertion"),
        pointing=_beside(row, "pointing"),
        milliseconds=number(row["milliseconds"]),
        verdict=Verdict(text(row["verdict"])),
    )


def _beside(row: Mapping[str, object], figure: str) -> Beside | None:
    if row[figure] is None:
        return None
    return Beside(
        own=_estimate(row[figure]),
        random=_estimate(row[f"{figure}_random"]),
        centre=_estimate(row[f"{figure}_centre"]),
    )


def _estimate(value: object) -> Estimate:
    """{value, low, high}; a bare number is a figure without an interval."""
    if isinstance(value, dict):
        fields = [number(value[name]) for name in ("value", "low", "high")]
        return Estimate(*fields)
    return Estimate(number(value), number(value), number(value))


def _reference(value: object) -> tuple[float, ...]:
    found = ascending(value)
    if len(found) > MOST_REFERENCES:
        raise ValueError(f"a reference has at most {MOST_REFERENCES} values, not {len(found)}")
    return found


def _golden(fields: Mapping[str, object], *, keys: set[str]) -> AttributesGolden:
    answers = {key: number(value) for key, value in mapping(fields["values"]).items()}
    if answers.keys() != keys:
        raise ValueError(f"the golden values are of {sorted(answers)}, the heads {sorted(keys)}")
    return AttributesGolden(
        seed=whole(fields["seed"], least=0),
        side=whole(fields["side"], least=1),
        values=answers,
        tolerance=number(fields["tolerance"]),
    )
