"""Curves, pointing, rivals and figures, on cases that can be worked out by hand."""

import numpy as np
import pytest
import torch

from ml.contracts.attributes_card import Verdict
from ml.contracts.explanations import MapKind
from ml.data.transforms import Squares
from ml.evaluation.faithfulness import Tally
from ml.evaluation.faithfulness_asymmetry import asymmetry, median_of, search_both_ways
from ml.evaluation.faithfulness_composites import Box, Plant, any_box, hits, planted
from ml.evaluation.faithfulness_curves import areas, blurred, ends, order
from ml.evaluation.faithfulness_figures import figures, verdict
from ml.evaluation.faithfulness_rivals import centre_blob, same_spectrum
from ml.evaluation.metrics import Array

SIDE = 4
WHITE = np.full((SIDE, SIDE, 3), 255, dtype=np.uint8)
BLACK = np.zeros_like(WHITE)
LEFT_TO_RIGHT = np.tile(np.arange(SIDE, 0, -1, dtype=np.float64), (SIDE, 1))
HALVES = (0.25, 0.5, 0.75)


def left_half(squares: Squares) -> Array:
    """How bright the left half is, 0 to 1; and three times that."""
    light = squares[:, :, : SIDE // 2].mean(axis=(1, 2, 3)) / 255
    return np.stack([light, 3 * light], axis=1)


def test_ends_are_the_answers_for_the_picture_and_for_nothing() -> None:
    at = ends(left_half, WHITE, BLACK)
    assert at.whole.tolist() == [1, 3] and at.blurred.tolist() == [0, 0]
    assert at.drop.tolist() == [1, 3]


def test_areas_by_hand_for_a_map_that_knows_the_left_half_decides() -> None:
    at = ends(left_half, WHITE, BLACK)
    found = areas(left_half, WHITE, BLACK, LEFT_TO_RIGHT, at=at, shares=HALVES)
    # Column by column from the left: the answer is 1, 1/2, 0, 0, 0 and back 0, 1/2, 1, 1, 1.
    assert found.deletion.tolist() == pytest.approx([0.25, 0.75])
    assert found.insertion.tolist() == pytest.approx([0.75, 2.25])


def test_the_opposite_map_gets_the_opposite_areas() -> None:
    at = ends(left_half, WHITE, BLACK)
    found = areas(left_half, WHITE, BLACK, -LEFT_TO_RIGHT, at=at, shares=HALVES)
    assert found.deletion[0] == pytest.approx(0.75)
    assert found.insertion[0] == pytest.approx(0.25)


def test_areas_lie_above_the_answer_for_nothing() -> None:
    at = ends(left_half, WHITE, WHITE // 5)
    found = areas(left_half, WHITE, WHITE // 5, LEFT_TO_RIGHT, at=at, shares=HALVES)
    assert found.deletion[0] == pytest.approx(0.25 * 0.8)


def test_equal_places_come_in_an_order_that_is_not_that_of_reading() -> None:
    drawn = order(np.zeros((16, 16)))
    assert sorted(drawn.tolist()) == list(range(256))
    assert np.corrcoef(drawn, np.arange(256))[0, 1] < 0.3
    assert order(np.array([[0.0, 2.0], [1.0, 3.0]])).tolist() == [3, 1, 2, 0]


def test_blurring_keeps_the_light_and_takes_the_detail() -> None:
    stripes = np.zeros((56, 56, 3), dtype=np.uint8)
    stripes[:, ::2] = 200
    soft = blurred(stripes)
    assert soft.shape == stripes.shape
    assert abs(float(soft[20:36, 20:36].mean()) - 100) < 3 and soft[28, 20:36].std() < 6


def test_a_perfect_map_hits_and_a_wrong_one_misses() -> None:
    box = Box(left=0.5, top=0.0, side=0.4)
    rows, columns = box.pixels(10)
    perfect, wrong = np.zeros((10, 10)), np.ones((10, 10))
    perfect[rows, columns], wrong[rows, columns] = 1.0, 0.0
    assert hits(perfect, box) and not hits(wrong, box)
    assert (rows, columns) == (slice(0, 4), slice(5, 9))


def test_a_flat_map_points_neither_at_a_corner_nor_at_the_middle() -> None:
    generator = np.random.default_rng(1)
    found = [hits(np.zeros((64, 64)), any_box(generator)) for _ in range(400)]
    assert 0.1 < np.mean(found) < 0.4, "a corner would hardly ever hit, the middle 4 times in 9"


@pytest.mark.parametrize("plant", list(Plant))
def test_what_is_planted_stands_out_inside_its_box(plant: Plant) -> None:
    generator = np.random.default_rng(2)
    good = generator.integers(0, 256, size=(60, 60, 3), dtype=np.uint8)
    poor = generator.integers(0, 256, size=(60, 60, 3), dtype=np.uint8)
    made = planted(plant, good, poor, any_box(generator))
    rows, columns = made.box.pixels(60)
    inside = np.zeros((60, 60), dtype=bool)
    inside[rows, columns] = True
    spread = made.picture.astype(float)
    if plant is Plant.VIVID:
        grey = np.ptp(spread, axis=2)
        assert grey[~inside].max() == 0 and grey[inside].mean() > 50
    else:
        assert spread[inside].std() > 2 * spread[~inside].std()


def test_random_rivals_share_the_spectrum_and_not_the_place() -> None:
    places = np.arange(32)
    bump = np.exp(-((places[:, None] - 8) ** 2 + (places[None] - 24) ** 2) / 20) + 1.0
    made = same_spectrum(bump, np.random.default_rng(3))
    np.testing.assert_allclose(np.abs(np.fft.rfft2(made)), np.abs(np.fft.rfft2(bump)), atol=1e-6)
    assert not np.allclose(made, bump, atol=0.1)
    assert same_spectrum(np.zeros((4, 4)), np.random.default_rng(3)).tolist() == [[0.0] * 4] * 4


def test_the_centre_blob_peaks_in_the_middle_and_is_symmetric() -> None:
    blob = centre_blob(9)
    assert divmod(int(blob.argmax()), 9) == (4, 4) and blob[4, 4] == 1
    np.testing.assert_allclose(blob, blob.T)
    np.testing.assert_allclose(blob, blob[::-1])


def tally(own: float, random: float, centre: float) -> Tally:
    rows = [[own, random, centre]] * 6
    better = [[1 - own, 1 - random, 1 - centre]] * 6
    return Tally(rows, better, [1.0] * 6, list(better), [0.002, 0.004, 0.006])


def test_figures_are_sums_over_sums_with_their_rivals_beside() -> None:
    one = Tally(
        deletion=[[0.1, 0.6, 0.5], [0.9, 1.4, 1.5]],
        insertion=[[0.3, 0.2, 0.1], [1.5, 1.2, 1.1]],
        drop=[1.0, 3.0],
        hits=[[1.0, 0.0, 0.0], [0.5, 0.0, 0.5]],
        seconds=[0.002, 0.004, 0.009],
    )
    (found,) = figures({MapKind.MERGE: one}, resamples=50)
    facts = found.facts
    assert (found.pictures, found.composites) == (2, 2)
    assert facts.deletion is not None and facts.pointing is not None
    assert facts.deletion.own.value == pytest.approx(1.0 / 4.0)
    assert facts.deletion.random.value == pytest.approx(2.0 / 4.0)
    assert facts.deletion.own.low <= 0.25 <= facts.deletion.own.high
    assert facts.pointing.own.value == pytest.approx(0.75)
    assert facts.pointing.centre.value == pytest.approx(0.25)
    assert facts.milliseconds == 4.0


def test_a_kind_that_was_not_drawn_has_no_figures() -> None:
    assert figures({MapKind.MERGE: Tally()}, resamples=50) == ()


def test_a_kind_without_plants_has_no_pointing_figure() -> None:
    some = tally(0.1, 0.5, 0.5)
    some.hits.clear()
    (found,) = figures({MapKind.ATTAM: some}, resamples=50)
    assert found.facts.pointing is None and found.facts.deletion is not None
    assert found.facts.verdict is Verdict.BOTH


@pytest.mark.parametrize(
    ("own", "random", "centre", "expected"),
    [
        (0.1, 0.5, 0.5, Verdict.BOTH),
        (0.3, 0.5, 0.2, Verdict.RANDOM),
        (0.5, 0.5, 0.5, Verdict.NEITHER),
        (0.6, 0.5, 0.7, Verdict.NEITHER),
    ],
)
def test_the_verdict_follows_the_clear_differences(
    own: float, random: float, centre: float, expected: Verdict
) -> None:
    (found,) = figures({MapKind.MERGE: tally(own, random, centre)}, resamples=50)
    assert found.facts.verdict is expected


def test_two_clear_wins_and_no_clear_loss_beat_a_rival() -> None:
    assert verdict(random=[1, 1, 0], centre=[1, 1, -1]) is Verdict.RANDOM
    assert verdict(random=[1, 0, 0], centre=[1, 1, 1]) is Verdict.NEITHER


def test_asymmetry_counts_what_could_be_moved_both_ways() -> None:
    sizes = np.array([[2.0, 1.0], [3.0, 1.0], [1.0, 2.0], [np.inf, 1.0]])
    found = asymmetry(sizes, resamples=50)
    assert (found.count, found.unreached) == (3, 1)
    assert found.worsening_easier.value == pytest.approx(2 / 3)
    assert found.ratio.value == 2.0
    assert (found.raising.value, found.lowering.value) == (2.0, 1.0)


def test_asymmetry_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no picture could be moved"):
        asymmetry(np.array([[np.inf, 1.0]]), resamples=5)


def test_a_median_within_a_resample_weighs_the_pictures_drawn() -> None:
    statistic = median_of(np.array([5.0, 1.0, 9.0]))
    weights = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 3.0], [1.0, 2.0, 0.0]])
    assert statistic(weights).tolist() == [5.0, 9.0, 1.0]


def test_both_ways_are_searched_from_the_same_picture() -> None:
    grey = torch.full((1, 3, 4, 4), 100.0)

    def easily_hurt(pixels: torch.Tensor) -> torch.Tensor:
        change = pixels.mean(dim=(1, 2, 3)) - 100.0
        return torch.where(change > 0, change, 2 * change)

    sizes = search_both_ways(easily_hurt, [grey], change=0.3, stride=0.05)
    assert sizes[0].tolist() == pytest.approx([0.3, 0.15], rel=0.05)
    assert search_both_ways(easily_hurt, []).shape == (0, 2)
