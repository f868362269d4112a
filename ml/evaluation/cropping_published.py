"""What a cropper is worth on the data sets of others, and what their labels say by themselves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ml.contracts.config import Estimate
from ml.contracts.crops import CropAsk
from ml.crop.candidates import candidates
from ml.crop.field import CropField
from ml.crop.rank import to_shares
from ml.data.crop_sets import CropSample, PairVotes
from ml.data.opening import open_picture
from ml.evaluation.bootstrap import estimate, mean_of
from ml.evaluation.cropping_methods import NO_CROP, RANDOM, Array, Ways, box_scores
from ml.evaluation.cropping_metrics import (
    among_best,
    area,
    displacement,
    overlap,
    rank_agreement,
    regret,
    weighted_among_best,
)
from ml.evaluation.cropping_trials import Shares

BEST = (5, 10)
_RANKS = (1, 2, 3, 4)  # K of AccK/N; their mean is Acc/N
_ORDERS = 100  # drawn for the random way; the figures are means over them
_LARGEST = 20_000  # labels are in pixels of the file: it is decoded whole
_ALL = np.array([0.0, 0.0, 1.0, 1.0])


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One way on one data set: each figure with its interval over pictures."""

    way: str
    figures: dict[str, Estimate]


def measured_on(
    samples: Sequence[CropSample],
    look: Callable[[Image.Image], CropField],
    ways: Ways,
    *,
    on_progress: Callable[[int, int], None],
) -> tuple[int, tuple[PublishedRow, ...]]:
    """How many pictures were there, and every way on them.

    With opinions: how each way ranks the judged crops. Without: how near its best free crop, of
    the grid anchors, comes to the nearest good one. Pictures that are not there are passed over.
    """
    here = [(one.path, one) for one in samples if one.path is not None and len(one.crops)]
    each: dict[str, list[dict[str, float]]] = {}
    for number, (path, sample) in enumerate(here):
        for way, figures in _measured(path, sample, look, ways).items():
            each.setdefault(way, []).append(figures)
        on_progress(number + 1, len(here))
    rows = tuple(PublishedRow(way, _estimates(figures)) for way, figures in each.items())
    return len(here), rows


def label_facts(pairs: PairVotes, best: Sequence[CropSample]) -> dict[str, float]:
    """What FCDB's labels say without a picture.

    ``unanimous``: share of pairs where all agree. ``one voter``: how often one voter agrees with
    the majority, which no ranker of pairs can expect to beat by far. ``larger wins``: where the
    sizes differ, how often the larger crop is preferred: what a ranker must beat there.
    """
    votes = pairs.votes
    total, most = votes.sum(axis=1), votes.max(axis=1)
    decided = votes[:, 0] != votes[:, 1]
    sizes = area(pairs.crops)  # (n, 2)
    differ = decided & (sizes[:, 0] != sizes[:, 1])
    larger = sizes[differ].argmax(axis=1) == votes[differ].argmax(axis=1)
    crops = np.concatenate([sample.crops for sample in best])
    shapes = (crops[:, 2] - crops[:, 0]) / (crops[:, 3] - crops[:, 1])
    return {
        "pictures with pairs": float(pairs.pictures),
        "pairs": float(len(votes)),
        "unanimous": float(np.mean(most == total)),
        "one voter": float(np.mean(most[decided] / total[decided])),
        "pairs of different size": float(differ.sum()),
        "larger wins": float(larger.mean()) if len(larger) else 0.0,
        "best crops": float(len(crops)),
        "median shape": float(np.median(shapes)),
    }


def _measured(
    path: Path, sample: CropSample, look: Callable[[Image.Image], CropField], ways: Ways
) -> dict[str, dict[str, float]]:
    picture = open_picture(path, _LARGEST).convert("RGB")
    size = np.array([*picture.size, *picture.size], dtype=np.float64)
    crops = np.clip(sample.crops / size, 0.0, 1.0)
    field = look(picture)
    if len(sample.opinions):
        scores = box_scores(picture, field, crops, ways)
        ranked = {way: _ranking(values, sample.opinions) for way, values in scores.items()}
        return ranked | {RANDOM: _ranked_at_random(sample.opinions)}
    shares = to_shares(candidates(*picture.size, CropAsk()).boxes, *picture.size)
    scores = box_scores(picture, field, shares, ways)
    chosen = {way: shares[int(np.argmax(values))] for way, values in scores.items()}
    chosen[NO_CROP] = _ALL
    near = {way: _nearest(view, crops) for way, view in chosen.items()}
    return near | {RANDOM: _mean([_nearest(view, crops) for view in shares])}


def _ranking(scores: Array, opinions: Array) -> dict[str, float]:
    ranked, linear = rank_agreement(scores, opinions)
    found = {"SRCC": ranked, "PCC": linear, "regret": regret(scores, opinions)}
    for n in BEST:
        hits = [among_best(scores, opinions, k=k, n=n) for k in _RANKS]
        weighted = [weighted_among_best(scores, opinions, k=k, n=n) for k in _RANKS]
        found |= {f"Acc/{n}": float(np.mean(hits)), f"Accw/{n}": float(np.mean(weighted))}
        found |= {f"Acc1/{n}": hits[0]}
    return found


def _ranked_at_random(opinions: Array) -> dict[str, float]:
    """What any order of the judged crops gives on average."""
    generator = np.random.default_rng(0)
    return _mean([_ranking(generator.random(len(opinions)), opinions) for _ in range(_ORDERS)])


def _mean(each: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([one[name] for one in each])) for name in each[0]}


def _nearest(view: Shares, good: Shares) -> dict[str, float]:
    """Against the good crop that overlaps most, as is usual for FLMS."""
    overlaps = overlap(view, good)
    at = int(np.argmax(overlaps))
    return {"IoU": float(overlaps[at]), "BDE": float(displacement(view, good[at]))}


def _estimates(each: Sequence[Mapping[str, float]]) -> dict[str, Estimate]:
    return {
        name: estimate(mean_of(np.array([one[name] for one in each])), count=len(each))
        for name in each[0]
    }
