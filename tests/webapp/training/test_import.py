"""Labels that were made elsewhere come in whole, cleaned and reported, with or without pictures."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.people import person
from tests.workers.conftest import picture
from webapp.catalogue.models import Artwork
from webapp.jobs.models import Job
from webapp.training.models import ImportedRow, ImportedSet
from webapp.training.sources import offer
from webapp.training.specs import target_of

pytestmark = pytest.mark.django_db
COLOURS = ("red", "green", "blue")


def run(*arguments: object, **options: object) -> tuple[str, str]:
    """What it prints, and what it says meanwhile."""
    out, err = StringIO(), StringIO()
    call_command("import_dataset", *map(str, arguments), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def ava(tmp_path) -> Path:
    table = tmp_path / "AVA.txt"
    table.write_text(
        "1 954184 0 1 5 17 38 36 15 6 5 1 1 22 1396\n"
        "2 953417 10 7 15 26 26 21 10 8 1 2 1 21 1396\n"
        "3 953417 0 1 5 17 38 36 15 6 5 1 1 22 1396\n"  # named before
        "4 954222 0 0 0 0 0 0 0 0 0 0 15 0 1396\n"  # nobody voted
        "5 954228 0 4 short\n"
    )
    return table


@pytest.fixture
def own(tmp_path) -> Path:
    """A CSV beside three pictures, one of which is broken."""
    images = tmp_path / "pictures"
    images.mkdir()
    for colour in COLOURS:
        (images / f"{colour}.jpg").write_bytes(picture(colour))
    (images / "broken.jpg").write_bytes(b"no picture")
    rows = [f"{name}.jpg,0,1,4,3,1,0.5" for name in (*COLOURS, "broken", "missing")]
    table = tmp_path / "own.csv"
    table.write_text("\n".join(["file,n1,n2,n3,n4,n5,attribute_calm", *rows]) + "\n")
    return table


def test_ava_is_read_cleaned_and_reported(ava):
    told, meanwhile = run("ava", ava, licence="research only")
    assert "5 of 5 rows read" in meanwhile and "5 of 5" not in told
    assert "5 rows were read. 2 are kept" in told and "954222: zero_votes: nobody voted" in told
    made = ImportedSet.objects.get()
    assert (made.name, made.kind, made.steps, made.rows, made.pictures) == ("ava", "ava", 10, 2, 0)
    assert made.report["tally"] == {"duplicate_row": 1, "wrong_length": 1, "zero_votes": 1}
    assert made.votes == 124 + 126 and made.licence == "research only"
    row = ImportedRow.objects.get(key="954184")
    assert row.counts == [0, 1, 5, 17, 38, 36, 15, 6, 5, 1] and row.artwork is None


def test_aadb_says_that_only_means_are_known_and_its_attributes_get_our_names(tmp_path):
    (tmp_path / "labels_train.csv").write_text(
        "ImageFile,score,BalacingElements,ColorHarmony\na.jpg,0.5,0.2,-1\nb.jpg,2,0,0\n"
    )
    told, _ = run("aadb", tmp_path, name="AADB")
    made = ImportedSet.objects.get()
    assert "Only means are published" in told and "b.jpg: off_scale" in told
    assert made.report["spread_known"] is False
    assert made.report["attributes"] == {"balancing_elements": 1, "color_harmony": 1}
    row = ImportedRow.objects.get()
    assert (row.key, row.counts) == ("a.jpg", [0, 0, 5, 0, 0])
    assert row.attributes == {"balancing_elements": 0.2, "color_harmony": -1}


def test_pictures_are_uploaded_once_and_broken_ones_are_named(own):
    owner = person("owner@example.org")
    options = {"images": own.parent / "pictures", "email": "OWNER@example.org", "name": "Own"}
    told, meanwhile = run("csv", own, **options)
    assert "5 rows were read. 5 are kept, with 45 votes; 3 of them have their picture" in told
    assert "broken.jpg: corrupt_file" in told and "missing.jpg: missing_file" in told
    assert "3 of 3 uploaded" in meanwhile
    linked = dict(ImportedRow.objects.values_list("key", "artwork__title"))
    assert linked == {
        "red.jpg": "red", "green.jpg": "green", "blue.jpg": "blue", "broken.jpg": None,
        "missing.jpg": None,
    }  # fmt: skip
    assert Job.objects.filter(kind="render", owner=owner).count() == 3
    first = ImportedSet.objects.get().pk
    with pytest.raises(CommandError, match="use --replace"):
        run("csv", own, **options)
    run("csv", own, replace=True, **options)
    assert Artwork.objects.count() == 3 and ImportedRow.objects.count() == 5
    made = ImportedSet.objects.get()
    assert made.pk == first, "snapshots go on naming it"
    offered = offer(owner, target_of("overall")).imported[0]
    assert (offered.rows, offered.pictures, offered.votes) == (5, 3, 27), "as the preview counts"


def test_a_full_library_stops_it_and_a_dry_run_keeps_nothing(own):
    owner = person("owner@example.org")
    options = {"images": own.parent / "pictures", "email": owner.email}
    told, _ = run("csv", own, dry_run=True, **options)
    assert "3 of 5 rows kept" in told and "dry run" in told
    assert not ImportedSet.objects.exists() and not Artwork.objects.exists()
    owner.quota_bytes = (own.parent / "pictures" / "blue.jpg").stat().st_size + 100
    owner.save()
    with pytest.raises(CommandError, match="make room"):
        run("csv", own, **options)
    assert not ImportedSet.objects.exists() and Artwork.objects.count() == 1, "goes on from here"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ava", "nowhere"), "is not there"),
        (("csv", "own.csv", "--images", "pictures"), "--as EMAIL"),
        (("csv", "own.csv", "--as", "nobody@example.org"), "no account"),
        (("idealo", "own.csv"), "invalid choice"),
    ],
)
def test_what_cannot_be_imported_says_why(own, monkeypatch, arguments, says):
    monkeypatch.chdir(own.parent)
    with pytest.raises(CommandError, match=says):
        run(*arguments)


def test_odd_names_come_through_as_they_are(tmp_path):
    table = tmp_path / "odd.csv"
    names = ["tab\there.jpg", "quote'.jpg", "long" * 60 + ".jpg"]
    table.write_text("\n".join(["file,n1,n2", *(f"{name},1,2" for name in names)]) + "\n")
    told, _ = run("csv", table)
    assert set(ImportedRow.objects.values_list("key", flat=True)) == set(names[:2])
    assert "its name has over 200 letters" in told


def test_who_gave_the_votes_of_a_table_is_counted_where_it_names_them(tmp_path):
    table = tmp_path / "votes.csv"
    lines = ["a.jpg,7,ann", "a.jpg,6,ben", "b.jpg,3,ann", "b.jpg,4,"]
    table.write_text("\n".join(["file,vote,rater", *lines]) + "\n")
    run("csv", table, steps=10)
    assert ImportedSet.objects.get().report["raters"] == 2
