"""The words of tus 1.0 (https://tus.io/protocols/resumable-upload): headers in, headers out."""

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from django.utils.http import http_date

from webapp.catalogue.models import Medium, Upload
from webapp.catalogue.validation import MAX_TITLE, clean_filename, title_of
from webapp.common.errors import ApplicationError

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,expiration,termination,checksum"
ALGORITHMS: Final = ("sha1", "sha256")
BODY_TYPE: Final = "application/offset+octet-stream"

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[0-9]{1,15}")


class WrongVersion(ApplicationError):
    """The program must speak tus 1.0.0."""

    status = 412
    code = "unsupported_version"


class ChecksumMismatch(ApplicationError):
    """The program must send these bytes again."""

    status = 460
    code = "checksum_mismatch"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the uploader says about the file."""

    filename: str = ""
    title: str = ""
    medium: str = Medium.PHOTO
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a body must add up to."""

    algorithm: str
    digest: bytes

    def hasher(self) -> "hashlib._Hash":
        """Feed it the body and compare its digest."""
        return hashlib.new(self.algorithm)


def require_version(sent: str | None) -> None:
    """Raises WrongVersion unless the program speaks ours."""
    if sent != VERSION:
        raise WrongVersion(f"Send Tus-Resumable: {VERSION}.")


def require_body_type(sent: str) -> None:
    """Raises ApplicationError (415) unless the body is declared as part of an upload."""
    if sent.partition(";")[0].strip().lower() != BODY_TYPE:
        raise ApplicationError(
            f"Send Content-Type: {BODY_TYPE}.", code="unsupported_type", status=415
        )


def number(name: str, sent: str | None) -> int:
    """A header that must be a length or an offset."""
    if sent is None or not _NUMBER.fullmatch(sent):
        raise ApplicationError(f"{name} must be a number of bytes.", code="invalid_header")
    return int(sent)


def metadata(sent: str | None) -> Metadata:
    """Upload-Metadata; keys that we do not know are left alone. Raises ApplicationError."""
    pairs = dict(_pair(each) for each in (sent or "").split(",") if each.strip())
    medium = pairs.get("medium") or Medium.PHOTO
    sha256 = pairs.get("sha256", "").lower()
    if medium not in Medium.values:
        raise _invalid("medium must be photo or painting")
    if sha256 and not _SHA256.fullmatch(sha256):
        raise _invalid("sha256 must be 64 hexadecimal digits")
    named = pairs.get("filename", "")
    title = " ".join(pairs.get("title", title_of(named)).replace("\0", "").split())
    filename = clean_filename(named) if named else ""
    return Metadata(filename, title[:MAX_TITLE], medium, sha256)


def checksum(sent: str | None) -> Checksum | None:
    """Upload-Checksum. Raises ApplicationError for algorithms we do not offer."""
    if sent is None:
        return None
    algorithm, _, digest = sent.partition(" ")
    if algorithm not in ALGORITHMS:
        raise ApplicationError(
            f"Use one of {', '.join(ALGORITHMS)}.", code="unsupported_checksum"
        )  # fmt: skip
    try:
        return Checksum(algorithm, base64.b64decode(digest, validate=True))
    except ValueError:  # binascii.Error is one, and so is what letters outside ASCII raise
        raise ApplicationError(
            "Upload-Checksum is not valid base64.", code="invalid_header"
        ) from None


def capabilities(max_bytes: int) -> dict[str, str]:
    """The answer to OPTIONS."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(max_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }


def progress(upload: Upload) -> dict[str, str]:
    """How far an upload is, and which artwork it became."""
    headers = {
        "Upload-Offset": str(upload.offset),
        "Upload-Expires": http_date(upload.expires_at.timestamp()),
    }
    if upload.artwork_id is not None:
        headers["Artwork-Id"] = str(upload.artwork_id)
    if upload.duplicate:
        headers["Artwork-Duplicate"] = "1"
    return headers


def description(upload: Upload) -> dict[str, str]:
    """What HEAD tells beside the progress."""
    said = {name: getattr(upload, name) for name in ("filename", "title", "medium", "sha256")}
    pairs = [f"{name} {_encoded(value)}" for name, value in said.items() if value]
    return {"Upload-Length": str(upload.length), "Upload-Metadata": ",".join(pairs)}


def _pair(sent: str) -> tuple[str, str]:
    name, _, value = sent.strip().partition(" ")
    try:
        return name, base64.b64decode(value, validate=True).decode()
    except ValueError:  # of base64 or of UTF-8
        raise _invalid(f"the value of {name[:40]!r} is not UTF-8 in base64") from None


def _encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def _invalid(what: str) -> ApplicationError:
    return ApplicationError(f"Upload-Metadata: {what}.", code="invalid_metadata")
