"""Readers of data sets of crops, on folders laid out as their publishers do."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from ml.data.crop_sets import read_fcdb, read_fcdb_pairs, read_flms, read_gaicd
from ml.data.samples import DataSetError
from ml.evaluation.cropping_published import label_facts
from tests.ml.panels import noise


def write_gaicd(folder: Path, *, count: int = 3) -> Path:
    """Pictures of 64 x 48 with five judged crops, larger ones better liked, and one not judged."""
    images, annotations = folder / "images" / "test", folder / "annotations" / "test"
    images.mkdir(parents=True)
    annotations.mkdir(parents=True)
    for number in range(count):
        noise(number, size=(64, 48)).save(images / f"{number}.png")
        lines = [f"{2 * at} {3 * at} {48 - 2 * at} {64 - at} {5 - at}" for at in range(5)]
        (annotations / f"{number}.txt").write_text("\n".join([*lines, "0 0 9 9 -2"]) + "\n")
    return folder


def write_fcdb(folder: Path) -> Path:
    """One best crop in each part, and two pairs of votes."""
    folder.mkdir()
    best = [{"url": "https://x/7_ab_c.png", "flickr_photo_id": 7, "crop": [10, 5, 30, 40]}]
    for part in ("training", "testing"):
        (folder / f"fcdb_cropping_{part}_set.json").write_text(json.dumps(best))
    small, large = [0, 0, 10, 10], [5, 5, 20, 10]
    pairs = [
        {"crop_0": small, "crop_1": large, "vote_for_0": 0, "vote_for_1": 5},
        {"crop_0": large, "crop_1": small, "vote_for_0": 2, "vote_for_1": 3},
    ]
    rows = [{"url": "https://x/7_ab_c.png", "flickr_photo_id": 7, "crops": pairs}]
    (folder / "fcdb_ranking_annotation.json").write_text(json.dumps(rows))
    return folder


def test_gaicd_is_read_with_its_rows_before_its_columns(tmp_path: Path) -> None:
    samples = read_gaicd(write_gaicd(tmp_path / "gaicd"))
    assert [sample.name for sample in samples] == ["0", "1", "2"]
    assert samples[0].crops[1].tolist() == [3, 2, 63, 46], "left, top, right, bottom"
    assert samples[0].opinions.tolist() == [5, 4, 3, 2, 1], (
        "the crop that nobody judged is left out"
    )


def test_a_damaged_line_of_gaicd_is_named(tmp_path: Path) -> None:
    folder = write_gaicd(tmp_path / "gaicd")
    (folder / "annotations" / "test" / "1.txt").write_text("1 2 three 4 5\n")
    with pytest.raises(DataSetError, match=r"1\.txt"):
        read_gaicd(folder)
    with pytest.raises(DataSetError, match="no GAICD"):
        read_gaicd(tmp_path)


def test_fcdb_finds_its_pictures_by_address_and_needs_none(tmp_path: Path) -> None:
    folder = write_fcdb(tmp_path / "fcdb")
    (tmp_path / "images").mkdir()
    noise(1).save(tmp_path / "images" / "7.png")
    assert read_fcdb(folder, None)[0].path is None
    sample = read_fcdb(folder, tmp_path / "images")[0]
    assert sample.path == tmp_path / "images" / "7.png"
    assert sample.crops.tolist() == [[10, 5, 40, 45]]


def test_fcdbs_labels_alone_say_how_far_people_agree(tmp_path: Path) -> None:
    folder = write_fcdb(tmp_path / "fcdb")
    facts = label_facts(read_fcdb_pairs(folder), read_fcdb(folder, None))
    assert facts["pairs"] == 2
    assert facts["unanimous"] == 0.5
    assert facts["one voter"] == pytest.approx((5 / 5 + 3 / 5) / 2)
    assert facts["larger wins"] == 0.5


def test_an_empty_box_of_fcdb_is_refused(tmp_path: Path) -> None:
    folder = write_fcdb(tmp_path / "fcdb")
    bad = [{"url": "https://x/7.png", "flickr_photo_id": 7, "crop": [10, 5, 0, 40]}]
    (folder / "fcdb_cropping_testing_set.json").write_text(json.dumps(bad))
    with pytest.raises(DataSetError, match="row 0"):
        read_fcdb(folder, None)


def test_flms_leaves_out_crops_that_nobody_drew(tmp_path: Path) -> None:
    (tmp_path / "image").mkdir()
    noise(1).save(tmp_path / "image" / "a.png")
    edges = np.array([[1, 2, 20, 30], [-1, -1, -1, -1]])
    table = np.array([("a.png", edges)], dtype=[("filename", "O"), ("bbox", "O")])
    savemat(tmp_path / "500_image_dataset.mat", {"img_gt": table.reshape(1, 1)})
    sample = read_flms(tmp_path)[0]
    assert sample.crops.tolist() == [[2, 1, 30, 20]]
    assert sample.path == tmp_path / "image" / "a.png"
    with pytest.raises(DataSetError, match="FLMS"):
        read_flms(tmp_path / "image")
