"""Measure a loaded scorer end to end, from picture files to agreement with the votes."""

from collections.abc import Sequence

from ml.contracts.config import TrainConfig
from ml.contracts.results import ScoreResult
from ml.data.opening import open_picture
from ml.data.samples import Panel, VotedPicture
from ml.data.splits import held_out
from ml.evaluation.bootstrap import RESAMPLES
from ml.evaluation.judgement import Judgement, Question, judge
from ml.inference.base import ScorePredictor

BATCH = 8


def evaluate(scorer: ScorePredictor, question: Question) -> Judgement:
    """All figures on the question's pictures, through ``predict_batch`` as the workers do."""
    return judge(question, answers(scorer, question.pictures))


def ask(panel: Panel, config: TrainConfig, *, resamples: int = RESAMPLES) -> Question:
    """The test pictures of the split that training uses. Raises what ``held_out`` raises."""
    split = held_out(panel, seed=config.split_seed, share=config.test_share)
    return Question(panel=panel, train=split.train, test=split.test, resamples=resamples)


def answers(scorer: ScorePredictor, pictures: Sequence[VotedPicture]) -> list[ScoreResult]:
    """What the scorer says of each picture, in order."""
    said: list[ScoreResult] = []
    for start in range(0, len(pictures), BATCH):
        chunk = [
            open_picture(picture.path, scorer.input_side)
            for picture in pictures[start : start + BATCH]
        ]
        said += scorer.predict_batch(chunk)
    return said
