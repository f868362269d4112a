"""Adversarial explanation on judges whose answer can be worked out by hand."""

import pytest
import torch
from torch import Tensor

from ml.explain.adversarial import heat, least_sizes, push, size_of

RAISE, LOWER = torch.ones(1), -torch.ones(1)
GREY = torch.full((1, 3, 4, 4), 128.0)


def corner(pixels: Tensor) -> Tensor:
    """Nothing but the red of the first pixel counts, half a point for a level."""
    return pixels[:, 0, 0, 0] / 2


def easily_hurt(pixels: Tensor) -> Tensor:
    """Darker costs three times what brighter brings; all colour values count alike."""
    change = pixels.mean(dim=(1, 2, 3)) - 128.0
    return torch.where(change > 0, change, 3 * change)


def test_the_change_goes_where_the_judge_looks_and_has_the_allowed_size() -> None:
    found = push(corner, GREY, signs=RAISE, radius=1.0, steps=4)
    assert float(found.size) == pytest.approx(1.0, rel=1e-5)
    assert float(found.delta[0, 0, 0, 0]) == pytest.approx(48**0.5, rel=1e-5)  # all of the RMS
    assert float(found.delta.abs().sum()) == pytest.approx(48**0.5, rel=1e-5)


def test_raising_raises_and_lowering_lowers() -> None:
    up = push(corner, GREY, signs=RAISE, radius=1.0, steps=2).delta
    down = push(corner, GREY, signs=LOWER, radius=1.0, steps=2).delta
    assert corner(GREY + up) > corner(GREY) > corner(GREY + down)


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_no_change_leaves_its_ball_or_the_range_of_pixels(steps: int) -> None:
    generator = torch.Generator().manual_seed(4)
    pixels = torch.rand(2, 3, 6, 6, generator=generator) * 255
    weight = torch.randn(3, 6, 6, generator=generator)
    found = push(
        lambda given: (given * weight).square().mean(dim=(1, 2, 3)),
        pixels,
        signs=torch.tensor([1.0, -1.0]),
        radius=40.0,
        steps=steps,
    )
    assert bool((size_of(found.delta) <= 40.0 * (1 + 1e-5)).all())
    changed = pixels + found.delta
    assert float(changed.min()) >= -1e-4 and float(changed.max()) <= 255 + 1e-4


def test_where_all_values_count_alike_each_moves_by_the_radius() -> None:
    found = push(easily_hurt, GREY, signs=LOWER, radius=3.0, steps=3)
    torch.testing.assert_close(found.delta, torch.full_like(GREY, -3.0))


def test_white_cannot_be_made_whiter() -> None:
    found = push(easily_hurt, torch.full((1, 3, 4, 4), 255.0), signs=RAISE, radius=2.0, steps=3)
    assert float(found.delta.abs().max()) == 0 and float(found.size) == 0


def test_one_picture_is_pushed_both_ways_as_each_way_by_itself() -> None:
    both = push(corner, GREY, signs=torch.tensor([1.0, -1.0]), radius=1.0, steps=3).delta
    torch.testing.assert_close(both[:1], push(corner, GREY, signs=RAISE, radius=1.0, steps=3).delta)
    torch.testing.assert_close(both[1:], push(corner, GREY, signs=LOWER, radius=1.0, steps=3).delta)


def test_a_judge_with_no_slope_is_pushed_nowhere() -> None:
    found = push(lambda given: 0.0 * given.sum(dim=(1, 2, 3)), GREY, signs=RAISE, radius=1, steps=2)
    assert float(found.delta.abs().sum()) == 0


def test_no_steps_or_no_radius_is_refused() -> None:
    with pytest.raises(ValueError, match="no push"):
        push(corner, GREY, signs=RAISE, radius=1.0, steps=0)
    with pytest.raises(ValueError, match="no push"):
        push(corner, GREY, signs=RAISE, radius=0.0, steps=1)


def test_the_size_needed_is_interpolated_between_steps() -> None:
    # One level of RMS moves the corner by sqrt(48) levels, hence the mean by half of that.
    needed = least_sizes(corner, GREY, signs=RAISE, change=0.5, stride=0.1, limit=9)
    assert float(needed) == pytest.approx(0.5 / (48**0.5 / 2), rel=1e-4)


def test_worsening_needs_less_where_the_judge_is_easily_hurt() -> None:
    pixels = GREY.repeat(2, 1, 1, 1)
    needed = least_sizes(
        easily_hurt, pixels, signs=torch.tensor([1.0, -1.0]), change=0.3, stride=0.02, limit=50
    )
    assert needed.tolist() == pytest.approx([0.3, 0.1], rel=0.05)


def test_what_cannot_be_reached_is_infinite() -> None:
    needed = least_sizes(corner, GREY, signs=RAISE, change=1e6, stride=1.0, limit=3)
    assert torch.isinf(needed).all()


def test_heat_adds_the_channels_and_peaks_where_the_change_was() -> None:
    delta = torch.zeros(1, 3, 64, 64)
    delta[0, 0, 10, 50], delta[0, 2, 10, 50] = 3.0, -5.0
    warm = heat(delta)
    assert warm.shape == (1, 64, 64)
    assert float(warm.sum()) == pytest.approx(8.0, rel=1e-4)
    assert divmod(int(warm.argmax()), 64) == (10, 50)
