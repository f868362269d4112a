"""Explanations and the coach over the API: ask for them, read them, save a proposal."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.people import signed_in
from webapp.catalogue.models import Artwork
from webapp.gallery import coached, selectors
from webapp.gallery.explained_json import CoachingSerializer, render_coaching
from webapp.gallery.serializers import ArtworkSerializer, render_detail
from webapp.inference import coaching, explaining, saving


class ExplainSerializer(serializers.Serializer[Any]):
    """Whose judgement to explain; only the active scorer's can be."""

    model = serializers.CharField(required=False, max_length=80)


class ArtworkExplain(APIView):
    """Why it was judged so."""

    @extend_schema(request=ExplainSerializer, responses={202: ArtworkSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Explain it now, before the pictures that nobody looks at. Idempotent.

        409 `not_ready` before it has a score, `model_retired` for a model that judges no more,
        `no_model` without an attribute model.
        """
        asked = ExplainSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        artwork = selectors.artwork_of(signed_in(request), pk)
        name = asked.validated_data.get("model")
        explaining.explain_now(artwork, scorer=selectors.scorer_named(name) if name else None)
        detail = selectors.detail(artwork, signed_in(request))
        return Response(render_detail(detail), status=status.HTTP_202_ACCEPTED)


class ArtworkCoach(APIView):
    """What the owner could do about it."""

    @extend_schema(responses=CoachingSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """How far the coach is, and what it proposes."""
        return _coaching(selectors.artwork_of(signed_in(request), pk))

    @extend_schema(request=None, responses={202: CoachingSerializer, 200: CoachingSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Ask the coach: 202 while it works, 200 when its advice is there. Idempotent.

        409 `not_ready` before the picture has a score, `no_model` without a coach.
        """
        _read(request)
        artwork = selectors.artwork_of(signed_in(request), pk)
        return _coaching(artwork, ready=coaching.coach_now(artwork))


class ProposalSave(APIView):
    """A proposal as a new artwork."""

    @extend_schema(request=None, responses={202: CoachingSerializer, 200: CoachingSerializer})
    def post(self, request: Request, pk: UUID, proposal_id: UUID) -> Response:
        """Make it from the original, which stays as it is; 200 when it was saved before.

        What goes wrong later, `over_quota` for one, is told by the proposal.
        """
        _read(request)
        artwork = selectors.artwork_of(signed_in(request), pk)
        proposal = coached.proposal_of(artwork, proposal_id)
        return _coaching(artwork, ready=saving.save_now(artwork, proposal))


def _read(request: Request) -> None:
    """Nothing is asked for in the body; one that is no JSON is refused all the same."""
    _ = request.data  # raises ParseError


def _coaching(artwork: Artwork, *, ready: bool = True) -> Response:
    answer = render_coaching(artwork, coached.coaching(artwork))
    return Response(answer, status=status.HTTP_200_OK if ready else status.HTTP_202_ACCEPTED)
