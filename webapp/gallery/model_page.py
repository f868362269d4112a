"""The page about a model: what its card says, as sentences and as bars of known length."""

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.registry.cards import (
    Card,
    Crowd,
    Entrant,
    Figure,
    Interval,
    Trial,
    TrialKind,
    read_card,
)
from webapp.registry.models import ModelVersion, VersionState

EVEN = 0.95  # a ratio of spreads from which scores no longer bunch
LABELS = {
    Entrant.CONSTANT: "One answer for all",
    Entrant.RIDGE_TOP: "Regression, last layer",
    Entrant.RIDGE: "Regression, all layers",
    Entrant.CHAMPION: "The model it was to beat",
    Entrant.SCORER: "This model",
    Entrant.CEILING: "A second crowd",
}
TRIALS = {
    TrialKind.TEST: "Pictures held back from training",
    TrialKind.CROSS_VALIDATION: "All pictures, each judged by a copy that never saw it",
    TrialKind.UNSEEN_SUBJECTS: "All pictures, each judged by a copy that never met its subject",
}
TERMS = {
    **{kind.value: title for kind, title in TRIALS.items()},
    **{entrant.value: label for entrant, label in LABELS.items()},
    "gain": "Better by",
    "range_ratio": "Spread of the means",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart; ``end``, ``low`` and ``high`` are lengths in percent of the track."""

    entrant: str
    label: str
    shown: str
    bounds: str
    end: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars on one scale; ``goal`` is where a bar should end, empty when there is no such place."""

    title: str
    hint: str
    bars: tuple[Bar, ...]
    goal: str = ""


@dataclass(frozen=True, slots=True)
class TrialView:
    """One way of measuring: what was asked of whom, how it ended, and what follows."""

    title: str
    pictures: int | None
    order: str
    charts: tuple[Chart, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CrowdView:
    """The first trial is shown, the others on demand."""

    title: str
    served: bool
    first: TrialView
    others: tuple[TrialView, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence of the card and what it is about, if it says so."""

    term: str
    text: str


@dataclass(frozen=True, slots=True)
class ModelPage:
    """All that the template needs."""

    name: str
    judging: bool
    card: Card
    interval: str
    crowds: tuple[CrowdView, ...]
    notes: tuple[Note, ...]


def model_page(version: ModelVersion) -> ModelPage:
    """The read model of a version; parts that its card lacks are empty."""
    card = read_card(version.card)
    return ModelPage(
        name=version.name,
        judging=version.state == VersionState.ACTIVE,
        card=card,
        interval=_interval_sentence(card.interval),
        crowds=tuple(_crowd(each, card.interval) for each in card.crowds),
        notes=tuple(_note(each) for each in card.notes),
    )


def _crowd(crowd: Crowd, interval: Interval | None) -> CrowdView:
    first, *others = (_trial(each, interval) for each in crowd.trials)
    return CrowdView(crowd.title, crowd.served, first, tuple(others))


def _trial(trial: Trial, interval: Interval | None) -> TrialView:
    found = (_gain_sentence(trial.gain), _spread_sentence(trial.range_ratio))
    return TrialView(
        title=TRIALS[trial.kind],
        pictures=trial.pictures,
        order=f"{trial.srcc[Entrant.SCORER].value:.2f}",
        charts=tuple(_charts(trial, interval)),
        findings=tuple(sentence for sentence in found if sentence),
    )


def _charts(trial: Trial, interval: Interval | None) -> list[Chart]:
    order = "Does it put pictures in the order people do? 1 is the same order, 0 is chance."
    charts = [Chart("Order (SRCC)", order, _bars(_no_luck(trial.srcc), full=1.0, digits=2))]
    if trial.emd:
        full = max(figure.high for figure in trial.emd.values()) or 1.0
        shares = "How far are its ten shares from the real ones? 0 is the same: shorter is better."
        charts.append(Chart("Distribution (EMD)", shares, _bars(trial.emd, full=full, digits=3)))
    if trial.coverage is not None and interval is not None:
        charts.append(_coverage(trial.coverage, interval.level))
    return charts


def _no_luck(srcc: Mapping[Entrant, Figure]) -> Mapping[Entrant, Figure]:
    """One answer for all has no order: what differs from 0 comes from the folds."""
    if Entrant.CONSTANT not in srcc:
        return srcc
    return {**srcc, Entrant.CONSTANT: Figure(0.0, 0.0, 0.0)}


def _bars(figures: Mapping[Entrant, Figure], *, full: float, digits: int) -> tuple[Bar, ...]:
    return tuple(_bar(each, figures[each], full, digits) for each in Entrant if each in figures)


def _bar(entrant: Entrant, figure: Figure, full: float, digits: int) -> Bar:
    exact = figure.low == figure.high
    return Bar(
        entrant=entrant.value.replace("_", "-"),
        label=LABELS[entrant],
        shown=f"{figure.value:.{digits}f}",
        bounds="" if exact else f"{figure.low:.{digits}f} to {figure.high:.{digits}f}",
        end=_length(figure.value / full),
        low=_length(figure.low / full),
        high=_length(figure.high / full),
    )


def _coverage(share: float, level: float) -> Chart:
    end, aim = _length(share), _per_cent(level)
    scorer = Entrant.SCORER
    bar = Bar(scorer.value, LABELS[scorer], _per_cent(share), f"aim {aim}", end, end, end)
    hint = f"How often is the mean of the crowd in the {aim} interval? The mark is the aim."
    return Chart("Interval", hint, (bar,), goal=_length(level))


def _per_cent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _length(share: float) -> str:
    return f"{100 * min(1.0, max(0.0, share)):.1f}%"


def _gain_sentence(gain: Figure | None) -> str:
    if gain is None:
        return ""
    bounds = f"SRCC {gain.gain}, 95 % from {gain.gain_bounds}"
    if gain.low > 0:
        return f"It orders these pictures better than the better regression ({bounds})."
    if gain.high < 0:
        return f"It orders these pictures worse than the better regression ({bounds})."
    return f"It is not shown to order these pictures better than the better regression ({bounds})."


def _spread_sentence(ratio: Figure | None) -> str:
    if ratio is None:
        return ""
    said = f"Its means spread {ratio.value:.2f} times as far as those of the crowd"
    bounds = f"95 % from {ratio.low:.2f} to {ratio.high:.2f}"
    if ratio.value >= EVEN:
        return f"{said} ({bounds})."
    return f"{said} ({bounds}): scores bunch in the middle, so that places say more than numbers."


def _interval_sentence(interval: Interval | None) -> str:
    if interval is None:
        return ""
    level = _per_cent(interval.level)
    aim = f"The {level} interval is meant to hold the mean of a crowd like this for {level} of"
    if interval.half_width_per_sd is not None:
        width = f"{interval.half_width_per_sd:.2f} times the expected spread of votes"
        return f"{aim} pictures; it reaches {width} to each side, further where people disagree."
    if interval.half_width is not None:
        return f"{aim} pictures; it reaches {interval.half_width:.1f} points to each side."
    return f"{aim} pictures."


def _note(text: str) -> Note:
    term, colon, rest = text.partition(": ")
    if colon and term in TERMS:
        return Note(TERMS[term], f"{rest[:1].upper()}{rest[1:]}")
    return Note("", text)
