"""Tiles: 64 x 64 grey PNG, 255 where the map is strongest."""

from io import BytesIO

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from ml.contracts.explanations import MapKind, MapTile
from ml.explain.rendering import TILE_SIDE, MapNotFiniteError, tile


def drawn(values: torch.Tensor) -> MapTile:
    return tile(values, kind=MapKind.MERGE, key="overall")


def levels(made: MapTile) -> NDArray[np.uint8]:
    with Image.open(BytesIO(made.png)) as picture:
        assert picture.format == "PNG" and picture.mode == "L"
        return np.asarray(picture)


def test_a_map_of_the_tile_size_is_scaled_to_255_and_rectified() -> None:
    values = torch.zeros(TILE_SIDE, TILE_SIDE)
    values[3, 5], values[4, 5], values[5, 5] = 0.5, 0.25, -9.0
    made = drawn(values)
    seen = levels(made)
    assert made.peak == 0.5
    assert (seen[3, 5], seen[4, 5], seen[5, 5], seen[0, 0]) == (255, 128, 0, 0)


@pytest.mark.parametrize("shape", [(1, 1), (7, 7), (56, 56), (256, 256), (1, 500), (300, 3)])
def test_maps_of_any_shape_fill_the_square(shape: tuple[int, int]) -> None:
    made = drawn(torch.rand(shape, generator=torch.Generator().manual_seed(1)) + 0.1)
    seen = levels(made)
    assert seen.shape == (TILE_SIDE, TILE_SIDE) and seen.max() == 255


@pytest.mark.parametrize("value", [0.0, -3.0, 1e-38])
def test_a_map_with_nothing_to_show_is_dark_and_peaks_at_0(value: float) -> None:
    made = drawn(torch.full((8, 8), value))
    assert made.peak == 0 and levels(made).max() == 0


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_map_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(MapNotFiniteError, match="merge map of overall"):
        drawn(torch.tensor([[1.0, value]]))
