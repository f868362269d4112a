"""Uploads in one request, and what holds for every upload whichever way it came."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from kombu import Connection

from tests.images import EXTENSIONS, photo_file
from tests.nasty import Nasty, nasty_files
from tests.people import bearer
from webapp import dispatch
from webapp.accounts.models import User
from webapp.catalogue import blobs
from webapp.catalogue.models import Artwork, Blob, BlobChunk
from webapp.events.models import Event
from webapp.jobs import bells
from webapp.jobs.models import Job

pytestmark = pytest.mark.django_db

ARTWORKS = "/api/v1/artworks"


@pytest.fixture
def headers(owner: User) -> dict[str, str]:
    return bearer(owner)


def post(headers: dict[str, str], data: bytes, name: str = "a.jpg", **said: str) -> Any:
    return Client().post(
        ARTWORKS, {"file": SimpleUploadedFile(name, data), **said}, headers=headers
    )


@pytest.mark.parametrize(
    ("filename", "fields", "title"),
    [
        ("Water_lilies_1906.jpg", {}, "Water lilies 1906"),
        ("v1.2 final.tif", {}, "v1.2 final"),
        (".jpg", {}, ""),
        ("a.jpg", {"title": ""}, ""),
        ("a.jpg", {"title": "Sea"}, "Sea"),
    ],
)
def test_a_picture_without_a_title_takes_its_files_name(
    headers: dict[str, str], filename: str, fields: dict[str, str], title: str
) -> None:
    answer = post(headers, photo_file(), filename, **fields)
    assert (answer.status_code, answer.json()["title"]) == (201, title)


@pytest.mark.parametrize("image_format", EXTENSIONS)
def test_every_accepted_format_is_kept_byte_for_byte(
    headers: dict[str, str], image_format: str
) -> None:
    data = photo_file(format_=image_format)
    answer = post(headers, data, f"a.{EXTENSIONS[image_format]}", medium="painting", title=" T ")
    assert answer.status_code == 201, answer.content
    artwork = Artwork.objects.get(pk=answer.json()["id"])
    assert (artwork.format, artwork.medium, artwork.title) == (image_format, "painting", "T")
    assert (artwork.width, artwork.height) == (96, 64)
    assert blobs.read(artwork.original) == data
    assert artwork.original.content_type == f"image/{image_format.lower()}"
    assert Job.objects.get(subject=artwork.pk, kind="render").owner == artwork.owner
    assert Event.objects.get().ids == [str(artwork.pk)]


def test_a_duplicate_is_answered_with_what_is_there(headers: dict[str, str]) -> None:
    first = post(headers, photo_file())
    again = post(headers, photo_file(), "other name.jpg")
    assert (again.status_code, again.json()["duplicate"]) == (200, True)
    assert again.json()["id"] == first.json()["id"]
    assert Artwork.objects.count() == Job.objects.count() == 1


@pytest.mark.parametrize(
    "nasty", [each for each in nasty_files() if each.refused], ids=lambda each: each.name
)
def test_bad_files_are_refused_with_their_code_and_leave_nothing(
    headers: dict[str, str], nasty: Nasty, settings: Any
) -> None:
    settings.UPLOAD_MAX_PIXELS, settings.UPLOAD_MAX_SIDE = 60_000_000, 16_000
    answer = post(headers, nasty.data, nasty.filename)
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] == nasty.refused
    for left in (Artwork, Blob, BlobChunk, Job, Event):
        assert not left.objects.exists()


def test_a_file_over_the_limit_is_refused(headers: dict[str, str], settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = len(photo_file()) - 1
    answer = post(headers, photo_file())
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_full_library_takes_no_more(headers: dict[str, str], owner: User) -> None:
    owner.quota_bytes = len(photo_file())
    owner.save()
    assert post(headers, photo_file()).status_code == 201
    answer = post(headers, photo_file(seed=1))
    assert (answer.status_code, answer.json()["code"]) == (413, "over_quota")
    assert Artwork.objects.count() == Blob.objects.count() == 1
    assert post(headers, photo_file()).status_code == 200, "what is there needs no room"


@pytest.mark.django_db(transaction=True)
def test_uploads_are_accepted_while_redis_is_away(
    headers: dict[str, str], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = "redis://127.0.0.1:1/0"
    layer = settings.CHANNEL_LAYERS["default"]
    settings.CHANNEL_LAYERS = {"default": {**layer, "CONFIG": {**layer["CONFIG"], "hosts": [away]}}}
    monkeypatch.setattr(bells.silence, "until", 0.0)
    nobody = Connection(away, transport_options=dispatch.IMPATIENT)
    monkeypatch.setattr(dispatch, "_impatient", lambda: nobody)
    answer = post(headers, photo_file())
    assert answer.status_code == 201
    assert bells.silence.until > 0, "the doorbell was tried and not heard"
    assert Job.objects.get().state == "queued"
    assert Event.objects.count() == 1
