"""The tables of docs/crop-fairness.md, between marks in that page."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.contracts.config import Estimate
from ml.evaluation.cropping_methods import (
    CENTRE,
    COMBINED,
    ENERGY,
    ENTROPY,
    RANDOM,
    SALIENCE,
    SMARTCROP,
    VIEW,
)
from ml.evaluation.fairness import Case, gap_of, share_of
from ml.evaluation.fairness_scenes import GROUNDS, MONK_TONES, PLACES
from ml.evaluation.marking import FaceFigures, WritingFigures
from ml.evaluation.text_table import markdown

BEGIN = "<!-- fairness: begin, written by `python -m ml.cli fairness` -->"
END = "<!-- fairness: end -->"
WAYS = (COMBINED, VIEW, ENERGY, SALIENCE, SMARTCROP, ENTROPY, CENTRE, RANDOM)
_GROUPS = {"light (1-3)": range(3), "middle (4-7)": range(3, 7), "dark (8-10)": range(7, 10)}


@dataclass(frozen=True, slots=True)
class Study:
    """Everything that the page tells. ``faces`` and ``writing`` None: not measured."""

    placed: Sequence[Case]
    toned: Sequence[Case]
    paired: Sequence[Case]
    model: str
    faces: FaceFigures | None = None
    writing: WritingFigures | None = None


def section(study: Study) -> str:
    """The whole generated section, with its marks."""
    parts = [
        BEGIN,
        f"Model: {study.model}. Figures have 95 % bootstrap intervals over scenes or pictures.",
        _places(study.placed),
        _pairs(study.paired),
        _tones(study.toned),
        _finder_by_tone(study.toned),
        _faces(study.faces),
        _writing(study.writing),
        END,
    ]
    return "\n\n".join(part for part in parts if part)


def preferences(cases: Sequence[Case]) -> dict[str, Estimate]:
    """For each way how much oftener the lighter of two heads is kept whole, -1..1."""
    return {way: share_of([case.fates[way].whole @ [1, -1] for case in cases]) for way in WAYS}


def _places(cases: Sequence[Case]) -> str:
    outer = [case for case in cases if _column(case) in (PLACES[0], PLACES[-1])]
    middle = [case for case in cases if _column(case) == PLACES[2]]
    rows = [
        [
            way,
            _percent(share_of([case.fates[way].whole for case in cases])),
            _percent(share_of([case.fates[way].whole for case in outer])),
            _percent(share_of([case.fates[way].whole for case in middle])),
            _percent(share_of([case.fates[way].cut for case in cases])),
            _plain(share_of([case.fates[way].off for case in cases])),
        ]
        for way in WAYS
    ]
    table = markdown(
        ["way", "kept whole", "near a side", "in the middle", "cut through", "off the centre"], rows
    )
    return (
        f"### By the subject's place\n\n{len(cases)} scenes of one head at 15 places and in 2 "
        "sizes; the best square crop of each. Regret is what is missing from 100 % kept whole: a "
        'square that holds the head always exists. "Off the centre" is 0 when the head lies in '
        f"the middle of the crop, 1 on its edge, more outside.\n\n{table}"
    )


def _pairs(cases: Sequence[Case]) -> str:
    gaps = preferences(cases)
    on_grounds = [
        preferences([case for case in cases if case.ground == ground]) for ground in GROUNDS
    ]
    rows = [
        [
            way,
            _percent(share_of([case.fates[way].whole[:1] for case in cases])),
            _percent(share_of([case.fates[way].whole[1:] for case in cases])),
            _points(gaps[way]),
            *(_points(found[way]) for found in on_grounds),
        ]
        for way in WAYS
    ]
    headings = ["way", "keeps the lighter", "keeps the darker", "difference"]
    table = markdown([*headings, *(f"on {ground}" for ground in GROUNDS)], rows)
    return (
        f"### Two heads, one crop\n\n{len(cases)} wide scenes with a head of tones 1-5 at one end "
        "and of tones 6-10 at the other; no square holds both. The difference is in points, "
        f"positive when the lighter head is kept oftener.\n\n{table}"
    )


def _tones(cases: Sequence[Case]) -> str:
    rows = []
    for way in WAYS:
        kept = {
            name: [float(case.fates[way].whole[0]) for case in cases if case.tones[0] in tones]
            for name, tones in _GROUPS.items()
        }
        first, *_, last = kept.values()
        shares = [_percent(share_of([np.array(one) for one in group])) for group in kept.values()]
        cut = share_of([case.fates[way].cut[:1] for case in cases])
        rows.append([way, *shares, _points(gap_of(first, last)), _percent(cut)])
    table = markdown(["way", *_GROUPS, "light less dark", "cut through"], rows)
    return (
        f"### A head or a ball\n\n{len(cases)} scenes with a head at one side and a red ball as "
        "high at the other; how often the best square crop keeps the head whole, by the tone of "
        f"its skin.\n\n{table}"
    )


def _finder_by_tone(cases: Sequence[Case]) -> str:
    rows = []
    for tone, name in enumerate(MONK_TONES):
        mine = [case for case in cases if case.tones[0] == tone]
        found, balls = (sum(bool(case.found[at]) for case in mine) for at in (0, 1))
        rows.append([f"{tone + 1} (#{name})", f"{found} of {len(mine)}", str(balls)])
    table = markdown(["tone", "faces found", "balls taken for faces"], rows)
    return f"### Is the drawn face found?\n\n{table}"


def _faces(figures: FaceFigures | None) -> str:
    if figures is None:
        return ""
    counts = figures.counts
    rows = [
        ["a clear face", str(counts["clear"]), _percent(figures.clear)],
        [
            "a hard face: profile, mask, crowd, far away",
            str(counts["hard"]),
            _percent(figures.hard),
        ],
        ["people without a face to be seen", str(counts["none"]), _percent(figures.none)],
        [
            "no people by category: objects, animals, scenery",
            str(counts["others"]),
            _percent(figures.others),
        ],
    ]
    table = markdown(["photos of OASIS with", "photos", "a face is marked"], rows)
    shifts = [
        [f"{shift:+d} greys", _percent(share)] for shift, share in sorted(figures.shifted.items())
    ]
    moved = markdown(["lightness of the skin", "still found"], shifts)
    return (
        f"### Faces on photographs\n\n{table}\n\nThe found clear faces with the skin and what "
        f"surrounds it made lighter or darker:\n\n{moved}"
    )


def _writing(figures: WritingFigures | None) -> str:
    if figures is None:
        return ""
    counts = figures.counts
    rows = [
        ["clear writing and signatures", str(counts["clear"]), _percent(figures.clear)],
        ["faint ones", str(counts["faint"]), _percent(figures.faint)],
        [
            "paintings with a mark where no writing is",
            str(counts["paintings"]),
            _percent(figures.alarmed),
        ],
    ]
    return f"### Writing on paintings\n\n{markdown(['what', 'of', 'share'], rows)}"


def _column(case: Case) -> float:
    middle = float(case.subjects[0, [0, 2]].mean())
    return min(PLACES, key=lambda place: abs(place - middle))


def _percent(figure: Estimate) -> str:
    return f"{figure.value:.0%} ({figure.low:.0%} to {figure.high:.0%})"


def _points(figure: Estimate) -> str:
    low, high = 100 * figure.low, 100 * figure.high
    return f"{100 * figure.value:+.0f} ({low:+.0f} to {high:+.0f})"


def _plain(figure: Estimate) -> str:
    return f"{figure.value:.2f} ({figure.low:.2f} to {figure.high:.2f})"
