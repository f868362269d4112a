"""Picture files: every fault is found, and copies of a picture never stand on both sides."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.contracts.card import file_digest
from ml.contracts.manifest import (
    Manifest,
    ManifestError,
    ManifestRow,
    read_manifest,
    write_manifest,
)
from ml.data import pictures
from ml.data.faults import FaultReason, Severity
from ml.data.readers import read_panel, read_source
from ml.data.samples import DataSetError, Panel, Reading, VotedPicture
from ml.data.spec import SourceSpec
from ml.data.splits import (
    Split,
    SplitLeakError,
    TooFewPicturesError,
    check_split,
    grouped_folds,
    grouped_holdout,
    held_out,
    holdout,
    picture_groups,
    published_split,
)
from tests.ml.panels import noise, write_csv

COUNT = 12


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve good pictures with votes."""
    (tmp_path / "images").mkdir()
    for number in range(COUNT):
        noise(number, size=(64, 48)).save(tmp_path / "images" / f"{number:02}.png")
    write_table(tmp_path, [f"{number:02}.png" for number in range(COUNT)])
    return tmp_path


def write_table(folder: Path, names: list[str]) -> None:
    write_csv(folder, "file,n1,n2,n3", [f"{name},1,2,3" for name in names])


def read(folder: Path) -> Reading:
    return read_source(SourceSpec(kind="csv", path=folder))


def found(reading: Reading) -> list[tuple[str, FaultReason]]:
    return [(fault.item, fault.reason) for fault in reading.report.faults]


def panel_of(reading: Reading) -> Panel:
    assert reading.panel is not None
    return reading.panel


def test_good_pictures_are_all_kept_and_known_by_their_bytes(folder: Path) -> None:
    reading = read(folder)
    assert found(reading) == []
    assert len(panel_of(reading).pictures) == len(reading.files) == COUNT
    first = panel_of(reading).pictures[0]
    assert first.fingerprint is not None
    assert first.fingerprint.digest == file_digest(first.path)
    assert (reading.files[0].width, reading.files[0].height) == (64, 48)


def test_a_row_without_a_file_and_a_file_without_a_row_are_listed(folder: Path) -> None:
    (folder / "images" / "03.png").rename(folder / "images" / "stray.png")
    reading = read(folder)
    assert found(reading) == [
        ("03.png", FaultReason.MISSING_FILE),
        ("stray.png", FaultReason.UNLABELLED_FILE),
    ]
    assert reading.report.faults[1].severity is Severity.NOTED
    assert (reading.report.rows_kept, reading.report.files_seen) == (COUNT - 1, COUNT)


def test_a_picture_is_found_under_another_suffix(folder: Path) -> None:
    (folder / "images" / "03.png").rename(folder / "images" / "03.PNG")
    assert found(read(folder)) == []


def test_bytes_that_are_no_picture_are_corrupt(folder: Path) -> None:
    (folder / "images" / "03.png").write_bytes(b"not a picture")
    (folder / "images" / "04.png").write_bytes(b"")
    assert found(read(folder)) == [
        ("03.png", FaultReason.CORRUPT_FILE),
        ("04.png", FaultReason.CORRUPT_FILE),
    ]


def test_a_cut_file_is_noticed_although_its_header_is_good(folder: Path) -> None:
    path = folder / "images" / "03.png"
    noise(3, size=(640, 480)).save(path, "JPEG", quality=95)
    path.write_bytes(path.read_bytes()[:-900])
    assert found(read(folder)) == [("03.png", FaultReason.TRUNCATED_FILE)]


def test_a_picture_of_one_pixel_is_too_small(folder: Path) -> None:
    Image.new("RGB", (1, 1)).save(folder / "images" / "03.png")
    assert found(read(folder)) == [("03.png", FaultReason.TOO_SMALL)]


def test_a_decompression_bomb_is_a_fault_and_no_crash(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise(3, size=(80, 80)).save(folder / "images" / "03.png")
    monkeypatch.setattr(pictures, "MAX_PIXELS", 70 * 70)
    assert found(read(folder)) == [("03.png", FaultReason.TOO_MANY_PIXELS)]
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 60 * 50)
    assert found(read(folder)) == [("03.png", FaultReason.TOO_MANY_PIXELS)]


def test_the_same_file_under_two_names_counts_once(folder: Path) -> None:
    (folder / "images" / "07.png").write_bytes((folder / "images" / "03.png").read_bytes())
    reading = read(folder)
    assert found(reading) == [("07.png", FaultReason.DUPLICATE_PICTURE)]
    assert "03.png" in reading.report.faults[0].detail
    assert len(panel_of(reading).pictures) == COUNT - 1


def test_a_copy_of_another_size_is_noted_and_kept_on_one_side(folder: Path) -> None:
    copy_as(folder, "03.png", "07.png")
    reading = read(folder)
    assert found(reading) == [("07.png", FaultReason.NEAR_DUPLICATE)]
    panel = panel_of(reading)
    assert len(panel.pictures) == COUNT
    groups = picture_groups(panel)
    assert groups[3] == groups[7]
    assert len(set(groups.tolist())) == COUNT - 1
    for seed in range(20):
        split = grouped_holdout(groups, seed=seed, share=0.3)
        check_split(panel, split)
        check_split(panel, held_out(panel, seed=seed, share=0.3))
        assert sorted([*split.train, *split.test]) == list(range(COUNT))
        assert 4 <= len(split.test) <= 5
    for split in grouped_folds(groups, seed=1, parts=3):
        check_split(panel, split)


def test_a_split_that_parts_a_picture_from_its_copy_names_both(folder: Path) -> None:
    copy_as(folder, "03.png", "07.png")
    panel = panel_of(read(folder))
    rest = [at for at in range(COUNT) if at != 7]
    with pytest.raises(SplitLeakError, match=r"03\.png and 07\.png"):
        check_split(panel, Split(train=np.array(rest), test=np.array([7])))
    with pytest.raises(SplitLeakError, match=r"05\.png"):
        check_split(panel, Split(train=np.arange(COUNT), test=np.array([5])))
    check_split(panel, Split(train=np.arange(2), test=np.arange(2, COUNT)))


def test_a_split_of_a_panel_made_by_hand_is_checked_from_the_files(folder: Path) -> None:
    copy_as(folder, "03.png", "07.png")
    paths = [folder / "images" / name for name in ("03.png", "07.png")]
    panel = Panel.of("hand", [VotedPicture(path.name, path, (1.0, 2.0)) for path in paths])
    with pytest.raises(SplitLeakError, match=r"03\.png and 07\.png"):
        check_split(panel, Split(train=np.array([0]), test=np.array([1])))


def test_flat_pictures_of_different_tone_are_different_pictures(folder: Path) -> None:
    for number in range(COUNT):
        tone = 20 * number
        Image.new("RGB", (64, 48), (tone, tone, tone)).save(folder / "images" / f"{number:02}.png")
    groups = picture_groups(panel_of(read(folder)))
    assert len(set(groups.tolist())) == COUNT


def test_pictures_of_one_group_stay_together(folder: Path) -> None:
    rows = [f"{number:02}.png,1,2,3,series {number // 4}" for number in range(COUNT)]
    write_csv(folder, "file,n1,n2,n3,group", rows)
    panel = panel_of(read(folder))
    split = grouped_holdout(picture_groups(panel), seed=5, share=0.3)
    assert len(split.test) == 4
    assert len({panel.pictures[at].group for at in split.test}) == 1
    assert len(set(picture_groups(panel, by_subject=False).tolist())) == COUNT
    with pytest.raises(ValueError, match="one group"):
        grouped_holdout(np.zeros(5, dtype=np.intp), seed=1, share=0.2)


def test_a_published_split_is_used_where_there_is_one(folder: Path) -> None:
    parts = ["train", "test", "validation", ""] * 3
    rows = [f"{number:02}.png,1,2,3,{part}" for number, part in enumerate(parts)]
    write_csv(folder, "file,n1,n2,n3,part", rows)
    split = published_split(panel_of(read(folder)))
    assert split is not None
    assert split.test.tolist() == [1, 5, 9]
    assert split.train.tolist() == [0, 2, 4, 6, 8, 10]
    write_table(folder, [f"{number:02}.png" for number in range(COUNT)])
    assert published_split(panel_of(read(folder))) is None


def test_commands_follow_a_published_split_and_else_draw_one(folder: Path) -> None:
    drawn = held_out(panel_of(read(folder)), seed=7, share=0.3)
    assert drawn.test.tolist() == holdout(COUNT, seed=7, share=0.3).test.tolist()
    rows = [
        f"{number:02}.png,1,2,3,{'test' if number in (4, 8) else 'train'}" for number in range(12)
    ]
    write_csv(folder, "file,n1,n2,n3,part", rows)
    assert held_out(panel_of(read(folder)), seed=7, share=0.3).test.tolist() == [4, 8]
    copy_as(folder, "03.png", "04.png")
    with pytest.raises(SplitLeakError, match=r"03\.png and 04\.png"):
        held_out(panel_of(read(folder)), seed=7, share=0.3)


def test_one_test_picture_is_too_few_to_rank(folder: Path) -> None:
    with pytest.raises(TooFewPicturesError, match="sets 1 of 12"):
        held_out(panel_of(read(folder)), seed=1, share=0.1)


def test_files_unlike_the_rest_are_noted_and_kept(folder: Path) -> None:
    noise(3, size=(4000, 48)).save(folder / "images" / "03.png")
    noise(4, size=(640, 480)).save(folder / "images" / "04.png")
    reading = read(folder)
    reasons = set(found(reading))
    assert ("03.png", FaultReason.ODD_ASPECT) in reasons
    assert ("04.png", FaultReason.ODD_RESOLUTION) in reasons
    assert ("04.png", FaultReason.ODD_SIZE) in reasons
    assert {item for item, _ in reasons} == {"03.png", "04.png"}
    assert reading.report.rows_kept == COUNT


def test_without_any_usable_picture_nothing_is_trained(folder: Path) -> None:
    for path in (folder / "images").iterdir():
        path.write_bytes(b"broken")
    with pytest.raises(DataSetError, match=r"no voted pictures: 00\.png: cannot identify"):
        read(folder)
    with pytest.raises(DataSetError, match="nowhere is not there"):
        read_source(SourceSpec(kind="csv", path=folder, images=folder / "nowhere"))


def test_labels_without_pictures_make_no_panel(tmp_path: Path) -> None:
    write_table(tmp_path, ["a.png"])
    assert read(tmp_path).panel is None
    with pytest.raises(DataSetError, match="no pictures"):
        read_panel(SourceSpec(kind="csv", path=tmp_path))


def test_a_snapshot_gives_back_what_was_written(folder: Path) -> None:
    manifest = snapshot(folder)
    reading = read_source(SourceSpec(kind="snapshot", path=folder))
    assert read_manifest(folder / "manifest.jsonl") == manifest
    assert (reading.table.name, reading.report.rows_kept) == ("autumn", COUNT)
    picture = panel_of(reading).pictures[0]
    assert picture.key == file_digest(picture.path)
    assert (picture.part, picture.attributes) == ("train", {"light": 0.5})
    again = write_manifest(folder / "again.jsonl", manifest)
    assert (folder / "again.jsonl").read_bytes() == (folder / "manifest.jsonl").read_bytes()
    assert again in (folder / "again.jsonl").read_text()


def test_a_snapshot_refuses_a_picture_with_other_bytes(folder: Path) -> None:
    row = snapshot(folder).rows[3]
    noise(99, size=(64, 48)).save(folder / "images" / row.file)
    reading = read_source(SourceSpec(kind="snapshot", path=folder))
    assert found(reading) == [(row.artwork, FaultReason.WRONG_DIGEST)]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"counts":[1.0', '"counts":[9.0', "changed or cut"),
        ('"schema":1', '"schema":9', "no manifest of schema 1"),
        ('"rows":12', '"rows":13', "12 rows, its header says 13"),
        ('{"kind"', '"kind"', "line 1: not JSON"),
    ],
)
def test_a_changed_manifest_is_refused(folder: Path, old: str, new: str, reason: str) -> None:
    snapshot(folder)
    path = folder / "manifest.jsonl"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(DataSetError, match=reason):
        read_source(SourceSpec(kind="snapshot", path=folder))


def test_a_manifest_takes_no_numbers_that_json_lacks(tmp_path: Path) -> None:
    row = ManifestRow("a" * 64, "a.png", (float("nan"), 1.0), "train")
    with pytest.raises(ManifestError, match="not finite"):
        write_manifest(tmp_path / "m.jsonl", Manifest("x", 2, (row,)))
    assert list(tmp_path.iterdir()) == []


def copy_as(folder: Path, source: str, target: str) -> None:
    """The same picture, smaller and compressed."""
    with Image.open(folder / "images" / source) as picture:
        smaller = picture.resize((56, 42), Image.Resampling.LANCZOS)
    smaller.save(folder / "images" / target, "JPEG", quality=90)


def snapshot(folder: Path) -> Manifest:
    rows = tuple(
        ManifestRow(
            artwork=file_digest(path),
            file=path.name,
            counts=(1.0, 2.0, 3.0),
            part="train" if number else "test",
            attributes={"light": 0.5},
        )
        for number, path in enumerate(sorted((folder / "images").iterdir()))
    )
    manifest = Manifest(name="autumn", steps=3, rows=rows)
    write_manifest(folder / "manifest.jsonl", manifest)
    return manifest
