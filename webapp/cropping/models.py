"""What the crop studio keeps: files made for addresses that other software has."""

from django.db import models
from django.utils import timezone

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
