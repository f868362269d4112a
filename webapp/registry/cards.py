"""Read a model's card for people: what it says, nothing that it does not. Never fails.

Cards of older versions, and of models trained elsewhere, lack parts: those are None or empty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ml.contracts.verdict import Ruling
from webapp.registry.card_fields import (
    count_of,
    fields_of,
    number_of,
    objects_of,
    sentences_of,
    share_of,
    text_of,
    texts_of,
)


class Entrant(StrEnum):
    """Whose predictions a trial compares, from the weakest to the best that can be hoped for."""

    CONSTANT = "constant"
    RIDGE_TOP = "ridge_top"
    RIDGE = "ridge"
    CHAMPION = "champion"
    SCORER = "scorer"
    CEILING = "ceiling"


class TrialKind(StrEnum):
    """On which pictures a crowd's votes were predicted."""

    TEST = "test"
    CROSS_VALIDATION = "cross_validation"
    UNSEEN_SUBJECTS = "unseen_subjects"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def gain(self) -> str:
        """As a difference is written, with its sign."""
        return _signed(self.value)

    @property
    def gain_bounds(self) -> str:
        """Both ends of the interval of a difference."""
        return f"{_signed(self.low)} to {_signed(self.high)}"


@dataclass(frozen=True, slots=True)
class Trial:
    """How well one crowd was predicted. ``gain``: SRCC of the scorer above the better ridge."""

    kind: TrialKind
    pictures: int | None
    srcc: Mapping[Entrant, Figure]
    emd: Mapping[Entrant, Figure]
    range_ratio: Figure | None
    gain: Figure | None
    coverage: float | None


@dataclass(frozen=True, slots=True)
class Source:
    """Pictures with votes that the model learned from. ``reference``: percentiles refer to them."""

    name: str
    title: str
    licence: str
    pictures: str
    count: int | None
    votes: int | None
    train: int | None
    test: int | None
    reference: bool


@dataclass(frozen=True, slots=True)
class Backbone:
    """Ready-made weights that the model sees with."""

    title: str
    licence: str


@dataclass(frozen=True, slots=True)
class Crowd:
    """The trials of one panel; ``served`` is the one whose votes the product predicts."""

    title: str
    served: bool
    trials: tuple[Trial, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """``half_width`` in points of the scale, ``half_width_per_sd`` in spreads of the votes."""

    level: float
    half_width: float | None
    half_width_per_sd: float | None


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the test pictures, and the gains there; ``emd`` is better below 0."""

    title: str
    pictures: int | None
    srcc: Figure | None
    emd: Figure | None
    vetoes: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the gate, and whether it speaks for the model; None where a card is older."""

    text: str
    ruling: Ruling | None


@dataclass(frozen=True, slots=True)
class Made:
    """How a model that was trained here came to be. ``verdict``: what the gate said."""

    how: str
    recipe: str
    seed: int | None
    snapshot: str
    champion: str
    verdict: tuple[Said, ...]
    slices: tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that the page of a model shows."""

    created_at: str
    licence: str
    interval: Interval | None
    crowds: tuple[Crowd, ...]
    sources: tuple[Source, ...]
    backbones: tuple[Backbone, ...]
    limits: tuple[str, ...]
    notes: tuple[str, ...]
    made: Made | None = None


def read_card(content: object) -> Card:
    """The card as far as it can be understood."""
    card = fields_of(content)
    reference = card.get("panel") if card.get("reference") else None
    sources = tuple(_source(each, reference) for each in objects_of(card.get("data")))
    return Card(
        created_at=text_of(card.get("created_at")),
        licence=text_of(card.get("licence")),
        interval=_interval(fields_of(card.get("interval"))),
        crowds=_crowds(card, {source.name: source.title for source in sources}),
        sources=sources,
        backbones=_backbones(fields_of(card.get("architecture"))),
        limits=sentences_of(card.get("limits")),
        notes=sentences_of(card.get("notes")),
        made=_made(card),
    )


def _made(card: Mapping[str, object]) -> Made | None:
    training = fields_of(card.get("training"))
    if not text_of(training.get("how")):
        return None
    gate = fields_of(card.get("gate"))
    return Made(
        how=text_of(training.get("how")),
        recipe=text_of(training.get("recipe")),
        seed=count_of(training.get("seed")),
        snapshot=text_of(training.get("snapshot")),
        champion=text_of(fields_of(training.get("champion")).get("version")),
        verdict=_said(texts_of(card.get("verdicts")), gate),
        slices=tuple(_slice(each) for each in objects_of(gate.get("slices"))),
    )


def _said(texts: Sequence[str], gate: Mapping[str, object]) -> tuple[Said, ...]:
    """The sentences with the rulings that the gate gave them, by their words."""
    rulings = {
        text_of(reason.get("text")): _ruling(reason.get("ruling"))
        for reason in objects_of(gate.get("reasons"))
    }
    return tuple(Said(each, rulings.get(each)) for each in texts)


def _ruling(value: object) -> Ruling | None:
    return Ruling(value) if isinstance(value, str) and value in set(Ruling) else None


def _signed(value: float) -> str:
    """Three digits and a true minus sign; what rounds to nothing has no sign."""
    size = f"{abs(value):.3f}"
    sign = "" if float(size) == 0 else "+" if value > 0 else "\u2212"
    return f"{sign}{size}"


def _slice(fields: Mapping[str, object]) -> Slice:
    return Slice(
        title=text_of(fields.get("title")),
        pictures=count_of(fields.get("pictures")),
        srcc=_figure(fields.get("srcc")),
        emd=_figure(fields.get("emd_r2")),
        vetoes=fields.get("vetoes") is True,
    )


def _crowds(card: Mapping[str, object], titles: Mapping[str, str]) -> tuple[Crowd, ...]:
    """The served crowd first, those without a readable trial left out."""
    served = card.get("panel")
    found = []
    for name, metrics in fields_of(card.get("metrics")).items():
        if trials := _trials(fields_of(metrics)):
            found.append(Crowd(titles.get(name, name), name == served, trials))
    return tuple(sorted(found, key=lambda crowd: not crowd.served))


def _trials(metrics: Mapping[str, object]) -> tuple[Trial, ...]:
    found = (_trial(kind, fields_of(metrics.get(kind))) for kind in TrialKind)
    return tuple(each for each in found if Entrant.SCORER in each.srcc)


def _trial(kind: TrialKind, fields: Mapping[str, object]) -> Trial:
    reports = {entrant: fields_of(fields.get(entrant)) for entrant in Entrant}
    scorer = reports[Entrant.SCORER]
    return Trial(
        kind=kind,
        pictures=count_of(scorer.get("count")),
        srcc=_figures(reports, "srcc"),
        emd=_figures(reports, "emd_r2"),
        range_ratio=_figure(scorer.get("range_ratio")),
        gain=_figure(fields.get("gain")),
        coverage=share_of(fields.get("coverage")),
    )


def _figures(
    reports: Mapping[Entrant, Mapping[str, object]], metric: str
) -> Mapping[Entrant, Figure]:
    read = {entrant: _figure(report.get(metric)) for entrant, report in reports.items()}
    return {entrant: figure for entrant, figure in read.items() if figure is not None}


def _figure(value: object) -> Figure | None:
    fields = fields_of(value)
    numbers = [number_of(fields.get(key)) for key in ("value", "low", "high")]
    known = [number for number in numbers if number is not None]
    return Figure(*known) if len(known) == 3 else None


def _interval(fields: Mapping[str, object]) -> Interval | None:
    level = share_of(fields.get("level"))
    if level is None:
        return None
    widths = [number_of(fields.get(key)) for key in ("half_width", "half_width_per_sd")]
    return Interval(level, *widths)


def _source(fields: Mapping[str, object], reference: object) -> Source:
    name = text_of(fields.get("name"))
    count, votes, train, test = (
        count_of(fields.get(key)) for key in ("count", "votes", "train", "test")
    )
    return Source(
        name=name,
        title=text_of(fields.get("title")) or name,
        licence=text_of(fields.get("licence")),
        pictures=text_of(fields.get("pictures")),
        count=count,
        votes=votes,
        train=train,
        test=test,
        reference=name == reference,
    )


def _backbones(architecture: Mapping[str, object]) -> tuple[Backbone, ...]:
    """Of the list, or of the single one that the first cards had."""
    several = objects_of(architecture.get("backbones")) or objects_of(
        [architecture.get("backbone")]
    )
    read = (Backbone(text_of(each.get("title")), text_of(each.get("licence"))) for each in several)
    return tuple(each for each in read if each.title)
