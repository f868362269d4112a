"""What any model must beat: a constant, a ridge regression, and the ceiling the votes set."""

from collections.abc import Callable, Sequence

import numpy as np

from ml.data.splits import Indices, grouped_folds
from ml.evaluation.metrics import Array, mean_scores, srcc

PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
_INNER_FOLDS = 5


def constant_histogram(train: Array, *, rows: int) -> Array:
    """The mean training distribution for every picture. (n, 10) -> (rows, 10)."""
    constant: Array = np.tile(train.mean(axis=0), (rows, 1))
    return constant


def ridge(
    features: Array, targets: Array, *, unseen: Array, penalties: Sequence[float]
) -> list[Array]:
    """Distributions of ``unseen`` by ridge regression of the ten shares, one for each penalty.

    Features are standardised; penalties are relative to their number, so that their useful range
    does not move. Shares below 0 are cut and rows renormalised. (n, F), (n, 10) -> (m, 10) each.
    """
    centre, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    known, new = (features - centre) / scale, (unseen - centre) / scale
    width, base = features.shape[1], targets.mean(axis=0)
    values, vectors = np.linalg.eigh(known @ known.T / width)
    inwards = vectors.T @ (targets - base)  # (n, 10)
    outwards = (new @ known.T / width) @ vectors  # (m, n)
    guesses: list[Array] = []
    for penalty in penalties:
        weights = inwards / (np.maximum(values, 0.0) + penalty)[:, None]
        shares = np.clip(outwards @ weights + base, 1e-6, None)
        guesses.append(shares / shares.sum(axis=1, keepdims=True))
    return guesses


def best_penalty(
    features: Array,
    targets: Array,
    *,
    seed: int,
    groups: Indices | None = None,
    check: Callable[[], None] = lambda: None,
) -> float:
    """The penalty with the best cross-validated SRCC within the training pictures.

    ``groups``: (n,) numbers of pictures that no fold may part; by default all are alone. Of fewer
    than two groups nothing can be chosen: the strongest. ``check`` is called before each fold.
    """
    groups = np.arange(len(targets)) if groups is None else groups
    parts = min(_INNER_FOLDS, len(np.unique(groups)))
    if parts < 2:
        return PENALTIES[-1]
    guessed = np.empty((len(PENALTIES), *targets.shape))
    for split in grouped_folds(groups, seed=seed, parts=parts):
        check()
        known, unseen = features[split.train], features[split.test]
        guessed[:, split.test] = ridge(
            known, targets[split.train], unseen=unseen, penalties=PENALTIES
        )
    voted = mean_scores(targets)
    qualities = [srcc(mean_scores(rows), voted) for rows in guessed]
    return PENALTIES[int(np.argmax(qualities))]


def tuned_ridge(
    features: Array,
    targets: Array,
    *,
    unseen: Array,
    seed: int,
    groups: Indices | None = None,
    check: Callable[[], None] = lambda: None,
) -> Array:
    """Ridge whose penalty is chosen within the training pictures alone, see ``best_penalty``."""
    penalty = best_penalty(features, targets, seed=seed, groups=groups, check=check)
    check()
    return ridge(features, targets, unseen=unseen, penalties=[penalty])[0]


def second_panel(counts: Sequence[Sequence[float]], *, seed: int) -> Array:
    """Votes of an imagined second panel of the same size, drawn from the first one's shares.

    (n, k) counts -> (n, k) shares. Its agreement with the first panel is the label ceiling: a
    model that agrees better has learned the voters' noise.
    """
    generator = np.random.default_rng(seed)
    rows: list[Array] = []
    for row in counts:
        votes = np.asarray(row, dtype=np.float64)
        total = round(float(votes.sum()))
        rows.append(generator.multinomial(total, votes / votes.sum()) / total)
    return np.stack(rows)
