"""How far bad raters move what a crowd seems to think, and whether they are told from good ones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ml.evaluation.crowd_estimators import (
    Estimator,
    plain_mean,
    rater_model,
    subject_model,
    trimmed_mean,
)
from ml.evaluation.crowd_simulation import (
    Bad,
    Elsewhere,
    Habits,
    Made,
    Mask,
    guessed,
    made_crowd,
    with_careless,
    with_sybils,
)
from ml.evaluation.crowd_votes import Expected
from ml.evaluation.metrics import Array, srcc
from ml.raters.doubts import doubts
from ml.raters.model import FitSettings, fit

SYBILS = 0.2  # of all raters
PRIOR_ERROR = 1.0  # points, of the made-up scorer
TARGETS: Mapping[str, tuple[float, bool]] = {  # place among the pictures, and whether pushed up
    "at the 10th percentile, up": (0.1, True),
    "at the 50th percentile, up": (0.5, True),
    "at the 90th percentile, down": (0.9, False),
}
CARELESS = {Bad.RANDOM: 0.1, Bad.CONSTANT: 0.1, Bad.INVERTED: 0.1}

MEAN, TRIMMED, SUBJECT = "plain mean", "trimmed mean, 10 % each end", "P.910, no mixture"
MODEL, PRIOR, QUARANTINE = "our model", "our model + prior", "our model + prior, flagged left out"
_OTHERS: Mapping[str, Estimator] = {
    MEAN: plain_mean,
    TRIMMED: trimmed_mean(0.1),
    SUBJECT: subject_model,
}
WAYS = (*_OTHERS, MODEL, PRIOR, QUARANTINE)
_QUICK = FitSettings(rounds=40, tolerance=0.01, draws=4)


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a made-up campaign is. ``each``: pictures a rater votes on."""

    pictures: int = 150
    raters: int = 80
    each: int = 150


@dataclass(frozen=True, slots=True)
class Flags:
    """Shares of honest raters and of the others that were flagged, in one made-up crowd."""

    honest: float
    others: float


@dataclass(frozen=True, slots=True)
class Push:
    """One attack. ``moved``: percentile points that the target moved, by way."""

    target: str
    elsewhere: Elsewhere
    moved: Mapping[str, float]
    flags: Flags


@dataclass(frozen=True, slots=True)
class Recovery:
    """SRCC with the true qualities by way, and who was flagged of each kind."""

    srcc: Mapping[str, float]
    honest_flagged: float
    caught: Mapping[Bad, float]


def pushes(habits: Habits, scale: Scale, generator: np.random.Generator) -> Iterator[Push]:
    """Every attack on one made-up crowd, each against the fit without the sybils."""
    made = _crowd(habits, scale, generator)
    expected = guessed(made.quality, PRIOR_ERROR, generator)
    before, _ = _means(made, expected)
    for target, (place, up) in TARGETS.items():
        picture = int(place * scale.pictures)
        for elsewhere in Elsewhere:
            attacked = with_sybils(
                made,
                habits,
                target=picture,
                up=up,
                elsewhere=elsewhere,
                each=scale.each,
                share=SYBILS,
                generator=generator,
            )
            after, flagged = _means(attacked, expected)
            moved = {
                way: _percentile(after[way], picture) - _percentile(before[way], picture)
                for way in WAYS
            }
            yield Push(target, elsewhere, moved, _flags(flagged, attacked.honest))


def recovery(habits: Habits, scale: Scale, generator: np.random.Generator) -> Recovery:
    """A crowd of which a third answers carelessly or upside down."""
    honest = _crowd(habits, scale, generator)
    made, kinds = with_careless(honest, CARELESS, generator)
    expected = guessed(made.quality, PRIOR_ERROR, generator)
    found, flagged = _means(made, expected)
    return Recovery(
        srcc={way: srcc(found[way], made.quality) for way in WAYS},
        honest_flagged=float(np.mean(flagged[made.honest])),
        caught={kind: float(np.mean(flagged[who])) for kind, who in kinds.items()},
    )


def averaged(values: Sequence[float]) -> str:
    """Mean size and largest size of signed figures, as text."""
    sizes = np.abs(np.array(values))
    return f"{sizes.mean():.1f} (up to {sizes.max():.1f})"


def _crowd(habits: Habits, scale: Scale, generator: np.random.Generator) -> Made:
    return made_crowd(
        habits,
        pictures=scale.pictures,
        raters=scale.raters,
        each=scale.each,
        generator=generator,
    )


def _means(made: Made, expected: Expected) -> tuple[dict[str, Array], Mask]:
    """(pictures,) means by way, and (raters,) who was flagged."""
    bare, told = made.votes.ballot(), made.votes.ballot(expected)
    model = rater_model(_QUICK)
    found = {name: way(bare, None).mean for name, way in _OTHERS.items()}
    found[MODEL] = model(bare, None).mean
    opinion = fit(told, settings=_QUICK)
    found[PRIOR] = opinion.mean
    flagged = np.array([bool(one) for one in doubts(told, opinion)], dtype=np.bool_)
    kept = np.flatnonzero(~flagged[made.votes.rater])
    found[QUARANTINE] = model(made.votes.part(kept).ballot(expected), None).mean
    return found, flagged


def _flags(flagged: Mask, honest: Mask) -> Flags:
    return Flags(float(np.mean(flagged[honest])), float(np.mean(flagged[~honest])))


def _percentile(means: Array, picture: int) -> float:
    """Share of the other pictures below one, in percent; equals count half."""
    others = np.delete(means, picture)
    return float(100 * np.mean((others < means[picture]) + 0.5 * (others == means[picture])))
