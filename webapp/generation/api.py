"""The studio over the API: ask for pictures, watch them come, call off, keep and delete."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.people import signed_in
from webapp.generation import selectors, services
from webapp.generation.models import Generation
from webapp.generation.serializers import (
    GenerationSerializer,
    HistoryQuery,
    HistorySerializer,
    JudgedQuery,
    JudgedSerializer,
    KeepSerializer,
    KeptSerializer,
    WishSerializer,
)
from webapp.generation.serializers_generators import GeneratorsSerializer
from webapp.generation.studio import studio_of
from webapp.generation.wishes import checked, require_generator


class Generators(APIView):
    """The active generator."""

    @extend_schema(responses=GeneratorsSerializer)
    def get(self, request: Request) -> Response:
        """What can be asked for, how well it obeys, and how much the caller may still ask for."""
        return Response(GeneratorsSerializer(studio_of(signed_in(request))).data)


class Generations(APIView):
    """The caller's generations."""

    @extend_schema(
        operation_id="generations_list", parameters=[HistoryQuery], responses=HistorySerializer
    )
    def get(self, request: Request) -> Response:
        """Newest first, a part at a time."""
        query = HistoryQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        found = selectors.history(
            signed_in(request), after=asked.get("after"), limit=asked["limit"]
        )
        return Response(HistorySerializer(found).data)

    @extend_schema(request=WishSerializer, responses={202: GenerationSerializer})
    def post(self, request: Request) -> Response:
        """Have pictures made; they come one after the other.

        400 `histogram_empty`, `histogram_negative`, `histogram_not_normalised`,
        `histogram_wrong_length`, `dial_out_of_range`, `dial_or_histogram`, `category_unknown`,
        `seed_out_of_range`, `seed_to`, `truncation_out_of_range`, `count_out_of_range` or
        `keep_best_out_of_range`; 409 `no_generator` or `model_retired`; 429
        `over_generation_quota` with how many are `left`.
        """
        asked = WishSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        fields: dict[str, Any] = asked.validated_data
        generator = require_generator(fields["model"])
        wish = checked(fields, generator.card)
        made = services.start(signed_in(request), generator, wish)
        return _shown(made, code=status.HTTP_202_ACCEPTED)


class Judged(APIView):
    """Asked and judged of the caller's pictures."""

    @extend_schema(parameters=[JudgedQuery], responses=JudgedSerializer)
    def get(self, request: Request) -> Response:
        """Of many generations in one answer, without films between two latents."""
        query = JudgedQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = selectors.judged_samples(signed_in(request), query.validated_data["of"])
        return Response(JudgedSerializer({"results": found}).data)


class GenerationDetail(APIView):
    """One generation."""

    @extend_schema(responses=GenerationSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """How far it is, and what is made."""
        return _shown(_own(request, pk))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Throw it away; pictures that were added to one's own stay there."""
        services.delete(_own(request, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class GenerationCancel(APIView):
    """Call a generation off."""

    @extend_schema(request=None, responses=GenerationSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Make no more; what is made stays. 409 when nothing is being made."""
        _ = request.data  # raises ParseError
        services.cancel(_own(request, pk))
        return _shown(_own(request, pk))


class GenerationRetry(APIView):
    """Go on with a generation that failed or was called off."""

    @extend_schema(request=None, responses=GenerationSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Make what is missing. 409 `model_retired`, or `conflict` when nothing is; 429 too."""
        _ = request.data  # raises ParseError
        services.retry(signed_in(request), _own(request, pk))
        return _shown(_own(request, pk))


class SampleKeep(APIView):
    """A picture for one's own library."""

    @extend_schema(request=KeepSerializer, responses={201: KeptSerializer})
    def post(self, request: Request, pk: UUID, sample_pk: UUID) -> Response:
        """Add it, marked as generated; again it is the same artwork. 413 `over_quota`."""
        asked = KeepSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        owner = signed_in(request)
        sample = selectors.sample_of(owner, pk, sample_pk)
        artwork = services.keep(owner, sample, **asked.validated_data)
        return Response(
            KeptSerializer({"artwork": artwork.pk}).data, status=status.HTTP_201_CREATED
        )


def _own(request: Request, pk: UUID) -> Generation:
    return selectors.generation_of(signed_in(request), pk)


def _shown(generation: Generation, *, code: int = status.HTTP_200_OK) -> Response:
    return Response(GenerationSerializer(selectors.shown(generation)).data, status=code)
