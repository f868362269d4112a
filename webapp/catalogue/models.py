"""Artworks, the bytes they are made of, albums and the links that share them."""

import uuid
from typing import TYPE_CHECKING, Optional

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from webapp.common.models import Identified

if TYPE_CHECKING:
    from webapp.accounts.models import User

Visitor = Optional["User | AnonymousUser"]


class Medium(models.TextChoices):
    """What kind of artwork it is; the owner says so."""

    PHOTO = "photo"
    PAINTING = "painting"


class ArtworkState(models.TextChoices):
    """judging -> ready | failed; Retry brings failed back to judging."""

    JUDGING = "judging"
    READY = "ready"
    FAILED = "failed"


class Blob(models.Model):
    """Bytes known by their SHA-256. `content` names them in the blob storage."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.UUIDField(unique=True, default=uuid.uuid4)
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=timezone.now)


class BlobChunk(models.Model):
    """256 KiB of a content, kept out of line and uncompressed (see the first migration)."""

    content = models.UUIDField()
    index = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [  # serves reads: content = X, index between A and B, in order
            models.UniqueConstraint(fields=["content", "index"], name="chunk_once")
        ]


class ArtworkQuerySet(models.QuerySet["Artwork"]):
    """Filters on artworks."""

    def visible_to(self, user: Visitor) -> "ArtworkQuerySet":
        """What this person may see: their own, not deleted. Link visitors go through ShareLink."""
        if user is None or not user.is_authenticated:
            return self.none()
        return self.filter(owner=user.pk, deleted_at=None)

    def deleted_by(self, user: Visitor) -> "ArtworkQuerySet":
        """What this person deleted and may still restore."""
        if user is None or not user.is_authenticated:
            return self.none()
        return self.filter(owner=user.pk, deleted_at__isnull=False)

    def held(self) -> "ArtworkQuerySet":
        """Locked in one order until the transaction ends; new rows may refer to them meanwhile.

        Their foreign keys are checked at the commit, when the owner's stream is locked already: a
        lock against them would be a deadlock with whoever holds an artwork and then publishes.
        """
        return self.order_by("pk").select_for_update(no_key=True)


class Artwork(Identified):
    """A photo or painting of one owner.

    `score_mean` repeats the active model's for sorting, `bytes` its original's for the quota.
    `generated`: how a model made it, {} where only the file says that one did; None for pictures
    that people made.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    original = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="artworks")
    medium = models.CharField(max_length=10, choices=Medium, default=Medium.PHOTO)
    title = models.CharField(max_length=200, blank=True)
    filename = models.CharField(max_length=255, blank=True)
    format = models.CharField(max_length=10)
    bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)  # upright; None until rendered for HEIC
    height = models.PositiveIntegerField(null=True)
    thumbhash = models.CharField(max_length=60, blank=True)
    captured_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=ArtworkState, default=ArtworkState.JUDGING)
    error_code = models.CharField(max_length=40, blank=True)
    error_text = models.TextField(blank=True)
    score_mean = models.FloatField(
        null=True, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    deleted_at = models.DateTimeField(null=True)
    derived_from = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="derived"
    )
    derivation = models.TextField(
        blank=True, db_default=""
    )  # what was done to the picture it came from
    generated = models.JSONField(null=True)
    # what every crop must hold, as its owner says: shares of width and height; both or none
    focal_x = models.FloatField(null=True)
    focal_y = models.FloatField(null=True)
    # counts up when its owner revokes the addresses that other software has
    address_epoch = models.PositiveSmallIntegerField(default=0, db_default=0)

    objects = ArtworkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "original"], condition=Q(deleted_at=None), name="artwork_once"
            ),
            models.CheckConstraint(
                condition=Q(focal_x=None, focal_y=None)
                | Q(focal_x__isnull=False, focal_y__isnull=False)
                & Q(focal_x__range=(0, 1), focal_y__range=(0, 1)),
                name="artwork_focal_inside",
            ),
        ]
        indexes = [
            # gallery by date and by score; `id` breaks ties so that pages never overlap
            models.Index(
                "owner", F("created_at").desc(), "id",
                name="artwork_by_date", condition=Q(deleted_at=None),
            ),
            models.Index(
                "owner", F("score_mean").desc(nulls_last=True), "id",
                name="artwork_by_score", condition=Q(deleted_at=None),
            ),
            # quota: how much a library and its trash hold, from the index alone
            models.Index(fields=["owner"], include=["deleted_at", "bytes"], name="artwork_room"),
            # reconciler: what is still unsettled
            models.Index(
                fields=["created_at"], name="artwork_judging", condition=Q(state="judging")
            ),
            models.Index(
                fields=["deleted_at"], name="artwork_trash", condition=Q(deleted_at__isnull=False)
            ),
        ]  # fmt: skip


class RenditionSize(models.TextChoices):
    """Display sizes: they fit into 640x320, 1280x640 and 1600x1600 pixels."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Rendition(models.Model):
    """A display file of an artwork: upright, sRGB, without metadata."""

    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="renditions")
    size = models.CharField(max_length=10, choices=RenditionSize)
    format = models.CharField(max_length=10)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["artwork", "size", "format"], name="rendition_once")
        ]


class AlbumQuerySet(models.QuerySet["Album"]):
    """Filters on albums."""

    def visible_to(self, user: Visitor) -> "AlbumQuerySet":
        """A person's own albums."""
        if user is None or not user.is_authenticated:
            return self.none()
        return self.filter(owner=user.pk)


class Album(Identified):
    """A named set of one owner's artworks."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    title = models.CharField(max_length=120)
    artworks = models.ManyToManyField(Artwork, through="AlbumItem", related_name="albums")

    objects = AlbumQuerySet.as_manager()


class AlbumItem(models.Model):
    """An artwork's place in an album."""

    album = models.ForeignKey(Album, on_delete=models.CASCADE, related_name="items")
    artwork = models.ForeignKey(Artwork, on_delete=models.CASCADE, related_name="items")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["album", "artwork"], name="album_item_once")]


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    """Filters on share links."""

    def visible_to(self, user: Visitor) -> "ShareLinkQuerySet":
        """The links of a person's own albums."""
        if user is None or not user.is_authenticated:
            return self.none()
        return self.filter(album__owner=user.pk)

    def open(self) -> "ShareLinkQuerySet":
        """Neither revoked nor expired."""
        unexpired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.filter(unexpired, revoked_at=None)


class ShareLink(Identified):
    """Lets anybody who has the address look at an album, until revoked or expired."""

    album = models.ForeignKey(Album, on_delete=models.CASCADE, related_name="shares")
    token_hash = models.CharField(max_length=64, unique=True)
    token_hint = models.CharField(max_length=6)  # its first letters, to tell links apart
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    allow_originals = models.BooleanField(default=False)

    objects = ShareLinkQuerySet.as_manager()


class Upload(Identified):
    """A resumable upload (tus 1.0). Its bytes lie in the chunks of `content` up to `offset`."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    content = models.UUIDField(default=uuid.uuid4)
    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    filename = models.CharField(max_length=255, blank=True)
    title = models.CharField(max_length=200, blank=True)
    medium = models.CharField(max_length=10, choices=Medium, default=Medium.PHOTO)
    sha256 = models.CharField(max_length=64, blank=True)
    artwork = models.ForeignKey(Artwork, null=True, on_delete=models.CASCADE, related_name="+")
    duplicate = models.BooleanField(default=False)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(offset__lte=F("length")), name="upload_offset_within_length"
            )
        ]
