"""The merge layer: hand-computed, of length 1, and each picture for itself."""

import pytest
import torch

from ml.layers.merge import MergeLayer, merge_scales
from ml.models.attribute_mapper import AttributeMapper, HeadSpec, MergeHeads
from ml.models.backbone import create_backbone
from ml.models.registry import create

HEADS = (HeadSpec("light", -1.0, 1.0), HeadSpec("symmetry", 0.0, 1.0), HeadSpec("overall", 1, 10))


def flat(*channels: float, side: int) -> torch.Tensor:
    """One picture's maps, each channel the same everywhere."""
    return torch.tensor(channels).view(1, -1, 1, 1).expand(1, len(channels), side, side)


def mapper() -> AttributeMapper:
    """A tiny network with random heads, large enough to answer differently."""
    network = AttributeMapper(create_backbone("tiny", None), HEADS).eval()
    generator = torch.Generator().manual_seed(5)
    for value in network.taught.state_dict().values():
        value.copy_(torch.randn(value.shape, generator=generator))
    return network


def pictures(count: int = 6) -> torch.Tensor:
    return torch.rand(count, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 255


def test_two_blocks_merge_as_computed_by_hand() -> None:
    merged = MergeLayer()([flat(3.0, 4.0, side=4), flat(0.0, -2.0, 0.0, side=2)])
    half = 0.5**0.5
    expected = torch.tensor([[0.6 * half, 0.8 * half, 0.0, -half, 0.0]])
    assert torch.allclose(merged, expected, atol=1e-6)


def test_every_block_counts_as_much_as_any_other() -> None:
    merged = MergeLayer()([torch.rand(3, 5, 4, 4), 1000 * torch.rand(3, 7, 2, 2)])
    parts = merged.split([5, 7], dim=1)
    assert all(torch.allclose(part.norm(dim=1) ** 2, torch.tensor(0.5)) for part in parts)


def test_a_block_that_is_dark_everywhere_adds_nothing_and_breaks_nothing() -> None:
    blocks = [torch.zeros(1, 3, 4, 4), flat(2.0, 0.0, side=2)]
    assert MergeLayer()(blocks).tolist() == [[0.0, 0.0, 0.0, 1.0, 0.0]]
    assert merge_scales(blocks).tolist() == [[0.0, 0.5]]


def test_a_merged_feature_is_the_mean_of_its_map_times_the_scale() -> None:
    blocks = [torch.randn(4, 5, 6, 6), torch.randn(4, 3, 2, 2)]
    scales = merge_scales(blocks).T
    scaled = [b.mean(dim=(2, 3)) * s[:, None] for b, s in zip(blocks, scales, strict=True)]
    assert torch.allclose(torch.cat(scaled, dim=1), MergeLayer()(blocks), atol=1e-6)


def test_a_prediction_does_not_depend_on_its_batch() -> None:
    """The published code takes lengths over axis 0, the batch: alone, every feature is 1."""
    network, pixels = mapper(), pictures()
    with torch.inference_mode():
        together = network(pixels)
        alone = [network(pixels[row : row + 1]) for row in range(len(pixels))]
    for answers, name in ((together.values, "values"), (together.awcu_values, "awcu_values")):
        apart = torch.cat([getattr(one, name) for one in alone])
        assert torch.allclose(answers, apart, atol=1e-5)
    assert together.values.std(dim=0).min() > 1e-3


def test_brightness_of_all_maps_alike_changes_no_answer() -> None:
    network = mapper()
    with torch.inference_mode():
        blocks = network.blocks(pictures(2))
        brighter = [3 * block for block in blocks]
        assert torch.allclose(network.answer(blocks).values, network.answer(brighter).values)


def test_answers_stay_within_their_ranges() -> None:
    network = mapper()
    network.taught["merge"].get_buffer("bias").copy_(torch.tensor([50.0, -50.0, 50.0]))
    with torch.inference_mode():
        answers = network(pictures())
    assert answers.values.shape == (6, 3)
    assert answers.values[0].tolist() == pytest.approx([1.0, 0.0, 10.0])
    assert torch.allclose(answers.class_shares.sum(dim=1), torch.ones(6))


def test_a_range_of_minus_one_to_one_has_the_tanh_of_the_paper() -> None:
    heads = MergeHeads((HeadSpec("light", -1.0, 1.0), HeadSpec("symmetry", 0.0, 1.0)), 1)
    heads.weight.copy_(torch.tensor([[1.0], [1.0]]))
    values = heads(torch.tensor([[0.4]]))
    assert values[0, 0] == pytest.approx(float(torch.tanh(torch.tensor(0.4))))
    assert values[0, 1] == pytest.approx(float(torch.sigmoid(torch.tensor(0.8))))


def test_the_class_map_adds_up_to_what_the_branch_answers() -> None:
    network = mapper()
    with torch.inference_mode():
        blocks = network.blocks(pictures(1))
        answers = network.answer(blocks)
        drawn = torch.einsum("kc,bchw->bkhw", network.attribute_weight, blocks[-1])
        bias = network.taught["awcu"].get_buffer("attribute_bias")
        assert torch.allclose(drawn.mean(dim=(2, 3)) + bias, answers.awcu_values, atol=1e-3)
        logits = torch.einsum("kc,bchw->bkhw", network.class_weight, blocks[-1]).mean(dim=(2, 3))
        shares = (logits + network.taught["awcu"].get_buffer("class_bias")).softmax(dim=1)
        assert torch.allclose(shares, answers.class_shares, atol=1e-5)


def test_the_registry_builds_heads_from_what_a_card_holds() -> None:
    heads = [{"key": "light", "low": -1, "high": 1}]
    network = create("attribute-mapper", backbone="tiny", heads=heads)
    assert isinstance(network, AttributeMapper)
    assert network.keys == ("light",)
    assert network.feature_count == network.merge_weight.shape[1] == 12


@pytest.mark.parametrize(
    "heads",
    [
        [],
        [{"key": "light", "low": -1, "high": 1}] * 2,
        [{"key": "light", "low": 1, "high": 1}],
        [{"key": "light", "low": -1, "high": 1, "weight": 2}],
    ],
)
def test_heads_that_make_no_sense_are_refused(heads: list[dict[str, object]]) -> None:
    with pytest.raises(ValueError, match=r"head|range"):
        create("attribute-mapper", backbone="tiny", heads=heads)
