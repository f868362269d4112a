"""What every loaded model offers to the workers."""

from collections.abc import Sequence
from typing import Protocol

from PIL import Image

from ml.contracts.results import ScoreResult


class ScorePredictor(Protocol):
    """A loaded scorer. ``version`` names the model in results and events."""

    @property
    def version(self) -> str: ...

    @property
    def input_side(self) -> int:
        """The side in pixels of the squares that it looks at."""

    def predict_batch(self, images: Sequence[Image.Image]) -> list[ScoreResult]:
        """One result a picture, in order; no pictures, no results."""

    def check_golden(self) -> None:
        """Raises GoldenMismatchError when the loaded model is not the one that was measured."""
