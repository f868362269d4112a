"""A small world for access tests: one owner with everything, and the people around."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from tests.people import person
from webapp.accounts import services as accounts
from webapp.accounts.models import User
from webapp.catalogue import blobs, curation
from webapp.catalogue.models import Album, Artwork, Rendition, RenditionSize, Upload
from webapp.jobs.models import Job, JobKind, Queue
from webapp.registry.models import ModelVersion

PERSONAS = ("anonymous", "other", "visitor", "owner", "staff")


@dataclass
class World:
    owner: User
    other: User
    staff: User
    artwork: Artwork
    album: Album
    share: str
    names: dict[str, str] = field(default_factory=dict)

    def client(self, persona: str) -> Client:
        """A browser in the hands of `persona`; the visitor has opened the share link."""
        client = Client()
        if persona == "visitor":
            client.get(f"/s/{self.share}/")
        elif persona != "anonymous":
            client.force_login(getattr(self, persona))
        return client


def picture_of(owner: User, *, title: str = "Picture", data: bytes = b"original") -> Artwork:
    """An artwork with its display files, as the workers leave it."""
    unique = data + title.encode()
    original = blobs.store(unique, content_type="image/jpeg")
    artwork = Artwork.objects.create(
        owner=owner, original=original, title=title, filename=f"{title}.jpg", format="JPEG",
        bytes=original.size, width=300, height=200, thumbhash="1QcSHQRnh493V4dIh4eXh1h4kJUI",
        state="ready", score_mean=5.5,
    )  # fmt: skip
    for size in RenditionSize.values:
        for kind in ("webp", "avif"):
            blob = blobs.store(unique + size.encode() + kind.encode(), content_type=f"image/{kind}")
            Rendition.objects.create(
                artwork=artwork, size=size, format=kind, width=300, height=200, blob=blob
            )
    return artwork


def build() -> World:
    owner, other = person("owner@example.org"), person("other@example.org")
    staff = person("staff@example.org", staff=True)
    artwork = picture_of(owner)
    album = curation.create_album(owner, title="Album")
    curation.add_to_album(owner, album, [artwork.pk])
    link, share = curation.share(album, expires_at=None, allow_originals=False)
    token, _ = accounts.create_token(owner, name="t", scopes=["read"])
    invitation, invited = accounts.invite(staff, note="")
    upload = Upload.objects.create(
        owner=owner, length=4, expires_at=timezone.now() + timedelta(hours=1)
    )
    job = Job.objects.create(
        kind=JobKind.SCORE, subject=artwork.pk, owner=owner, queue=Queue.GPU_BATCH, state="dead"
    )
    model = ModelVersion.objects.create(kind="scorer", name="m-1", digest="d" * 64, card={})
    names = {
        "artwork": str(artwork.pk), "album": str(album.pk), "share": share, "link": str(link.pk),
        "token": str(token.pk), "invitation": str(invitation.pk), "invited": invited,
        "upload": str(upload.pk), "job": str(job.pk), "nobody": str(uuid.uuid4()),
        "model": model.name,
    }  # fmt: skip
    return World(owner, other, staff, artwork, album, share, names)
