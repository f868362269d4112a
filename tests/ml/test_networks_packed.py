"""A trained network is packed into one file, and comes back the same or not at all."""

from pathlib import Path

import pytest
import torch

from ml.models.backbone import create_backbone
from ml.models.checkpoints import load_network, pack_network
from ml.models.nima import NimaNetwork
from ml.models.weights import NotFiniteError, UnreadableWeightsError, WrongArchitectureError

NAME = "nima tiny stages"
PIXELS = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(1)) * 255


def nima(seed: int) -> NimaNetwork:
    torch.manual_seed(seed)
    network = NimaNetwork(create_backbone("tiny", None), pooling="stages").eval()
    network.standardise_by(torch.rand(4, network.feature_count))
    return network


def test_a_packed_network_comes_back_the_same(tmp_path: Path) -> None:
    network, copy = nima(1), nima(2)
    (tmp_path / "n.safetensors").write_bytes(pack_network(network, architecture=NAME))
    assert not torch.equal(copy(PIXELS), network(PIXELS))
    load_network(copy, tmp_path / "n.safetensors", architecture=NAME)
    assert torch.equal(copy(PIXELS), network(PIXELS))


def test_a_file_of_another_architecture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "n.safetensors").write_bytes(pack_network(nima(1), architecture="nima lite0 top"))
    with pytest.raises(WrongArchitectureError, match="nima lite0 top"):
        load_network(nima(2), tmp_path / "n.safetensors", architecture=NAME)


def test_numbers_that_are_not_finite_are_not_packed() -> None:
    network = nima(1)
    with torch.no_grad():
        network.head.weight[0, 0] = float("inf")
    with pytest.raises(NotFiniteError, match=r"head\.weight"):
        pack_network(network, architecture=NAME)


def test_a_cut_off_file_is_refused(tmp_path: Path) -> None:
    content = pack_network(nima(1), architecture=NAME)
    (tmp_path / "n.safetensors").write_bytes(content[:-10])
    with pytest.raises(UnreadableWeightsError):
        load_network(nima(2), tmp_path / "n.safetensors", architecture=NAME)
