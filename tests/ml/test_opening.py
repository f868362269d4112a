"""A file is opened no larger than needed and upright, and scores do not notice."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.data.opening import open_picture
from ml.data.transforms import to_squares

SIDE = 64


def photo(width: int, height: int) -> Image.Image:
    """Smooth colours with a little grain, as a camera would see."""
    generator = np.random.default_rng(1)
    coarse = Image.fromarray(generator.integers(0, 255, (8, 8, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), dtype=np.int16)
    grain = generator.integers(-9, 9, (height, width, 3))
    return Image.fromarray((smooth + grain).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    ("size", "opened"),
    [
        ((1600, 1200), (400, 300)),
        ((400, 300), (400, 300)),
        ((3200, 200), (3200, 200)),
        ((40, 30), (40, 30)),
    ],
)
def test_both_sides_of_a_jpeg_keep_three_times_the_side(
    tmp_path: Path, size: tuple[int, int], opened: tuple[int, int]
) -> None:
    photo(*size).save(tmp_path / "a.jpg")
    assert open_picture(tmp_path / "a.jpg", SIDE).size == opened


def test_the_network_sees_the_same_square(tmp_path: Path) -> None:
    photo(1600, 1200).save(tmp_path / "a.jpg", quality=92)
    with Image.open(tmp_path / "a.jpg") as whole:
        expected = to_squares([whole], side=SIDE).astype(float)
    actual = to_squares([open_picture(tmp_path / "a.jpg", SIDE)], side=SIDE).astype(float)
    assert np.abs(actual - expected).mean() < 0.5
    assert np.abs(actual - expected).max() < 6


@pytest.mark.parametrize("size", [(500, 400), (1201, 803), (80, 80), (64, 200), (3, 1)])
def test_squares_are_those_that_pillow_makes(size: tuple[int, int]) -> None:
    expected = np.asarray(
        photo(*size).resize((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=3.0)
    )
    gap = np.abs(to_squares([photo(*size)], side=SIDE)[0].astype(int) - expected)
    assert gap.max() <= 3 and gap.mean() < 0.3


def test_a_picture_lying_on_its_side_is_put_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    photo(90, 60).save(tmp_path / "a.jpg", exif=exif)
    assert open_picture(tmp_path / "a.jpg", SIDE).size == (60, 90)


def test_other_formats_are_opened_whole(tmp_path: Path) -> None:
    photo(800, 600).save(tmp_path / "a.png")
    assert open_picture(tmp_path / "a.png", SIDE).size == (800, 600)


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    photo(800, 600).save(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:5000])
    with pytest.raises(OSError, match="truncated"):
        open_picture(tmp_path / "a.jpg", SIDE)
