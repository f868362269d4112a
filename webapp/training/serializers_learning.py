"""How a run learns, as JSON: its curves, its worst mistakes, the samples of a generator."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webapp.training.models import RunGrid, RunPoint
from webapp.training.serializers_snapshots import PictureSerializer


class RunPointSerializer(serializers.ModelSerializer[RunPoint]):
    """A point of the curves, of as many validation pictures as `watched` says.

    Of a generator `loss` and `discriminator` are what its two networks make smaller, and `kid` is
    how far its samples are from pictures that it does not learn from: lower is better.
    """

    class Meta:
        model = RunPoint
        fields = (
            "phase", "epoch", "epochs", "loss", "discriminator", "kid", "srcc", "emd_r2",
            "coverage", "images_per_s", "watched",
        )  # fmt: skip


class MistakeSerializer(serializers.Serializer[Any]):
    """A validation picture that it is most wrong about just now, in points."""

    picture = PictureSerializer()
    said = serializers.FloatField()
    voted = serializers.FloatField()


class GridSerializer(serializers.ModelSerializer[RunGrid]):
    """What a generator makes of the same latents after so many updates, as one picture.

    `rows`: its categories from the top; `columns`: means that were asked for, from the left. Either
    may be empty where nobody said.
    """

    url = serializers.SerializerMethodField()

    class Meta:
        model = RunGrid
        fields = ("updates", "url", "rows", "columns")

    @extend_schema_field(serializers.CharField())
    def get_url(self, grid: RunGrid) -> str:
        """Its address, for staff."""
        return reverse("run-grid", args=[grid.run_id, grid.updates])
