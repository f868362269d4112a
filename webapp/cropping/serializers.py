"""How crops, what is asked of them and what was saved look as JSON."""

import re
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ml.contracts.crops import FREE, Aspect, Box, CropAsk, CropError, Point
from webapp.cropping.selectors import SavedState, SavedView, ShownCrop, State, Studio

MOST_JUDGED = 10
NO_POINT = "none"
_DIGITS = re.compile("[0-9]{1,6}")
_SHARE = re.compile(r"[0-9.]+(e-[0-9]{1,3})?", re.IGNORECASE)  # as JavaScript writes one


def _numbers(child: serializers.Field[Any, Any, Any, Any], count: int, **options: Any) -> Any:
    return serializers.ListField(child=child, min_length=count, max_length=count, **options)


BOX = _numbers(serializers.IntegerField(min_value=0, max_value=999_999), 4)
POINT = _numbers(serializers.FloatField(), 2)


class PlainNumber(serializers.IntegerField):
    """A whole number in ASCII digits; other spellings raise CropError with ``code``."""

    def __init__(self, *, code: str, default: int) -> None:
        super().__init__(default=default)
        self.code = code

    def to_internal_value(self, data: Any) -> int:
        if not _DIGITS.fullmatch(str(data)):
            raise CropError(self.code, f"{self.field_name} is a whole number, like {self.default}.")
        return int(data)


class AskSerializer(serializers.Serializer[Any]):
    """Which crops to list.

    `aspect` is `free` or like `16:9`. `focal` is `x,y` from 0 to 1 and comes before the one that
    the owner keeps; `none` ignores that. `count` is 1 to 20.
    """

    aspect = serializers.CharField(default=FREE, max_length=20)
    focal = serializers.CharField(required=False, max_length=60)
    min_width = PlainNumber(code="bad_minimum", default=1)
    min_height = PlainNumber(code="bad_minimum", default=1)
    count = PlainNumber(code="bad_count", default=5)


def parse_ask(query: Any, *, kept: Point | None) -> CropAsk:
    """What a query asks for. Raises ValidationError, or CropError with the reason."""
    asked = AskSerializer(data=query)
    asked.is_valid(raise_exception=True)
    values = asked.validated_data
    return CropAsk(
        aspect=Aspect.parse(values["aspect"]),
        focal=parse_focal(values.get("focal"), kept=kept),
        least_width=values["min_width"],
        least_height=values["min_height"],
        count=values["count"],
    )


def parse_focal(text: str | None, *, kept: Point | None) -> Point | None:
    """`x,y`, `none`, or nothing for the one that is kept. Raises CropError ``focal_outside``."""
    if text is None:
        return kept
    if text == NO_POINT:
        return None
    try:
        x, y = (_share(part) for part in text.split(","))
    except ValueError as error:
        raise CropError(
            "focal_outside", "A focal point is x,y with both between 0 and 1, or the word none."
        ) from error
    return Point(x, y)


def _share(text: str) -> float:
    """In ASCII digits. Raises ValueError."""
    if not _SHARE.fullmatch(text):
        raise ValueError(text)
    return float(text)


class PointSerializer(serializers.Serializer[Point]):
    """A place in the picture, as shares of its width and height."""

    x = serializers.FloatField()
    y = serializers.FloatField()


class KeptFocalSerializer(serializers.Serializer[Any]):
    """The owner's focal point."""

    focal = PointSerializer(allow_null=True)


class BoxSerializer(serializers.Serializer[Any]):
    """A crop: x, y, width and height in pixels of the upright original."""

    box = BOX


class BoxesSerializer(serializers.Serializer[Any]):
    """Crops to be judged."""

    boxes = serializers.ListField(child=BOX, min_length=1, max_length=MOST_JUDGED)


class BoxQuerySerializer(serializers.Serializer[Any]):
    """A person's own crop, `x,y,width,height`, and the focal point as in the list."""

    box = serializers.CharField(max_length=40)
    focal = serializers.CharField(required=False, max_length=60)


class CropOpinionSerializer(serializers.Serializer[Any]):
    """What the scorer expects of the crop; `gain`: its mean less that of the whole picture.

    `caution` warns of a crop that is unlike everything that the scorer learned from; else empty.
    """

    mean = serializers.FloatField(source="opinion.mean")
    sd = serializers.FloatField(source="opinion.sd")
    low = serializers.FloatField(source="opinion.low")
    high = serializers.FloatField(source="opinion.high")
    distribution = _numbers(serializers.FloatField(), 10, source="opinion.distribution")
    gain = serializers.FloatField(allow_null=True)
    caution = serializers.CharField()


class CropScoreSerializer(serializers.Serializer[ShownCrop]):
    """Why the crop stands where it does; `total` orders the list.

    `view`: what the view ranker says, 0 for the whole picture. `energy`: aesthetic energy kept,
    compact and clear of the borders, `kept`: what draws the eye, `area`: all shares from 0 to 1.
    `cut`: how much of faces, writing and subjects is cut through. `focal`: how well the focal
    point lies, 0 without one. `judging`: the scorer was asked and has not answered yet.
    """

    total = serializers.FloatField(source="crop.terms.total")
    view = serializers.FloatField(source="crop.terms.view")
    energy = serializers.FloatField(source="crop.terms.energy")
    kept = serializers.FloatField(source="crop.terms.kept")
    area = serializers.FloatField(source="crop.terms.area")
    cut = serializers.FloatField(source="crop.terms.cut")
    focal = serializers.FloatField(source="crop.terms.focal")
    opinion = CropOpinionSerializer(allow_null=True, source="judged")
    judging = serializers.BooleanField()


class LossSerializer(serializers.Serializer[Any]):
    """Something that the crop cuts, or leaves out."""

    kind = serializers.CharField()
    words = serializers.CharField()


class FormsSerializer(serializers.Serializer[Any]):
    """The crop's focal point as other software takes it.

    `imgproxy`: a gravity; `thumbor`: a filter; `css`: for `object-fit: cover`.
    """

    imgproxy = serializers.CharField()
    thumbor = serializers.CharField()
    css = serializers.CharField()


class CropSerializer(serializers.Serializer[ShownCrop]):
    """One crop. `url` and `srcset` are signed addresses that anybody may use."""

    box = serializers.SerializerMethodField()
    focal = serializers.SerializerMethodField()
    score = CropScoreSerializer(source="*")
    losses = LossSerializer(many=True, source="crop.losses")
    forms = FormsSerializer()
    url = serializers.CharField()
    srcset = serializers.CharField()

    @extend_schema_field(BOX)
    def get_box(self, shown: ShownCrop) -> list[int]:
        """x, y, width, height in pixels of the upright original."""
        return box_list(shown.crop.box)

    @extend_schema_field(POINT)
    def get_focal(self, shown: ShownCrop) -> list[float]:
        """What other software should keep in view, of the whole picture."""
        return [shown.crop.focal.x, shown.crop.focal.y]


class SavedCropSerializer(serializers.Serializer[SavedView]):
    """A crop that was saved, or is being saved, as an artwork of its own."""

    id = serializers.UUIDField(source="saved.pk")
    box = serializers.SerializerMethodField()
    words = serializers.CharField(source="saved.words")
    state = serializers.ChoiceField(choices=[each.value for each in SavedState])
    artwork = serializers.UUIDField(allow_null=True)
    error_code = serializers.CharField()
    error_text = serializers.CharField()

    @extend_schema_field(BOX)
    def get_box(self, view: SavedView) -> list[int]:
        """x, y, width, height in pixels of the upright original."""
        return box_list(view.saved.box)


class StudioSerializer(serializers.Serializer[Studio]):
    """The crops of an artwork, best first, and how far looking at it is.

    `none`: nobody asked yet, or there is no cropper. `focal` is the one that the owner keeps,
    `used_focal` the one that ranked this list. `notes` say what could not be had.
    """

    state = serializers.ChoiceField(choices=[each.value for each in State])
    model = serializers.CharField(allow_null=True)
    width = serializers.IntegerField(allow_null=True, source="artwork.width")
    height = serializers.IntegerField(allow_null=True, source="artwork.height")
    aspect = serializers.CharField(source="ask.aspect")
    focal = PointSerializer(allow_null=True, source="kept_focal")
    used_focal = serializers.SerializerMethodField()
    notes = serializers.ListField(child=serializers.CharField())
    error_code = serializers.CharField()
    error_text = serializers.CharField()
    crops = CropSerializer(many=True)
    saved = SavedCropSerializer(many=True)

    @extend_schema_field(serializers.ListField(child=serializers.FloatField(), allow_null=True))
    def get_used_focal(self, studio: Studio) -> list[float] | None:
        """The focal point by which the list is ranked."""
        point = studio.ask.focal
        return None if point is None else [point.x, point.y]


class JudgingSerializer(serializers.Serializer[Any]):
    """How many of the crops the scorer has not judged yet."""

    judging = serializers.IntegerField()


def box_list(box: Box) -> list[int]:
    """A box as JSON has it."""
    return [box.x, box.y, box.width, box.height]
