"""What pictures show, as a few categories: clusters of features, or the tags of a data set."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from ml.contracts.generator_card import AVA_TEN
from ml.data.samples import DataSetError
from ml.data.splits import Indices

Vectors = NDArray[np.float32]
STARTS = 10
SHOWN = 3
OUT = -1


@dataclass(frozen=True, slots=True, eq=False)
class Semantics:
    """``category``: (n,), from 0, below 0 for pictures that are of none. ``names``: of each.

    ``silhouettes``: mean silhouette of every number of clusters that was tried; none for tags.
    """

    category: Indices
    names: tuple[str, ...]
    silhouettes: Mapping[int, float]


def clustered(
    vectors: Vectors, subjects: Sequence[str], *, tried: Collection[int], seed: int
) -> Semantics:
    """k-means (Lloyd 1982) with the k of the largest mean silhouette (Rousseeuw 1987).

    ``vectors``: (n, d). ``subjects``: words that name a cluster until people do. Raises
    DataSetError for fewer pictures than clusters.
    """
    if len(vectors) <= max(tried):
        raise DataSetError(f"{len(vectors)} pictures are too few for {max(tried)} categories")
    found: dict[int, Indices] = {}
    silhouettes: dict[int, float] = {}
    for count in sorted(tried):
        labels = KMeans(count, n_init=STARTS, random_state=seed).fit_predict(vectors)
        found[count] = _by_size(labels)
        silhouettes[count] = float(silhouette_score(vectors, labels))
    best = max(silhouettes, key=lambda count: silhouettes[count])
    category = found[best]
    names = tuple(
        _name(number, [subjects[row] for row in np.flatnonzero(category == number).tolist()])
        for number in range(best)
    )
    return Semantics(category, names, silhouettes)


def tagged(tags: Sequence[Collection[str]], names: Sequence[str] = AVA_TEN) -> Semantics:
    """The first of ``names`` among the tags of each picture; pictures without one are left out.

    Raises DataSetError when a category has no picture.
    """
    lowered = [{tag.casefold() for tag in each} for each in tags]
    category = np.array(
        [next((n for n, name in enumerate(names) if name in each), OUT) for each in lowered]
    )
    empty = [name for n, name in enumerate(names) if not (category == n).any()]
    if empty:
        raise DataSetError(f"no picture is tagged {', '.join(empty)}")
    return Semantics(category, tuple(name.capitalize() for name in names), {})


def _by_size(labels: NDArray[np.int32]) -> Indices:
    """The same clusters, the largest first."""
    order = np.argsort(-np.bincount(labels), kind="stable")
    place: Indices = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    renamed: Indices = place[labels]
    return renamed


def _name(number: int, subjects: Sequence[str]) -> str:
    """The commonest subjects, until people give a better name."""
    known = Counter(subject for subject in subjects if subject)
    if not known:
        return f"Group {number + 1}"
    commonest = sorted(known, key=lambda subject: (-known[subject], subject))
    return ", ".join(commonest[:SHOWN])
