"""Files over HTTP: who gets them, in ranges, conditionally, and harmless to a browser."""

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from tests.images import encode, exif_with_place, photo, photo_file
from tests.people import bearer, person
from tests.world import picture_of
from webapp.accounts.models import User
from webapp.catalogue import blobs, curation
from webapp.catalogue.models import Artwork, BlobChunk
from webapp.catalogue.validation import ImageFormat
from webapp.gallery import services
from webapp.gallery.serving import Span, UnsatisfiableError, parse_range

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def artwork(owner: User) -> Artwork:
    return picture_of(owner, data=bytes(range(256)) * 5000)


def original(artwork: Artwork) -> str:
    return f"/media/{artwork.pk}/original"


def rendition(artwork: Artwork, name: str = "small.webp") -> str:
    return f"/media/{artwork.pk}/{name}"


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def upload(owner: User, data: bytes, filename: str = "a.jpg") -> Artwork:
    return services.accept_upload(
        owner=owner, content=BytesIO(data), filename=filename, medium="photo", title=""
    ).artwork


# --- what is answered


@pytest.mark.parametrize("size", ["small", "medium", "large"])
@pytest.mark.parametrize("ext", ["webp", "avif"])
def test_display_files_are_fixed_and_typed_by_us(
    browser: Client, artwork: Artwork, size: str, ext: str
) -> None:
    answer = browser.get(rendition(artwork, f"{size}.{ext}"))
    blob = artwork.renditions.get(size=size, format=ext).blob
    assert (answer.status_code, body(answer)) == (200, blobs.read(blob))
    assert answer["Content-Type"] == f"image/{ext}"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer["ETag"] == f'"{blob.sha256}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Length"] == str(blob.size)


@pytest.mark.parametrize(
    "name", ["huge.webp", "small.png", "small.svg", "SMALL.webp", "original.jpg"]
)
def test_other_sizes_and_types_do_not_exist(browser: Client, artwork: Artwork, name: str) -> None:
    assert browser.get(rendition(artwork, name)).status_code == 404


def test_a_display_file_that_is_not_made_yet_is_not_found(browser: Client, owner: User) -> None:
    assert browser.get(rendition(upload(owner, photo_file()))).status_code == 404


def test_the_original_is_given_to_be_saved(browser: Client, artwork: Artwork) -> None:
    answer = browser.get(original(artwork))
    assert answer.status_code == 200
    assert answer.streaming, "more than a megabyte is not gathered in memory"
    assert body(answer) == blobs.read(artwork.original)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"] == 'attachment; filename="Picture.jpg"'
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("filename", "image_format", "saved_as"),
    [
        ("cat.JPEG", "JPEG", 'attachment; filename="cat.JPEG"'),
        ("page.html", "JPEG", 'attachment; filename="page.jpg"'),
        ("", "HEIC", 'attachment; filename="untitled.heic"'),
        ("../../x.tif", "TIFF", 'attachment; filename="x.tif"'),
        ('a"b\r\nSet-Cookie: c.png', "PNG", 'attachment; filename="a\\"bSet-Cookie: c.png"'),
        ("Größe.png", "PNG", "attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.png"),
        ("noending", "AVIF", 'attachment; filename="noending.avif"'),
        ("a.b", "WebP", 'attachment; filename="a.webp"'),
    ],
)
def test_the_saved_name_is_safe_and_tells_the_true_format(
    browser: Client, artwork: Artwork, filename: str, image_format: str, saved_as: str
) -> None:
    Artwork.objects.update(filename=filename, format=image_format, title="")
    answer = browser.head(original(artwork))
    assert answer["Content-Disposition"] == saved_as
    assert answer["Content-Type"] == ImageFormat(image_format).content_type


# --- ranges and conditions


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-299999", 100, 300_000),
        ("bytes=262144-262145", 262_144, 262_146),
        ("bytes=1000-", 1000, None),
        ("bytes=-5", -5, None),
        ("bytes=5-99999999999", 5, None),
        ("BYTES=0-9", 0, 10),
    ],
)
def test_a_range_is_answered_exactly(
    browser: Client, artwork: Artwork, asked: str, start: int, stop: int | None
) -> None:
    data = blobs.read(artwork.original)
    answer = browser.get(original(artwork), headers={"Range": asked})
    part = data[start:stop]
    first = start % len(data)
    assert (answer.status_code, body(answer)) == (206, part)
    assert answer["Content-Length"] == str(len(part))
    assert answer["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(data)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-9", "lines=1-2", "bytes=9-1", "bytes=-", "x", ""])
def test_other_ranges_get_the_whole(browser: Client, artwork: Artwork, asked: str) -> None:
    answer = browser.get(original(artwork), headers={"Range": asked})
    assert answer.status_code == 200
    assert body(answer) == blobs.read(artwork.original)


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_range_behind_the_end_is_not_satisfied(
    browser: Client, artwork: Artwork, asked: str
) -> None:
    answer = browser.get(original(artwork), headers={"Range": asked})
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{artwork.original.size}"


def test_ranges_as_a_table() -> None:
    assert parse_range("bytes=2-4", 10) == Span(2, 5)
    assert parse_range("bytes=-20", 10) == Span(0, 10)
    assert parse_range("bytes=10", 10) is None
    with pytest.raises(UnsatisfiableError):
        parse_range("bytes=10-", 10)


def test_what_is_known_is_not_sent_nor_read_again(browser: Client, artwork: Artwork) -> None:
    for path in (original(artwork), rendition(artwork)):
        etag = browser.get(path)["ETag"]
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = browser.get(path, headers={"If-None-Match": f'"other", {etag}'})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["ETag"] == etag
        assert "private" in answer["Cache-Control"]
        assert not any("blobchunk" in query["sql"] for query in asked)
        assert browser.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_part_of_something_else_is_not_continued(browser: Client, artwork: Artwork) -> None:
    path = original(artwork)
    etag = browser.head(path)["ETag"]
    same = browser.get(path, headers={"Range": "bytes=0-9", "If-Range": etag})
    other = browser.get(path, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (same.status_code, other.status_code) == (206, 200)


def test_head_tells_the_length_without_the_bytes(browser: Client, artwork: Artwork) -> None:
    with CaptureQueriesContext(connection) as asked:
        answer = browser.head(original(artwork))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Content-Length"] == str(artwork.original.size)
    assert not any("blobchunk" in query["sql"] for query in asked)


def test_only_the_asked_chunks_are_read(browser: Client, artwork: Artwork) -> None:
    BlobChunk.objects.filter(content=artwork.original.content, index=0).delete()
    answer = browser.get(original(artwork), headers={"Range": "bytes=262144-262150"})
    assert (answer.status_code, len(body(answer))) == (206, 7)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_files_are_only_read(browser: Client, artwork: Artwork, method: str) -> None:
    assert getattr(browser, method)(original(artwork)).status_code == 405
    assert getattr(browser, method)(rendition(artwork)).status_code == 405


# --- who may


def test_strangers_are_led_to_sign_in_and_others_see_nothing(artwork: Artwork) -> None:
    for path in (original(artwork), rendition(artwork)):
        stranger = Client().get(path)
        assert stranger.status_code == 302
        assert "/accounts/login/" in stranger["Location"]
        for other in ("other@example.org", "staff@example.org"):
            client = Client()
            found = User.objects.filter(email=other).first()
            client.force_login(found or person(other, staff=other.startswith("staff")))
            assert client.get(path).status_code == 404
            assert client.get(path, headers={"If-None-Match": "*"}).status_code == 404


def test_deleted_artworks_show_nothing(browser: Client, owner: User, artwork: Artwork) -> None:
    curation.delete(owner, [artwork.pk])
    assert browser.get(original(artwork)).status_code == 404
    assert browser.get(rendition(artwork)).status_code == 404


def test_programs_read_files_with_a_token(owner: User, artwork: Artwork) -> None:
    path = original(artwork)
    assert Client().get(path, headers=bearer(owner, "read")).status_code == 200
    assert Client().get(path, headers=bearer(owner, "write")).status_code == 403
    wrong = Client().get(path, headers={"authorization": "Bearer wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "bad_token")
    other = bearer(person("other@example.org"), "read")
    assert Client().get(path, headers=other).status_code == 404


# --- originals through a share link


def shared(owner: User, artwork: Artwork, *, allow_originals: bool = True) -> str:
    album = curation.create_album(owner, title="Album")
    curation.add_to_album(owner, album, [artwork.pk])
    _, secret = curation.share(album, expires_at=None, allow_originals=allow_originals)
    return f"/s/{secret}/media/{artwork.pk}/original"


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WebP"])
def test_a_shared_original_tells_neither_place_nor_camera(owner: User, image_format: str) -> None:
    data = encode(photo(), image_format, exif=exif_with_place())
    artwork = upload(owner, data, "sea.x")
    answer = Client().get(shared(owner, artwork))
    assert answer.status_code == 200
    assert answer["Content-Type"] == ImageFormat(image_format).content_type
    assert answer["Content-Disposition"].startswith('attachment; filename="sea.')
    assert answer["Cache-Control"] == "private, no-cache"
    assert b"SecretCamera" in data
    assert b"SecretCamera" not in answer.content
    assert Image.open(BytesIO(answer.content)).size == (96, 64)
    known = Client().get(answer.wsgi_request.path, headers={"If-None-Match": answer["ETag"]})
    assert known.status_code == 304


def test_a_shared_original_that_cannot_be_stripped_is_the_large_display_file(
    owner: User, artwork: Artwork
) -> None:
    Artwork.objects.update(format="HEIC", filename="IMG_1.heic")
    answer = Client().get(shared(owner, artwork))
    large = artwork.renditions.get(size="large", format="webp").blob
    assert (answer.status_code, body(answer)) == (200, blobs.read(large))
    assert answer["Content-Type"] == "image/webp"
    assert answer["Content-Disposition"] == 'attachment; filename="IMG_1.webp"'


def test_originals_are_shared_only_when_the_owner_says_so(owner: User, artwork: Artwork) -> None:
    path = shared(owner, artwork, allow_originals=False)
    assert Client().get(path).status_code == 404
    assert Client().get(path.replace("original", "large.webp")).status_code == 200
    assert Client().get(original(artwork)).status_code == 302
