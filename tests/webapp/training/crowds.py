"""Pictures that tell apart, votes in bulk, and snapshots of them."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from io import BytesIO
from typing import Any

import numpy as np
from django.db.models import F
from django.utils import timezone
from PIL import Image

from webapp.accounts.models import User
from webapp.catalogue import blobs
from webapp.catalogue.models import Artwork, Blob, BlobChunk, Rendition
from webapp.jobs.models import Queue
from webapp.ratings.models import Assignment, Campaign, Entry, Rater, Vote
from webapp.training.models import Snapshot
from webapp.training.snapshots import create
from webapp.training.specs import Spec
from workers.runtime.freezing import freeze_next


def webp(seed: int, *, quality: int = 80, size: tuple[int, int] = (96, 64)) -> bytes:
    """Large random patches: no two seeds look alike, and one looks alike at any quality."""
    patches = np.random.default_rng(seed).integers(0, 255, (6, 9, 3), dtype=np.uint8)
    out = BytesIO()
    Image.fromarray(patches).resize(size, Image.Resampling.BICUBIC).save(
        out, "WEBP", quality=quality
    )
    return out.getvalue()


def photos(owner: User, seeds: Sequence[int], **columns: Any) -> list[Artwork]:
    """Artworks of which each has the display files that a snapshot needs; originals are empty."""
    originals = _stored({seed: b"original %d" % seed for seed in seeds}, "image/jpeg")
    files = _stored({seed: webp(seed) for seed in seeds}, "image/webp")
    made = Artwork.objects.bulk_create(
        Artwork(
            owner=owner, original=originals[seed], title=f"No {seed}", format="JPEG",
            state="ready", bytes=1, width=96, height=64, **columns,
        )
        for seed in seeds
    )  # fmt: skip
    Rendition.objects.bulk_create(
        Rendition(
            artwork=artwork, size=size, format="webp", width=96, height=64, blob=files[seed]
        )
        for artwork, seed in zip(made, seeds, strict=True)
        for size in ("small", "medium")
    )  # fmt: skip
    return made


def _stored(files: Mapping[int, bytes], content_type: str) -> dict[int, Blob]:
    """Like `blobs.store`, many at once."""
    made = {
        key: Blob(sha256=sha256(data).hexdigest(), size=len(data), content_type=content_type)
        for key, data in files.items()
    }
    known = set(Blob.objects.filter(pk__in=[each.pk for each in made.values()]).values_list("pk"))
    fresh = {key: each for key, each in made.items() if (each.pk,) not in known}
    Blob.objects.bulk_create(fresh.values())
    BlobChunk.objects.bulk_create(
        BlobChunk(content=each.content, index=0, data=files[key]) for key, each in fresh.items()
    )
    return made


def show(artwork: Artwork, data: bytes) -> None:
    """Its display file from now on."""
    blob = blobs.store(data, content_type="image/webp")
    artwork.renditions.filter(size="medium").update(blob=blob)


def vote(rater: Rater, values: Mapping[Any, float], *, purpose: str = "fresh", **columns: Any):
    """Votes as they are kept, by entry id, with the counters of entries and rater."""
    now = timezone.now()
    asked = Assignment.objects.bulk_create(
        Assignment(rater=rater, entries=[pk], purpose=purpose, expires_at=now, answered_at=now)
        for pk in values
    )
    kind = "score" if rater.campaign.attribute_id is None else "attribute"
    given = Vote.objects.bulk_create(
        Vote(
            campaign=rater.campaign, rater=rater, assignment=each, kind=kind, value=value,
            cast_at=now, **columns,
        )
        for each, value in zip(asked, values.values(), strict=True)
    )  # fmt: skip
    Entry.objects.filter(pk__in=values).update(votes=F("votes") + 1)
    rater.votes += len(values)
    rater.save()
    return given


def rated(campaign: Campaign, *, raters: int = 3, spread: int = 8) -> list[Rater]:
    """Everybody votes on everything: 1 to `spread` by place, one more or less by rater."""
    entries = list(campaign.entries.order_by("title").values_list("pk", flat=True))
    made = []
    for nth in range(raters):
        rater = Rater.objects.create(campaign=campaign, pseudonym=f"rater {nth}")
        vote(rater, {pk: 1 + (place + nth) % spread for place, pk in enumerate(entries)})
        made.append(rater)
    return made


def freeze(asker: User, spec: Spec, name: str = "First") -> Snapshot:
    """As the API and then a worker do."""
    snapshot = create(asker, name=name, spec=spec)
    assert freeze_next((Queue.MAINTENANCE,)) == 1
    snapshot.refresh_from_db()
    return snapshot
