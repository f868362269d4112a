"""The trials of the gate count what happened, and a known crowd gives the known answers."""

import numpy as np
import pytest

from ml.contracts.retrain import Gate
from ml.data.splits import Indices
from ml.evaluation.metrics import Array, mean_scores
from ml.evaluation.promotion import Ground, crossed, jittered
from ml.evaluation.promotion_page import noise_part, worse_part
from ml.evaluation.promotion_trials import broken_trials, noise_trials, worse_trials
from tests.ml.evaluation.verdicts import shares_of

COUNT = 450
FEW = {"runs": 4, "seed": 1}


def untold(text: str) -> None:
    """Nobody listens."""


@pytest.fixture(scope="module")
def ground() -> Ground:
    """A head that errs less the more pictures it learned from."""
    worth = np.random.default_rng(1).normal(5.5, 0.9, COUNT)
    shares = shares_of(worth)

    def learn(rows: Indices, taught: Array) -> Array:
        spoiled = float(np.abs(mean_scores(taught[rows]) - worth[rows]).mean())
        error = 5.0 / np.sqrt(len(rows)) + spoiled
        noise = np.random.default_rng(rows).normal(0.0, error, COUNT)
        return shares_of(worth + noise)

    dark = np.arange(COUNT) < 120
    slices = {"dark": ("dark pictures", dark)}
    return Ground(shares, np.full(COUNT, 30.0), slices, learn, Gate(resamples=100))


@pytest.fixture(scope="module")
def whole(ground: Ground) -> Array:
    return crossed(ground, share=1.0, seed=1)


def test_what_is_worse_on_purpose_is_refused(ground: Ground, whole: Array) -> None:
    found = worse_trials(ground, whole, tell=untold, **FEW)
    assert len(found) == 5
    assert all(one.passed == 0 and one.tried == 4 for one in found.values())
    assert all(one.emd_gain > 0 for one in found.values())
    assert worse_part(found).text.count("4 of 4") == 5


def test_broken_in_the_dark_is_stopped_by_the_slice_alone(ground: Ground, whole: Array) -> None:
    found = broken_trials(ground, whole, tell=untold, **FEW)
    many = found.broken[400]
    assert (many.passed, many.proved, many.sliced) == (0, 4, 4)
    assert all(one.sliced == 0 and one.proved == 4 for one in found.sound.values())


def test_noise_has_no_true_gain_and_its_page_is_marked(ground: Ground, whole: Array) -> None:
    noise = noise_trials(ground, whole, tell=untold, runs=2, seed=1)
    assert abs(noise.jitter[400].gain) < 0.05
    text = noise_part(noise).text
    assert text.startswith("<!-- retraining noise: begin")
    assert text.endswith("<!-- retraining noise: end -->")


def test_jitter_moves_means_by_the_points_asked_for() -> None:
    shares = shares_of(np.full(2000, 5.5))
    moved = mean_scores(jittered(shares, points=0.3, generator=np.random.default_rng(1))) - 5.5
    assert moved.std() == pytest.approx(0.3, rel=0.1)
