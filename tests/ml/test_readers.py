"""Tables of votes: each form is read, and each thing wrong with a row has its name."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from ml.data.faults import FaultReason, Severity
from ml.data.readers import KINDS, read_panel, read_source
from ml.data.samples import DataSetError, Reading, SpreadUnknownError
from ml.data.spec import SourceSpec, parse_spec
from tests.ml.panels import noise, write_csv

AVA = Path(__file__).parent / "fixtures" / "mini_ava.txt"
GOOD = "good.png,1,2,3"
AADB = "ImageFile,BalacingElements,Repetition,score"


def read(kind: str, path: Path, *, images: Path | None = None, steps: int | None = None) -> Reading:
    return read_source(SourceSpec(kind=kind, path=path, images=images, steps=steps))


def only_fault(reading: Reading) -> tuple[str, FaultReason]:
    (fault,) = reading.report.faults
    return fault.item, fault.reason


@pytest.mark.parametrize(
    ("row", "item", "reason"),
    [
        (",1,2,3", "row 2", FaultReason.UNNAMED_ROW),
        ("good.png,3,2,1", "good.png", FaultReason.DUPLICATE_ROW),
        ("x.png,1,2", "x.png", FaultReason.WRONG_LENGTH),
        ("x.png,1,2,3,4", "x.png", FaultReason.WRONG_LENGTH),
        ("x.png,1,many,3", "x.png", FaultReason.NOT_A_NUMBER),
        ("x.png,1,nan,3", "x.png", FaultReason.NOT_A_NUMBER),
        ("x.png,1,inf,3", "x.png", FaultReason.NOT_A_NUMBER),
        ("x.png,1,-2,3", "x.png", FaultReason.NEGATIVE),
        ("x.png,0,0,0", "x.png", FaultReason.ZERO_VOTES),
        ("x.png,,,", "x.png", FaultReason.ZERO_VOTES),
        ("../x.png,1,2,3", "../x.png", FaultReason.UNSAFE_NAME),
        ("/etc/x.png,1,2,3", "/etc/x.png", FaultReason.UNSAFE_NAME),
    ],
)
def test_a_bad_row_is_listed_by_name_and_the_others_are_kept(
    tmp_path: Path, row: str, item: str, reason: FaultReason
) -> None:
    reading = read("csv", write_csv(tmp_path, "file,n1,n2,n3", [GOOD, row]))
    assert only_fault(reading) == (item, reason)
    assert reading.report.faults[0].severity is Severity.DROPPED
    assert [row.key for row in reading.table.rows] == ["good.png"]
    assert (reading.report.rows_read, reading.report.rows_kept) == (2, 1)


def test_a_part_that_no_split_knows_is_listed(tmp_path: Path) -> None:
    table = write_csv(tmp_path, "file,n1,n2,part", ["a.png,1,2,test", "b.png,1,2,exam"])
    assert only_fault(read("csv", table)) == ("b.png", FaultReason.UNKNOWN_PART)


def test_the_report_can_be_written_as_json(tmp_path: Path) -> None:
    reading = read("csv", write_csv(tmp_path, "file,n1,n2,n3", [GOOD, "x.png,0,0,0"]))
    written = json.loads(json.dumps(reading.report.as_json()))
    assert written["tally"] == {"zero_votes": 1}
    assert written["faults"][0]["item"] == "x.png"
    assert "1 of 2 rows kept" in reading.report.summary


def test_when_nothing_is_left_the_error_names_the_rows(tmp_path: Path) -> None:
    table = write_csv(tmp_path, "file,n1,n2", ["a.png,0,0", "b.png,-1,2"])
    with pytest.raises(DataSetError, match=r"a\.png: nobody voted; b\.png: -1 votes"):
        read("csv", table)


def test_avas_own_table_is_read_with_its_names(tmp_path: Path) -> None:
    (tmp_path / "AVA.txt").write_text(AVA.read_text() + "61 77 1 2 3\n")
    (tmp_path / "tags.txt").write_text("14 Landscape\n28 Water\n")
    (tmp_path / "challenges.txt").write_text("1201 Free_Study\n")
    reading = read("ava", tmp_path)
    row = next(row for row in reading.table.rows if row.key == "872877")
    assert row.counts == (0, 1, 0, 3, 13, 27, 29, 38, 31, 19)
    assert (row.tags, row.challenge, row.file) == (
        ("Landscape", "Water"),
        "Free Study",
        "872877.jpg",
    )
    untagged = next(row for row in reading.table.rows if row.key == "254373")
    assert (untagged.tags, untagged.challenge) == ((), "403")
    assert only_fault(reading) == ("77", FaultReason.WRONG_LENGTH)
    assert (reading.report.rows_read, reading.report.rows_kept) == (61, 60)


def test_avas_styles_and_published_parts_are_read(tmp_path: Path) -> None:
    (tmp_path / "AVA.txt").write_text(AVA.read_text())
    styles, lists = tmp_path / "style_image_lists", tmp_path / "aesthetics_image_lists"
    styles.mkdir()
    lists.mkdir()
    (styles / "styles.txt").write_text("1 HDR\n2 Long_Exposure\n")
    (styles / "train.jpgl").write_text("872877\n")
    (styles / "train.lab").write_text("2\n")
    (styles / "test.jpgl").write_text("383835\n")
    (styles / "test.multilab").write_text("1 0\n")
    (lists / "generic_ls_train.jpgl").write_text("872877\n")
    (lists / "generic_test.jpgl").write_text("383835\n")
    rows = {row.key: row for row in read("ava", tmp_path).table.rows}
    assert rows["872877"].attributes == {"Long Exposure": 1.0}
    assert rows["383835"].attributes == {"HDR": 1.0, "Long Exposure": 0.0}
    assert (rows["872877"].part, rows["383835"].part, rows["254373"].part) == ("train", "test", "")
    (styles / "train.lab").write_text("2\n1\n")
    with pytest.raises(DataSetError, match=r"train\.jpgl has 1 lines, train\.lab has 2"):
        read("ava", tmp_path)


def test_the_csv_form_of_ava_is_read_through_gzip(tmp_path: Path) -> None:
    header = (
        "image_id," + ",".join(f"n{step}" for step in range(1, 11)) + ",tag1,tag2,challenge,src"
    )
    text = f"{header}\n9,1,2,3,4,5,6,7,8,9,10,,,,x\n8,0,0,0,0,0,0,0,0,0,0,1,2,3,x\n"
    (tmp_path / "ava.csv.gz").write_bytes(gzip.compress(text.encode()))
    reading = read("ava", tmp_path)
    assert reading.table.rows[0].counts == tuple(range(1, 11))
    assert only_fault(reading) == ("8", FaultReason.ZERO_VOTES)


def test_a_broken_gzip_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "ava.csv.gz").write_bytes(gzip.compress(b"image_id\n" * 5000)[:-20])
    with pytest.raises(DataSetError, match=r"ava\.csv\.gz"):
        read("ava", tmp_path)


def test_idealos_json_takes_counts_and_shares(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    shares = [0.0, 0.0, 0.1, 0.2, 0.4, 0.2, 0.1, 0.0, 0.0, 0.0]
    path.write_text(json.dumps([{"image_id": "231893", "label": shares}]))
    reading = read("idealo", path)
    assert reading.table.rows[0].file == "231893.jpg"
    assert "shares" in reading.table.notes[0]
    entries = [
        {"image_id": "1", "label": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]},
        {"image_id": "2", "label": [1, 2]},
        {"image_id": "3", "label": "many"},
        "no object",
    ]
    path.write_text(json.dumps(entries))
    reading = read("idealo", path)
    assert not reading.table.notes
    assert [fault.reason for fault in reading.report.faults] == [
        FaultReason.WRONG_LENGTH,
        FaultReason.NOT_A_NUMBER,
        FaultReason.UNNAMED_ROW,
    ]


@pytest.mark.parametrize("text", ["{", "{}", '"x"'])
def test_json_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "labels.json").write_text(text)
    with pytest.raises(DataSetError, match=r"labels\.json"):
        read("idealo", tmp_path / "labels.json")


def test_aadb_keeps_the_mean_and_says_that_the_spread_is_unknown(tmp_path: Path) -> None:
    write_csv(tmp_path, AADB, ["a.jpg,-0.2,0.4,0.65", "b.jpg,0,0,1"], name="aadb_train.csv")
    write_csv(tmp_path, AADB, ["b.jpg,0,0,1", "c.jpg,0,0,0"], name="aadb_testnew.csv")
    reading = read("aadb", tmp_path)
    first, second, third = reading.table.rows
    assert np.average(range(1, 6), weights=first.counts) == pytest.approx(1 + 4 * 0.65)
    assert first.attributes == {"BalacingElements": -0.2, "Repetition": 0.4}
    assert (first.part, second.part, third.part) == ("train", "test", "test")
    assert only_fault(reading) == ("b.jpg", FaultReason.DUPLICATE_ROW)
    assert not reading.table.spread_known


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("x.jpg,0,0,1.2", FaultReason.OFF_SCALE),
        ("x.jpg,-1.5,0,0.5", FaultReason.OFF_SCALE),
        ("x.jpg,0,-0.2,0.5", FaultReason.OFF_SCALE),
        ("x.jpg,0,0,good", FaultReason.NOT_A_NUMBER),
        ("x.jpg,0,0", FaultReason.NOT_A_NUMBER),
    ],
)
def test_aadb_values_off_their_scale_are_listed(
    tmp_path: Path, row: str, reason: FaultReason
) -> None:
    table = write_csv(tmp_path, AADB, ["good.jpg,0,0,0.5", row])
    assert only_fault(read("aadb", table)) == ("x.jpg", reason)


def test_single_votes_are_counted_and_kept(tmp_path: Path) -> None:
    lines = ["ann,a.png,1", "bob,a.png,5", "ann,b.png,5", "bob,b.png,4"]
    reading = read("csv", write_csv(tmp_path, "rater,file,vote", lines))
    assert [row.counts for row in reading.table.rows] == [(1, 0, 0, 0, 1), (0, 0, 0, 1, 1)]
    assert "the largest vote seen" in reading.table.notes[0]
    single = reading.table.single_votes
    assert single is not None
    assert single.raters == ("ann", "bob")
    assert [int(vote) for vote in single.vote] == [1, 5, 5, 4]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("ann,a.png,3", FaultReason.DUPLICATE_ROW),
        ("cat,a.png,6", FaultReason.OFF_SCALE),
        ("cat,a.png,0", FaultReason.OFF_SCALE),
        ("cat,a.png,2.5", FaultReason.OFF_SCALE),
        ("cat,a.png,fine", FaultReason.NOT_A_NUMBER),
        ("cat,,3", FaultReason.UNNAMED_ROW),
    ],
)
def test_a_vote_that_cannot_count_is_listed(tmp_path: Path, line: str, reason: FaultReason) -> None:
    table = write_csv(tmp_path, "rater,file,vote", ["ann,a.png,1", line, "dan,b.png,5"])
    reading = read("csv", table, steps=5)
    assert [fault.reason for fault in reading.report.faults] == [reason]
    assert [row.counts for row in reading.table.rows] == [(1, 0, 0, 0, 0), (0, 0, 0, 0, 1)]


def test_votes_of_unnamed_raters_all_count(tmp_path: Path) -> None:
    reading = read("csv", write_csv(tmp_path, "file,vote", ["a.png,1", "a.png,3"]))
    assert reading.table.rows[0].counts == (1, 0, 1)


def test_means_need_the_length_of_the_scale(tmp_path: Path) -> None:
    table = write_csv(tmp_path, "file,mean", ["a.png,2.25", "b.png,7"])
    with pytest.raises(DataSetError, match="--steps"):
        read("csv", table)
    reading = read("csv", table, steps=5)
    assert np.average(range(1, 6), weights=reading.table.rows[0].counts) == pytest.approx(2.25)
    assert only_fault(reading) == ("b.png", FaultReason.OFF_SCALE)


def test_a_panel_of_means_refuses_to_teach_distributions(tmp_path: Path) -> None:
    noise(1).save(tmp_path / "a.png")
    table = write_csv(tmp_path, "file,mean", ["a.png,2.25"])
    panel = read_panel(SourceSpec(kind="csv", path=table, images=tmp_path, steps=5))
    with pytest.raises(SpreadUnknownError, match="ratings"):
        panel.require_spread()


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("picture,n1,n2", "lacks the column 'file'"),
        ("file,stars", "has no votes"),
        ("file,n1,n3", "without a gap"),
        ("file,n1", "2 to 10 steps"),
        ("file,vote,mean", "vote and mean"),
    ],
)
def test_a_table_of_no_known_form_says_what_it_needs(
    tmp_path: Path, header: str, reason: str
) -> None:
    with pytest.raises(DataSetError, match=reason):
        read(
            "csv", write_csv(tmp_path, header, ["a.png,1,2"]), steps=5 if "vote" in header else None
        )


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_path_where_nothing_is_gives_a_named_error(tmp_path: Path, kind: str) -> None:
    with pytest.raises(DataSetError, match=str(tmp_path / "gone")):
        read(kind, tmp_path / "gone")


@pytest.mark.parametrize("text", ["ratings.csv", "=x", "csv=", "csv"])
def test_a_source_is_spelled_kind_and_path(text: str) -> None:
    assert parse_spec("AVA=x").kind == "ava"
    with pytest.raises(DataSetError, match="KIND=PATH"):
        parse_spec(text)


def test_an_unknown_kind_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(DataSetError, match="aadb, ava, csv"):
        read("flickr", tmp_path)


def test_a_limit_takes_rows_from_everywhere_and_says_so(tmp_path: Path) -> None:
    rows = [f"{number}.png,1,2" for number in range(100, 200)]
    spec = SourceSpec(kind="csv", path=write_csv(tmp_path, "file,n1,n2", rows))
    table = read_source(spec, limit=4).table
    assert [row.key for row in table.rows] == ["100.png", "125.png", "150.png", "175.png"]
    assert table.notes == ("Only 4 of 100 rows were looked at.",)
