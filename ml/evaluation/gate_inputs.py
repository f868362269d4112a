"""What the gate is given: what models say of test pictures, and what was voted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.evaluation.bootstrap import Groups
from ml.evaluation.metrics import Array

Mask = NDArray[np.bool_]


class GateError(ValueError):
    """These predictions cannot be judged: whoever made them must say what is wrong with them."""


class NotFiniteJudgedError(GateError):
    """A model says NaN or infinity of a test picture: whoever trained it must look at its rates."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What a model says of the n test pictures.

    ``shares``: (n, 10), None of an attribute. ``means``: (n,) in points. ``half_widths``: (n,) of
    its 80 % intervals, None where it has none. ``milliseconds``: of one picture, ``megabytes``: of
    its weights, None where not measured. ``golden``: it reproduces its card's golden picture.
    """

    shares: Array | None
    means: Array
    half_widths: Array | None
    milliseconds: float | None
    megabytes: float | None
    golden: bool


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What was voted. ``shares``: (n, 10) or None, ``means``: (n,), ``votes``: (n,) how many.

    ``groups``: (n,) a number each, the same for near-duplicates. ``constant``: the mean of the
    training pictures, said of every picture.
    """

    shares: Array | None
    means: Array
    votes: Array
    groups: Groups
    constant: Judged


@dataclass(frozen=True, slots=True, eq=False)
class Elsewhere:
    """Pictures of another snapshot's test part, and what both models say of them."""

    key: str
    title: str
    truth: Truth
    challenger: Judged
    champion: Judged | None


@dataclass(frozen=True, slots=True, eq=False)
class Occasion:
    """What a verdict depends on besides these pictures.

    ``attempt``: 1 for the first challenger that this test judges against this champion, and so on.
    ``named``: whether all pictures are known that either model learned from.
    """

    attempt: int = 1
    named: bool = True
    elsewhere: tuple[Elsewhere, ...] = ()


FIRST = Occasion()


def check(truth: Truth, *models: Judged | None) -> None:
    """Raises GateError for predictions that are not finite or not of the same pictures."""
    for judged in (truth.constant, *models):
        if judged is not None:
            _check_one(judged, truth)


def _check_one(judged: Judged, truth: Truth) -> None:
    count = len(truth.means)
    for what, values in (
        ("shares", judged.shares),
        ("means", judged.means),
        ("half widths", judged.half_widths),
    ):
        if values is None:
            continue
        if len(values) != count:
            raise GateError(f"{len(values)} rows of {what} for {count} pictures")
        if not np.isfinite(values).all():
            raise NotFiniteJudgedError(f"{what} are not finite")
    if (judged.shares is None) != (truth.shares is None):
        raise GateError("votes and predictions must both be distributions, or neither")
