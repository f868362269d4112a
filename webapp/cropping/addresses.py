"""Addresses of crops for other software: signed, in widths of a list, until they are revoked."""

import base64
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from ml.contracts.crops import Box
from webapp.catalogue.models import Artwork
from webapp.common.errors import ApplicationError
from webapp.events.payloads import EventKind
from webapp.events.publish import publish

WIDTHS = (160, 320, 480, 640, 960, 1280, 1600)
FORMATS = {"webp": "image/webp", "jpg": "image/jpeg"}
DISPLAY_SIDE = 1600  # of the large display file, from which the files are made
_MIDDLE = 960
_SALT = "webapp.cropping.addresses"


class BadSignature(ApplicationError):
    """Whoever publishes the address must copy it again from the studio."""

    status = 403
    code = "bad_signature"


class BadWidth(ApplicationError):
    """Whoever asks must take a width or a format of the list."""

    code = "bad_width"


def signature(artwork: Artwork, box: Box) -> str:
    """Proof that the owner gave this crop away: 43 letters, the same for all its widths."""
    said = f"{artwork.pk}/{artwork.address_epoch}/{box}"
    digest = salted_hmac(_SALT, said, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def signed_artwork(pk: UUID, box: Box, sent: str) -> Artwork:
    """The picture of an address, even from the trash.

    Raises BadSignature for another crop, an address that was revoked, or no such picture: without
    a signature nobody learns whether there is one.
    """
    artwork = Artwork.objects.filter(pk=pk).first()
    if artwork is None or not constant_time_compare(sent, signature(artwork, box)):
        raise BadSignature("The address was changed, or its owner has revoked it.")
    return artwork


def listed(width: str, ending: str) -> int:
    """The width of an address. Each has one way to write it: a crop has no more files than that.

    Raises BadWidth: files of any size would let anybody keep this machine busy.
    """
    found = next((each for each in WIDTHS if str(each) == width), None)
    if found is None or ending not in FORMATS:
        widths = ", ".join(map(str, WIDTHS))
        raise BadWidth(f"Widths are {widths}; formats are {' and '.join(FORMATS)}.")
    return found


def address(artwork: Artwork, box: Box, width: int = 0, ending: str = "webp") -> str:
    """Where the crop is found in that width; without one in a middling width."""
    known = signature(artwork, box)
    return _address(artwork, box, known, width or _middling(artwork, box), ending)


def srcset(artwork: Artwork, box: Box) -> str:
    """All widths that the display file gives, as an `img` takes them, each with its true width."""
    known = signature(artwork, box)
    there = available(artwork, box)
    listed = [(width, width) for width in WIDTHS if width <= there]
    beyond = next((width for width in WIDTHS if width > there), None)
    if beyond is not None and there not in WIDTHS:
        listed.append((beyond, there))
    return ", ".join(
        f"{_address(artwork, box, known, width, 'webp')} {true}w" for width, true in listed
    )


def available(artwork: Artwork, box: Box) -> int:
    """How many pixels wide the crop is in the large display file; files are never enlarged."""
    longest = max(artwork.width or 1, artwork.height or 1)
    return max(1, round(box.width * min(1.0, DISPLAY_SIDE / longest)))


@transaction.atomic
def revoke(artwork: Artwork) -> None:
    """Let all addresses of the artwork that were given away so far lead nowhere."""
    Artwork.objects.filter(pk=artwork.pk).update(address_epoch=F("address_epoch") + 1)
    publish(artwork.owner_id, EventKind.ARTWORK_CHANGED, [artwork.pk])


def _middling(artwork: Artwork, box: Box) -> int:
    """The first width of the list that shows all there is, but no more than a page needs."""
    there = available(artwork, box)
    return next((width for width in WIDTHS if width >= min(there, _MIDDLE)), WIDTHS[-1])


def _address(artwork: Artwork, box: Box, known: str, width: int, ending: str) -> str:
    return reverse("crop-file", args=[known, artwork.pk, box, width, ending])
