"""Crops over the API: list, explain, judge and save them; the focal point; addresses."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ml.contracts.crops import Box, CropAsk, Point
from webapp.accounts.people import signed_in
from webapp.catalogue.models import Artwork
from webapp.cropping import addresses, selectors
from webapp.cropping.focal import focal_of, keep_focal
from webapp.cropping.serializers import (
    AskSerializer,
    BoxesSerializer,
    BoxQuerySerializer,
    BoxSerializer,
    CropSerializer,
    JudgingSerializer,
    KeptFocalSerializer,
    PointSerializer,
    SavedCropSerializer,
    StudioSerializer,
    parse_ask,
    parse_focal,
)
from webapp.gallery.selectors import artwork_of
from webapp.inference import cropping, fields, opinions, saving


class ArtworkCrops(APIView):
    """Crops of one's own artwork."""

    @extend_schema(parameters=[AskSerializer], responses=StudioSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """The best crops that answer the query, best first and different from each other.

        `aspect` is `free` or like `16:9`. `focal` is `x,y` from 0 to 1 and comes before the one
        that the owner keeps; `none` ignores that. Sizes are pixels of the upright original; `count`
        is 1 to 20. 400 with a code and a sentence when the picture cannot hold what is asked for.
        """
        artwork = _artwork(request, pk)
        return _studio(artwork, parse_ask(request.query_params, kept=focal_of(artwork)))


class CropsLook(APIView):
    """Have the picture looked at, so that its crops can be ranked."""

    @extend_schema(request=None, responses={202: StudioSerializer, 200: StudioSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Before the pictures that nobody looks at; 200 when it was looked at. Idempotent.

        409 `not_ready` before it has a display file, `no_model` without a cropper.
        """
        _read(request)
        artwork = _artwork(request, pk)
        cropping.forget_unreadable(artwork)
        ready = fields.look_now(artwork)
        return _studio(artwork, CropAsk(focal=focal_of(artwork)), code=_code(done=ready))


class OwnCrop(APIView):
    """A person's own crop."""

    @extend_schema(parameters=[BoxQuerySerializer], responses=CropSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """What it keeps and loses, as of those in the list.

        400 `bad_box` or `box_outside`; 409 `not_ready` before the picture was looked at.
        """
        asked = BoxQuerySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        artwork = _artwork(request, pk)
        focal = parse_focal(asked.validated_data.get("focal"), kept=focal_of(artwork))
        box = Box.parse(asked.validated_data["box"])
        shown = selectors.own_crop(artwork, box, focal=focal)
        _seen([shown])
        return Response(CropSerializer(shown).data)


class CropsOpinions(APIView):
    """What the scorer says of crops."""

    @extend_schema(
        request=BoxesSerializer, responses={202: JudgingSerializer, 200: JudgingSerializer}
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Ask for its opinion of up to ten; 200 when all are there. Idempotent.

        409 `not_ready` before the picture has a score, `no_model` without a scorer.
        """
        asked = BoxesSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        artwork = _artwork(request, pk)
        boxes = [Box(*each) for each in asked.validated_data["boxes"]]
        for box in boxes:
            saving.require_inside(artwork, box)
        judging = opinions.ask_opinions(artwork, boxes)
        return Response({"judging": judging}, status=_code(done=not judging))


class CropsSave(APIView):
    """A crop as a new artwork."""

    @extend_schema(
        request=BoxSerializer, responses={202: SavedCropSerializer, 200: SavedCropSerializer}
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Make it from the original, which stays as it is; 200 when it was saved before.

        What goes wrong later, `over_quota` for one, is told by the list of saved crops.
        """
        asked = BoxSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        artwork = _artwork(request, pk)
        saved = saving.saved_crop(artwork, Box(*asked.validated_data["box"]))
        done = saving.save_now(artwork, saved)
        view = selectors.saved_view(artwork, saved)
        return Response(SavedCropSerializer(view).data, status=_code(done=done))


class ArtworkFocal(APIView):
    """The owner's focal point."""

    @extend_schema(request=PointSerializer, responses=KeptFocalSerializer)
    def put(self, request: Request, pk: UUID) -> Response:
        """Keep it for every crop and size from now on. 400 `focal_outside`."""
        asked = PointSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return _kept(_artwork(request, pk), Point(**asked.validated_data))

    @extend_schema(responses={200: KeptFocalSerializer})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Forget it: crops follow what draws the eye."""
        return _kept(_artwork(request, pk), None)


class AddressesRevoke(APIView):
    """The addresses of crops that other software has."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: UUID) -> Response:
        """Let those that were given away so far lead nowhere. The studio gives new ones.

        Caches that have a file keep it until they ask again.
        """
        _read(request)
        addresses.revoke(_artwork(request, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _artwork(request: Request, pk: UUID) -> Artwork:
    return artwork_of(signed_in(request), pk)


def _read(request: Request) -> None:
    """Nothing is asked for in the body; one that is no JSON is refused all the same."""
    _ = request.data  # raises ParseError


def _studio(artwork: Artwork, ask: CropAsk, *, code: int = status.HTTP_200_OK) -> Response:
    studio = selectors.studio(artwork, ask)
    _seen(studio.crops)
    shown: dict[str, Any] = dict(StudioSerializer(studio).data)
    return Response(shown, status=code)


def _seen(crops: Iterable[selectors.ShownCrop]) -> None:
    opinions.seen([crop.judged.opinion for crop in crops if crop.judged])


def _kept(artwork: Artwork, point: Point | None) -> Response:
    keep_focal(artwork, point)
    return Response(KeptFocalSerializer({"focal": point}).data)


def _code(*, done: bool) -> int:
    return status.HTTP_200_OK if done else status.HTTP_202_ACCEPTED
