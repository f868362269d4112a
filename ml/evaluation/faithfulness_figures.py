"""From tallies of curves and hits to figures with intervals, and what they come to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ml.contracts.attributes_card import Beside, MapFacts, Verdict
from ml.contracts.config import Estimate
from ml.contracts.explanations import MapKind
from ml.evaluation.bootstrap import RESAMPLES, Statistic, estimates
from ml.evaluation.faithfulness import RIVALS, Tallies, Tally
from ml.evaluation.metrics import Array

TITLES: Mapping[MapKind, str] = {
    MapKind.MERGE: "Merge-layer map",
    MapKind.AESAM: "Aesthetic activation map (AesAM)",
    MapKind.ATTAM: "Attribute activation map (AttAM)",
    MapKind.GRADIENT: "Gradient x activation",
    MapKind.BACKPROP: "VisualBackProp",
    MapKind.RAISE: "Adversarial, raising",
    MapKind.LOWER: "Adversarial, lowering",
}
EXPLAINS: Mapping[MapKind, str] = {
    MapKind.MERGE: "the value of the attribute's own head over all blocks of the network",
    MapKind.AESAM: "the share that AWCU gives to high aesthetic quality",
    MapKind.ATTAM: "the value of AWCU's head for the attribute",
    MapKind.GRADIENT: "the mean that the scorer expects",
    MapKind.BACKPROP: "what the network of the attributes looks at, whatever it thinks of it; "
    "tested against the overall head",
    MapKind.RAISE: "where a change of pixels too small to see raises the scorer's mean",
    MapKind.LOWER: "where a change of pixels too small to see lowers the scorer's mean",
}
_HIGHER_IS_BETTER = {"deletion": False, "insertion": True, "pointing": True}
_LEAST_ROWS = 2


@dataclass(frozen=True, slots=True)
class KindFigures:
    """``facts`` go into the card. ``pictures`` and ``composites``: how many were behind them."""

    facts: MapFacts
    pictures: int
    composites: int


def figures(tallies: Tallies, *, resamples: int = RESAMPLES) -> tuple[KindFigures, ...]:
    """Every kind that was drawn, in the order of ``MapKind``."""
    return tuple(
        KindFigures(_facts(kind, tally, resamples), len(tally.drop), len(tally.hits))
        for kind, tally in tallies.items()
        if tally.seconds
    )


def _facts(kind: MapKind, tally: Tally, resamples: int) -> MapFacts:
    besides: dict[str, Beside | None] = {}
    clear: dict[str, list[int]] = {"random": [], "centre": []}
    for figure, statistics, count in _statistics(tally):
        if count < _LEAST_ROWS:
            besides[figure] = None
            continue
        found = estimates(statistics, count=count, resamples=resamples)
        besides[figure] = Beside(*(found[rival] for rival in RIVALS))
        for rival, signs in clear.items():
            signs.append(_sign(found[f"less {rival}"], higher=_HIGHER_IS_BETTER[figure]))
    return MapFacts(
        kind=kind,
        title=TITLES[kind],
        explains=EXPLAINS[kind],
        deletion=besides["deletion"],
        insertion=besides["insertion"],
        pointing=besides["pointing"],
        milliseconds=round(1000 * float(np.median(tally.seconds)), 3),
        verdict=verdict(random=clear["random"], centre=clear["centre"]),
    )


def verdict(*, random: list[int], centre: list[int]) -> Verdict:
    """From one sign a figure: 1 clearly better than the rival, -1 clearly worse, 0 neither.

    A rival is beaten by being clearly better in at least two figures and clearly worse in none.
    """
    if not _beaten(random):
        return Verdict.NEITHER
    return Verdict.BOTH if _beaten(centre) else Verdict.RANDOM


def _beaten(signs: list[int]) -> bool:
    return signs.count(1) >= 2 and -1 not in signs


def _sign(difference: Estimate, *, higher: bool) -> int:
    """Whether the 95 % interval of a paired difference leaves 0 on one side."""
    if difference.low <= 0 <= difference.high:
        return 0
    return 1 if (difference.low > 0) is higher else -1


def _statistics(tally: Tally) -> Iterator[tuple[str, Mapping[str, Statistic], int]]:
    """(figure, its statistics and those of the differences to rivals, pictures)."""
    drop = np.array(tally.drop)
    for figure, rows in (("deletion", tally.deletion), ("insertion", tally.insertion)):
        yield figure, _beside(np.array(rows).reshape(-1, len(RIVALS)), drop), len(drop)
    hits = np.array(tally.hits).reshape(-1, len(RIVALS))
    yield "pointing", _beside(hits, np.ones(len(hits))), len(hits)


def _beside(rows: Array, whole: Array) -> Mapping[str, Statistic]:
    named = dict(zip(RIVALS, rows.T, strict=True))
    own = named["own"]
    return {
        **{rival: _share_of(values, whole) for rival, values in named.items()},
        **{f"less {rival}": _share_of(own - named[rival], whole) for rival in RIVALS[1:]},
    }


def _share_of(part: Array, whole: Array) -> Statistic:
    """Sum over sum: pictures of which the blur takes little cannot blow the figure up."""
    return lambda weights: (weights @ part) / np.maximum(weights @ whole, 1e-12)
