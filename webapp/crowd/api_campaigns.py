"""Campaigns over the API: make, read, change, publish, close, reveal."""

from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.people import signed_in
from webapp.common.errors import NotFound
from webapp.crowd.addresses import join_address
from webapp.crowd.guests import MaySee, account_of, rater_in, revealed_rater
from webapp.crowd.serializers_campaigns import (
    CampaignAskSerializer,
    CampaignListQuery,
    CampaignSerializer,
)
from webapp.ratings import campaigns, selectors
from webapp.ratings.mine import me_of
from webapp.ratings.models import Campaign, CampaignKind
from webapp.ratings.pool import NOBODY
from webapp.ratings.selectors import Role


class LinkAskSerializer(serializers.Serializer[Any]):
    """`revoke` ends every link that was given out before."""

    revoke = serializers.BooleanField(default=False)


class LinkSerializer(serializers.Serializer[Any]):
    """Where people join."""

    url = serializers.CharField()


class OfKind(APIView):
    """Views of campaigns; those of challenges are the same, narrowed to their kind."""

    kind: ClassVar[CampaignKind | None] = None

    def seen(self, request: Request, pk: UUID) -> Campaign:
        """One that the caller sees. Raises NotFound."""
        return selectors.campaign_of(signed_in(request), pk, kind=self.kind)

    def results(self, request: Request, pk: UUID) -> tuple[Campaign, int]:
        """One whose results the caller may look at, and their id. Raises NotFound."""
        viewer = account_of(request)
        if viewer is not None:
            return selectors.results_of(viewer, pk, kind=self.kind), viewer.pk
        found = revealed_rater(request, pk).campaign
        if self.kind is not None and found.kind != self.kind:
            raise NotFound
        return found, NOBODY

    def own(self, request: Request, pk: UUID) -> Campaign:
        """One that the caller runs. Raises NotFound."""
        return selectors.own_campaign(signed_in(request), pk, kind=self.kind)

    def shown(
        self, request: Request, campaign: Campaign, *, code: int = status.HTTP_200_OK
    ) -> Response:
        """As the caller sees it now."""
        found = Campaign.objects.filter(pk=campaign.pk)
        (card,) = selectors.cards(found, signed_in(request))
        return Response(CampaignSerializer(card).data, status=code)


class Campaigns(OfKind):
    """Those that the caller runs or may rate in."""

    @extend_schema(parameters=[CampaignListQuery], responses=CampaignSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Newest first."""
        query = CampaignListQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        role, kind = (query.validated_data.get(name) for name in ("role", "kind"))
        found = selectors.campaigns_of(
            signed_in(request),
            role=Role(role) if role else None,
            kind=self.kind or (CampaignKind(kind) if kind else None),
        )
        return Response([CampaignSerializer(each).data for each in found])

    @extend_schema(request=CampaignAskSerializer, responses={201: CampaignSerializer})
    def post(self, request: Request) -> Response:
        """Make a draft. 400 with a code when its parts do not go together."""
        asked = CampaignAskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        if self.kind is not None:
            values["kind"] = self.kind
        made = campaigns.create(signed_in(request), **values)
        return self.shown(request, made, code=status.HTTP_201_CREATED)


class CampaignDetail(OfKind):
    """One campaign."""

    permission_classes = [MaySee]

    @extend_schema(responses=CampaignSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """As the caller may see it; for a guest who rated in it, once revealed."""
        if account_of(request) is not None:
            return self.shown(request, self.seen(request, pk))
        campaign, _ = self.results(request, pk)
        (card,) = selectors.cards(Campaign.objects.filter(pk=campaign.pk), None)
        told = replace(card, me=me_of(rater_in(request, pk)))
        return Response(CampaignSerializer(told).data)

    @extend_schema(request=CampaignAskSerializer(partial=True), responses=CampaignSerializer)
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change it. 409 `votes_exist` or `raters_joined` for what people have agreed to.

        403 `staff_only` for what staff alone allow.
        """
        asked = CampaignAskSerializer(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        campaign = self.own(request, pk)
        campaigns.change(campaign, signed_in(request), **asked.validated_data)
        return self.shown(request, campaign)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """With all votes; the artworks stay."""
        campaigns.delete(self.own(request, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class CampaignStep(OfKind):
    """One step in the life of a campaign."""

    def step(self, request: Request, pk: UUID, *, then: Any) -> Response:
        """Take it and show what it is now."""
        _ = request.data  # raises ParseError
        campaign = self.own(request, pk)
        then(campaign)
        return self.shown(request, campaign)


class CampaignPublish(CampaignStep):
    """Show a draft to those who may rate."""

    @extend_schema(request=None, responses=CampaignSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """409 `already_published`, or what is missing, all of it under `reasons`."""
        return self.step(request, pk, then=campaigns.publish)


class CampaignClose(CampaignStep):
    """End the voting."""

    @extend_schema(request=None, responses=CampaignSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Now. 409 `not_open`."""
        return self.step(request, pk, then=campaigns.close)


class CampaignReopen(CampaignStep):
    """Take votes again."""

    @extend_schema(request=None, responses=CampaignSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Until it is closed by hand. 409 `not_closed`."""
        return self.step(request, pk, then=campaigns.reopen)


class CampaignReveal(CampaignStep):
    """Show the results to everybody in it, for good."""

    @extend_schema(request=None, responses=CampaignSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """409 `not_closed`, or `still_counting`: ask again in a moment."""
        return self.step(request, pk, then=campaigns.reveal)


class CampaignLink(OfKind):
    """The link by which people join."""

    @extend_schema(request=LinkAskSerializer, responses=LinkSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Its address; with `revoke` a new one, and the old ones end."""
        asked = LinkAskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        campaign = self.own(request, pk)
        if asked.validated_data["revoke"]:
            campaigns.revoke_links(campaign)
        return Response({"url": join_address(campaign)})
