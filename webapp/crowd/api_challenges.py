"""What only challenges have, over the API: submissions and results."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.people import signed_in
from webapp.crowd.api_campaigns import OfKind
from webapp.crowd.guests import MaySee
from webapp.crowd.serializers_dashboard import CurvesSerializer
from webapp.crowd.serializers_entries import EntrySerializer, render_entries
from webapp.ratings import challenges, selectors
from webapp.ratings.challenges import Results, Statistics
from webapp.ratings.models import CampaignKind, Rater


class SubmissionSerializer(serializers.Serializer[Any]):
    """Which own picture."""

    artwork = serializers.UUIDField()


class StatisticsSerializer(serializers.Serializer[Statistics]):
    """The challenge in numbers; `void` raters voted on too few entries."""

    entries = serializers.IntegerField()
    votes = serializers.IntegerField()
    raters = serializers.IntegerField()
    void = serializers.IntegerField()
    mean = serializers.FloatField(allow_null=True)
    alpha = serializers.FloatField(allow_null=True)


class ReliableRaterSerializer(serializers.Serializer[Rater]):
    """A rater who voted enough, in a crowd that did, to tell how consistent they are."""

    pseudonym = serializers.CharField()
    consistency = serializers.FloatField()
    votes = serializers.IntegerField()


class ResultsSerializer(serializers.Serializer[Results]):
    """Everything that is revealed; entries by place, raters by consistency, never by volume."""

    entries = EntrySerializer(many=True)
    curves = CurvesSerializer(allow_null=True)
    statistics = StatisticsSerializer()
    raters = ReliableRaterSerializer(many=True)
    disqualified = EntrySerializer(many=True)


class Submissions(OfKind):
    """The caller's own pictures in a challenge."""

    kind = CampaignKind.CHALLENGE

    @extend_schema(responses=EntrySerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """As they were entered."""
        person = signed_in(request)
        page = challenges.submissions_of(self.seen(request, pk), person)
        return Response(render_entries(page, person.pk))

    @extend_schema(request=SubmissionSerializer, responses={201: EntrySerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Enter one. 409 `submissions_closed`, `too_many` or `already_in`."""
        asked = SubmissionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        challenge, person = self.seen(request, pk), signed_in(request)
        entry = challenges.submit(challenge, person, asked.validated_data["artwork"])
        page = selectors.page_of_one(challenge, entry.pk)
        return Response(render_entries(page, person.pk)[0], status=status.HTTP_201_CREATED)


class SubmissionDetail(OfKind):
    """One own picture in a challenge."""

    kind = CampaignKind.CHALLENGE

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID, entry_id: UUID) -> Response:
        """Take it back before the voting. 409 `submissions_closed`."""
        challenges.withdraw(self.seen(request, pk), signed_in(request), entry_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ChallengeResults(OfKind):
    """What came out."""

    kind = CampaignKind.CHALLENGE
    permission_classes = [MaySee]

    @extend_schema(responses=ResultsSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """To the organiser always, to others once revealed, guests who rated too."""
        challenge, viewer = self.results(request, pk)
        found = challenges.results_of(challenge)
        return Response(
            {
                "entries": render_entries(found.entries, viewer),
                "curves": found.figures.get("curves"),
                "statistics": StatisticsSerializer(found.statistics).data,
                "raters": [ReliableRaterSerializer(each).data for each in found.raters],
                "disqualified": render_entries(found.disqualified, viewer),
            }
        )
