"""Resumable uploads: the protocol, what survives, what is refused, and who may."""

import base64
import hashlib
import io
import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from tests.images import photo_file
from tests.nasty import Nasty, nasty_files
from tests.people import bearer, person
from tests.webapp.gallery.tus_sender import UPLOADS, Sender, metadata
from webapp.accounts.models import User
from webapp.catalogue import blobs
from webapp.catalogue.chunks import CHUNK
from webapp.catalogue.models import Artwork, Blob, BlobChunk, Upload
from webapp.events import selectors as events
from webapp.gallery import receiving
from webapp.jobs.models import Job

pytestmark = pytest.mark.django_db

PICTURE = photo_file()


def big_picture() -> bytes:
    """More than two chunks, so that pieces and chunks do not meet."""
    return photo_file(800, 600, format_="PNG")


@pytest.fixture
def owner() -> User:
    return person("owner@example.org")


@pytest.fixture
def sender(owner: User) -> Sender:
    return Sender.of(owner)


def refusal(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.content
    return answer.status_code, answer.json()["code"]


def original_of(artwork_id: str) -> bytes:
    return blobs.read(Artwork.objects.get(pk=artwork_id).original)


# --- the protocol


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


# --- cut connections and concurrency


class CutBody(io.BytesIO):
    """A body whose connection breaks behind its bytes."""

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        if not found:
            raise ConnectionResetError("the client went away")
        return found


def test_what_arrived_before_the_cut_is_kept(sender: Sender, owner: User) -> None:
    data = big_picture()
    path = sender.create(len(data))["Location"]
    upload = Upload.objects.get()
    receiving.receive(upload, CutBody(data[:300_000]), offset=0, checksum=None)
    assert sender.head(path)["Upload-Offset"] == "300000"
    ended = sender.patch(path, 300_000, data[300_000:])
    assert original_of(ended["Artwork-Id"]) == data


def test_a_cut_body_with_a_checksum_is_not_kept(sender: Sender) -> None:
    sender.create(len(PICTURE))
    digest = hashlib.sha1(PICTURE).digest()
    checksum = receiving.Checksum("sha1", digest)
    with pytest.raises(receiving.ChecksumMismatch):
        receiving.receive(Upload.objects.get(), CutBody(PICTURE[:-1]), offset=0, checksum=checksum)
    assert Upload.objects.get().offset == 0


@pytest.mark.django_db(transaction=True)
def test_long_bodies_are_committed_while_they_come(sender: Sender) -> None:
    """Another connection sees the offset grow before the body has ended."""
    size = receiving.PIECE + 3 * CHUNK
    path = sender.create(size)["Location"]
    seen: list[str] = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() == receiving.PIECE + CHUNK:
                other = threading.Thread(target=look)
                other.start()
                other.join()
            return super().read(size)

    def look() -> None:
        seen.append(Sender(Client(), sender.headers).head(path)["Upload-Offset"])
        connection.close()

    receiving.receive(Upload.objects.get(), Watched(bytes(size - 1)), offset=0, checksum=None)
    assert seen == [str(receiving.PIECE)]


@pytest.mark.django_db(transaction=True)
def test_a_slow_body_is_committed_by_the_clock(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "PIECE_SECONDS", -1.0)
    monkeypatch.setattr(receiving, "READ", 100)
    sender.create(1000)
    offsets: list[int] = []

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            offsets.append(Upload.objects.get().offset)
            return super().read(size)

    receiving.receive(Upload.objects.get(), Slow(bytes(300)), offset=0, checksum=None)
    assert offsets == [0, 100, 200, 300]


@pytest.mark.django_db(transaction=True)
def test_a_locked_upload_is_not_waited_for(sender: Sender) -> None:
    path = sender.create(len(PICTURE))["Location"]
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Upload.objects.select_for_update().get()
            held.set()
            done.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    try:
        assert refusal(sender.patch(path, 0, PICTURE[:10])) == (423, "locked")
        assert refusal(sender.delete(path)) == (423, "locked")
        assert sender.head(path)["Upload-Offset"] == "0"
    finally:
        done.set()
        holder.join()
    assert sender.patch(path, 0, PICTURE[:10]).status_code == 204


@pytest.mark.django_db(transaction=True)
def test_two_senders_of_one_upload_do_not_mix(sender: Sender) -> None:
    """A sender whose connection silently died is overtaken, and what it still brings is void."""
    data = big_picture()
    path = sender.create(len(data))["Location"]
    stale = Upload.objects.get()
    assert sender.patch(path, 0, data[:CHUNK]).status_code == 204
    with pytest.raises(receiving.OffsetMismatch):
        receiving.receive(stale, io.BytesIO(b"x" * 500), offset=0, checksum=None)
    ended = sender.patch(path, CHUNK, data[CHUNK:])
    assert original_of(ended["Artwork-Id"]) == data


@pytest.mark.django_db(transaction=True)
def test_the_same_picture_in_two_uploads_at_once_is_one_artwork(owner: User) -> None:
    senders = [Sender.of(owner) for _ in range(4)]
    answers: list[Any] = []
    barrier = threading.Barrier(4)

    def run(each: Sender) -> None:
        barrier.wait()
        answers.append(each.upload(PICTURE))
        connection.close()

    threads = [threading.Thread(target=run, args=[each]) for each in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.status_code for each in answers] == [201] * 4
    assert len({each["Artwork-Id"] for each in answers}) == 1
    assert sum("Artwork-Duplicate" in each for each in answers) == 3
    assert Artwork.objects.count() == Blob.objects.count() == Job.objects.count() == 1
    assert set(BlobChunk.objects.values_list("content", flat=True)) == {Blob.objects.get().content}


def test_when_the_end_fails_the_upload_can_go_on(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last piece and the artwork are one transaction: no upload is complete without one."""
    path = sender.create(len(PICTURE), PICTURE[:10])["Location"]
    with monkeypatch.context() as patched:
        patched.setattr("webapp.gallery.services.publish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sender.patch(path, 10, PICTURE[10:])
    assert sender.head(path)["Upload-Offset"] == "10"
    assert not Artwork.objects.exists()
    ended = sender.patch(path, 10, PICTURE[10:])
    assert original_of(ended["Artwork-Id"]) == PICTURE


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
