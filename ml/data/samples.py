"""Votes and pictures as every part of ``ml`` sees them, whatever data set they come from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml.contracts.results import moments
from ml.contracts.votes import counts_to_distribution
from ml.data.faults import CleaningReport, Fault

Counts = NDArray[np.float64]


class DataSetError(ValueError):
    """The folder is not the data set it should be: the operator must point to another."""


class SpreadUnknownError(DataSetError):
    """Only the means of the votes are known: the operator must choose a mean objective."""


@dataclass(frozen=True, slots=True)
class VoteRow:
    """One row of labels: ``counts`` votes for the steps 1..len(counts) of a scale.

    ``file``: name of the picture inside the image folder. ``part``: where the publisher put the
    row: train, validation, test or nothing. ``group``: pictures of one subject share it.
    """

    key: str
    counts: tuple[float, ...]
    tags: tuple[str, ...] = ()
    challenge: str = ""
    attributes: Mapping[str, float] = field(default_factory=dict, hash=False)
    file: str = ""
    part: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class SingleVotes:
    """Every vote by itself, (n,) each: ``rater`` and ``picture`` are positions in the names.

    ``vote``: step of the scale, from 1.
    """

    raters: tuple[str, ...]
    keys: tuple[str, ...]
    rater: NDArray[np.int32]
    picture: NDArray[np.int32]
    vote: NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class VoteTable:
    """Checked labels without pixels: sorted unique keys, each row has votes on one scale.

    ``spread_known`` is False where only means are published; ``counts`` then hold the mean
    exactly but say nothing about how far people disagreed. ``notes``: what the reader assumed.
    """

    name: str
    steps: int
    rows: tuple[VoteRow, ...]
    faults: tuple[Fault, ...]
    spread_known: bool = True
    notes: tuple[str, ...] = ()
    single_votes: SingleVotes | None = None

    def counts(self) -> Counts:
        """The votes as published, (n, steps)."""
        return np.array([row.counts for row in self.rows], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells pictures apart.

    ``digest``: sha256 of the file. ``outline``: 64 bits, which of two neighbouring areas is
    brighter. ``thumb``: 8 x 8 pixels in RGB, 192 bytes.
    """

    digest: str
    outline: int
    thumb: bytes


@dataclass(frozen=True, slots=True)
class VotedPicture:
    """One picture, its ``path``, and its vote counts on a scale of 1..len(counts)."""

    key: str
    path: Path
    counts: tuple[float, ...]
    tags: tuple[str, ...] = ()
    challenge: str = ""
    attributes: Mapping[str, float] = field(default_factory=dict, hash=False)
    part: str = ""
    group: str = ""
    fingerprint: Fingerprint | None = None

    @property
    def distribution(self) -> tuple[float, ...]:
        """The votes as ten shares, by the rule of ``ml.contracts.votes``."""
        return counts_to_distribution(self.counts)

    @property
    def mean(self) -> float:
        """Mean of the votes on the scale of ten."""
        return moments(self.distribution)[0]


@dataclass(frozen=True, slots=True)
class Panel:
    """A data set as one crowd judged it. Pictures are sorted by key and keys are unique.

    ``single_votes``: who gave which vote, where that was published.
    """

    name: str
    steps: int
    pictures: tuple[VotedPicture, ...]
    spread_known: bool = True
    single_votes: SingleVotes | None = None

    @classmethod
    def of(
        cls,
        name: str,
        pictures: Sequence[VotedPicture],
        *,
        spread_known: bool = True,
        single_votes: SingleVotes | None = None,
    ) -> "Panel":
        """Check and sort. Raises DataSetError when empty, doubled or on mixed scales."""
        ordered = tuple(sorted(pictures, key=lambda picture: picture.key))
        if not ordered:
            raise DataSetError(f"{name} holds no voted pictures")
        if len({picture.key for picture in ordered}) != len(ordered):
            raise DataSetError(f"{name} names a picture twice")
        scales = {len(picture.counts) for picture in ordered}
        if len(scales) != 1:
            raise DataSetError(f"{name} mixes scales of {sorted(scales)} steps")
        return cls(name, scales.pop(), ordered, spread_known, single_votes)

    def require_spread(self) -> None:
        """Raises SpreadUnknownError when nothing but means was published."""
        if not self.spread_known:
            raise SpreadUnknownError(
                f"{self.name} publishes means without votes: distributions cannot be learned"
            )


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What is known of one readable picture file. ``width`` and ``height`` in pixels."""

    file: str
    bytes: int
    width: int
    height: int
    fingerprint: Fingerprint

    @property
    def megapixels(self) -> float:
        return self.width * self.height / 1e6

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height


@dataclass(frozen=True, slots=True)
class Reading:
    """One data set, read and checked. ``panel`` is None where there are labels alone."""

    table: VoteTable
    panel: Panel | None
    report: CleaningReport
    files: tuple[PictureFacts, ...] = ()

    @property
    def required_panel(self) -> Panel:
        """What training takes. Raises DataSetError when the source has no pictures."""
        if self.panel is None:
            name = self.table.name
            raise DataSetError(f"{name} has labels but no pictures: name their folder")
        return self.panel
