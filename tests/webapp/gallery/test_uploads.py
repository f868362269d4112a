"""Resumable uploads: the protocol, who may, and what is here already."""

import base64
import hashlib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.images import photo_file
from tests.people import bearer, person
from tests.webapp.gallery.tus_sender import (
    PICTURE,
    UPLOADS,
    Sender,
    big_picture,
    metadata,
    original_of,
    refusal,
)
from webapp.accounts.models import User
from webapp.catalogue import blobs
from webapp.catalogue.chunks import CHUNK
from webapp.catalogue.models import Artwork, Blob, BlobChunk, Upload
from webapp.events import selectors as events
from webapp.jobs.models import Job

pytestmark = pytest.mark.django_db


def test_options_say_what_the_server_can_do_to_everybody() -> None:
    answer = Client().options(UPLOADS)
    assert answer.status_code == 204
    assert answer["Tus-Version"] == answer["Tus-Resumable"] == "1.0.0"
    assert set(answer["Tus-Extension"].split(",")) == {
        "creation", "creation-with-upload", "expiration", "termination", "checksum",
    }  # fmt: skip
    assert int(answer["Tus-Max-Size"]) > 0
    assert answer["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_an_upload_in_pieces_becomes_an_artwork(sender: Sender, owner: User) -> None:
    data = big_picture()
    assert len(data) > 2 * CHUNK
    said = metadata(filename="Sea.png", medium="painting", title="The sea")
    created = sender.create(len(data), upload_metadata=said)
    assert created.status_code == 201
    path = created["Location"]
    assert path.startswith(f"{UPLOADS}/")
    assert created["Upload-Offset"] == "0"
    at = 0
    for size in (1, 1000, CHUNK, CHUNK + 1, len(data)):
        part = data[at : at + size]
        answer = sender.patch(path, at, part)
        at += len(part)
        assert (answer.status_code, answer["Upload-Offset"]) == (204, str(at))
        assert answer["Upload-Expires"].endswith("GMT")
        assert ("Artwork-Id" in answer) == (at == len(data))
    artwork = Artwork.objects.get(pk=answer["Artwork-Id"])
    assert (artwork.title, artwork.filename) == ("The sea", "Sea.png")
    assert (artwork.medium, artwork.format, artwork.owner) == ("painting", "PNG", owner)
    assert (artwork.width, artwork.height, artwork.state) == (800, 600, "judging")
    assert blobs.read(artwork.original) == data
    assert Job.objects.get(subject=artwork.pk).kind == "render"
    (event,) = events.after(owner.pk, 0).events
    assert (event.kind, event.ids) == ("artwork.created", [str(artwork.pk)])


def test_the_bytes_are_adopted_and_not_copied(sender: Sender) -> None:
    path = sender.create(len(PICTURE))["Location"]
    content = Upload.objects.get().content
    sender.patch(path, 0, PICTURE)
    assert Blob.objects.get().content == content
    assert set(BlobChunk.objects.values_list("content", flat=True)) == {content}


def test_creation_may_bring_all_bytes_or_the_first(sender: Sender) -> None:
    whole = sender.upload(PICTURE)
    assert (whole.status_code, whole["Upload-Offset"]) == (201, str(len(PICTURE)))
    assert original_of(whole["Artwork-Id"]) == PICTURE
    other = photo_file(seed=1)
    begun = sender.create(len(other), other[:100])
    assert (begun.status_code, begun["Upload-Offset"]) == (201, "100")
    ended = sender.patch(begun["Location"], 100, other[100:])
    assert original_of(ended["Artwork-Id"]) == other


def test_head_tells_how_far_it_is_and_what_it_became(sender: Sender) -> None:
    said = metadata(filename="a.jpg", title="Ä", medium="photo")
    path = sender.create(len(PICTURE), PICTURE[:10], upload_metadata=said)["Location"]
    answer = sender.head(path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert (answer["Upload-Offset"], answer["Upload-Length"]) == ("10", str(len(PICTURE)))
    assert answer["Cache-Control"] == "no-store"
    assert set(answer["Upload-Metadata"].split(",")) == set(said.split(","))
    done = sender.patch(path, 10, PICTURE[10:])
    again = sender.head(path)
    assert again["Artwork-Id"] == done["Artwork-Id"]
    assert again["Upload-Offset"] == again["Upload-Length"]
    assert "Artwork-Duplicate" not in again


def test_an_end_that_was_not_heard_may_be_sent_again(sender: Sender) -> None:
    done = sender.upload(PICTURE)
    again = sender.patch(done["Location"], len(PICTURE), b"")
    assert (again.status_code, again["Artwork-Id"]) == (204, done["Artwork-Id"])
    assert Artwork.objects.count() == 1


def test_the_wrong_offset_is_a_conflict_and_changes_nothing(sender: Sender) -> None:
    path = sender.create(len(PICTURE), PICTURE[:10])["Location"]
    for offset in (0, 9, 11, len(PICTURE), len(PICTURE) + 1):
        assert refusal(sender.patch(path, offset, b"")) == (409, "offset_mismatch")
    assert sender.head(path)["Upload-Offset"] == "10"


def test_more_bytes_than_announced_are_refused(sender: Sender) -> None:
    path = sender.create(len(PICTURE), PICTURE[:10])["Location"]
    assert refusal(sender.patch(path, 10, PICTURE)) == (413, "too_large")
    assert refusal(sender.create(5, b"123456")) == (413, "too_large")
    assert sender.head(path)["Upload-Offset"] == "10"


@pytest.mark.parametrize("version", [None, "0.2.2", "2.0.0"])
def test_other_versions_are_refused_with_ours(sender: Sender, version: str | None) -> None:
    path = sender.create(10)["Location"]
    for answer in (
        sender.create(10, tus_resumable=version),
        sender.head(path, tus_resumable=version),
    ):
        assert answer.status_code == 412
        assert answer["Tus-Version"] == answer["Tus-Resumable"] == "1.0.0"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"upload_length": None}, (400, "invalid_header")),
        ({"upload_length": "-1"}, (400, "invalid_header")),
        ({"upload_length": "1e3"}, (400, "invalid_header")),
        ({"upload_length": "9" * 30}, (400, "invalid_header")),
        ({"upload_length": "0"}, (400, "empty_file")),
        ({"upload_length": "99999999999"}, (413, "too_large")),
        ({"upload_defer_length": "1"}, (400, "invalid_header")),
        ({"upload_metadata": "filename !!!"}, (400, "invalid_metadata")),
        ({"upload_metadata": "title /w=="}, (400, "invalid_metadata")),
        ({"upload_metadata": metadata(medium="song")}, (400, "invalid_metadata")),
        ({"upload_metadata": metadata(sha256="12")}, (400, "invalid_metadata")),
        ({"upload_checksum": "md5 AAAA"}, (400, "unsupported_checksum")),
        ({"upload_checksum": "sha1 !"}, (400, "invalid_header")),
    ],
)
def test_senseless_beginnings_are_refused_with_a_reason(
    sender: Sender, headers: dict[str, str | None], expected: tuple[int, str]
) -> None:
    assert refusal(sender.create(10, **headers)) == expected
    assert not Upload.objects.exists()


def test_a_body_must_say_that_it_is_one(sender: Sender) -> None:
    path = sender.create(10)["Location"]
    assert refusal(sender.patch(path, 0, b"12", content_type="text/plain")) == (
        415, "unsupported_type",
    )  # fmt: skip
    assert refusal(sender.create(10, b"12", content_type="image/jpeg"))[0] == 415
    assert refusal(sender.patch(path, 0, b"12", upload_offset=None)) == (400, "invalid_header")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_checksums_guard_each_part(sender: Sender, algorithm: str) -> None:
    def sum_of(part: bytes) -> str:
        digest = hashlib.new(algorithm, part).digest()
        return f"{algorithm} {base64.b64encode(digest).decode()}"

    path = sender.create(len(PICTURE))["Location"]
    right = sender.patch(path, 0, PICTURE[:100], upload_checksum=sum_of(PICTURE[:100]))
    assert right.status_code == 204
    wrong = sender.patch(path, 100, PICTURE[100:], upload_checksum=sum_of(b"other"))
    assert refusal(wrong) == (460, "checksum_mismatch")
    assert sender.head(path)["Upload-Offset"] == "100"
    ended = sender.patch(path, 100, PICTURE[100:], upload_checksum=sum_of(PICTURE[100:]))
    assert original_of(ended["Artwork-Id"]) == PICTURE


def test_a_method_may_be_named_in_a_header(sender: Sender) -> None:
    path = sender.create(len(PICTURE))["Location"]
    override = {"x_http_method_override": "PATCH", "upload_offset": "0"}
    assert sender.send("POST", path, PICTURE[:10], **override).status_code == 204
    told = sender.send("POST", path, x_http_method_override="HEAD")
    assert told["Upload-Offset"] == "10"
    assert sender.send("POST", path).status_code == 405
    assert sender.send("POST", path, x_http_method_override="DELETE").status_code == 204
    assert sender.head(path).status_code == 404


def test_termination_frees_the_bytes_and_spares_the_artwork(sender: Sender) -> None:
    path = sender.create(len(PICTURE), PICTURE[:10])["Location"]
    assert sender.delete(path).status_code == 204
    assert sender.head(path).status_code == 404
    assert not BlobChunk.objects.exists()
    done = sender.upload(PICTURE)
    assert sender.delete(done["Location"]).status_code == 204
    assert original_of(done["Artwork-Id"]) == PICTURE


def test_an_expired_upload_is_gone(sender: Sender) -> None:
    path = sender.create(len(PICTURE), PICTURE[:10])["Location"]
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert sender.head(path).status_code == 410
    assert refusal(sender.patch(path, 10, b"1")) == (410, "expired")
    assert refusal(sender.delete(path)) == (410, "expired")


def test_every_byte_makes_an_upload_live_longer(sender: Sender) -> None:
    path = sender.create(len(PICTURE), PICTURE[:10])["Location"]
    Upload.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    sender.patch(path, 10, PICTURE[10:20])
    assert Upload.objects.get().expires_at > timezone.now() + timedelta(hours=1)


# --- who may


def test_anonymous_people_upload_nothing() -> None:
    stranger = Sender(Client())
    path = f"{UPLOADS}/{uuid4()}"
    for answer in (
        stranger.create(10), stranger.head(path), stranger.patch(path, 0, b"1"),
        stranger.delete(path),
    ):  # fmt: skip
        assert answer.status_code == 401
    assert Client().post(f"{UPLOADS}/check").status_code == 401


def test_other_people_do_not_see_an_upload(sender: Sender) -> None:
    path = sender.create(len(PICTURE), PICTURE[:10])["Location"]
    for other in (person("other@example.org"), person("staff@example.org", staff=True)):
        stranger = Sender.of(other)
        assert stranger.head(path).status_code == 404
        assert stranger.patch(path, 10, b"1").status_code == 404
        assert stranger.delete(path).status_code == 404
    assert sender.head(path)["Upload-Offset"] == "10"


def test_a_token_that_only_reads_uploads_nothing(owner: User, sender: Sender) -> None:
    path = sender.create(len(PICTURE))["Location"]
    reader = Sender(Client(), bearer(owner, "read"))
    assert refusal(reader.create(10)) == (403, "missing_scope")
    assert reader.patch(path, 0, b"1").status_code == 403
    assert reader.head(path).status_code == 200
    override = reader.send("POST", path, b"1", x_http_method_override="PATCH", upload_offset="0")
    assert override.status_code == 403


def test_a_browser_uploads_with_its_session_and_csrf_token(owner: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    assert Sender(browser).upload(PICTURE).status_code == 403
    browser.cookies["csrftoken"] = "t" * 32
    done = Sender(browser, {"X-CSRFToken": "t" * 32}).upload(PICTURE)
    assert done.status_code == 201
    assert original_of(done["Artwork-Id"]) == PICTURE


# --- what is here already


def check(sender: Sender, sums: list[Any]) -> Any:
    return sender.client.post(
        f"{UPLOADS}/check", {"sha256": sums}, content_type="application/json",
        headers=sender.headers,
    )  # fmt: skip


def test_one_may_ask_what_is_here_before_sending_it(sender: Sender) -> None:
    artwork_id = sender.upload(PICTURE)["Artwork-Id"]
    known, unknown = hashlib.sha256(PICTURE).hexdigest(), "0" * 64
    assert check(sender, [known, unknown]).json() == {"existing": {known: artwork_id}}
    stranger = Sender.of(person("other@example.org"))
    assert check(stranger, [known]).json() == {"existing": {}}
    Artwork.objects.update(deleted_at=timezone.now())
    assert check(sender, [known]).json() == {"existing": {}}


@pytest.mark.parametrize("sums", [["0" * 63], ["g" * 64], [3], ["0" * 64] * 1001, "0" * 64])
def test_a_senseless_question_is_refused(sender: Sender, sums: list[Any]) -> None:
    assert refusal(check(sender, sums)) == (400, "invalid")


def test_asking_for_a_thousand_costs_one_query(
    sender: Sender, django_assert_max_num_queries: Any
) -> None:
    sums = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(1000)]
    check(sender, sums)
    with django_assert_max_num_queries(2):  # the token, the artworks
        assert check(sender, sums).status_code == 200
