"""A tus client of few words for tests: one method per request of the protocol."""

import base64
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from tests.images import photo_file
from tests.people import bearer
from webapp.accounts.models import User
from webapp.catalogue import blobs
from webapp.catalogue.models import Artwork

UPLOADS = "/api/v1/uploads"
BODY = "application/offset+octet-stream"
PICTURE = photo_file()


def big_picture() -> bytes:
    """More than two chunks, so that pieces and chunks do not meet."""
    return photo_file(800, 600, format_="PNG")


def refusal(answer: Any) -> tuple[int, str]:
    """Status and code of a problem document."""
    assert answer.headers["content-type"] == "application/problem+json", answer.content
    return answer.status_code, answer.json()["code"]


def original_of(artwork_id: str) -> bytes:
    return blobs.read(Artwork.objects.get(pk=artwork_id).original)


def metadata(**said: str) -> str:
    return ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in said.items())


@dataclass
class Sender:
    """Speaks tus for one person; headers given by name win, None leaves a header out."""

    client: Client
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, user: User) -> "Sender":
        return cls(Client(), bearer(user))

    def send(self, method: str, path: str, body: bytes = b"", **headers: str | None) -> Any:
        sent = {"Tus-Resumable": "1.0.0", **self.headers, **_named(headers)}
        kept = {name: value for name, value in sent.items() if value is not None}
        type_ = kept.pop("Content-Type", BODY)
        return self.client.generic(method, path, body, headers=kept, CONTENT_TYPE=type_)

    def create(self, length: int | None, body: bytes = b"", **headers: str | None) -> Any:
        said = {"upload_length": None if length is None else str(length), **headers}
        return self.send("POST", UPLOADS, body, **said)

    def patch(self, path: str, offset: int, body: bytes, **headers: str | None) -> Any:
        return self.send("PATCH", path, body, **{"upload_offset": str(offset), **headers})

    def head(self, path: str, **headers: str | None) -> Any:
        return self.send("HEAD", path, **headers)

    def delete(self, path: str) -> Any:
        return self.send("DELETE", path)

    def upload(self, data: bytes, **said: str) -> Any:
        """Everything in one request."""
        return self.create(len(data), data, upload_metadata=metadata(**said))


def _named(headers: dict[str, str | None]) -> dict[str, str | None]:
    return {name.replace("_", "-").title(): value for name, value in headers.items()}
