"""What a generator and its judges learn from: squares, histograms, categories and features."""

import io
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ml.contracts.files import replace_file
from ml.contracts.generator_card import AVA_TEN, Category, DialRange
from ml.data.semantics import OUT, Semantics, clustered, tagged
from ml.data.splits import Indices
from ml.data.squares import VotedSquares
from ml.evaluation.generation_space import space_of
from ml.evaluation.metrics import mean_scores, spreads
from ml.inference.features import Features, FrozenFeatures
from ml.models.pfagan.conditioning import Condition
from ml.training.progress import Callbacks, Progress, TrainingStoppedError

TRIED = range(3, 11)
CLUSTER_SEED = 1
_ENDS = (5.0, 95.0)


class Grouping(StrEnum):
    """Where categories come from."""

    CLUSTERS = "clusters"  # of features, their number chosen by silhouette
    AVA_TEN = "ava-ten"  # the tags of those who have AVA


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Rows are pictures. ``learned``: of the generator; ``judged``: of its judges alone.

    ``features``, ``mirrored``: (n, F) of the squares and of their mirror images, whose space is
    called ``space``; ``widths``: how many features each backbone has.
    """

    squares: VotedSquares
    semantics: Semantics
    features: Features
    mirrored: Features
    space: str
    widths: tuple[int, ...]
    learned: Indices
    judged: Indices

    @property
    def side(self) -> int:
        """Of a square, in pixels."""
        return int(self.squares.pixels.shape[1])

    @property
    def identity(self) -> str:
        """Digest of everything that a generator sees of it."""
        parts = (self.squares.pixels[self.learned], self.squares.histograms[self.learned],
                 self.semantics.category[self.learned])  # fmt: skip
        return sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()

    def pixels(self, rows: Indices) -> Tensor:
        """(rows, 3, S, S) bytes."""
        return torch.from_numpy(self.squares.pixels[rows]).permute(0, 3, 1, 2).contiguous()

    def condition(self, rows: Indices) -> Condition:
        """What pictures were judged to be."""
        return Condition(
            torch.from_numpy(self.semantics.category[rows]).long(),
            torch.from_numpy(self.squares.histograms[rows]),
        )

    def categories(self) -> tuple[Category, ...]:
        """With the numbers of pictures that the generator learns from."""
        counts = np.bincount(
            self.semantics.category[self.learned], minlength=len(self.semantics.names)
        )
        return tuple(
            Category(f"c{number + 1}", name, int(count))
            for number, (name, count) in enumerate(zip(self.semantics.names, counts, strict=True))
        )

    def dial(self) -> DialRange:
        """Of the pictures that the generator learns from."""
        histograms = self.squares.histograms[self.learned].astype(np.float64)
        low, high = np.percentile(mean_scores(histograms), _ENDS)
        return DialRange(float(low), float(high), float(np.median(spreads(histograms))))


def gather_material(
    squares: VotedSquares,
    sides: tuple[Indices, Indices],
    *,
    grouping: Grouping,
    features: FrozenFeatures,
    cache: Path | None,
    callbacks: Callbacks[Progress],
    tried: Collection[int] = TRIED,
) -> Material:
    """Look at pictures and sort them into categories; those of none are left out.

    ``sides``: rows that the generator learns from, and those for its judges alone. ``tried``:
    numbers of clusters to choose from. Raises DataSetError, TrainingStoppedError.
    """
    upright, mirror = (
        _features(features, pixels, cache, _telling(callbacks, words))
        for pixels, words in _both_ways(squares)
    )
    if grouping is Grouping.AVA_TEN:
        semantics = tagged(squares.tags, AVA_TEN)
    else:
        vectors = space_of(upright).place(upright).astype(np.float32)
        semantics = clustered(vectors, _subjects(squares), tried=tried, seed=CLUSTER_SEED)
    learned, judged = (rows[semantics.category[rows] != OUT] for rows in sides)
    return Material(
        squares, semantics, upright, mirror, features.name, features.widths, learned, judged
    )


def _both_ways(squares: VotedSquares) -> Iterator[tuple[np.ndarray, str]]:
    """(n, S, S, 3) pixels, then their mirror images, and what is done with them."""
    yield squares.pixels, "looking at the pictures"
    yield squares.pixels[:, :, ::-1], "looking at their mirror images"


def _subjects(squares: VotedSquares) -> list[str]:
    """Subjects that are words; near-duplicates and files may be called by names that are none."""
    return [each if each.replace(" ", "").isalpha() else "" for each in squares.subjects]


def _features(
    features: FrozenFeatures,
    pixels: np.ndarray,
    cache: Path | None,
    told: Callable[[int, int], None],
) -> Features:
    pixels = np.ascontiguousarray(pixels)
    if cache is None:
        return features.of(pixels, told=told)
    name = sha256(features.identity.encode() + pixels.tobytes()).hexdigest()[:32]
    path = cache / f"squares-{name}.npy"
    if path.is_file():
        kept: Features = np.load(path)
        return kept
    found = features.of(pixels, told=told)
    packed = io.BytesIO()
    np.save(packed, found)
    replace_file(path, packed.getvalue())
    return found


def _telling(callbacks: Callbacks[Progress], words: str) -> Callable[[int, int], None]:
    def told(done: int, total: int) -> None:
        if callbacks.should_stop():
            raise TrainingStoppedError("training was stopped; nothing was written")
        callbacks.on_progress(Progress(words, done, total))

    return told
