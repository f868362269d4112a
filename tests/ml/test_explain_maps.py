"""Merge, class and gradient maps on networks small enough to work out by hand."""

import pytest
import torch
from torch import Tensor

from ml.explain.class_maps import aesthetic_weight, class_maps
from ml.explain.gradient_maps import gradient_maps
from ml.explain.grids import on_grid, smoothed
from ml.explain.merge_maps import Terms, merge_maps


def block(*channels: list[list[float]]) -> Tensor:
    return torch.tensor([channels])


# Spatial means (3, 4): length 5. One block, so the joint length is 1.
HAND = block([[12.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [8.0, 8.0]])
HAND_WEIGHT = torch.tensor([[0.5, -1.0], [1.0, 2.0]])


def two_blocks(seed: int = 5) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(2, 3, 8, 8, generator=generator),
        torch.randn(2, 5, 4, 4, generator=generator),
    ]


def two_weights(heads: int = 2) -> Tensor:
    return torch.randn(heads, 8, generator=torch.Generator().manual_seed(6))


def merged(blocks: list[Tensor]) -> Tensor:
    """The merge layer as its definition says: means, lengths, joined, length."""
    parts = [torch.nn.functional.normalize(part.mean(dim=(2, 3)), dim=1) for part in blocks]
    return torch.nn.functional.normalize(torch.cat(parts, dim=1), dim=1)


def test_signed_terms_are_weight_times_activation_over_the_length() -> None:
    drawn = merge_maps([HAND], HAND_WEIGHT, side=2, terms=Terms.SIGNED)
    expected = torch.tensor([[[1.2, 0.0], [-1.6, -1.6]], [[2.4, 0.0], [3.2, 3.2]]])
    torch.testing.assert_close(drawn[0], expected)


def test_positive_terms_rectify_each_channel_before_they_are_added() -> None:
    crossed = block([[5.0, 5.0], [5.0, 5.0]], [[0.0, 0.0], [0.0, 0.0]])
    crossed[0, 1] = -5.0
    weight = torch.tensor([[1.0, 0.9], [-1.0, -0.9]])
    drawn = merge_maps([crossed], weight, side=2)
    length = 50**0.5
    torch.testing.assert_close(drawn[0, 0], torch.full((2, 2), 5 / length))
    torch.testing.assert_close(drawn[0, 1], torch.full((2, 2), 4.5 / length))


def test_two_blocks_share_the_joint_length() -> None:
    weight = torch.tensor([[1.0, 1.0, 1.0, 1.0]])
    drawn = merge_maps([HAND, HAND], weight, side=2, terms=Terms.SIGNED)
    torch.testing.assert_close(drawn[0, 0, 0, 0], torch.tensor(2 * 12 / 5 / 2**0.5))


def test_a_dead_block_adds_nothing_and_takes_no_share_of_the_length() -> None:
    weight = torch.tensor([[1.0, 1.0, 1.0, 1.0]])
    drawn = merge_maps([HAND, torch.zeros_like(HAND)], weight, side=2, terms=Terms.SIGNED)
    torch.testing.assert_close(drawn, merge_maps([HAND], weight[:, :2], side=2, terms=Terms.SIGNED))


def test_signed_merge_maps_add_up_to_the_answer_less_its_bias() -> None:
    blocks, weight = two_blocks(), two_weights()
    answers = merged(blocks) @ weight.T
    for side in (4, 8, 16):
        drawn = merge_maps(blocks, weight, side=side, terms=Terms.SIGNED)
        torch.testing.assert_close(drawn.mean(dim=(2, 3)), answers, rtol=1e-4, atol=1e-5)


def test_the_signed_merge_map_is_gradient_times_activation_at_fixed_lengths() -> None:
    blocks, weight = two_blocks(), two_weights(1)
    lengths = [part.mean(dim=(2, 3)).norm(dim=1, keepdim=True) for part in blocks]

    def at_fixed_lengths(leaves: object) -> Tensor:
        assert isinstance(leaves, list)
        parts = [leaf.mean(dim=(2, 3)) / n for leaf, n in zip(leaves, lengths, strict=True)]
        return (torch.cat(parts, dim=1) / 2**0.5 @ weight.T)[:, 0]

    drawn = merge_maps(blocks, weight, side=8, terms=Terms.SIGNED)[:, 0]
    torch.testing.assert_close(drawn, gradient_maps(blocks, at_fixed_lengths, side=8))


def test_gradient_times_activation_through_the_lengths_sums_to_zero_instead() -> None:
    blocks, weight = two_blocks(), two_weights(1)
    answer = merged(blocks) @ weight.T

    def through_lengths(leaves: object) -> Tensor:
        assert isinstance(leaves, list)
        return (merged(leaves) @ weight.T)[:, 0]

    drawn = gradient_maps(blocks, through_lengths, side=8)
    torch.testing.assert_close(drawn.mean(dim=(1, 2)), torch.zeros(2), rtol=0, atol=1e-5)
    assert float(answer.abs().min()) > 0.01  # what the signed merge map adds up to


def test_the_tanh_behind_a_head_scales_its_map_and_changes_nothing_else() -> None:
    blocks, weight = [HAND], torch.tensor([[0.5, -1.0]])

    def answer(squash: bool) -> Tensor:
        def of(leaves: object) -> Tensor:
            assert isinstance(leaves, list)
            z = (leaves[0].mean(dim=(2, 3)) / 5 @ weight.T)[:, 0]
            return torch.tanh(z) if squash else z

        return gradient_maps(blocks, of, side=2)

    slope = 1 - torch.tanh(torch.tensor(0.5 * 0.6 - 0.8)) ** 2
    torch.testing.assert_close(answer(True), slope * answer(False))


def test_each_block_is_rectified_on_its_own_grid() -> None:
    shallow = block([[4.0, -4.0], [0.0, 8.0]])  # mean 2
    deep = block([[3.0]])
    drawn = merge_maps([shallow, deep], torch.tensor([[1.0, 1.0]]), side=2)
    assert float(drawn[0, 0, 0, 1]) == pytest.approx(1 / 2**0.5)  # what the deep block adds
    assert float(drawn[0, 0, 1, 1]) == pytest.approx((8 / 2 + 1) / 2**0.5)


def test_weights_for_other_blocks_are_refused() -> None:
    with pytest.raises(ValueError, match="9 weights for blocks of"):
        merge_maps(two_blocks(), torch.zeros(1, 9), side=4)


def test_a_class_map_weights_the_channels_and_averages_to_the_logit() -> None:
    weight = torch.tensor([[0.5, -1.0]])
    drawn = class_maps(HAND, weight)
    torch.testing.assert_close(drawn[0, 0], torch.tensor([[6.0, 0.0], [-8.0, -8.0]]))
    torch.testing.assert_close(drawn.mean(), torch.tensor(0.5 * 3 - 1.0 * 4))


def test_the_aesthetic_map_adds_up_to_what_decides_the_share_of_the_high_class() -> None:
    class_weight = torch.tensor([[0.3, 0.1], [-0.2, 0.4]])
    drawn = class_maps(HAND, aesthetic_weight(class_weight))
    low, high = class_weight @ torch.tensor([3.0, 4.0])
    torch.testing.assert_close(drawn.mean(), high - low)
    share = torch.softmax(torch.stack([low, high]), dim=0)[1]
    torch.testing.assert_close(torch.sigmoid(drawn.mean()), share)


def test_gradient_times_activation_of_a_hand_computed_answer() -> None:
    deep = block([[2.0]])

    def answer(leaves: object) -> Tensor:
        assert isinstance(leaves, list)
        first, second = leaves
        means = first.mean(dim=(2, 3))
        return means[:, 0] * means[:, 1] + 5 * second.mean(dim=(1, 2, 3))

    drawn = gradient_maps([HAND, deep], answer, side=2)
    # d/dA0 = 4/4 = 1 and d/dA1 = 3/4; times A, times 4 cells; the deep map adds 5 x 2 everywhere.
    torch.testing.assert_close(drawn[0], torch.tensor([[58.0, 10.0], [34.0, 34.0]]))


def test_gradient_maps_leave_the_maps_they_are_given_alone() -> None:
    given = HAND.clone()
    gradient_maps([given], lambda leaves: leaves[0].sum(dim=(1, 2, 3)), side=2)
    assert not given.requires_grad and given.grad is None


@pytest.mark.parametrize("side", [2, 4, 8, 16])
def test_a_new_grid_keeps_the_mean(side: int) -> None:
    given = torch.rand(1, 2, 8, 8, generator=torch.Generator().manual_seed(2))
    moved = on_grid(given, side)
    assert moved.shape == (1, 2, side, side)
    torch.testing.assert_close(moved.mean(dim=(2, 3)), given.mean(dim=(2, 3)))


def test_grids_finer_one_way_and_coarser_the_other_are_brought_to_the_square() -> None:
    assert on_grid(torch.ones(1, 1, 100, 2), 8).tolist() == torch.ones(1, 1, 8, 8).tolist()


def test_smoothing_keeps_a_flat_map_and_spreads_a_peak_evenly() -> None:
    torch.testing.assert_close(
        smoothed(torch.full((1, 5, 9), 3.0), 1.5), torch.full((1, 5, 9), 3.0)
    )
    peak = torch.zeros(1, 9, 9)
    peak[0, 4, 4] = 1.0
    spread = smoothed(peak, 1.0)[0]
    assert float(spread.sum()) == pytest.approx(1.0)
    torch.testing.assert_close(spread, spread.T)
    assert float(spread[4, 4] / spread[4, 5]) == pytest.approx(2.718281828**0.5, rel=1e-4)
