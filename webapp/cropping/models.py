"""What the crop studio keeps: files made for addresses that other software has, and batches."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from webapp.catalogue.models import Visitor
from webapp.common.models import Identified
from webapp.cropping.sizes import CutSize, FileFormat
from webapp.inference.models import Boxed


class Delivered(Boxed):
    """The file behind an address of a crop, made once; thrown away after a while, made again.

    `asked_width` is the width of the address. The file is narrower where the display file is.
    """

    artwork = models.ForeignKey("catalogue.Artwork", on_delete=models.CASCADE, related_name="+")
    asked_width = models.PositiveSmallIntegerField()
    format = models.CharField(max_length=4)
    blob = models.ForeignKey("catalogue.Blob", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)  # housekeeping

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["artwork", "x", "y", "width", "height", "asked_width", "format"],
                name="delivered_once",
            )
        ]


class CropBatchQuerySet(models.QuerySet["CropBatch"]):
    """Filters on batches."""

    def visible_to(self, user: Visitor) -> "CropBatchQuerySet":
        """A person's own batches."""
        if user is None or not user.is_authenticated:
            return self.none()
        return self.filter(owner=user.pk)


class CropBatch(Identified):
    """All pictures that an album had at the time, each cut to a set of sizes.

    How far it is, the jobs of its pictures say (kind `cut`, params: this id): running while one of
    them is live. Thrown away with its files when `expires_at` is over.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    album = models.ForeignKey(
        "catalogue.Album", null=True, on_delete=models.SET_NULL, related_name="crop_batches"
    )
    title = models.CharField(max_length=120)  # the album's
    sizes = models.JSONField()  # of CutSize: [aspect, width] each
    format = models.CharField(
        max_length=4, choices=[(each.value, each.value) for each in FileFormat]
    )
    cancelled_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)  # housekeeping

    objects = CropBatchQuerySet.as_manager()

    class Meta:
        indexes = [  # the list of an owner's batches, and how many they have
            models.Index(fields=["owner", "-created_at"], name="crop_batch_by_date")
        ]

    @property
    def cut_sizes(self) -> tuple[CutSize, ...]:
        """What every picture is to be cut to."""
        return tuple(CutSize.parse(*size) for size in self.sizes)


class BatchPicture(models.Model):
    """A picture of a batch; `title` outlives the artwork."""

    batch = models.ForeignKey(CropBatch, on_delete=models.CASCADE, related_name="pictures")
    artwork = models.ForeignKey(
        "catalogue.Artwork", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    title = models.CharField(max_length=255)
    place = models.PositiveIntegerField()
    refused = models.JSONField(default=list)  # [size, code, sentence] of sizes that cannot be

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "artwork"], name="batch_picture_once")
        ]


class BatchFile(Boxed):
    """One size of a picture: which part of the original it is, and the file.

    `score` is the total of the crop, `notes` what it loses and what could not be had.
    """

    picture = models.ForeignKey(BatchPicture, on_delete=models.CASCADE, related_name="files")
    place = models.PositiveSmallIntegerField()  # of its size in the batch
    file_width = models.PositiveIntegerField()
    file_height = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()  # the blob's, for the room that batches take
    focal_x = models.FloatField()
    focal_y = models.FloatField()
    score = models.FloatField()
    notes = models.TextField(blank=True)
    blob = models.ForeignKey("catalogue.Blob", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["picture", "place"], name="batch_file_once")]
