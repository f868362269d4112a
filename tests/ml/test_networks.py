"""The layers and scorers compute what they should, and are made by name."""

import math

import pytest
import torch
from torch.nn import functional

from ml.layers.kernel_head import KernelHead
from ml.layers.mbconv import SameConv
from ml.layers.pooling import StagePooling
from ml.models.registry import UnknownModelError, create, names, register
from ml.models.scorer import Scorer
from ml.models.scoring_network import UnknownPanelError


def same_edges(side: int, kernel: int, stride: int) -> tuple[int, int]:
    """TensorFlow's rule for "SAME", from its documentation."""
    total = max((math.ceil(side / stride) - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2


@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (3, 1), (5, 1), (3, 2), (5, 2)])
@pytest.mark.parametrize(("height", "width"), [(12, 8), (13, 8), (12, 9), (15, 17)])
def test_same_padding_follows_tensorflow(kernel: int, stride: int, height: int, width: int) -> None:
    conv = SameConv(2, 3, kernel=kernel, stride=stride)
    maps = torch.randn(1, 2, height, width)
    edges = (*same_edges(width, kernel, stride), *same_edges(height, kernel, stride))
    padded = functional.pad(maps, edges)
    expected = functional.conv2d(padded, conv.conv.weight, conv.conv.bias, stride)
    assert torch.allclose(conv(maps), expected, atol=1e-6)
    assert conv(maps).shape[2:] == (math.ceil(height / stride), math.ceil(width / stride))


@pytest.mark.parametrize(("kernel", "stride"), [(2, 1), (3, 3)])
def test_paddings_nobody_needs_are_refused(kernel: int, stride: int) -> None:
    with pytest.raises(ValueError, match="no same padding"):
        SameConv(1, 1, kernel=kernel, stride=stride)


def test_pooling_gives_mean_and_spread_of_every_channel() -> None:
    stage = torch.tensor([[[[0.0, 2.0], [4.0, 6.0]], [[1.0, 1.0], [1.0, 1.0]]]])
    pooled = StagePooling()([stage])
    assert pooled.tolist()[0] == pytest.approx([3.0, 1.0, 5**0.5, 0.0])


def test_a_channel_without_spread_leaves_the_gradient_finite() -> None:
    stage = torch.ones(1, 1, 2, 2, requires_grad=True)
    StagePooling()([stage]).sum().backward()
    assert stage.grad is not None and bool(torch.isfinite(stage.grad).all())


def known_head() -> KernelHead:
    """One crowd, two known pictures on a line: the first pulls to bin 10, the second to bin 1."""
    head = KernelHead(1, panels=1, rank=1, support=2)
    head.directions.fill_(1.0)
    head.known.copy_(torch.tensor([[1.0], [-1.0]]))
    head.pull[0, 0, 9] = 0.2
    head.pull[0, 1, 0] = 0.3
    return head


def test_a_head_adds_what_known_pictures_pull_by_how_alike_they_are() -> None:
    shares = known_head()(torch.tensor([[0.5]]), 0)[0]
    expected = torch.full((10,), 0.1)
    expected[9] += 0.2 * math.exp(-0.25)
    expected[0] += 0.3 * math.exp(-2.25)
    assert torch.allclose(shares, expected / expected.sum(), atol=1e-6)


def test_a_picture_unlike_all_known_ones_gets_the_base() -> None:
    shares = known_head()(torch.tensor([[1e9]]), 0)[0]
    assert torch.allclose(shares, torch.full((10,), 0.1), atol=1e-6)


def test_a_share_below_nothing_is_cut() -> None:
    head = known_head()
    head.pull[0, 0, 9] = -5.0
    shares = head(torch.tensor([[1.0]]), 0)[0]
    assert float(shares[9]) == pytest.approx(0.0, abs=1e-5)
    assert float(shares.sum()) == pytest.approx(1.0)


def test_models_are_created_by_name() -> None:
    assert {"nima", "scorer"} <= set(names())
    scorer = create("scorer", backbones=["tiny", "tiny"], panels=["a", "b"], rank=2, support=3)
    assert isinstance(scorer, Scorer)
    assert scorer(torch.zeros(2, 3, 16, 16), "b").shape == (2, 10)
    assert scorer.features(torch.zeros(2, 3, 16, 16)).shape == (2, scorer.feature_count)
    with pytest.raises(UnknownModelError, match="nobody"):
        create("nobody")
    with pytest.raises(UnknownPanelError, match="no panel c"):
        scorer(torch.zeros(1, 3, 16, 16), "c")


def test_the_top_means_are_the_pooled_last_map() -> None:
    scorer = create("scorer", backbones=["tiny", "tiny"], panels=["a"], rank=2, support=3)
    assert isinstance(scorer, Scorer)
    pixels = torch.rand(1, 3, 16, 16) * 255
    top = scorer.backbones[-1](pixels)[-1].mean(dim=(2, 3))
    assert torch.allclose(scorer.features(pixels)[:, scorer.top_means], top, atol=1e-5)


def test_a_name_is_given_once() -> None:
    with pytest.raises(ValueError, match="taken"):
        register("scorer")(torch.nn.Identity)
