"""What an organiser watches and rules over the API."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.people import signed_in
from webapp.crowd.api_campaigns import OfKind
from webapp.crowd.serializers_dashboard import (
    DashboardSerializer,
    RaterSerializer,
    render_dashboard,
)
from webapp.crowd.serializers_entries import ReasonSerializer
from webapp.ratings import rulings, selectors
from webapp.ratings.dashboards import dashboard_of
from webapp.ratings.models import Rater
from webapp.ratings.rater_list import one_of, raters_of


class CampaignDashboard(OfKind):
    """Everything that an organiser watches."""

    @extend_schema(responses=DashboardSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """As it is now; `stale` while newer votes are being weighed."""
        organiser = signed_in(request)
        found = dashboard_of(self.own(request, pk), organiser)
        return Response(render_dashboard(found, organiser.pk))


class CampaignRaters(OfKind):
    """Who rates."""

    @extend_schema(responses=RaterSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """Most votes first."""
        rows = raters_of(self.own(request, pk))
        return Response([RaterSerializer(row).data for row in rows])


class RaterRuling(OfKind):
    """Views that rule on a rater."""

    def rater(self, request: Request, pk: UUID, rater_id: UUID) -> Rater:
        """One of a campaign that the caller runs."""
        return selectors.rater_of(self.own(request, pk), rater_id)

    def reason(self, request: Request) -> str:
        """Why."""
        asked = ReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return str(asked.validated_data["reason"])


class RaterQuarantine(RaterRuling):
    """Keep a rater's votes from counting."""

    @extend_schema(request=ReasonSerializer, responses=RaterSerializer)
    def post(self, request: Request, pk: UUID, rater_id: UUID) -> Response:
        """Nothing is deleted, and the rater is not told. 409 `already_quarantined`."""
        rater = self.rater(request, pk, rater_id)
        rulings.quarantine(rater, by=signed_in(request), reason=self.reason(request))
        return Response(RaterSerializer(one_of(rater)).data)


class RaterLift(RaterRuling):
    """Undo of quarantine."""

    @extend_schema(request=ReasonSerializer, responses=RaterSerializer)
    def post(self, request: Request, pk: UUID, rater_id: UUID) -> Response:
        """All votes count again. 409 `not_quarantined`."""
        rater = self.rater(request, pk, rater_id)
        rulings.lift(rater, by=signed_in(request), reason=self.reason(request))
        return Response(RaterSerializer(one_of(rater)).data)
