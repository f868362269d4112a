"""Photos in the styles of paintings, made beforehand: what a recogniser learns from besides photos.

The folder holds the pictures and ``pairs.csv`` with a row for each: file, label, content, style.
Made again with the same arguments it goes on where it was cut short, and ends with the same files.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ml.contracts.files import replace_file
from ml.data.pictures import SUFFIXES
from ml.data.samples import DataSetError
from ml.style.arbitrary import ArbitraryStyle, StyleCode
from ml.style.pictures import read_picture

TABLE = "pairs.csv"
COLUMNS = ("file", "label", "content", "style")
MIB = 2**20
_QUALITY = 88
_BYTES_OF_PIXEL = 0.45  # of a JPEG of that quality with painted texture; measured, rounded up


class PairBudgetError(RuntimeError):
    """The pictures would take more room than allowed: allow more, or ask for fewer."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A content picture with its label, and the style that it is to be painted in."""

    content: Path
    label: str
    style: Path

    @property
    def file(self) -> str:
        """What the made picture is called, the same for the same pair."""
        return f"{self.label or 'none'}__{self.content.stem}__{self.style.stem}.jpg"


@dataclass(frozen=True, slots=True)
class PairPlan:
    """What will be made. ``side``: the longer side in pixels. ``strength``: 0 to 1."""

    pairs: tuple[Pair, ...]
    side: int = 224
    strength: float = 1.0

    @property
    def expected_mib(self) -> float:
        """Room that all pictures will take, estimated from above."""
        return len(self.pairs) * self.side**2 * _BYTES_OF_PIXEL / MIB


@dataclass(frozen=True, slots=True)
class PairsMade:
    """``made`` now, ``found`` from before; ``mib``: room that all take. ``table``: their CSV."""

    made: int
    found: int
    mib: float
    table: Path


def labelled(folder: Path) -> list[tuple[Path, str]]:
    """Pictures in ``folder`` and below; the label is the name of the folder around them.

    "" for pictures in ``folder`` itself. Raises DataSetError when there are none.
    """
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise DataSetError(f"{folder} holds no pictures")
    return [(path, "" if path.parent == folder else path.parent.name) for path in found]


def drawn_pairs(
    contents: Sequence[tuple[Path, str]], styles: Sequence[Path], *, each: int, seed: int
) -> tuple[Pair, ...]:
    """Every content with ``each`` styles, or all where there are fewer, drawn by ``seed``.

    Raises DataSetError when there is no style, or when two pictures would have one name.
    """
    if not styles:
        raise DataSetError("there are no style pictures")
    random = np.random.default_rng(seed)
    count = min(each, len(styles))
    pairs = tuple(
        Pair(content, label, styles[int(place)])
        for content, label in contents
        for place in sorted(random.choice(len(styles), size=count, replace=False))
    )
    for name, times in Counter(pair.file for pair in pairs).most_common(1):
        if times > 1:
            raise DataSetError(f"{times} pictures would be called {name}: take folders apart")
    return pairs


def make_pairs(
    plan: PairPlan,
    folder: Path,
    engine: ArbitraryStyle,
    *,
    budget_mib: float,
    told: Callable[[int, int], None] = lambda _done, _all: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> PairsMade:
    """Make what is not there yet; the table lists what is there, in the plan's order.

    Raises PairBudgetError before anything is made, or as soon as the room is used up (the table is
    then that of what there is), and OSError or UnusablePictureError for a picture.
    """
    require_budget(plan, budget_mib)
    before = [pair for pair in plan.pairs if (folder / pair.file).is_file()]
    found, made, codes = len(before), 0, dict[Path, StyleCode]()
    room = budget_mib - used_mib(plan, folder)
    try:
        for done, pair in enumerate(plan.pairs, 1):
            if should_stop():
                break
            if not (folder / pair.file).is_file():
                content = _painted(pair, plan, engine, codes)
                room -= len(content) / MIB
                if room < 0:
                    raise PairBudgetError(f"{budget_mib:,.1f} MiB are used up; the rest is kept")
                replace_file(folder / pair.file, content)
                made += 1
            told(done, len(plan.pairs))
    finally:
        replace_file(folder / TABLE, _table(plan, folder))
    return PairsMade(made, found, used_mib(plan, folder), folder / TABLE)


def require_budget(plan: PairPlan, budget_mib: float) -> None:
    """Raises PairBudgetError for a plan that may take more room than that."""
    if plan.expected_mib > budget_mib:
        raise PairBudgetError(
            f"{len(plan.pairs)} pictures of {plan.side} pixels take up to "
            f"{plan.expected_mib:,.1f} MiB; {budget_mib:,.1f} are allowed"
        )


def used_mib(plan: PairPlan, folder: Path) -> float:
    """Room that the plan's pictures take in ``folder`` now."""
    return sum(path.stat().st_size for path in _there(plan, folder)) / MIB


def _there(plan: PairPlan, folder: Path) -> Iterator[Path]:
    return (path for pair in plan.pairs if (path := folder / pair.file).is_file())


def _painted(
    pair: Pair, plan: PairPlan, engine: ArbitraryStyle, codes: dict[Path, StyleCode]
) -> bytes:
    """JPEG bytes; codes of styles are kept in ``codes``."""
    if pair.style not in codes:
        codes[pair.style] = engine.code(read_picture(pair.style, side=plan.side))
    content = read_picture(pair.content, side=plan.side)
    picture: Image.Image = engine.painted(content, codes[pair.style], strength=plan.strength)
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=_QUALITY)
    return packed.getvalue()


def _table(plan: PairPlan, folder: Path) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for pair in plan.pairs:
        if (folder / pair.file).is_file():
            writer.writerow((pair.file, pair.label, pair.content.name, pair.style.name))
    return text.getvalue().encode()
