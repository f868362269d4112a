"""All pictures of an album are cut to sizes: what is made, what is told, what stops nothing."""

import csv
import zipfile
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from PIL import Image

from tests.people import bearer, person
from tests.world import looked_at
from webapp.catalogue import curation
from webapp.catalogue.models import Album, Artwork, ArtworkState, BlobChunk
from webapp.cropping import batches
from webapp.cropping.models import BatchFile, CropBatch
from webapp.events.models import Event
from webapp.inference import fields
from webapp.jobs import services as jobs
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.registry.models import ModelVersion
from webapp.registry.services import activate
from workers.tasks.housekeeping import housekeeping
from workers.tasks.media import render

SQUARE = {"aspect": "1:1", "width": 32}
WIDE = {"aspect": "16:9", "width": 640}
FREE = {"aspect": "free", "width": 48}


@pytest.fixture
def cropper(db) -> ModelVersion:
    version = ModelVersion.objects.create(kind="cropper", name="c-1", digest="b" * 64, card={})
    activate(version)
    return version


@pytest.fixture
def hang(upload, cropper):
    """Put a picture into the album, looked at unless told otherwise."""

    def add(album: Album, colour: str, *, looked: bool = True) -> Artwork:
        artwork = upload(colour)
        Artwork.objects.filter(pk=artwork.pk).update(state=ArtworkState.READY, width=96, height=64)
        if looked:
            looked_at(artwork, cropper=cropper)
        curation.add_to_album(artwork.owner, album, [artwork.pk])
        return artwork

    return add


@pytest.fixture
def album(upload) -> Album:
    owner = upload("grey").owner
    Job.objects.all().delete()
    return curation.create_album(owner, title="Summer")


@pytest.fixture
def browser(album) -> Client:
    client = Client()
    client.force_login(album.owner)
    return client


def start(browser: Client, album: Album, *sizes: dict, **asked: str) -> dict:
    """Ask for a batch; what the API says of it."""
    body = {"sizes": sizes or [SQUARE], **asked}
    answer = browser.post(
        f"/api/v1/albums/{album.pk}/crop-batches", body, content_type="application/json"
    )
    assert answer.status_code == 201, answer.json()
    return answer.json()


def shown(browser: Client, batch: dict) -> dict:
    return browser.get(f"/api/v1/crop-batches/{batch['id']}").json()


def act(browser: Client, batch: dict, action: str) -> HttpResponse:
    address = f"/api/v1/crop-batches/{batch['id']}/{action}"
    return browser.post(address, content_type="application/json")


def told(browser: Client, batch: dict) -> set[str]:
    return {error["code"] for error in shown(browser, batch)["errors"]}


def drain() -> None:
    Job.objects.filter(kind=JobKind.RENDER).delete()
    render(queue=Queue.IO)


def fetched(browser: Client, batch: dict) -> zipfile.ZipFile:
    answer = browser.get(shown(browser, batch)["zip"])
    data = b"".join(answer.streaming_content)
    assert int(answer["Content-Length"]) == len(data)
    return zipfile.ZipFile(BytesIO(data))


def test_a_batch_becomes_a_zip_with_a_folder_for_every_picture(browser, album, hang):
    red, blue = hang(album, "red"), hang(album, "blue")
    Artwork.objects.filter(pk=blue.pk).update(title="RED", focal_x=0.02, focal_y=0.02)
    batch = start(browser, album, SQUARE, WIDE, FREE, format="png")
    assert (batch["state"], batch["total"], batch["zip"]) == ("running", 2, None)

    drain()

    batch = shown(browser, batch)
    assert (batch["state"], batch["done"], batch["failed"], batch["files"]) == ("done", 2, 0, 6)
    archive = fetched(browser, batch)
    assert archive.testzip() is None
    assert {"red/1x1-32x32.png", "RED-2/1x1-32x32.png"} < set(archive.namelist())
    assert {name.rpartition("-")[0] or name for name in archive.namelist()} == {
        "red/1x1", "red/16x9", "red/free", "RED-2/1x1", "RED-2/16x9", "RED-2/free", "manifest.csv",
    }  # fmt: skip
    rows = list(csv.DictReader(StringIO(archive.read("manifest.csv").decode())))
    assert [row["artwork"] for row in rows] == [str(red.pk)] * 3 + [str(blue.pk)] * 3
    for row in rows:
        cut = Image.open(BytesIO(archive.read(row["file"])))
        assert f"{cut.width}x{cut.height}" in row["file"]
        x, y, width, height = (int(part) for part in row["box"].split(","))
        assert x + width <= 96 and y + height <= 64
        if row["artwork"] == str(blue.pk):
            assert x <= 2 and y <= 2, "the owner's focal point is in every crop"
    assert [("not enlarged" in row["notes"]) for row in rows[:2]] == [False, True]
    assert sum(BatchFile.objects.values_list("bytes", flat=True)) == batch["bytes"]


@pytest.mark.parametrize("width", [60, 640])
def test_a_crop_of_a_batch_is_the_best_of_the_studio_whatever_its_size(browser, album, hang, width):
    red = hang(album, "red")
    asked = {"aspect": "4:5"}
    start(browser, album, asked | {"width": width})

    drain()

    studio = browser.get(f"/api/v1/artworks/{red.pk}/crops", asked).json()
    assert list(map(int, str(BatchFile.objects.get().box).split(","))) == studio["crops"][0]["box"]


def test_the_owners_socket_is_told_and_others_see_nothing(browser, album, hang):
    hang(album, "red")
    batch = start(browser, album)
    drain()
    kinds = Event.objects.filter(owner=album.owner, ids=[batch["id"]]).values_list(
        "kind", flat=True
    )
    assert list(kinds) == ["crops.changed", "crops.changed"]
    other = person("other@example.org")
    stranger = Client(headers=bearer(other))
    for address in (f"/api/v1/crop-batches/{batch['id']}", shown(browser, batch)["zip"]):
        assert stranger.get(address).status_code == 404
    assert stranger.get("/api/v1/crop-batches").json() == []


def test_a_program_fetches_the_zip_with_its_token(browser, album, hang):
    hang(album, "red")
    batch = start(browser, album)
    zip_address = f"/crop-batches/{batch['id']}/crops.zip"
    program = Client(headers=bearer(album.owner, "read"))
    assert program.get(zip_address).status_code == 409
    drain()
    assert program.get(zip_address).status_code == 200
    assert Client().get(zip_address).status_code == 302


def test_a_picture_that_was_not_looked_at_waits_and_is_cut_when_it_was(
    browser, album, hang, cropper
):
    late = hang(album, "red", looked=False)
    batch = start(browser, album)
    drain()
    waiting = shown(browser, batch)
    assert (waiting["state"], waiting["waiting_for_field"], waiting["done"]) == ("running", 1, 0)

    [claim] = jobs.claim([Queue.GPU_BATCH], kind=JobKind.CROP, worker="w")
    data = bytes(looked_at(late, cropper=cropper).data)
    fields.record_field(claim, data, cropper=cropper)
    batches.field_recorded(late.pk)
    drain()

    assert shown(browser, batch)["done"] == 1


def test_a_batch_without_a_cropper_says_so(browser, album, hang):
    hang(album, "red")
    batch = start(browser, album)
    ModelVersion.objects.update(state="retired")
    drain()
    assert told(browser, batch) == {"no_model"}


def test_a_field_that_came_while_the_batch_was_asked_for_is_not_missed(
    browser, album, hang, cropper, django_capture_on_commit_callbacks
):
    late = hang(album, "red", looked=False)
    with django_capture_on_commit_callbacks() as committed:
        batch = start(browser, album)
    looked_at(late, cropper=cropper)  # by a transaction that could not see the batch yet
    for call in committed:
        call()
    drain()
    assert shown(browser, batch)["done"] == 1


def test_a_picture_that_cannot_be_looked_at_is_told_and_looked_at_again_on_retry(
    browser, album, hang
):
    hang(album, "red", looked=False)
    batch = start(browser, album)
    [claim] = jobs.claim([Queue.GPU_BATCH], kind=JobKind.CROP, worker="w")
    jobs.fail(claim, "out_of_memory", "Too large.")
    housekeeping()
    drain()
    assert told(browser, batch) == {"out_of_memory"}

    assert act(browser, batch, "retry").status_code == 202
    assert shown(browser, batch)["waiting_for_field"] == 1
    assert Job.objects.get(kind=JobKind.CROP).state == JobState.QUEUED


def test_deleted_broken_and_impossible_pictures_stop_nobody(browser, album, hang):
    hang(album, "red")
    deleted, broken, thin = hang(album, "blue"), hang(album, "lime"), hang(album, "black")
    batch = start(browser, album, SQUARE, {"aspect": "4000:1", "width": 4000})
    curation.delete(album.owner, [deleted.pk])
    BlobChunk.objects.filter(content=broken.original.content).update(data=b"\xff" * broken.bytes)
    purged = thin.pk
    Artwork.objects.filter(pk=purged).delete()
    Job.objects.filter(subject=purged).delete()

    drain()

    batch = shown(browser, batch)
    assert (batch["state"], batch["done"], batch["failed"]) == ("done", 1, 3)
    codes = [error["code"] for error in batch["errors"]]
    assert codes[1:2] + codes[3:] == ["picture_gone", "picture_gone"]
    assert "aspect_too_thin" in codes
    assert len(codes) == 4
    archive = fetched(browser, batch)
    assert "red/1x1-32x32.jpg" in archive.namelist()
    errors = archive.read("errors.txt").decode()
    assert "blue: The picture was thrown away meanwhile. (picture_gone)" in errors


def test_a_batch_is_called_off_and_goes_on_again(browser, album, hang):
    hang(album, "red")
    batch = start(browser, album)
    address = f"/api/v1/crop-batches/{batch['id']}"
    assert act(browser, batch, "cancel").json()["state"] == "cancelled"
    drain()
    off = shown(browser, batch)
    assert (off["done"], off["failed"], off["errors"]) == (0, 0, [])
    assert act(browser, batch, "cancel").status_code == 409

    assert act(browser, batch, "retry").json()["state"] == "running"
    drain()
    assert shown(browser, batch)["done"] == 1
    assert act(browser, batch, "retry").status_code == 409
    assert browser.delete(address).status_code == 204
    assert not BatchFile.objects.exists() and not Job.objects.filter(kind=JobKind.CUT).exists()


def test_the_files_of_a_person_have_a_limit_of_their_own(browser, album, hang, settings):
    hang(album, "red")
    settings.CROPS_MAX_BYTES = 100
    batch = start(browser, album)
    drain()
    assert told(browser, batch) == {"crops_over_limit"}
    assert not BatchFile.objects.exists()

    settings.CROPS_MAX_BYTES = 1_000_000
    act(browser, batch, "retry")
    drain()
    assert shown(browser, batch)["done"] == 1


def test_a_batch_is_gone_after_its_days(browser, album, hang):
    hang(album, "red")
    batch = start(browser, album)
    drain()
    housekeeping()
    assert shown(browser, batch)["files"] == 1
    CropBatch.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    housekeeping()
    assert browser.get("/api/v1/crop-batches").json() == []
    assert not BatchFile.objects.exists()


def test_names_are_safe_on_every_system(browser, album, hang):
    for colour, title in (
        ("red", "=cmd|'/c calc'!A0"),
        ("blue", "../CON.txt"),
        ("navy", "manifest.csv"),
        ("lime", "AC/DC: live?"),
    ):
        Artwork.objects.filter(pk=hang(album, colour).pk).update(title=title)
    batch = start(browser, album)
    drain()
    folders = {name.split("/")[0] for name in fetched(browser, batch).namelist()}
    assert folders == {
        "cmd-'-c calc'!A0",
        "_CON.txt",
        "AC-DC- live-",
        "manifest.csv-2",
        "manifest.csv",
    }
