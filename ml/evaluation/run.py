"""Measure a loaded scorer end to end, from picture files to agreement with the votes."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from ml.contracts.config import EvalReport
from ml.contracts.results import ScoreResult
from ml.data.samples import Panel, VotedPicture
from ml.data.splits import holdout
from ml.evaluation.bootstrap import RESAMPLES
from ml.evaluation.judgement import Judgement, Question, judge
from ml.evaluation.report import report
from ml.inference.base import ScorePredictor

BATCH = 8


def evaluate(
    scorer: ScorePredictor, panel: Panel, *, split_seed: int, test_share: float
) -> EvalReport:
    """Judge the panel's test pictures through ``predict_batch``, as the workers do."""
    question = held_out(panel, split_seed=split_seed, test_share=test_share)
    actual = np.array([picture.distribution for picture in question.pictures])
    predicted = [answer.distribution for answer in answers(scorer, question.pictures)]
    return report(predicted, actual)


def evaluate_fully(scorer: ScorePredictor, question: Question) -> Judgement:
    """All figures on the question's pictures, through ``predict_batch`` as the workers do."""
    return judge(question, answers(scorer, question.pictures))


def held_out(
    panel: Panel, *, split_seed: int, test_share: float, resamples: int = RESAMPLES
) -> Question:
    """The test pictures of the split with that seed."""
    split = holdout(len(panel.pictures), seed=split_seed, share=test_share)
    return Question(panel=panel, train=split.train, test=split.test, resamples=resamples)


def answers(scorer: ScorePredictor, pictures: Sequence[VotedPicture]) -> list[ScoreResult]:
    """What the scorer says of each picture, in order."""
    said: list[ScoreResult] = []
    for start in range(0, len(pictures), BATCH):
        chunk = [_open(picture) for picture in pictures[start : start + BATCH]]
        said += scorer.predict_batch(chunk)
    return said


def _open(picture: VotedPicture) -> Image.Image:
    with Image.open(picture.path) as opened:
        return opened.convert("RGB")
