"""A small world for access tests: one owner with everything, and the people around."""

import gzip
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
from django.db.models import F
from django.test import Client
from django.utils import timezone

from ml.contracts.crops import Box, Mark, MarkKind, Mix
from ml.crop.field import CropField as Field
from tests.images import photo_file
from tests.people import person
from tests.workers.cards import generator_document
from webapp.accounts import services as accounts
from webapp.accounts.models import User
from webapp.catalogue import blobs, curation
from webapp.catalogue.models import Album, Artwork, Rendition, RenditionSize, Upload
from webapp.cropping import addresses
from webapp.cropping.models import BatchFile, BatchPicture, CropBatch, Delivered
from webapp.generation.models import Generation, Sample
from webapp.inference.models import (
    Advice,
    AttributeMap,
    AttributeValue,
    CropField,
    Explained,
    Proposal,
    Score,
)
from webapp.jobs.models import Job, JobKind, Queue
from webapp.ratings.links import token_of
from webapp.ratings.models import Assignment, Campaign, Entry, Rater, Vote
from webapp.registry.attributes import sync_attributes
from webapp.registry.models import ModelVersion
from webapp.registry.services import activate
from webapp.training.models import Snapshot, SnapshotPicture, TrainingRun

TILE = b"\x89PNG\r\n\x1a\n of a map"
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


def judged(artwork: Artwork, *, explainer: ModelVersion, scorer: ModelVersion) -> AttributeMap:
    """A score and an explanation of it with one value and one map, which is returned."""
    Score.objects.create(
        artwork=artwork, model_version=scorer, distribution=[0.1] * 10, mean=5.5, sd=1, low=5,
        high=6,
    )  # fmt: skip
    pair = {"artwork": artwork, "model_version": explainer, "scorer": scorer}
    Explained.objects.create(**pair, palette=["#aa3300", "#003355"])
    AttributeValue.objects.create(
        artwork=artwork, model_version=explainer, key="symmetry", value=0.25, percentile=40,
        source="learned",
    )  # fmt: skip
    return AttributeMap.objects.create(**pair, kind="merge", key="symmetry", png=TILE, peak=0.5)


def advised(artwork: Artwork, *, scorer: ModelVersion, second: ModelVersion) -> Proposal:
    """The coach's advice with one proposal, which is returned."""
    advice = Advice.objects.create(artwork=artwork, scorer=scorer, second=second, before=5.5)
    return Proposal.objects.create(
        advice=advice, place=0, key="together", edits={"exposure": 0.3}, words="+0.3 EV",
        mean=6.1, low=5.6, high=6.6, gain=0.6, second_gain=0.3, width=30, height=20,
        preview=blobs.store(b"a preview", content_type="image/jpeg"),
    )  # fmt: skip


def looked_at(artwork: Artwork, *, cropper: ModelVersion) -> CropField:
    """A field with something that stands out right of the middle, and a face beside it."""
    view = np.zeros((30, 8, 8), dtype=np.float32)
    bump = np.zeros((1, 8, 8), dtype=np.float32)
    bump[0, 3:6, 4:7] = 1.0
    face = Mark(MarkKind.FACE, 0.55, 0.3, 0.7, 0.6, 1.0)
    field = Field(view, bump, bump, (face,), Mix())
    return CropField.objects.create(artwork=artwork, model_version=cropper, data=field.encode())


def delivered(artwork: Artwork, box: Box) -> Delivered:
    """A file behind an address of a crop, 320 pixels wide."""
    return Delivered.objects.create(
        artwork=artwork, x=box.x, y=box.y, width=box.width, height=box.height, asked_width=320,
        format="webp", blob=blobs.store(b"a crop", content_type="image/webp"),
    )  # fmt: skip


def batched(album: Album, artwork: Artwork) -> CropBatch:
    """A batch of one picture in one size: the file is there, and another picture failed."""
    batch = CropBatch.objects.create(
        owner=album.owner, album=album, title=album.title, sizes=[["1:1", 90]], format="jpg",
        expires_at=timezone.now() + timedelta(days=7),
    )  # fmt: skip
    BatchPicture.objects.create(batch=batch, title="thrown away", place=1)
    picture = BatchPicture.objects.create(batch=batch, artwork=artwork, title="x", place=0)
    blob = blobs.store(b"a cut", content_type="image/jpeg")
    BatchFile.objects.create(
        picture=picture, place=0, x=0, y=0, width=90, height=90, file_width=90, file_height=90,
        bytes=blob.size, focal_x=0.5, focal_y=0.5, score=1.0, blob=blob,
    )  # fmt: skip
    return batch


def generated_for(owner: User, *, generator: ModelVersion) -> Sample:
    """The first picture of a sweep that is still being made, and has a film already."""
    generation = Generation.objects.create(
        owner=owner, model_version=generator, kind="sweep", category="sea", seed=7, truncation=1.0,
        count=10, made=1, film=blobs.store(b"a film", content_type="image/webp"),
    )  # fmt: skip
    Job.objects.create(
        kind=JobKind.GENERATE, subject=generation.pk, owner=owner, queue=Queue.GPU_GENERATE
    )
    file = photo_file(8, 8, format_="PNG")
    return Sample.objects.create(
        generation=generation, index=0, latent_seed=7, asked_mean=1.0, width=8, height=8,
        blob=blobs.store(file, content_type="image/png"), judged_mean=4.2,
    )  # fmt: skip


def campaign_of(organiser: User, *artworks: Artwork, **columns: object) -> Campaign:
    """An open campaign of scores with these pictures, unless the columns say otherwise."""
    defaults = {"title": "Campaign", "question": "How good?", "published_at": timezone.now()}
    campaign = Campaign.objects.create(organiser=organiser, **{**defaults, **columns})
    for artwork in artworks:
        Entry.objects.create(
            campaign=campaign, artwork=artwork, submitted_by=artwork.owner, title=artwork.title
        )
    return campaign


def voted(rater: Rater, entry: Entry, value: float, **columns: object) -> Vote:
    """A score vote as it is kept, with its counters."""
    now = timezone.now()
    assignment = Assignment.objects.create(
        rater=rater, entries=[entry.pk], expires_at=now + timedelta(days=1), answered_at=now
    )
    Entry.objects.filter(pk=entry.pk).update(votes=F("votes") + 1)
    Rater.objects.filter(pk=rater.pk).update(votes=F("votes") + 1)
    said = {"kind": "score", "value": value, "cast_at": now, "dwell_ms": 900, **columns}
    return Vote.objects.create(campaign=rater.campaign, rater=rater, assignment=assignment, **said)


def frozen(by: User, *artworks: Artwork) -> Snapshot:
    """A frozen snapshot of these pictures, all of them to test with."""
    manifest = gzip.compress(b'{"schema": 1}\n', mtime=0)
    snapshot = Snapshot.objects.create(
        name="Spring", by=by, spec={}, state="frozen", digest="5" * 64, manifest=manifest,
        pictures=len(artworks), test=len(artworks), frozen_at=timezone.now(),
    )  # fmt: skip
    for artwork in artworks:
        SnapshotPicture.objects.create(
            snapshot=snapshot, sha256=artwork.original.sha256, artwork=artwork, part="test",
            voted=6.0,
        )  # fmt: skip
    return snapshot


def trained(snapshot: Snapshot, *, champion: ModelVersion | None = None) -> TrainingRun:
    """A run that waits for a worker, with a file and samples of an earlier attempt."""
    run = TrainingRun.objects.create(
        snapshot=snapshot, recipe="head", by=snapshot.by, champion=champion
    )
    run.files.create(name="history.csv", content_type="text/csv", data=b"epoch,loss")
    run.grids.create(updates=100, data=b"a JPEG")
    return run


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
    second = ModelVersion.objects.create(kind="second-score", name="m-2", digest="e" * 64, card={})
    explainer = ModelVersion.objects.create(kind="attributes", name="a-1", digest="f" * 64, card={})
    cropper = ModelVersion.objects.create(kind="cropper", name="c-1", digest="b" * 64, card={})
    generator = ModelVersion.objects.create(
        kind="generator", name="g-1", digest="a" * 64,
        card=generator_document("g-1", "a" * 64, options={}, colours=[[0.0] * 3]),
    )  # fmt: skip
    for version in (model, second, explainer, cropper, generator):
        activate(version)
    sample = generated_for(owner, generator=generator)
    shown = judged(artwork, explainer=explainer, scorer=model)
    proposal = advised(artwork, scorer=model, second=second)
    looked_at(artwork, cropper=cropper)
    box = Box(60, 20, 180, 120)
    delivered(artwork, box)
    batch = batched(album, artwork)
    sync_attributes()
    run = trained(frozen(staff, artwork), champion=model)
    campaign = campaign_of(owner, artwork)
    challenge = campaign_of(
        owner, kind="challenge", reveal="at_end", repeat_share=0, published_at=None
    )
    entry = campaign.entries.get()
    guest = Rater.objects.create(campaign=campaign, pseudonym="amber heron 42")
    voted(guest, entry, 7, comment="Fine light.")
    names = {
        "campaign": str(campaign.pk), "challenge": str(challenge.pk), "entry": str(entry.pk),
        "rater": str(guest.pk), "joining": token_of(campaign),
        "artwork": str(artwork.pk), "album": str(album.pk), "share": share, "link": str(link.pk),
        "token": str(token.pk), "person": str(other.pk),
        "invitation": str(invitation.pk), "invited": invited,
        "upload": str(upload.pk), "job": str(job.pk), "nobody": str(uuid.uuid4()),
        "model": model.name, "version": str(model.pk), "explainer": explainer.name,
        "generator": str(generator.pk),
        "map": str(shown.pk),
        "proposal": str(proposal.pk), "attribute": "symmetry",
        "snapshot": str(run.snapshot_id), "run": str(run.pk), "sha256": artwork.original.sha256,
        "generation": str(sample.generation_id), "sample": str(sample.pk),
        "batch": str(batch.pk), "box": str(box), "signature": addresses.signature(artwork, box),
    }  # fmt: skip
    return World(owner, other, staff, artwork, album, share, names)
