"""Addresses for other software: open to whoever has one, bounded, and revocable."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from ml.contracts.crops import Box
from tests.world import World, build
from webapp.catalogue import blobs
from webapp.catalogue.models import Artwork, Rendition
from webapp.cropping import addresses
from webapp.cropping.delivery import render
from webapp.cropping.housekeeping import tidy_crops
from webapp.cropping.models import Delivered

pytestmark = pytest.mark.django_db

RED = Box(2000, 1000, 2000, 1000)


def display(width: int = 1600, height: int = 800) -> bytes:
    """The display file of a picture of 8000 x 4000 pixels, red where RED is."""
    image = Image.new("RGB", (width, height), "white")
    left, top = RED.x * width // 8000, RED.y * height // 4000
    image.paste((200, 0, 0), (left, top, left + width // 4, top + height // 4))
    out = BytesIO()
    image.save(out, "WEBP", lossless=True)
    return out.getvalue()


@pytest.fixture
def world() -> World:
    world = build()
    Artwork.objects.filter(pk=world.artwork.pk).update(width=8000, height=4000)
    world.artwork.refresh_from_db()
    large = Rendition.objects.filter(artwork=world.artwork, size="large", format="webp")
    large.update(blob=blobs.store(display(), content_type="image/webp"), width=1600, height=800)
    return world


def get(address: str, **headers: str) -> Any:
    return Client().get(address, headers=headers)


def test_anybody_with_the_address_gets_the_file_and_may_keep_it(world: World) -> None:
    address = addresses.address(world.artwork, RED, 320)
    answer = get(address)
    assert (answer.status_code, answer["content-type"]) == (200, "image/webp")
    image = Image.open(BytesIO(answer.content)).convert("RGB")
    assert image.size == (320, 160)
    assert all(image.getpixel(place)[1] < 60 for place in ((1, 1), (318, 158)))
    assert answer["cache-control"] == "public, max-age=31536000, immutable"
    assert answer["cross-origin-resource-policy"] == "cross-origin"
    assert "cookie" not in answer.get("vary", "").lower(), "caches may share it"
    assert get(address.replace(",", "%2C"))["etag"] == answer["etag"]
    assert get(address, **{"if-none-match": answer["etag"]}).status_code == 304
    assert Delivered.objects.filter(x=RED.x).count() == 1, "made once"


def test_a_file_is_never_enlarged_and_comes_as_jpeg_too(world: World) -> None:
    answer = get(addresses.address(world.artwork, RED, 1600, "jpg"))
    image = Image.open(BytesIO(answer.content))
    assert (image.format, image.size) == ("JPEG", (400, 200))


def test_the_list_of_widths_tells_the_true_ones(world: World) -> None:
    listed = [part.split(" ") for part in addresses.srcset(world.artwork, RED).split(", ")]
    assert [width for _, width in listed] == ["160w", "320w", "400w"]
    assert listed[-1][0].endswith("/480.webp")
    assert addresses.address(world.artwork, RED) == listed[-1][0]
    sizes = [Image.open(BytesIO(get(address).content)).width for address, _ in listed]
    assert sizes == [160, 320, 400]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("/r/", "/r/x", (403, "bad_signature")),
        (",1000/", ",1001/", (403, "bad_signature")),
        (",1000/", "/", (403, "bad_signature")),
        (",1000/", ",01000/", (403, "bad_signature")),  # one file has one address
        ("/320.", "/321.", (400, "bad_width")),
        ("/320.", "/0320.", (400, "bad_width")),  # nor has a width two
        ("/320.", "/\u0663\u0662\u0660.", (400, "bad_width")),
        ("/320.webp", "/320.png", (400, "bad_width")),
    ],
)
def test_a_changed_address_leads_nowhere(
    world: World, before: str, after: str, expected: tuple[int, str]
) -> None:
    address = addresses.address(world.artwork, RED, 320)
    assert before in address
    answer = get(address.replace(before, after))
    assert (answer.status_code, answer.json()["code"]) == expected
    assert answer["cache-control"] == "no-store"


def test_an_address_of_another_picture_is_not_signed(world: World) -> None:
    address = addresses.address(world.artwork, RED, 320)
    assert get(address.replace(str(world.artwork.pk), str(uuid4()))).status_code == 403


def test_revoking_ends_the_addresses_of_that_picture_and_gives_new_ones(world: World) -> None:
    old = addresses.address(world.artwork, RED, 320)
    assert get(old).status_code == 200
    revoke = f"/api/v1/artworks/{world.artwork.pk}/addresses/revoke"
    assert world.client("owner").post(revoke, {}, "application/json").status_code == 204
    assert get(old).status_code == 403
    world.artwork.refresh_from_db()
    assert get(addresses.address(world.artwork, RED, 320)).status_code == 200


def test_a_deleted_picture_is_gone_for_everybody(world: World) -> None:
    address = addresses.address(world.artwork, RED, 320)
    Artwork.objects.filter(pk=world.artwork.pk).update(deleted_at=timezone.now())
    assert get(address).status_code == 404


def test_before_the_large_file_is_there_one_is_told_to_come_back(world: World) -> None:
    Rendition.objects.filter(artwork=world.artwork, size="large").delete()
    answer = get(addresses.address(world.artwork, RED, 320))
    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert answer["retry-after"]


def test_files_that_were_made_long_ago_are_thrown_away_and_made_again(world: World) -> None:
    address = addresses.address(world.artwork, RED, 320)
    first = get(address)["etag"]
    Delivered.objects.update(created_at="2026-01-01T00:00Z")
    assert tidy_crops() == 2
    assert get(address)["etag"] == first


@pytest.mark.parametrize("box", [Box(0, 0, 8000, 1), Box(0, 0, 1, 4000), Box(7999, 3999, 1, 1)])
def test_the_thinnest_crops_have_a_file(box: Box) -> None:
    data = render(display(), box, of=(8000, 4000), width=1600, ending="webp")
    width, height = Image.open(BytesIO(data)).size
    assert 1 <= width <= 1600 and 1 <= height <= 800
