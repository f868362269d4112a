"""A NIMA trained with Keras is read from its hdf5 file, number by number."""

from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from ml.models.backbone import NoClassifierError, create_backbone
from ml.models.keras_nima import import_keras_nima
from ml.models.mobilenet import BLOCKS
from ml.models.weights import (
    NotFiniteError,
    TensorNamesError,
    TensorShapeError,
    UnreadableWeightsError,
    WeightsError,
    WeightSource,
    WrongArchitectureError,
)

Arrays = dict[str, np.ndarray]
NORM = ("gamma", "beta", "moving_mean", "moving_variance")


def norm(generator: np.random.Generator, channels: int) -> Iterator[tuple[str, np.ndarray]]:
    for part in NORM:
        yield part, generator.uniform(0.5, 1.5, channels)


def nima_arrays() -> Arrays:
    """Random numbers under the names that Keras gives a NIMA on MobileNet."""
    generator = np.random.default_rng(1)
    arrays: Arrays = {"conv1/kernel": generator.normal(0, 0.2, (3, 3, 3, 32))}
    arrays |= {f"conv1_bn/{part}": value for part, value in norm(generator, 32)}
    inputs = 32
    for number, (outputs, _stride) in enumerate(BLOCKS, start=1):
        arrays[f"conv_dw_{number}/depthwise_kernel"] = generator.normal(0, 0.3, (3, 3, inputs, 1))
        arrays[f"conv_pw_{number}/kernel"] = generator.normal(0, 0.1, (1, 1, inputs, outputs))
        for short, channels in (("dw", inputs), ("pw", outputs)):
            for part, value in norm(generator, channels):
                arrays[f"conv_{short}_{number}_bn/{part}"] = value
        inputs = outputs
    arrays["dense_1/kernel"] = generator.normal(0, 0.1, (1024, 10))
    arrays["dense_1/bias"] = generator.normal(0, 0.1, 10)
    return arrays


def write(path: Path, arrays: Arrays, *, whole_model: bool = False) -> Path:
    """As ``save_weights`` lays it out, or as a whole saved model with its optimiser's state."""
    with h5py.File(path, "w") as file:
        root = file.create_group("model_weights") if whole_model else file
        for name, array in arrays.items():
            layer = name.split("/")[0]
            root.create_dataset(f"{layer}/{name}:0", data=array.astype(np.float32))
        if whole_model:
            moments = file.create_group("optimizer_weights")
            moments.create_dataset("training/Adam/conv1/kernel/m:0", data=np.zeros(3))
    return path


@pytest.fixture(scope="module")
def arrays() -> Arrays:
    return nima_arrays()


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    return np.random.default_rng(2).uniform(0, 255, (1, 3, 32, 32)).astype(np.float32)


def normalised(values: np.ndarray, arrays: Arrays, layer: str) -> np.ndarray:
    """Keras' batch normalisation and ReLU6 over the last axis."""
    gamma, beta, mean, variance = (arrays[f"{layer}_bn/{part}"] for part in NORM)
    return np.clip(gamma * (values - mean) / np.sqrt(variance + 1e-3) + beta, 0, 6)


def stem_by_hand(pixels: np.ndarray, arrays: Arrays) -> np.ndarray:
    """The first layer on (3, 32, 32), one zero row and column after the last: (16, 16, 32)."""
    ready = np.pad(pixels[0].transpose(1, 2, 0) / 127.5 - 1, ((0, 1), (0, 1), (0, 0)))
    out = np.empty((16, 16, 32))
    for row, column in np.ndindex(16, 16):
        patch = ready[2 * row : 2 * row + 3, 2 * column : 2 * column + 3]
        out[row, column] = np.einsum("hwi,hwio->o", patch, arrays["conv1/kernel"])
    return normalised(out, arrays, "conv1")


def first_block_by_hand(stem: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Depthwise with a border of zeros, then pointwise: (16, 16, 64)."""
    ready = np.pad(stem, ((1, 1), (1, 1), (0, 0)))
    deep = np.empty_like(stem)
    for row, column in np.ndindex(16, 16):
        patch = ready[row : row + 3, column : column + 3]
        deep[row, column] = np.einsum(
            "hwc,hwc->c", patch, arrays["conv_dw_1/depthwise_kernel"][..., 0]
        )
    deep = normalised(deep, arrays, "conv_dw_1")
    return normalised(deep @ arrays["conv_pw_1/kernel"][0, 0], arrays, "conv_pw_1")


@pytest.mark.parametrize("whole_model", [False, True])
def test_layers_compute_what_keras_computes(
    arrays: Arrays, pixels: np.ndarray, tmp_path: Path, whole_model: bool
) -> None:
    path = write(tmp_path / "nima.hdf5", arrays, whole_model=whole_model)
    network = import_keras_nima(path).eval()
    with torch.inference_mode():
        stages = network.stages(torch.from_numpy(pixels))
        features = network.features(torch.from_numpy(pixels)).numpy()
        shares = network(torch.from_numpy(pixels)).numpy()
    first = first_block_by_hand(stem_by_hand(pixels, arrays), arrays)
    assert np.allclose(stages[0][0].permute(1, 2, 0), first, atol=1e-3)
    logits = features @ arrays["dense_1/kernel"] + arrays["dense_1/bias"]
    exponents = np.exp(logits - logits.max())
    assert np.allclose(shares, exponents / exponents.sum(), atol=1e-5)
    assert network.dropout.p == 0.75


def test_maps_shrink_as_declared() -> None:
    backbone = create_backbone("mobilenet-v1", None)
    maps = backbone(torch.zeros(1, 3, 64, 64))
    assert [stage.shape[1] for stage in maps] == list(backbone.channels)
    assert [64 // stage.shape[2] for stage in maps] == list(backbone.strides)


def test_an_imagenet_file_fills_the_backbone_and_its_classifier(
    arrays: Arrays, tmp_path: Path
) -> None:
    body = {name: array for name, array in arrays.items() if not name.startswith("dense")}
    without = write(tmp_path / "no_top.h5", body)
    with pytest.raises(NoClassifierError):
        create_backbone("mobilenet-v1", WeightSource.file(without)).classify(torch.zeros(1))
    classes = {"conv_preds/kernel": np.ones((1, 1, 1024, 1000)), "conv_preds/bias": np.ones(1000)}
    backbone = create_backbone(
        "mobilenet-v1", WeightSource.file(write(tmp_path / "top.h5", {**body, **classes}))
    )
    logits = backbone.classify(torch.full((1, 1024, 2, 2), 0.5))
    assert logits.tolist()[0] == pytest.approx([513.0] * 1000)


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"conv_dw_7/depthwise_kernel": None}, TensorNamesError, r"pairs\.6\.0\.conv"),
        ({"conv_pw_3/kernel": np.zeros((1, 1, 128, 64))}, TensorShapeError, "shape"),
        ({"conv1_bn/beta": np.full(32, np.nan)}, NotFiniteError, "finite"),
        ({"dense_1/kernel": np.zeros((1024, 5))}, TensorShapeError, "dense_1/weight"),
        ({"dense_1/kernel": None, "dense_1/bias": None}, TensorNamesError, "one dense layer"),
        ({"se_1/kernel": np.zeros(2)}, TensorNamesError, "se_1"),
        ({"conv1/kernel": None}, WrongArchitectureError, "mobilenet-v1"),
    ],
)
def test_a_file_that_is_no_such_nima_is_refused(
    arrays: Arrays,
    tmp_path: Path,
    change: dict[str, np.ndarray | None],
    error: type[WeightsError],
    match: str,
) -> None:
    odd = {name: array for name, array in {**arrays, **change}.items() if array is not None}
    with pytest.raises(error, match=match):
        import_keras_nima(write(tmp_path / "odd.h5", odd))


def test_a_file_of_keras_3_is_named(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "new.weights.h5", "w") as file:
        file.create_dataset("layers/conv2d/vars/0", data=np.zeros((3, 3, 3, 32)))
    with pytest.raises(UnreadableWeightsError, match="Keras 3"):
        import_keras_nima(tmp_path / "new.weights.h5")


def test_a_file_that_is_no_hdf5_is_refused(tmp_path: Path) -> None:
    (tmp_path / "nima.hdf5").write_bytes(b"not at all")
    with pytest.raises(UnreadableWeightsError, match="no HDF5"):
        import_keras_nima(tmp_path / "nima.hdf5")
