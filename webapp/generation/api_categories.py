"""Categories of a generator over the API: what each is worth, samples of it, and its name."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.people import signed_in
from webapp.accounts.permissions import ReadsOrStaff
from webapp.generation import services
from webapp.generation.abilities import abilities_of, generator_version
from webapp.generation.serializers_categories import AbilitiesSerializer, NameSerializer
from webapp.generation.wishes import require_generator
from webapp.registry.models import ModelVersion


class Categories(APIView):
    """What a generator can and cannot."""

    @extend_schema(responses=AbilitiesSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Each category with what was measured and samples of it. Only staff see challengers."""
        return _shown(generator_version(signed_in(request), pk))


class CategorySamples(APIView):
    """Samples that stand beside the names."""

    @extend_schema(request=None, responses={202: AbilitiesSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Have them made unless they are there. 409 `model_retired` unless it is active.

        They count for nobody's quota; `generation.changed` says that there are more of them.
        """
        _ = request.data  # raises ParseError
        viewer = signed_in(request)
        version = generator_version(viewer, pk)
        services.show_categories(viewer, require_generator(version.name))
        return _shown(version, code=status.HTTP_202_ACCEPTED)


class CategoryDetail(APIView):
    """The name of a category."""

    permission_classes = [ReadsOrStaff]

    @extend_schema(request=NameSerializer, responses=AbilitiesSerializer)
    def patch(self, request: Request, pk: UUID, key: str) -> Response:
        """Call it so wherever it is shown; staff only. 400 `bad_name` or `name_taken`."""
        asked = NameSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        staff = signed_in(request)
        version = generator_version(staff, pk)
        services.name_category(version, key, asked.validated_data["name"], by=staff)
        return _shown(version)


def _shown(version: ModelVersion, *, code: int = status.HTTP_200_OK) -> Response:
    return Response(AbilitiesSerializer(abilities_of(version)).data, status=code)
