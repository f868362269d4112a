"""Pictures with the votes they got, whatever data set they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ml.contracts.results import moments
from ml.contracts.votes import counts_to_distribution


class DataSetError(ValueError):
    """The folder is not the data set it should be: the operator must point to another."""


@dataclass(frozen=True, slots=True)
class VotedPicture:
    """One picture, its ``path``, and its vote counts on a scale of 1..len(counts)."""

    key: str
    path: Path
    counts: tuple[float, ...]

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
    """A data set as one crowd judged it. Pictures are sorted by key and keys are unique."""

    name: str
    steps: int
    pictures: tuple[VotedPicture, ...]

    @classmethod
    def of(cls, name: str, pictures: Sequence[VotedPicture]) -> "Panel":
        """Check and sort. Raises DataSetError when empty, doubled or on mixed scales."""
        ordered = tuple(sorted(pictures, key=lambda picture: picture.key))
        if not ordered:
            raise DataSetError(f"{name} holds no voted pictures")
        if len({picture.key for picture in ordered}) != len(ordered):
            raise DataSetError(f"{name} names a picture twice")
        scales = {len(picture.counts) for picture in ordered}
        if len(scales) != 1:
            raise DataSetError(f"{name} mixes scales of {sorted(scales)} steps")
        return cls(name=name, steps=scales.pop(), pictures=ordered)
