"""A NIMA gives shares over any number of bins and keeps its two groups of parameters apart."""

import pytest
import torch

from ml.models.backbone import create_backbone
from ml.models.nima import NimaNetwork
from ml.models.registry import create


def tiny(**options: object) -> NimaNetwork:
    return NimaNetwork(create_backbone("tiny", None), **options)  # type: ignore[arg-type]


PIXELS = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(1)) * 255


@pytest.mark.parametrize(("pooling", "features"), [("top", 8), ("stages", 24)])
def test_both_poolings_end_in_shares_that_sum_to_one(pooling: str, features: int) -> None:
    network = tiny(pooling=pooling).eval()
    assert network.features(PIXELS).shape == (2, features) == (2, network.feature_count)
    shares = network(PIXELS)
    assert shares.shape == (2, 10)
    assert torch.allclose(shares.sum(dim=1), torch.ones(2))
    by_hand = network.logits(network.features(PIXELS)).softmax(dim=1)
    assert torch.equal(shares, by_hand)


def test_the_top_pooling_is_the_mean_of_the_last_map() -> None:
    network = tiny().eval()
    assert torch.allclose(network.features(PIXELS), network.stages(PIXELS)[-1].mean(dim=(2, 3)))


def test_dropout_acts_only_while_training() -> None:
    network = tiny(dropout=0.5)
    features = torch.ones(1, 8)
    network.train()
    assert len({tuple(network.logits(features)[0].tolist()) for _ in range(8)}) > 1
    network.eval()
    assert len({tuple(network.logits(features)[0].tolist()) for _ in range(8)}) == 1


def test_a_head_is_replaced_by_one_with_other_bins() -> None:
    network = tiny()
    network.reset_head(7, 0.1)
    assert network(PIXELS).shape == (2, 7)
    assert network.dropout.p == pytest.approx(0.1)
    assert sum(parameter.numel() for parameter in network.head_parameters()) == 8 * 7 + 7


@pytest.mark.parametrize(("bins", "dropout"), [(1, 0.5), (10, 1.0), (10, -0.1)])
def test_a_head_that_makes_no_sense_is_refused(bins: int, dropout: float) -> None:
    with pytest.raises(ValueError, match="no head"):
        tiny().reset_head(bins, dropout)


def test_head_and_backbone_share_no_parameter_and_leave_none_out() -> None:
    network = tiny(pooling="stages")
    head, body = set(network.head_parameters()), set(network.backbone_parameters())
    assert head and body and not head & body
    assert head | body == set(network.parameters())


def test_a_backward_pass_reaches_every_parameter() -> None:
    network = tiny(pooling="stages")
    network(PIXELS)[:, 0].sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


def test_features_are_standardised_by_those_of_the_training_pictures() -> None:
    network = tiny(pooling="stages").eval()
    pixels = torch.rand(6, 3, 16, 16) * 255
    network.standardise_by(network.features(pixels).detach(), least=1e-6)
    ready = network.features(pixels)
    assert torch.allclose(ready.mean(dim=0), torch.zeros(24), atol=1e-3)
    assert torch.allclose(ready.std(dim=0, correction=0), torch.ones(24), atol=1e-2)


def test_a_nima_is_created_by_name() -> None:
    network = create("nima", backbone="tiny", pooling="stages", bins=5, dropout=0.2)
    assert network(PIXELS).shape == (2, 5)
