"""The entries of a campaign over the API: add, look at, make checks of, disqualify."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.people import signed_in
from webapp.catalogue.models import AlbumItem
from webapp.crowd.api_campaigns import OfKind
from webapp.crowd.guests import MaySee
from webapp.crowd.serializers_entries import (
    AddedSerializer,
    CommentSerializer,
    EntriesAskSerializer,
    EntryChangeSerializer,
    EntryListQuery,
    EntryPageSerializer,
    EntrySerializer,
    ReasonSerializer,
    render_entries,
    render_page,
)
from webapp.gallery.selectors import album_of
from webapp.ratings import entries, rulings, selectors
from webapp.ratings.models import Campaign, Entry, EntryRole
from webapp.ratings.selectors import EntrySort


class CampaignEntries(OfKind):
    """The pictures of a campaign."""

    permission_classes = [MaySee]

    @extend_schema(parameters=[EntryListQuery], responses=EntryPageSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """A window; to the organiser always, to others once revealed, guests who rated too."""
        query = EntryListQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        values = dict(query.validated_data)
        campaign, viewer = self.results(request, pk)
        page = selectors.entry_page(campaign, sort=EntrySort(values.pop("sort")), **values)
        return Response(render_page(page, viewer))

    @extend_schema(request=EntriesAskSerializer, responses=AddedSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Enter own pictures; again changes nothing. 409 `submissions_closed`."""
        asked = EntriesAskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        campaign, values = self.own(request, pk), asked.validated_data
        organiser = signed_in(request)
        if "bursts" in values:
            added = entries.add_bursts(campaign, organiser, values["bursts"])
        elif "album" in values:
            items = AlbumItem.objects.filter(album=album_of(organiser, values["album"]))
            live = items.filter(artwork__deleted_at=None).order_by("added_at", "pk")
            ids = live.values_list("artwork_id", flat=True)
            added = entries.add(campaign, organiser, list(ids))
        else:
            added = entries.add(campaign, organiser, values["artworks"])
        return Response(AddedSerializer(added).data)


class EntryView(OfKind):
    """Views of one entry."""

    def entry(self, request: Request, pk: UUID, entry_id: UUID) -> Entry:
        """One of a campaign that the caller runs."""
        return selectors.entry_of(self.own(request, pk), entry_id)

    def shown_entry(self, request: Request, campaign: Campaign, entry_id: UUID) -> Response:
        """As it is now."""
        page = selectors.page_of_one(campaign, entry_id)
        return Response(render_entries(page, signed_in(request).pk)[0])


class EntryDetail(EntryView):
    """One entry."""

    @extend_schema(request=EntryChangeSerializer, responses=EntrySerializer)
    def patch(self, request: Request, pk: UUID, entry_id: UUID) -> Response:
        """Make it a check, an example of one end, or a part of a burst."""
        asked = EntryChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        entry, values = self.entry(request, pk, entry_id), asked.validated_data
        if "gold" in values:
            gold: Any = values["gold"]
            entries.set_gold(entry, gold and (gold[0], gold[1]))
        if "role" in values:
            entries.set_role(entry, EntryRole(values["role"]))
        if "burst" in values:
            entries.set_burst(entry, values["burst"])
        return self.shown_entry(request, entry.campaign, entry_id)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID, entry_id: UUID) -> Response:
        """Take it out. 409 `votes_exist`: then it is disqualified instead."""
        entries.remove(self.entry(request, pk, entry_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class EntryDisqualify(EntryView):
    """Take an entry out of the running."""

    @extend_schema(request=ReasonSerializer, responses=EntrySerializer)
    def post(self, request: Request, pk: UUID, entry_id: UUID) -> Response:
        """With a reason that everybody reads after the reveal. 409 `already_disqualified`."""
        asked = ReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        entry = self.entry(request, pk, entry_id)
        rulings.disqualify(entry, by=signed_in(request), **asked.validated_data)
        return self.shown_entry(request, entry.campaign, entry_id)


class EntryRequalify(EntryView):
    """Undo of disqualify."""

    @extend_schema(request=ReasonSerializer, responses=EntrySerializer)
    def post(self, request: Request, pk: UUID, entry_id: UUID) -> Response:
        """With its votes. 409 `not_disqualified`."""
        asked = ReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        entry = self.entry(request, pk, entry_id)
        rulings.requalify(entry, by=signed_in(request), **asked.validated_data)
        return self.shown_entry(request, entry.campaign, entry_id)


class EntryComments(OfKind):
    """What people wrote about an entry."""

    permission_classes = [MaySee]

    @extend_schema(responses=CommentSerializer(many=True))
    def get(self, request: Request, pk: UUID, entry_id: UUID) -> Response:
        """Newest first; to the organiser always, to others once revealed, guests who rated too."""
        campaign, _ = self.results(request, pk)
        said = selectors.comments_of(selectors.entry_of(campaign, entry_id))
        return Response([CommentSerializer(each).data for each in said])
