"""Voted pictures as small squares with their histograms: what a generator learns from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ml.data.opening import open_picture
from ml.data.samples import Panel, VotedPicture
from ml.data.splits import Indices, fingerprints, picture_groups
from ml.data.transforms import Squares, on_white

Histograms = NDArray[np.float32]
_HEX_DIGEST = re.compile("[0-9a-f]{64}")
JUDGES = 3  # of so many pictures one is kept from the generator


@dataclass(frozen=True, slots=True, eq=False)
class VotedSquares:
    """Rows are pictures. ``pixels``: (n, S, S, 3) bytes; ``histograms``: (n, 10) shares.

    ``votes``: (n,), how many each picture has. ``digests``: sha256 of the files. ``sources``:
    names of the data sets. ``subjects``: what each shows, where that is known. ``tags``: as the
    data sets have them. ``groups``: (n,), shared by near-duplicates.
    """

    pixels: Squares
    histograms: Histograms
    votes: NDArray[np.float64]
    digests: tuple[str, ...]
    sources: tuple[str, ...]
    subjects: tuple[str, ...]
    tags: tuple[tuple[str, ...], ...]
    groups: Indices


def read_squares(
    panels: Sequence[Panel], *, side: int, groups: Indices | None = None
) -> VotedSquares:
    """The middle square of each picture at ``side`` pixels.

    ``groups``: of near-duplicates, (n,), where they are known. Raises SpreadUnknownError for a
    panel of bare means.
    """
    pixels: list[Squares] = []
    for panel in panels:
        panel.require_spread()
        pixels += [middle_square(open_picture(each.path, side), side) for each in panel.pictures]
    pictures = [(panel.name, each) for panel in panels for each in panel.pictures]
    return VotedSquares(
        pixels=np.stack(pixels),
        histograms=np.array([each.distribution for _, each in pictures], dtype=np.float32),
        votes=np.array([sum(each.counts) for _, each in pictures]),
        digests=tuple(_digest(each) for _, each in pictures),
        sources=tuple(name for name, _ in pictures),
        subjects=tuple(each.group for _, each in pictures),
        tags=tuple(each.tags for _, each in pictures),
        groups=_alike(panels) if groups is None else groups,
    )


def middle_square(picture: Image.Image, side: int) -> Squares:
    """(side, side, 3), what lies outside the largest square in the middle cut off."""
    rgb = on_white(picture)
    edge = min(rgb.size)
    left, top = (rgb.width - edge) // 2, (rgb.height - edge) // 2
    box = (left, top, left + edge, top + edge)
    return np.asarray(rgb.resize((side, side), Image.Resampling.LANCZOS, box=box))


def _alike(panels: Sequence[Panel]) -> Indices:
    """Groups of near-duplicates within each panel."""
    groups: list[Indices] = []
    for panel in panels:
        start = sum(map(len, groups))
        groups.append(picture_groups(panel, by_subject=False) + start)
    return np.concatenate(groups)


def _digest(picture: VotedPicture) -> str:
    """Of the file; a picture of a snapshot is called after its original's digest."""
    if _HEX_DIGEST.fullmatch(picture.key):
        return picture.key
    (found,) = fingerprints([picture])
    return found.digest


def halves(squares: VotedSquares) -> tuple[Indices, Indices]:
    """Rows that the generator learns from, and one in three that only its judges learn from.

    By the digest of the files, so that a picture is always on the same side; near-duplicates go
    where the smallest digest among them goes.
    """
    smallest: dict[int, str] = {}
    for group, digest in zip(squares.groups.tolist(), squares.digests, strict=True):
        smallest[group] = min(digest, smallest.get(group, digest))
    aside = np.array(
        [int(smallest[group][:8], 16) % JUDGES == 0 for group in squares.groups.tolist()]
    )
    return np.flatnonzero(~aside), np.flatnonzero(aside)
