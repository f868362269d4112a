"""What a crop cuts, leaves out and keeps, in sentences for people."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from ml.contracts.crops import CropTerms, Loss, Mark, MarkKind
from ml.crop.regions import Floats
from ml.crop.terms import share_inside

KEEPS = "attention"

_ONE = {
    MarkKind.FACE: "a face",
    MarkKind.TEXT: "writing",
    MarkKind.SUBJECT: "something that stands out",
}
_MANY = {
    MarkKind.FACE: "{} faces",
    MarkKind.TEXT: "{} pieces of writing",
    MarkKind.SUBJECT: "{} things that stand out",
}
_SIDES = ("at the left", "at the top", "at the right", "at the bottom")
_NEAR_EDGE = 0.1


def losses(marks: tuple[Mark, ...], box: Floats, terms: CropTerms) -> tuple[Loss, ...]:
    """Sentences about one box (4,) of shares: what it cuts first, what it keeps last."""
    inside = share_inside(marks, box[None])[0]
    pairs = list(zip(marks, inside, strict=True))
    cut = [(mark, _cut_side(mark, box)) for mark, share in pairs if 0 < share < 1]
    left_out = [(mark, _place(mark, box)) for mark, share in pairs if share <= 0]
    return (
        *_told("Cuts through", cut),
        *_told("Leaves out", left_out),
        Loss(
            KEEPS,
            f"Keeps {_percent(terms.area)} of the picture and {_percent(terms.kept)} "
            "of what draws the eye.",
        ),
    )


def _told(verb: str, found: list[tuple[Mark, str]]) -> Iterator[Loss]:
    """One sentence for all marks of a kind on a side; faces come first."""
    counts = Counter((mark.kind, where) for mark, where in found)
    for kind in MarkKind:
        for (each, where), count in counts.items():
            if each is kind:
                what = _ONE[kind] if count == 1 else _MANY[kind].format(count)
                yield Loss(kind.value, f"{verb} {what} {where}.")


def _cut_side(mark: Mark, box: Floats) -> str:
    """The edge of the crop that takes most of the mark."""
    return _SIDES[int(np.argmax(_beyond(mark, box)))]


def _place(mark: Mark, box: Floats) -> str:
    """Where a mark that is not in the crop lies: beyond which of its edges, or by the picture's."""
    side = int(np.argmax(_beyond(mark, box)))
    gaps = (mark.left, mark.top, 1 - mark.right, 1 - mark.bottom)
    edge = " edge" if gaps[side] < _NEAR_EDGE else ""
    return _SIDES[side] + edge


def _beyond(mark: Mark, box: Floats) -> Floats:
    """How far the mark reaches over each edge of the crop, in its own widths and heights."""
    across, down = max(mark.right - mark.left, 1e-9), max(mark.bottom - mark.top, 1e-9)
    return np.array(
        [
            (box[0] - mark.left) / across,
            (box[1] - mark.top) / down,
            (mark.right - box[2]) / across,
            (mark.bottom - box[3]) / down,
        ]
    )


def _percent(share: float) -> str:
    """Never rounded up to all of it, nor down to none."""
    whole = round(share * 100)
    if share < 1:
        whole = min(whole, 99)
    return f"{max(whole, 1) if share > 0 else 0} %"
