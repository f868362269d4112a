"""Agreement of raters, against worked examples of Krippendorff 2011 and by construction."""

import math

import numpy as np
import pytest

from ml.raters.reliability import Level, krippendorff_alpha, split_half

# "Computing Krippendorff's Alpha-Reliability", section C: four observers, twelve units.
OBSERVED = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)


def _answers(rows: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    cells = [
        (rater, item, int(cell))
        for rater, row in enumerate(rows)
        for item, cell in enumerate(row.split())
        if cell != "."
    ]
    rater, item, value = np.array(cells).T
    return rater, item, value


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_is_the_published_one_with_answers_missing(level: Level, published: float) -> None:
    assert krippendorff_alpha(*_answers(OBSERVED), level=level) == pytest.approx(
        published, abs=5e-4
    )


def test_two_observers_of_binary_data_agree_as_published() -> None:
    # Section A of the same paper.
    rows = ("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")

    assert krippendorff_alpha(*_answers(rows), level="nominal") == pytest.approx(0.095, abs=5e-4)


def test_alpha_is_unknown_where_nothing_could_differ() -> None:
    nothing = np.zeros(0, np.int32)

    assert math.isnan(krippendorff_alpha(nothing, nothing, nothing, level="interval"))
    assert math.isnan(krippendorff_alpha(*_answers(("3 3", "3 3")), level="ordinal"))
    assert math.isnan(krippendorff_alpha(*_answers(("1 .", ". 2")), level="nominal"))


def _crowd(noise: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    quality = random.normal(size=150)
    rater, item = (grid.ravel() for grid in np.indices((40, 150)))
    return rater, item, quality[item] + noise * random.normal(size=rater.size)


def test_split_halves_foretell_how_two_whole_crowds_would_agree() -> None:
    found = split_half(*_crowd(3.0), seed=1)
    reliability = 1 / (1 + 3.0**2 / 40)

    assert found.low < found.correlation < found.high
    assert found.correlation == pytest.approx(reliability, abs=0.05)


def test_split_halves_of_one_rater_say_nothing() -> None:
    assert math.isnan(split_half(np.zeros(5), np.arange(5), np.arange(5), seed=1).correlation)
