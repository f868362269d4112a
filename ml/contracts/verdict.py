"""What the gate found: champion and challenger on the same frozen pictures, in figures and words.

Written as ``report.json`` by the process that trained, kept with the run and shown as it is.
Differences are challenger less champion. Every interval is a paired bootstrap over pictures.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ml.contracts.config import Estimate
from ml.contracts.fields import mapping, number, rows, text, truth, whole
from ml.contracts.files import replace_file


class ReportError(ValueError):
    """The report is none of ours or was cut: the run must be started again."""


class Ruling(StrEnum):
    """What a reason does. One veto, or the want of a proof, and the verdict is no."""

    PASS = "pass"  # noqa: S105 - not a password
    VETO = "veto"
    NOTE = "note"


class ReasonCode(StrEnum):
    """What was asked of the challenger."""

    BETTER = "better"  # the interval of the gain lies above 0
    SLICE = "slice"
    CALIBRATION = "calibration"
    GOLDEN = "golden"  # the reloaded files reproduce the card's golden picture
    SPEED = "speed"
    MEMORY = "memory"
    TOO_FEW = "too_few"  # too few test pictures to prove anything
    BASELINE = "baseline"  # not better than a constant
    LEARNED = "learned"  # not all is known of what the models learned from
    LIKENESS = "likeness"  # a generator's samples are no farther from real pictures than before
    MEMORISED = "memorised"  # a generator repeats pictures that it learned from


@dataclass(frozen=True, slots=True)
class Reason:
    """One question, its answer, and one sentence with the figures in it."""

    code: ReasonCode
    ruling: Ruling
    text: str


@dataclass(frozen=True, slots=True)
class Figures:
    """One model on the test pictures.

    ``coverage``: share of voted means inside its 80 % intervals, None where the model has none. Of
    an attribute ``emd_r2`` and ``coverage`` are None and ``mae`` is in the attribute's units.
    ``milliseconds``: of one picture; ``megabytes``: of its weights.
    """

    srcc: Estimate
    emd_r2: Estimate | None
    mae: Estimate
    coverage: float | None
    milliseconds: float | None = None
    megabytes: float | None = None


@dataclass(frozen=True, slots=True)
class SliceVerdict:
    """The same for a part of the test pictures, or for those of another snapshot.

    ``srcc`` and ``emd_r2``: gains, None where the part is too small or has no order. ``vetoes``: it
    loses more than the margin.
    """

    key: str
    title: str
    pictures: int
    srcc: Estimate | None
    emd_r2: Estimate | None
    vetoes: bool


@dataclass(frozen=True, slots=True)
class Flip:
    """A picture and where each model ranks it among the snapshot's, in percent from the bottom.

    ``voted``: mean of its votes in points. ``part``: of the split.
    """

    artwork: str
    part: str
    before: float
    after: float
    before_percentile: float
    after_percentile: float
    voted: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Champion against challenger. ``gain``: in SRCC; ``emd_gain``: below 0 is better.

    ``champion`` None: there was none, and the challenger must beat a constant. ``ceiling``: SRCC
    that a second crowd of the same size would reach, None where votes are too few to say.
    """

    passed: bool
    reasons: tuple[Reason, ...]
    pictures: int
    challenger: Figures
    champion: Figures | None
    constant: Figures
    gain: Estimate
    emd_gain: Estimate | None
    ceiling: Estimate | None
    slices: tuple[SliceVerdict, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A test picture for the scatter plot: the mean that was voted, and what each model says."""

    artwork: str
    voted: float
    champion: float | None
    challenger: float


@dataclass(frozen=True, slots=True)
class RunReport:
    """All that the page about a finished run shows besides its curves.

    ``flips``: those that move most first. ``gone``: pictures of the snapshot that were deleted.
    ``learned_before``: test pictures that were left out as the champion had learned from them.
    """

    verdict: Verdict
    flips: tuple[Flip, ...]
    points: tuple[Point, ...]
    trained_on: int
    gone: int
    learned_before: int
    seconds: float


def write_report(path: Path, report: RunReport) -> None:
    """Write by an atomic rename."""
    replace_file(path, (json.dumps(asdict(report), sort_keys=True) + "\n").encode())


def read_report(path: Path) -> RunReport:
    """Raises ReportError."""
    try:
        return parse_report(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ReportError(f"{path.name} cannot be read: {error}") from error
    except ValueError as error:
        raise ReportError(f"{path.name} is no report: {error}") from error


def parse_report(document: object) -> RunReport:
    """Check and freeze. Raises ReportError naming the first field that is wrong."""
    try:
        fields = mapping(document)
        return RunReport(
            verdict=_verdict(mapping(fields["verdict"])),
            flips=tuple(Flip(**_numbers(each)) for each in rows(fields["flips"])),
            points=tuple(Point(**_numbers(each)) for each in rows(fields["points"])),
            trained_on=whole(fields["trained_on"], least=0),
            gone=whole(fields["gone"], least=0),
            learned_before=whole(fields["learned_before"], least=0),
            seconds=number(fields["seconds"]),
        )
    except KeyError as missing:
        raise ReportError(f"the report lacks {missing}") from missing
    except (TypeError, ValueError) as error:
        raise ReportError(f"a field of the report is wrong: {error}") from error


def _verdict(fields: Mapping[str, object]) -> Verdict:
    champion = fields["champion"]
    return Verdict(
        passed=truth(fields["passed"]),
        reasons=tuple(_reason(each) for each in rows(fields["reasons"])),
        pictures=whole(fields["pictures"], least=0),
        challenger=_figures(mapping(fields["challenger"])),
        champion=None if champion is None else _figures(mapping(champion)),
        constant=_figures(mapping(fields["constant"])),
        gain=_estimate(fields["gain"]),
        emd_gain=_maybe(fields["emd_gain"]),
        ceiling=_maybe(fields["ceiling"]),
        slices=tuple(_slice(each) for each in rows(fields["slices"])),
    )


def _reason(fields: Mapping[str, object]) -> Reason:
    code, ruling = ReasonCode(text(fields["code"])), Ruling(text(fields["ruling"]))
    return Reason(code, ruling, text(fields["text"]))


def _figures(fields: Mapping[str, object]) -> Figures:
    return Figures(
        srcc=_estimate(fields["srcc"]),
        emd_r2=_maybe(fields["emd_r2"]),
        mae=_estimate(fields["mae"]),
        coverage=_number(fields["coverage"]),
        milliseconds=_number(fields["milliseconds"]),
        megabytes=_number(fields["megabytes"]),
    )


def _slice(fields: Mapping[str, object]) -> SliceVerdict:
    return SliceVerdict(
        key=text(fields["key"]),
        title=text(fields["title"]),
        pictures=whole(fields["pictures"], least=0),
        srcc=_maybe(fields["srcc"]),
        emd_r2=_maybe(fields["emd_r2"]),
        vetoes=truth(fields["vetoes"]),
    )


def _estimate(value: object) -> Estimate:
    fields = mapping(value)
    return Estimate(*(number(fields[name]) for name in ("value", "low", "high")))


def _maybe(value: object) -> Estimate | None:
    return None if value is None else _estimate(value)


def _number(value: object) -> float | None:
    return None if value is None else number(value)


def _numbers(fields: Mapping[str, object]) -> dict[str, Any]:
    """Words stay words, all else must be numbers or nothing."""
    return {
        key: value if value is None or isinstance(value, str) else number(value)
        for key, value in fields.items()
    }
