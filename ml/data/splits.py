"""Splits of a panel by picture, the same for the same seed on every machine."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.data.duplicates import groups_of, near_pairs
from ml.data.faults import Fault
from ml.data.pictures import examine
from ml.data.samples import DataSetError, Fingerprint, Panel, VotedPicture

Indices = NDArray[np.intp]
FEWEST_TESTED = 2


class SplitLeakError(DataSetError):
    """A picture stands on both sides of a split: the operator must name other parts."""


class TooFewPicturesError(DataSetError):
    """There are not enough pictures to set some aside: the operator must bring more."""


@dataclass(frozen=True, slots=True)
class Split:
    """Two disjoint sets of positions in a panel. Nothing is ever tuned on ``test``."""

    train: Indices
    test: Indices


def held_out(panel: Panel, *, seed: int, share: float) -> Split:
    """The split that every command uses: the publisher's, else a draw of ``share`` from ``seed``.

    A draw keeps near-duplicates on one side. Raises SplitLeakError when the publisher's split
    parts them, TooFewPicturesError when nothing is left to learn from or to rank.
    """
    split = published_split(panel)
    if split is None:
        groups = picture_groups(panel, by_subject=False)
        split = grouped_holdout(groups, seed=seed, share=share)
    check_split(panel, split)
    if len(split.test) < FEWEST_TESTED:
        raise TooFewPicturesError(
            f"{panel.name} sets {len(split.test)} of {len(panel.pictures)} pictures aside: "
            f"at least {FEWEST_TESTED} are needed to rank"
        )
    return split


def holdout(count: int, *, seed: int, share: float) -> Split:
    """Put ``share`` of ``count`` positions, at least one, aside as the test set.

    Raises TooFewPicturesError when none would be left to learn from.
    """
    order = np.random.default_rng(seed).permutation(count)
    size = max(1, round(count * share))
    if size >= count:
        raise TooFewPicturesError(f"{count} pictures cannot be split: {size} are to be set aside")
    return Split(train=np.sort(order[size:]), test=np.sort(order[:size]))


def folds(count: int, *, seed: int, parts: int) -> tuple[Split, ...]:
    """Cut ``count`` positions into ``parts`` test sets of nearly equal size.

    Raises TooFewPicturesError for fewer positions than parts.
    """
    if not 2 <= parts <= count:
        raise TooFewPicturesError(f"{count} pictures cannot be cut into {parts} folds")
    order = np.random.default_rng(seed).permutation(count)
    everything = np.arange(count)
    tests = [np.sort(order[part::parts]) for part in range(parts)]
    return tuple(Split(train=np.setdiff1d(everything, test), test=test) for test in tests)


def grouped_holdout(groups: Indices, *, seed: int, share: float) -> Split:
    """Put whole groups aside until about ``share`` of all positions are in the test set.

    ``groups``: (n,), one number a position; where all differ this is ``holdout``. Raises
    TooFewPicturesError when all are of one group.
    """
    order, sizes = _shuffled(groups, seed=seed)
    wanted = max(1, round(len(groups) * share))
    before = np.cumsum(sizes) - sizes
    chosen = order[: min(int((before < wanted).sum()), len(order) - 1)]
    if not len(chosen):
        raise TooFewPicturesError(f"{len(groups)} pictures of one group cannot be split")
    aside = np.isin(groups, chosen)
    return Split(train=np.flatnonzero(~aside), test=np.flatnonzero(aside))


def grouped_folds(groups: Indices, *, seed: int, parts: int) -> tuple[Split, ...]:
    """Cut positions into ``parts`` test sets of similar size without parting a group.

    Where all groups differ this is ``folds``. Raises TooFewPicturesError.
    """
    order, sizes = _shuffled(groups, seed=seed)
    if not 2 <= parts <= len(order):
        raise TooFewPicturesError(f"{len(order)} groups cannot be cut into {parts} folds")
    filled = np.zeros(parts)
    part_of: dict[int, int] = {}
    for place in np.argsort(-sizes, kind="stable"):
        smallest = int(np.argmin(filled))
        part_of[int(order[place])] = smallest
        filled[smallest] += sizes[place]
    parts_taken = np.array([part_of[int(group)] for group in groups])
    return tuple(
        Split(train=np.flatnonzero(parts_taken != part), test=np.flatnonzero(parts_taken == part))
        for part in range(parts)
    )


def picture_groups(panel: Panel, *, by_subject: bool = True) -> Indices:
    """(n,) a number for each picture, the same for near-duplicates.

    With ``by_subject``, pictures of one ``group`` share theirs too.
    """
    pairs = near_pairs(fingerprints(panel.pictures))
    if by_subject:
        first: dict[str, int] = {}
        for position, picture in enumerate(panel.pictures):
            if picture.group:
                pairs.append((first.setdefault(picture.group, position), position))
    return groups_of(len(panel.pictures), pairs)


def published_split(panel: Panel) -> Split | None:
    """The split that the data set itself names, validation within train; None without one."""
    parts = np.array([picture.part for picture in panel.pictures])
    test = np.flatnonzero(parts == "test")
    train = np.flatnonzero(np.isin(parts, ["train", "validation"]))
    if not len(test) or not len(train):
        return None
    return Split(train=train, test=test)


def check_split(panel: Panel, split: Split) -> None:
    """Raises SplitLeakError naming pictures that are on both sides, or look as if they were."""
    both = np.intersect1d(split.train, split.test)
    if len(both):
        raise SplitLeakError(_leak(panel, [(int(at), int(at)) for at in both]))
    rows = np.concatenate([split.train, split.test])
    pairs = near_pairs(fingerprints([panel.pictures[row] for row in rows]))
    edge = len(split.train)
    parted = [(int(rows[a]), int(rows[b])) for a, b in pairs if (a < edge) != (b < edge)]
    if parted:
        raise SplitLeakError(_leak(panel, parted))


def _leak(panel: Panel, pairs: Sequence[tuple[int, int]], *, shown: int = 5) -> str:
    named = "; ".join(
        f"{panel.pictures[first].key} and {panel.pictures[second].key}"
        for first, second in pairs[:shown]
    )
    more = f"; and {len(pairs) - shown} more pairs" if len(pairs) > shown else ""
    return f"the same picture in {panel.name} is learned from and tested on: {named}{more}"


def _shuffled(groups: Indices, *, seed: int) -> tuple[Indices, Indices]:
    """The distinct groups in random order, and their sizes."""
    distinct, sizes = np.unique(groups, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(distinct))
    return distinct[order], sizes[order]


def fingerprints(pictures: Sequence[VotedPicture]) -> list[Fingerprint]:
    """Those taken while reading; a picture without one is looked at now."""
    return [picture.fingerprint or _looked(picture) for picture in pictures]


def _looked(picture: VotedPicture) -> Fingerprint:
    facts = examine(picture.path, name=picture.key)
    if isinstance(facts, Fault):
        raise DataSetError(f"{facts.item} cannot be used: {facts.detail}")
    return facts.fingerprint
