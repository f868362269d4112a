"""What may lean the votes: subjects that rate high, and raters who vote much or oddly."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ml.data.samples import SingleVotes
from ml.explore.statistics import Array, Summary, summary
from ml.plots.explore import Category

FEWEST = 10


@dataclass(frozen=True, slots=True)
class Subjects:
    """Categories from best to worst.

    ``explained``: share of the variance of mean scores that the category alone accounts for,
    less what as many random categories would (epsilon squared of Kelley, 1935), 0..1.
    """

    kind: str
    best_first: tuple[Category, ...]
    labelled: int
    explained: float


@dataclass(frozen=True, slots=True)
class Raters:
    """``busiest_share``: part of all votes cast by the busiest tenth of the raters.

    ``leaning``: how far a rater's votes lie above what others gave the same pictures, on
    average. ``one_note``: names of raters with ten votes or more who always gave the same.
    """

    votes: Summary
    votes_each: Array
    busiest_share: float
    leaning: Summary
    one_note: tuple[str, ...]


def subjects(kind: str, labels: Sequence[Iterable[str]], means: Array) -> Subjects | None:
    """Compare the mean scores by label; None when fewer than two labels have ten pictures."""
    members: dict[str, list[int]] = defaultdict(list)
    for position, words in enumerate(labels):
        for word in words:
            members[word].append(position)
    rows = {word: means[at] for word, at in members.items() if len(at) >= FEWEST}
    if len(rows) < 2:
        return None
    found = [
        Category(word, len(row), float(row.mean()), float(row.std() / np.sqrt(len(row))))
        for word, row in rows.items()
    ]
    return Subjects(
        kind=kind,
        best_first=tuple(sorted(found, key=lambda item: -item.mean)),
        labelled=sum(1 for words in labels if tuple(words)),
        explained=_explained(list(rows.values())),
    )


def raters(single: SingleVotes) -> Raters:
    """Describe who voted."""
    count = len(single.raters)
    each = np.bincount(single.rater, minlength=count).astype(np.float64)
    vote = single.vote.astype(np.float64)
    leaning = np.bincount(single.rater, _above_others(single, vote), minlength=count) / each
    square = np.bincount(single.rater, np.square(vote), minlength=count) / each
    mean = np.bincount(single.rater, vote, minlength=count) / each
    same = square - np.square(mean) < 1e-9
    busiest = np.sort(each)[::-1][: max(1, count // 10)]
    return Raters(
        votes=summary(each),
        votes_each=each,
        busiest_share=float(busiest.sum() / each.sum()),
        leaning=summary(leaning),
        one_note=tuple(single.raters[at] for at in np.flatnonzero(same & (each >= 10)).tolist()),
    )


def _above_others(single: SingleVotes, vote: Array) -> Array:
    """(n,) each vote less the mean of the other votes on its picture; 0 where it stands alone."""
    count = len(single.keys)
    total = np.bincount(single.picture, vote, minlength=count)[single.picture]
    voters = np.bincount(single.picture, minlength=count)[single.picture].astype(np.float64)
    others = (total - vote) / np.maximum(voters - 1, 1)
    above: Array = np.where(voters > 1, vote - others, 0.0)
    return above


def _explained(rows: Sequence[Array]) -> float:
    """1 less mean square within over mean square in all; a picture counts once a label."""
    everything = np.concatenate(rows)
    within = sum(float(np.square(row - row.mean()).sum()) for row in rows)
    total = float(np.square(everything - everything.mean()).sum())
    if total <= 0:
        return 0.0
    chance = (len(everything) - 1) / (len(everything) - len(rows))
    return max(0.0, 1 - within / total * chance)
