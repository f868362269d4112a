"""What each way to crop is worth, on planted scenes of pictures that no choice has seen."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from ml.contracts.config import Estimate
from ml.contracts.files import replace_file
from ml.evaluation.bootstrap import estimate, mean_of
from ml.evaluation.cropping_methods import (
    COMBINED,
    JUDGED,
    NO_CROP,
    RANDOM,
    SCORER,
    Array,
    Ways,
    box_scores,
    centredness,
    judged_choice,
    rendered,
)
from ml.evaluation.cropping_metrics import displacement, overlap
from ml.evaluation.cropping_pictures import Art
from ml.evaluation.cropping_trials import Shares, Trial

WHOLE = "whole"  # no surroundings: the picture against its own parts
CENTRE_SCALES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_ALL = np.array([0.0, 0.0, 1.0, 1.0])
_TIE = 0.5
_SAME = 1e-9
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Reached:
    """What one way did in one trial; None where it has no say.

    ``pairs``: share of rivals that it ranks below the planted view, a tie counts half. ``iou`` and
    ``bde``: of the crop that it chose, against the planted picture.
    """

    pairs: float | None = None
    iou: float | None = None
    bde: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One trial. ``picture``: the file's path, as two folders may use one name.

    ``best``: the largest overlap of any candidate. ``moved``: whether the scorer chose
    another of the final five than the first; None if not asked.
    """

    picture: str
    art: Art
    kind: str
    best: float
    ways: Mapping[str, Reached]
    moved: bool | None


def outcomes(
    found: Iterable[Trial],
    ways: Ways,
    *,
    on_progress: Callable[[int], None],
    cache: Path | None = None,
    name: str = "",
) -> tuple[Outcome, ...]:
    """Every way on every trial. ``cache`` keeps what was done under ``name``."""
    done: list[Outcome] = []
    for trial in found:
        kept = cache and cache / f"crop-{_name(trial, ways, name)}.json"
        if kept and kept.is_file():
            done.append(read_outcome(json.loads(kept.read_text(encoding="utf-8"))))
        else:
            done.append(outcome(trial, ways))
            if kept:
                replace_file(kept, json.dumps(asdict(done[-1])).encode())
        on_progress(len(done))
    return tuple(done)


def outcome(trial: Trial, ways: Ways) -> Outcome:
    """One trial of every way."""
    versus = np.concatenate([trial.planted[None], trial.rivals])
    views = np.concatenate([versus, trial.shares])
    scores = box_scores(trial.image, trial.field, views, ways)
    pairs = {way: _won(values[: len(versus)]) for way, values in scores.items()}
    chosen: dict[str, Shares] = {}
    moved = None
    if ways.judge is not None:
        pairs[SCORER] = _won(ways.judge(rendered(trial.image, versus)))
    if len(trial.boxes):
        totals = {way: values[len(versus) :] for way, values in scores.items()}
        chosen = {way: trial.shares[int(np.argmax(values))] for way, values in totals.items()}
        chosen[NO_CROP] = _ALL
        if ways.judge is not None:
            at, moved = judged_choice(trial, totals[COMBINED], ways.judge)
            chosen[JUDGED] = trial.shares[at]
    reached = {
        way: Reached(pairs.get(way), *_nearness(chosen.get(way), trial.planted))
        for way in dict.fromkeys((*pairs, *chosen))
    }
    reached |= {RANDOM: Reached(_TIE, *_expected(trial))}
    name, art, kind = str(trial.picture.path), trial.picture.art, trial.kind or WHOLE
    return Outcome(name, art, kind, _best(trial), reached, moved)


def centre_scale(found: Iterable[Trial]) -> float:
    """The size of the centre crop that does best on validation scenes: a strong baseline."""
    overlaps: dict[float, list[float]] = {scale: [] for scale in CENTRE_SCALES}
    for trial in found:
        shares = trial.shares
        for scale, reached in overlaps.items():
            at = int(np.argmax(centredness(shares, scale)))
            reached.append(float(overlap(shares[at], trial.planted)))
    return max(overlaps, key=lambda scale: float(np.mean(overlaps[scale])))


def read_outcome(document: dict[str, Any]) -> Outcome:
    """What ``outcomes`` keeps, read back."""
    ways = {way: Reached(**reached) for way, reached in document["ways"].items()}
    return Outcome(**{**document, "art": Art(document["art"]), "ways": ways})


def averaged(done: Sequence[Outcome], way: str, figure: str) -> tuple[int, Estimate] | None:
    """Mean of a figure of one way, each picture counting once, with its interval over pictures.

    Also how many pictures that is; None where the way has no such figure.
    """
    means = _by_picture(done, lambda one: _figure(one, way, figure))
    return (len(means), estimate(mean_of(means), count=len(means))) if len(means) else None


def difference(done: Sequence[Outcome], way: str, other: str) -> Estimate:
    """IoU of one way less that of another in the same scenes, which both must have."""

    def gap(one: Outcome) -> float | None:
        first, second = _figure(one, way, "iou"), _figure(one, other, "iou")
        return None if first is None or second is None else first - second

    means = _by_picture(done, gap)
    return estimate(mean_of(means), count=len(means))


def _figure(one: Outcome, way: str, figure: str) -> float | None:
    reached = one.ways.get(way)
    value: float | None = getattr(reached, figure) if reached else None
    return value


def _by_picture(done: Sequence[Outcome], value_of: Callable[[Outcome], float | None]) -> Array:
    """Means of a value over the scenes of each picture."""
    values: dict[str, list[float]] = {}
    for one in done:
        if (value := value_of(one)) is not None:
            values.setdefault(one.picture, []).append(value)
    return np.array([np.mean(found) for found in values.values()])


def _won(scores: Array) -> float | None:
    """Share of the others that the first beats; a tie is half a win. None without others."""
    if len(scores) < _PAIR:
        return None
    gaps = scores[0] - scores[1:]
    wins = np.where(np.abs(gaps) < _SAME, _TIE, gaps > 0)
    return float(wins.mean())


def _nearness(chosen: Shares | None, planted: Shares) -> tuple[float | None, float | None]:
    if chosen is None:
        return None, None
    return float(overlap(chosen, planted)), float(displacement(chosen, planted))


def _best(trial: Trial) -> float:
    """The largest overlap of any candidate; that of a whole picture is the picture itself."""
    shares = trial.shares
    return float(overlap(shares, trial.planted).max()) if len(shares) else 1.0


def _expected(trial: Trial) -> tuple[float | None, float | None]:
    """What drawing any candidate gives on average; nothing without candidates."""
    shares = trial.shares
    if not len(shares):
        return None, None
    overlaps, gaps = overlap(shares, trial.planted), displacement(shares, trial.planted)
    return float(overlaps.mean()), float(gaps.mean())


def _name(trial: Trial, ways: Ways, name: str) -> str:
    """What decides an outcome, but for the code: what looked, the settings, the pixels."""
    settings = f"{name}|{ways.centre_scale}|{ways.judge is not None}|"
    pixels = trial.image.tobytes() + trial.planted.tobytes() + trial.rivals.tobytes()
    return sha256(settings.encode() + pixels).hexdigest()[:32]
