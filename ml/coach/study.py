"""What was tried on one picture, and what is to be thought of it."""

from dataclasses import dataclass

from PIL import Image

from ml.contracts.edits import Edits
from ml.contracts.results import ScoreResult

# A mean of 190 votes that spread by 2 points, OASIS's, has a standard error of 0.15.
LEAST_GAIN = 0.15
# A part of a whole may gain less, but not so little that it could be rounding.
LEAST_PART = 0.05


@dataclass(frozen=True, slots=True)
class Trial:
    """One recipe, tried on the picture. ``second_gain``: by the scorer that was not optimised."""

    edits: Edits
    picture: Image.Image
    result: ScoreResult
    gain: float
    second_gain: float
    faults: tuple[str, ...]

    @property
    def welcome(self) -> bool:
        """Both scorers like it and it looks natural."""
        return self.gain >= LEAST_PART and self.second_gain > 0 and not self.faults


@dataclass(frozen=True, slots=True)
class Study:
    """The optimum as found, and the recipe that passed every check.

    ``wanted`` has passed none; it is None when the search found nothing to change. ``whole`` is
    the same, a weaker one or its tones alone; None where all were refused.
    """

    before: ScoreResult
    second_before: float
    wanted: Trial | None
    whole: Trial | None

    @property
    def reason(self) -> str:
        """Why nothing is proposed; empty where something is."""
        return "" if self.whole else _reason(self.wanted)


def _reason(wanted: Trial | None) -> str:
    if wanted is None:
        return "No change within modest bounds raises the expected score."
    if wanted.gain < LEAST_GAIN:
        return (
            f"The best change found would gain {max(wanted.gain, 0.0):.2f} points, "
            "less than people would notice."
        )
    if wanted.faults:
        return f"What the scorer asks for would not look natural: {wanted.faults[0]}."
    return "The scorer would gain from a change, but a second scorer does not agree."
