"""What a finished upload becomes: refused, a duplicate, or more than fits."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.images import photo_file
from tests.nasty import Nasty, nasty_files
from tests.people import person
from tests.webapp.gallery.tus_sender import PICTURE, Sender, refusal
from webapp.accounts.models import User
from webapp.catalogue import blobs
from webapp.catalogue.models import Artwork, Blob, BlobChunk, Upload
from webapp.events import selectors as events
from webapp.jobs.models import Job

pytestmark = pytest.mark.django_db


# --- what is refused at the end


@pytest.mark.parametrize(
    "nasty",
    [each for each in nasty_files() if each.refused and each.data],
    ids=lambda each: each.name,
)
def test_bad_files_are_refused_and_leave_nothing(
    sender: Sender, nasty: Nasty, settings: Any
) -> None:
    settings.UPLOAD_MAX_PIXELS, settings.UPLOAD_MAX_SIDE = 60_000_000, 16_000
    answer = sender.upload(nasty.data, filename=nasty.filename)
    status, code = refusal(answer)
    assert (400 <= status < 500, code) == (True, nasty.refused)
    assert not Upload.objects.exists()
    assert not BlobChunk.objects.exists()
    assert not Artwork.objects.exists()
    assert not Job.objects.exists()


def test_a_file_that_changed_on_its_way_is_refused(sender: Sender) -> None:
    answer = sender.upload(PICTURE, sha256=hashlib.sha256(b"other").hexdigest())
    assert refusal(answer) == (422, "checksum_mismatch")
    assert not Upload.objects.exists()
    right = sender.upload(PICTURE, sha256=hashlib.sha256(PICTURE).hexdigest().upper())
    assert right.status_code == 201


def test_an_upload_that_cannot_fit_is_refused_before_its_bytes(sender: Sender, owner: User) -> None:
    owner.quota_bytes = len(PICTURE) * 2
    owner.save()
    assert sender.upload(PICTURE).status_code == 201
    assert refusal(sender.create(len(PICTURE) + 1)) == (413, "over_quota")
    assert sender.create(len(PICTURE)).status_code == 201
    assert refusal(sender.create(1)) == (413, "over_quota"), "the running upload has the room"


def test_room_that_went_meanwhile_is_noticed_at_the_end(sender: Sender, owner: User) -> None:
    path = sender.create(len(PICTURE), PICTURE[:10])["Location"]
    owner.quota_bytes = 5
    owner.save()
    assert refusal(sender.patch(path, 10, PICTURE[10:])) == (413, "over_quota")
    assert not Upload.objects.exists()
    assert not BlobChunk.objects.exists()


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\temp\\cat.jpg", "cat.jpg"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"),
        ("x" * 300 + ".jpg", "x" * 251 + ".jpg"),
    ],
)
def test_names_are_only_text(sender: Sender, sent: str, shown: str) -> None:
    answer = sender.upload(PICTURE, filename=sent, title="t" * 500 + "\0")
    artwork = Artwork.objects.get(pk=answer["Artwork-Id"])
    assert (artwork.filename, artwork.title) == (shown, "t" * 200)


# --- duplicates


def test_a_duplicate_is_the_artwork_that_is_there(sender: Sender) -> None:
    first = sender.upload(PICTURE, title="First")
    again = sender.upload(PICTURE, title="Again")
    assert (again.status_code, again["Artwork-Duplicate"]) == (201, "1")
    assert again["Artwork-Id"] == first["Artwork-Id"]
    assert Artwork.objects.get().title == "First"
    assert Job.objects.count() == Blob.objects.count() == 1
    assert sender.head(again["Location"])["Artwork-Duplicate"] == "1"


def test_a_duplicate_comes_back_from_the_trash(sender: Sender, owner: User) -> None:
    artwork_id = sender.upload(PICTURE)["Artwork-Id"]
    before = events.last_seq(owner.pk)
    Artwork.objects.update(deleted_at=timezone.now())
    again = sender.upload(PICTURE)
    assert (again["Artwork-Id"], again["Artwork-Duplicate"]) == (artwork_id, "1")
    assert Artwork.objects.get().deleted_at is None
    kinds = [each.kind for each in events.after(owner.pk, before).events]
    assert kinds == ["artwork.created"]


def test_the_trash_gives_way_to_new_pictures_and_only_as_far_as_needed(
    sender: Sender, owner: User
) -> None:
    old, newer, fresh = (photo_file(seed=seed) for seed in (1, 2, 3))
    for data, age in ((old, 9), (newer, 1)):
        artwork = Artwork.objects.get(pk=sender.upload(data)["Artwork-Id"])
        artwork.deleted_at = timezone.now() - timedelta(days=age)
        artwork.save()
    Upload.objects.all().delete()
    owner.quota_bytes = len(newer) + len(fresh)
    owner.save()
    assert sender.upload(fresh).status_code == 201
    left = {blobs.read(each.original) for each in Artwork.objects.all()}
    assert left == {newer, fresh}


def test_the_same_picture_of_two_people_is_two_artworks_of_one_blob(sender: Sender) -> None:
    other = Sender.of(person("other@example.org"))
    mine, theirs = sender.upload(PICTURE), other.upload(PICTURE)
    assert mine["Artwork-Id"] != theirs["Artwork-Id"]
    assert "Artwork-Duplicate" not in theirs
    assert Blob.objects.count() == 1
