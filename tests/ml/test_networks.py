"""The layers and scorers compute what they should, and are made by name."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from ml.layers.distribution_head import CLIP, DistributionHead
from ml.layers.mbconv import SameConv
from ml.layers.pooling import StagePooling
from ml.models.registry import UnknownModelError, create, names, register
from ml.models.scorer import Scorer


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


def test_a_head_averages_its_members_and_sums_to_one() -> None:
    torch.manual_seed(1)
    head = DistributionHead(6, hidden=4, members=3).eval()
    features = torch.randn(5, 6)
    by_hand = torch.stack([member(features).softmax(dim=1) for member in head.members]).mean(0)
    assert torch.allclose(head(features), by_hand, atol=1e-6)
    assert np.allclose(head(features).sum(dim=1).detach(), 1.0, atol=1e-6)


def test_a_head_clips_what_no_training_picture_had() -> None:
    head = DistributionHead(2, hidden=4, members=1)
    assert head.standardised(torch.tensor([[1e9, -1e9]])).tolist() == [[CLIP, -CLIP]]


def test_models_are_created_by_name() -> None:
    assert {"lite0-scorer", "tiny-scorer"} <= set(names())
    scorer = create("tiny-scorer", panels=["a", "b"])
    assert isinstance(scorer, Scorer)
    shares = scorer(torch.zeros(2, 3, 16, 16), "b")
    assert shares.shape == (2, 10)
    with pytest.raises(UnknownModelError, match="nobody"):
        create("nobody")
    with pytest.raises(KeyError):
        scorer(torch.zeros(1, 3, 16, 16), "c")


def test_a_name_is_given_once() -> None:
    with pytest.raises(ValueError, match="taken"):
        register("tiny-scorer")(torch.nn.Identity)
