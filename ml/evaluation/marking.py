"""How well marks are found: faces on labelled photographs, writing on labelled paintings."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ml.contracts.config import Estimate
from ml.contracts.crops import Mark, MarkKind
from ml.data.opening import open_picture
from ml.data.transforms import on_white
from ml.evaluation.bootstrap import estimate, mean_of
from ml.marks.finder import Finder

LABELS = Path(__file__).parent / "labels"
SHIFTS = (-30, -15, 15)  # of lightness, in 8-bit greys
_COVERED = 0.5  # of writing that its marks must cover
_CELLS = (20, 60)  # rows and columns on which coverage is counted
_SIDE = 640  # pixels for which pictures are decoded
_FEATHER = 0.08  # of a face's width


@dataclass(frozen=True, slots=True)
class FaceFigures:
    """Shares of photos in which a face was marked.

    ``shifted``: of the clear ones found as they are, with their skin made lighter or darker.
    """

    clear: Estimate
    hard: Estimate
    none: Estimate
    others: Estimate
    counts: Mapping[str, int]
    shifted: Mapping[int, Estimate]


@dataclass(frozen=True, slots=True)
class WritingFigures:
    """Shares of labelled writing that was found, and of paintings with a false mark."""

    clear: Estimate
    faint: Estimate
    alarmed: Estimate
    counts: Mapping[str, int]


def face_figures(folder: Path, finder: Finder) -> FaceFigures:
    """``folder``: OASIS, with ``ratings.csv`` and ``images/``. Raises OSError."""
    labels = json.loads((LABELS / "faces.json").read_text(encoding="utf-8"))
    finder = only(finder, MarkKind.FACE)
    hits: dict[str, list[bool]] = {"clear": [], "hard": [], "none": [], "others": []}
    shifted: dict[int, list[bool]] = {shift: [] for shift in SHIFTS}
    for name, people in _photos(folder):
        picture = _opened(folder / "images" / name)
        group = _group(name, labels) if people else "others"
        faces = finder.find(picture)
        hits[group].append(bool(faces))
        if group == "clear" and faces:
            for shift, found in shifted.items():
                found.append(bool(finder.find(lighter(picture, faces, shift))))
    return FaceFigures(
        **{group: _share(found) for group, found in hits.items()},
        counts={group: len(found) for group, found in hits.items()},
        shifted={shift: _share(found) for shift, found in shifted.items()},
    )


def writing_figures(folder: Path, finder: Finder) -> WritingFigures:
    """``folder``: the labelled paintings. Raises OSError."""
    labels = json.loads((LABELS / "writing.json").read_text(encoding="utf-8"))
    finder = only(finder, MarkKind.TEXT)
    hits: dict[str, list[bool]] = {"clear": [], "faint": []}
    alarms: list[bool] = []
    for path in sorted(folder.glob("*.jpg")):
        picture = _opened(path)
        marks = finder.find(picture)
        places = labels["writing"].get(path.name, [])
        group = "faint" if path.name in labels["faint"] else "clear"
        hits[group] += [_coverage(place, marks) >= _COVERED for place in places]
        if path.name not in labels["unsure"]:
            alarms.append(any(not _touches(mark, places) for mark in marks))
    counts = {group: len(found) for group, found in hits.items()}
    return WritingFigures(
        clear=_share(hits["clear"]),
        faint=_share(hits["faint"]),
        alarmed=_share(alarms),
        counts={**counts, "paintings": len(alarms)},
    )


def only(finder: Finder, kind: MarkKind) -> Finder:
    """A finder of one kind of mark."""
    return Finder(tuple(search for search in finder.searches if search[0] is kind))


def lighter(picture: NDArray[np.uint8], faces: tuple[Mark, ...], shift: int) -> NDArray[np.uint8]:
    """The picture with ``shift`` greys added inside ovals about its faces, softly."""
    height, width = picture.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width]
    mask = np.zeros((height, width))
    for face in faces:
        across = (face.right - face.left) / 2 * width * 1.15
        down = (face.bottom - face.top) / 2 * height * 1.3
        x, y = (face.left + face.right) / 2 * width, (face.top + face.bottom) / 2 * height
        inside = ((xs - x) / across) ** 2 + ((ys - y) / down) ** 2 <= 1
        soft = Image.fromarray((inside * 255).astype(np.uint8))
        blurred = soft.filter(ImageFilter.GaussianBlur(_FEATHER * 2 * across))
        mask = np.maximum(mask, np.asarray(blurred) / 255)
    moved = picture + shift * mask[..., None]
    return np.asarray(np.clip(np.rint(moved), 0, 255), dtype=np.uint8)


def _opened(path: Path) -> NDArray[np.uint8]:
    return np.asarray(on_white(open_picture(path, _SIDE)), dtype=np.uint8)


def _photos(folder: Path) -> Iterator[tuple[str, bool]]:
    """Names of the photos that are there, and whether each shows people by OASIS's category."""
    with (folder / "ratings.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            if (folder / "images" / row["file"]).is_file():
                yield row["file"], row["Category"] == "Person"


def _group(name: str, labels: Mapping[str, list[str]]) -> str:
    return next((group for group in ("clear", "none") if name in labels[group]), "hard")


def _coverage(place: list[float], marks: tuple[Mark, ...]) -> float:
    """Share of a rectangle (left, top, right, bottom) that lies under marks."""
    rows, columns = _CELLS
    ys = np.linspace(place[1], place[3], rows)[:, None]
    xs = np.linspace(place[0], place[2], columns)[None]
    covered = np.zeros(_CELLS, dtype=np.bool_)
    for mark in marks:
        covered |= (ys >= mark.top) & (ys <= mark.bottom) & (xs >= mark.left) & (xs <= mark.right)
    return float(covered.mean())


def _touches(mark: Mark, places: list[list[float]]) -> bool:
    return any(
        max(mark.left, left) < min(mark.right, right)
        and max(mark.top, top) < min(mark.bottom, bottom)
        for left, top, right, bottom in places
    )


def _share(found: list[bool]) -> Estimate:
    """NaN-free: an empty group counts as 0, and its count says so."""
    values = np.array(found or [False], dtype=np.float64)
    return estimate(mean_of(values), count=len(values))
