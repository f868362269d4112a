"""Readers, splits and the picture transform, on good and on broken input."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.data.readers import read_oasis, read_sophoappeal
from ml.data.samples import DataSetError, Panel, VotedPicture
from ml.data.splits import folds, holdout
from ml.data.transforms import UnusablePictureError, mirrored, to_pixels
from tests.ml.panels import write_oasis, write_sophoappeal


def test_a_panel_is_read_in_the_order_of_its_keys(tmp_path: Path) -> None:
    panel = read_oasis(write_oasis(tmp_path / "oasis", count=12))
    assert (panel.name, panel.steps, len(panel.pictures)) == ("oasis", 7, 12)
    keys = [picture.key for picture in panel.pictures]
    assert keys == sorted(keys)
    assert panel.pictures[0].mean < panel.pictures[-1].mean


def test_rows_without_votes_are_left_out(tmp_path: Path) -> None:
    folder = write_sophoappeal(tmp_path / "tiles", count=6)
    table = folder / "labels.csv"
    lines = table.read_text().splitlines()
    lines[1] = "picture 0.png,,,,,"
    table.write_text("\n".join(lines))
    assert len(read_sophoappeal(folder).pictures) == 5


def test_a_folder_without_its_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataSetError, match=r"ratings\.csv"):
        read_oasis(tmp_path)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("file,b1\nx.png,1\n", "lacks the columns"),
        ("file,b1,b2,b3,b4,b5,b6,b7\nx.png,1,2,3,4,5,6,7\n", "is not there"),
        ("file,b1,b2,b3,b4,b5,b6,b7\nx.png,one,2,3,4,5,6,7\n", "number of votes"),
        ("file,b1,b2,b3,b4,b5,b6,b7\n", "no voted pictures"),
    ],
)
def test_a_broken_table_is_refused(tmp_path: Path, table: str, reason: str) -> None:
    (tmp_path / "ratings.csv").write_text(table)
    with pytest.raises(DataSetError, match=reason):
        read_oasis(tmp_path)


def test_a_panel_has_each_picture_once_and_one_scale() -> None:
    first = VotedPicture(key="a", path=Path("a"), counts=(1, 2, 3))
    other = VotedPicture(key="b", path=Path("b"), counts=(1, 2))
    with pytest.raises(DataSetError, match="twice"):
        Panel.of("panel", [first, first])
    with pytest.raises(DataSetError, match="mixes"):
        Panel.of("panel", [first, other])


def test_a_holdout_is_disjoint_complete_and_repeatable() -> None:
    split = holdout(101, seed=4, share=0.2)
    assert len(split.test) == 20
    assert sorted([*split.train, *split.test]) == list(range(101))
    assert np.array_equal(split.test, holdout(101, seed=4, share=0.2).test)
    assert not np.array_equal(split.test, holdout(101, seed=5, share=0.2).test)


def test_folds_test_every_picture_once() -> None:
    splits = folds(23, seed=1, parts=5)
    assert sorted(np.concatenate([split.test for split in splits])) == list(range(23))
    for split in splits:
        assert not set(split.train) & set(split.test)
        assert len(split.train) + len(split.test) == 23


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_pictures_cannot_be_split(count: int) -> None:
    with pytest.raises(ValueError, match="cannot be split"):
        holdout(count, seed=1, share=0.2)
    with pytest.raises(ValueError, match="cannot be cut"):
        folds(count, seed=1, parts=2)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "I;16", "F"])
@pytest.mark.parametrize("size", [(1, 1), (3, 900), (64, 48)])
def test_any_mode_and_shape_becomes_a_square(mode: str, size: tuple[int, int]) -> None:
    pixels = to_pixels([Image.new(mode, size)], side=16)
    assert pixels.shape == (1, 3, 16, 16)
    assert pixels.min() >= 0
    assert pixels.max() <= 255


def test_transparency_is_laid_over_white() -> None:
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    assert to_pixels([clear], side=8).min() == 255


def test_channels_stay_red_green_blue() -> None:
    pixels = to_pixels([Image.new("RGB", (9, 9), (10, 20, 30))], side=4)
    assert pixels[0, :, 0, 0].tolist() == [10, 20, 30]


def test_a_mirror_swaps_left_and_right() -> None:
    picture = Image.new("RGB", (2, 1), "black")
    picture.putpixel((0, 0), (255, 255, 255))
    pixels = to_pixels([picture], side=8)
    assert pixels[0, 0, 0, 0] > pixels[0, 0, 0, -1]
    assert mirrored(pixels)[0, 0, 0, 0] < mirrored(pixels)[0, 0, 0, -1]


@pytest.mark.parametrize("thing", [None, b"bytes", Image.new("RGB", (0, 4)), np.zeros((4, 4, 3))])
def test_what_has_no_pixels_is_refused(thing: object) -> None:
    with pytest.raises(UnusablePictureError):
        to_pixels([thing], side=8)  # type: ignore[list-item]
