"""The networks compute what they should: the backbone as its wheel does, the heads as laid out."""

import numpy as np
import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet
from torch.nn import functional

from ml.layers.distribution_head import CLIP, DistributionHead
from ml.layers.mbconv import SameConv
from ml.layers.pooling import StagePooling
from ml.models import lite0
from ml.models.lite0 import BackboneWeightsError, Lite0
from ml.models.registry import UnknownModelError, create, names, register
from ml.models.scorer import Scorer


def test_the_folded_backbone_computes_what_the_wheel_computes() -> None:
    reference = EfficientNet.from_name("efficientnet-lite0")
    state = torch.load(lite0.weights_path(), weights_only=True)  # noqa: TID251
    reference.load_state_dict(state)
    ours = Lite0()
    ours.load_imagenet()
    pixels = torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(1)) * 255
    with torch.inference_mode():
        expected = reference.eval().extract_features((pixels - 127.0) / 128.0)
        actual = ours.eval()(pixels)[-1]
    assert torch.allclose(actual, expected, atol=1e-3)


def test_backbone_maps_shrink_as_declared() -> None:
    maps = Lite0()(torch.zeros(1, 3, 64, 96))
    assert [stage.shape[1] for stage in maps] == list(Lite0.channels)
    assert [tuple(stage.shape[2:]) for stage in maps] == [
        (32, 48), (16, 24), (8, 12), (4, 6), (4, 6), (2, 3), (2, 3), (2, 3)
    ]  # fmt: skip


def test_other_backbone_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lite0, "SHA256", "0" * 64)
    with pytest.raises(BackboneWeightsError, match="digest"):
        Lite0().load_imagenet()


def test_an_absent_wheel_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lite0, "PACKAGE", "no_such_wheel")
    with pytest.raises(BackboneWeightsError, match="no_such_wheel"):
        Lite0().load_imagenet()


@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (3, 1), (5, 1), (3, 2), (5, 2)])
def test_same_padding_follows_tensorflow(kernel: int, stride: int) -> None:
    conv = SameConv(2, 3, kernel=kernel, stride=stride)
    maps = torch.randn(1, 2, 12, 8)
    total = max(kernel - stride, 0)
    before, after = total // 2, total - total // 2
    padded = functional.pad(maps, (before, after, before, after))
    expected = functional.conv2d(padded, conv.conv.weight, conv.conv.bias, stride)
    assert torch.allclose(conv(maps), expected, atol=1e-6)
    assert conv(maps).shape[2:] == (12 // stride, 8 // stride)


@pytest.mark.parametrize(("kernel", "stride"), [(2, 1), (3, 3)])
def test_paddings_nobody_needs_are_refused(kernel: int, stride: int) -> None:
    with pytest.raises(ValueError, match="no same padding"):
        SameConv(1, 1, kernel=kernel, stride=stride)


def test_pooling_gives_mean_and_spread_of_every_channel() -> None:
    stage = torch.tensor([[[[0.0, 2.0], [4.0, 6.0]], [[1.0, 1.0], [1.0, 1.0]]]])
    pooled = StagePooling()([stage])
    assert pooled.tolist()[0] == pytest.approx([3.0, 1.0, 5**0.5, 0.0])


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
