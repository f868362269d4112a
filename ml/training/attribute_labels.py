"""Which attributes the pictures of some data sets can teach, and how each is tested."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.contracts.attributes import OVERALL, built_in
from ml.contracts.votes import BINS
from ml.data.attribute_columns import COLUMNS
from ml.data.samples import DataSetError, Panel, VotedPicture
from ml.data.splits import Indices, Split, grouped_folds, held_out, picture_groups
from ml.evaluation.metrics import Array
from ml.models.attribute_mapper import HeadSpec
from ml.training.attribute_config import AttributeConfig

_NORMS = ("valence", "arousal")
_AADB_CROWD = ("AADB's raters, a mean of about five", 5)
# The median of Valence_N in the published table.
_NORM_CROWD = ("OASIS's norm raters", 103)

Round = tuple[Split, ...]


class UnlabelledAttributeError(DataSetError):
    """Too few pictures carry that attribute: bring labels, or do not ask for the head."""


@dataclass(frozen=True, slots=True, eq=False)
class HeadLabels:
    """The pictures that teach one head. (n,) each: ``panels`` and ``rows`` say which picture.

    ``values``: what people said, in the attribute's range. The first panel is the head's home: it
    is tested there, and speaks as that crowd. ``groups``: near-duplicates share a number.
    ``rounds``: splits of positions 0..n-1, each round tests some pictures of the home once.
    ``taught``: positions that the finished head learns from.
    """

    spec: HeadSpec
    panels: Indices
    rows: Indices
    values: Array
    groups: Indices
    rounds: tuple[Round, ...]
    taught: Indices
    crowd: str
    raters: int

    @property
    def home(self) -> int:
        """Position of the panel that the head is tested on."""
        return int(self.panels[0])

    @property
    def count(self) -> int:
        """Labelled pictures at home."""
        return int((self.panels == self.home).sum())

    @property
    def held_out(self) -> bool:
        """Tested on one fixed split; otherwise by repeated cross-validation."""
        return len(self.rounds) == 1


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """A panel with its split and its near-duplicates, found once for all heads."""

    panel: Panel
    split: Split
    groups: Indices


def shelves(panels: Sequence[Panel], config: AttributeConfig) -> tuple[Shelf, ...]:
    """Raises what ``held_out`` raises."""
    return tuple(
        Shelf(
            panel,
            held_out(panel, seed=config.split_seed, share=config.test_share),
            picture_groups(panel, by_subject=False),
        )
        for panel in panels
    )


def head_labels(
    stock: Sequence[Shelf], config: AttributeConfig, *, asked: Sequence[HeadSpec] = ()
) -> tuple[HeadLabels, ...]:
    """The heads that were ``asked`` for, or all that can be learned, the overall rating first.

    Raises UnlabelledAttributeError naming an asked head, or saying that nothing can be learned.
    """
    if asked:
        for spec in asked:
            _require(spec, stock, config)
        return tuple(_labels(spec, stock, config) for spec in asked)
    specs = [spec for spec in known_specs().values() if _most(spec, stock) >= config.least]
    if not specs:
        raise UnlabelledAttributeError("these data sets label no attribute often enough")
    return tuple(_labels(spec, stock, config) for spec in specs)


def known_specs() -> dict[str, HeadSpec]:
    """Heads by key that the product knows without being told: rating axes of all families."""
    axes = {
        item.key: HeadSpec(item.key, item.low, item.high) for item in built_in() if not item.choices
    }
    return {OVERALL: HeadSpec(OVERALL, 1.0, float(BINS)), **axes}


def _require(spec: HeadSpec, stock: Sequence[Shelf], config: AttributeConfig) -> None:
    if (most := _most(spec, stock)) < config.least:
        names = ", ".join(shelf.panel.name for shelf in stock)
        raise UnlabelledAttributeError(
            f"{spec.key} is rated on {most} pictures of one data set ({names}); "
            f"a head needs {config.least}"
        )


def _most(spec: HeadSpec, stock: Sequence[Shelf]) -> int:
    return max(int(np.isfinite(_values(spec, shelf.panel)).sum()) for shelf in stock)


def _values(spec: HeadSpec, panel: Panel) -> Array:
    """(n,) ratings of a panel's pictures; NaN where there is none or it lies out of range."""
    found = np.array([_value(spec.key, picture) for picture in panel.pictures])
    inside = (found >= spec.low) & (found <= spec.high)
    values: Array = np.where(inside, found, np.nan)
    return values


def _value(key: str, picture: VotedPicture) -> float:
    if key == OVERALL:
        return picture.mean
    given = picture.attributes
    return given.get(key, given.get(COLUMNS.get(key, ""), np.nan))


def _labels(spec: HeadSpec, stock: Sequence[Shelf], config: AttributeConfig) -> HeadLabels:
    """Home is the first panel with enough labels; others lend their training pictures."""
    values = [_values(spec, shelf.panel) for shelf in stock]
    counts = [int(np.isfinite(part).sum()) for part in values]
    home = next(at for at, count in enumerate(counts) if count >= config.least)
    few = counts[home] < config.few
    own = np.flatnonzero(np.isfinite(values[home]))
    parts = [(home, own)]
    for other, shelf in enumerate(stock):
        if other != home and counts[other] >= config.least:
            rows = shelf.split.train[np.isfinite(values[other][shelf.split.train])]
            parts.append((other, rows))
    panels = np.concatenate([np.full(len(rows), at) for at, rows in parts])
    rows = np.concatenate([rows for _, rows in parts])
    groups = _distinct([stock[at].groups[chosen] for at, chosen in parts])
    lent = np.arange(len(own), len(rows))
    split = _among(own, stock[home].split, lent)
    rounds = _repeated(groups[: len(own)], lent, config) if few else ((split,),)
    crowd, raters = _crowd(spec.key, stock[home].panel)
    return HeadLabels(
        spec=spec,
        panels=panels,
        rows=rows,
        values=np.concatenate([values[at][chosen] for at, chosen in parts]),
        groups=groups,
        rounds=rounds,
        taught=np.arange(len(rows)) if few else split.train,
        crowd=crowd,
        raters=raters,
    )


def _among(own: Indices, split: Split, lent: Indices) -> Split:
    """The split of a home's rows as positions among its labelled rows ``own``; ``lent`` teach."""
    return Split(
        train=np.concatenate([np.flatnonzero(np.isin(own, split.train)), lent]),
        test=np.flatnonzero(np.isin(own, split.test)),
    )


def _distinct(groups: Sequence[Indices]) -> Indices:
    """Numbers that two panels never share."""
    offsets = np.cumsum([0, *(int(part.max(initial=0)) + 1 for part in groups)])
    return np.concatenate([part + start for part, start in zip(groups, offsets, strict=False)])


def _repeated(groups: Indices, lent: Indices, config: AttributeConfig) -> tuple[Round, ...]:
    """Cross-validations of the home's pictures; lent ones are learned from in every fold."""
    return tuple(
        tuple(
            Split(train=np.concatenate([split.train, lent]), test=split.test)
            for split in grouped_folds(groups, seed=config.split_seed + at, parts=config.folds)
        )
        for at in range(config.repeats)
    )


def _crowd(key: str, panel: Panel) -> tuple[str, int]:
    """Who gave the ratings, in words, and about how many for each picture; 0 if unknown."""
    if key == OVERALL:
        return panel.name, round(float(np.median([sum(p.counts) for p in panel.pictures])))
    column = COLUMNS.get(key, "")
    if any(column in picture.attributes for picture in panel.pictures):
        return _NORM_CROWD if column in _NORMS else _AADB_CROWD
    return panel.name, 0
