"""What can be wrong with a row or a file, and the report that lists it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether the item takes part in training."""

    DROPPED = "dropped"
    NOTED = "noted"


class FaultReason(StrEnum):
    """Why an item is listed. Those in ``NOTED`` are kept, all others are dropped."""

    UNNAMED_ROW = "unnamed_row"
    DUPLICATE_ROW = "duplicate_row"
    WRONG_LENGTH = "wrong_length"
    NOT_A_NUMBER = "not_a_number"
    NEGATIVE = "negative"
    ZERO_VOTES = "zero_votes"
    OFF_SCALE = "off_scale"
    UNKNOWN_PART = "unknown_part"
    UNSAFE_NAME = "unsafe_name"
    MISSING_FILE = "missing_file"
    CORRUPT_FILE = "corrupt_file"
    TRUNCATED_FILE = "truncated_file"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"
    WRONG_DIGEST = "wrong_digest"
    DUPLICATE_PICTURE = "duplicate_picture"
    NEAR_DUPLICATE = "near_duplicate"
    UNLABELLED_FILE = "unlabelled_file"
    ODD_SIZE = "odd_size"
    ODD_RESOLUTION = "odd_resolution"
    ODD_ASPECT = "odd_aspect"


NOTED = frozenset(
    {
        FaultReason.NEAR_DUPLICATE,
        FaultReason.UNLABELLED_FILE,
        FaultReason.ODD_SIZE,
        FaultReason.ODD_RESOLUTION,
        FaultReason.ODD_ASPECT,
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One finding: the row's key or the file's name, the reason, and what was seen."""

    item: str
    reason: FaultReason
    detail: str

    @property
    def severity(self) -> Severity:
        return Severity.NOTED if self.reason in NOTED else Severity.DROPPED


@dataclass(frozen=True, slots=True)
class CleaningReport:
    """Everything that was found while reading ``source``; nothing is dropped without a line.

    ``rows_kept`` take part in training; ``files_seen`` is 0 where no image folder was given.
    """

    source: str
    faults: tuple[Fault, ...]
    rows_read: int
    rows_kept: int
    files_seen: int

    @property
    def tally(self) -> Mapping[FaultReason, int]:
        """How often each reason was given, in the order of ``FaultReason``."""
        found = Counter(fault.reason for fault in self.faults)
        return {reason: found[reason] for reason in FaultReason if found[reason]}

    @property
    def summary(self) -> str:
        """One line for a terminal."""
        reasons = ", ".join(f"{count} {reason.value}" for reason, count in self.tally.items())
        return (
            f"{self.source}: {self.rows_kept} of {self.rows_read} rows kept, "
            f"{self.files_seen} files seen; {reasons or 'no faults'}"
        )

    def as_json(self) -> dict[str, object]:
        """Values that ``json.dumps`` takes."""
        return {
            "source": self.source,
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "files_seen": self.files_seen,
            "tally": {reason.value: count for reason, count in self.tally.items()},
            "faults": [
                {
                    "item": fault.item,
                    "reason": fault.reason.value,
                    "severity": fault.severity.value,
                    "detail": fault.detail,
                }
                for fault in self.faults
            ],
        }
