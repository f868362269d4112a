"""Measure a loaded scorer end to end, from picture files to agreement with the votes."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from ml.contracts.config import EvalReport
from ml.data.samples import Panel, VotedPicture
from ml.data.splits import holdout
from ml.evaluation.metrics import Array
from ml.evaluation.report import report
from ml.inference.base import ScorePredictor

BATCH = 8


def evaluate(
    scorer: ScorePredictor, panel: Panel, *, split_seed: int, test_share: float
) -> EvalReport:
    """Judge the panel's test pictures through ``predict_batch``, as the workers do."""
    split = holdout(len(panel.pictures), seed=split_seed, share=test_share)
    pictures = [panel.pictures[row] for row in split.test]
    actual = np.array([picture.distribution for picture in pictures])
    return report(_judged(scorer, pictures), actual)


def _judged(scorer: ScorePredictor, pictures: Sequence[VotedPicture]) -> Array:
    rows: list[tuple[float, ...]] = []
    for start in range(0, len(pictures), BATCH):
        chunk = [_open(picture) for picture in pictures[start : start + BATCH]]
        rows += [result.distribution for result in scorer.predict_batch(chunk)]
    return np.array(rows)


def _open(picture: VotedPicture) -> Image.Image:
    with Image.open(picture.path) as opened:
        return opened.convert("RGB")
