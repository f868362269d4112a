"""Votes on any scale become ten bins without losing a vote or moving the mean."""

import pytest

from ml.contracts.votes import (
    InvalidVotesError,
    counts_to_distribution,
    counts_to_ten,
    position_on_ten,
    share_of_vote,
)

SCALES = range(2, 11)
EVERY_STEP = [(step, steps) for steps in SCALES for step in range(1, steps + 1)]


@pytest.mark.parametrize(
    ("step", "steps", "position"),
    [(1, 5, 1.5), (3, 5, 5.5), (5, 5, 9.5), (1, 10, 1.0), (10, 10, 10.0), (4, 7, 5.5), (2, 2, 8.0)],
)
def test_a_step_lies_at_the_centre_of_its_slice(step: int, steps: int, position: float) -> None:
    assert position_on_ten(step, steps=steps) == pytest.approx(position)


@pytest.mark.parametrize(
    ("step", "steps", "shares"),
    [
        (1, 5, {1: 0.5, 2: 0.5}),
        (5, 5, {9: 0.5, 10: 0.5}),
        (4, 7, {5: 0.5, 6: 0.5}),
        (1, 7, {1: 11 / 14, 2: 3 / 14}),
        (7, 7, {9: 3 / 14, 10: 11 / 14}),
        (1, 2, {2: 0.125, 3: 0.75, 4: 0.125}),
        (6, 10, {6: 1.0}),
    ],
)
def test_one_vote_is_shared_as_computed_by_hand(
    step: int, steps: int, shares: dict[int, float]
) -> None:
    expected = [shares.get(bin_, 0.0) for bin_ in range(1, 11)]
    assert share_of_vote(step, steps=steps) == pytest.approx(expected)


@pytest.mark.parametrize(("step", "steps"), EVERY_STEP)
def test_a_vote_stays_whole_and_keeps_its_place(step: int, steps: int) -> None:
    shares = share_of_vote(step, steps=steps)
    assert min(shares) >= 0
    assert sum(shares) == pytest.approx(1)
    mean = sum(share * (index + 1) for index, share in enumerate(shares))
    assert (mean - 0.5) / 10 == pytest.approx((step - 0.5) / steps)
    variance = sum(share * (index + 1 - mean) ** 2 for index, share in enumerate(shares))
    assert variance <= 0.25 + 1e-9


@pytest.mark.parametrize("steps", SCALES)
def test_a_panel_keeps_its_votes_and_its_normalised_mean(steps: int) -> None:
    counts = [(7 * step) % 11 + 1 for step in range(steps)]
    ten = counts_to_ten(counts)
    assert sum(ten) == pytest.approx(sum(counts))
    before = sum(count * (index + 0.5) for index, count in enumerate(counts)) / sum(counts) / steps
    after = sum(count * (index + 0.5) for index, count in enumerate(ten)) / sum(ten) / 10
    assert after == pytest.approx(before)


@pytest.mark.parametrize("steps", [5, 7, 8, 9, 10])
def test_evenly_spread_votes_leave_no_bin_much_fuller_than_another(steps: int) -> None:
    shares = counts_to_distribution([1] * steps)
    assert max(shares) / min(shares) < 1.4


def test_a_ten_step_scale_is_left_alone() -> None:
    counts = [3, 0, 1, 4, 1, 5, 9, 2, 6, 5]
    assert counts_to_ten(counts) == pytest.approx(counts)


@pytest.mark.parametrize(
    "counts",
    [[], [1], [0, 0, 0], [1, -1, 2], [1, float("nan")], [float("inf"), 1], [1] * 11],
)
def test_votes_that_mean_nothing_are_refused(counts: list[float]) -> None:
    with pytest.raises(InvalidVotesError):
        counts_to_distribution(counts)


@pytest.mark.parametrize("step", [0, 6, -1])
def test_a_step_off_the_scale_is_refused(step: int) -> None:
    with pytest.raises(InvalidVotesError):
        share_of_vote(step, steps=5)
