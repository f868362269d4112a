"""The slow way brings a picture nearer to a style, can be followed, stopped and repeated."""

import numpy as np
import pytest
import torch
from PIL import Image

from ml.data.transforms import UnusablePictureError
from ml.style.features import BackboneStyle, open_features
from ml.style.pictures import StyleMemoryError, brought
from ml.style.slow import (
    Optimiser,
    SlowSettings,
    Start,
    Stroke,
    TransferCancelledError,
    paint,
)

SETTINGS = SlowSettings(steps=6, content=0.0, style=1000.0, smooth=0.0)


@pytest.fixture(scope="module")
def features() -> BackboneStyle:
    torch.manual_seed(0)
    return open_features("tiny")


@pytest.fixture(scope="module")
def pair() -> tuple[Image.Image, Image.Image]:
    across = np.tile(np.arange(0, 256, 8, dtype=np.uint8), (24, 1))
    content = Image.fromarray(across).convert("RGB")
    noise = np.random.default_rng(1).integers(0, 255, (20, 28, 3), dtype=np.uint8)
    return content, Image.fromarray(noise)


@pytest.mark.parametrize("optimiser", list(Optimiser))
def test_the_style_comes_nearer_and_every_step_is_told(
    features: BackboneStyle, pair: tuple[Image.Image, Image.Image], optimiser: Optimiser
) -> None:
    strokes: list[Stroke] = []
    settings = SlowSettings(
        steps=6, content=0.0, style=1000.0, smooth=0.0, optimiser=optimiser, rate=10.0
    )
    made = paint(*pair, features, settings, on_progress=strokes.append)
    assert made.size == pair[0].size
    assert [stroke.done for stroke in strokes] == list(range(1, len(strokes) + 1))
    assert 1 < len(strokes) <= 8
    assert strokes[-1].style < strokes[0].style


def test_a_seed_gives_the_same_picture_again(
    features: BackboneStyle, pair: tuple[Image.Image, Image.Image]
) -> None:
    def made(seed: int) -> bytes:
        settings = SlowSettings(steps=2, start=Start.NOISE, seed=seed)
        return paint(*pair, features, settings).tobytes()

    assert made(1) == made(1) != made(2)


def test_cancelling_makes_nothing(
    features: BackboneStyle, pair: tuple[Image.Image, Image.Image]
) -> None:
    strokes: list[Stroke] = []
    with pytest.raises(TransferCancelledError, match="after 2 of 6"):
        paint(
            *pair, features, SETTINGS,
            on_progress=strokes.append, should_stop=lambda: len(strokes) == 2,
        )  # fmt: skip


def test_a_style_larger_than_memory_allows_is_refused_with_the_side_that_fits(
    features: BackboneStyle, pair: tuple[Image.Image, Image.Image]
) -> None:
    large = Image.new("RGB", (2000, 1000))
    with pytest.raises(StyleMemoryError, match=r"style picture of 2000 x 1000 .* a side of"):
        paint(pair[0], large, features, SlowSettings(memory_mib=100))


def test_pictures_come_at_the_side_that_is_asked_for_on_white() -> None:
    clear = Image.new("RGBA", (40, 20), (255, 0, 0, 0))
    small = brought(clear, side=64)
    assert (small.size, small.getpixel((3, 3))) == ((64, 32), (255, 255, 255))
    with pytest.raises(UnusablePictureError, match="at least 16"):
        brought(Image.new("RGB", (9, 40)), side=64)
