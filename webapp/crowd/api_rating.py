"""Rating over the API: join, be asked, answer, see one's own votes. For guests too."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.common.errors import NotFound
from webapp.crowd.guests import (
    MayJoin,
    RaterView,
    account_of,
    caller_of,
    find_rater,
    rater_in,
    remember,
)
from webapp.crowd.rendered_rating import render_asked, render_crowd, render_progress
from webapp.crowd.serializers_answers import (
    AskSerializer,
    JoinSerializer,
    VotesAskSerializer,
    VotesSerializer,
    parse_answer,
)
from webapp.crowd.serializers_rating import (
    AskedSerializer,
    HeardSerializer,
    MeSerializer,
    OwnVoteSerializer,
)
from webapp.ratings import others, voting
from webapp.ratings.answers import Answer
from webapp.ratings.asking import ask
from webapp.ratings.erasing import erase
from webapp.ratings.joining import join
from webapp.ratings.links import campaign_of_token
from webapp.ratings.mine import me_of, own_votes
from webapp.ratings.models import Campaign, Rater
from webapp.ratings.progress import progress_of
from webapp.ratings.selectors import campaign_of

NO_TOKEN = ""


class RatingsQuery(serializers.Serializer[Any]):
    """Votes of which campaign."""

    campaign = serializers.UUIDField()


@method_decorator(login_not_required, name="dispatch")
class CampaignJoin(RaterView):
    """Become a rater."""

    permission_classes = [MayJoin]

    @extend_schema(request=JoinSerializer, responses={201: MeSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Joining again gives the same rater. Who has the link needs no account if guests may.

        400 `consent_needed`, 403 `not_invited` or `account_needed`, 409 `not_open`.
        """
        asked = JoinSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        token = asked.validated_data.get("token", NO_TOKEN)
        campaign, linked = _joined(request, pk, token)
        rater = find_rater(request, pk) or join(
            campaign, account_of(request), linked=linked, consent=asked.validated_data["consent"]
        )
        if account_of(request) is None:
            remember(request, rater)
        return Response(_me(rater), status=status.HTTP_201_CREATED)


@method_decorator(login_not_required, name="dispatch")
class CampaignMe(RaterView):
    """The caller in a campaign."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """How far they are, and how they vote. 404 before they joined."""
        return Response(_me(rater_in(request, pk)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Erase all that is kept of them here, for good; standings are computed without it."""
        erase(rater_in(request, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


@method_decorator(login_not_required, name="dispatch")
class Assignments(RaterView):
    """Questions to answer."""

    @extend_schema(request=AskSerializer, responses=AskedSerializer)
    def post(self, request: Request) -> Response:
        """Up to ten: those the rater holds already, then new ones.

        Without any, `done` says why. Each has a token that is good for one answer.
        """
        asked = AskSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        campaign, count = asked.validated_data["campaign"], asked.validated_data["count"]
        return Response(render_asked(ask(campaign, caller_of(request), count)))


@method_decorator(login_not_required, name="dispatch")
class Ratings(RaterView):
    """Answers."""

    @extend_schema(parameters=[RatingsQuery], responses=OwnVoteSerializer(many=True))
    def get(self, request: Request) -> Response:
        """One's own votes in a campaign, newest first, without what one took back."""
        asked = RatingsQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        rater = rater_in(request, asked.validated_data["campaign"])
        return Response(OwnVoteSerializer(own_votes(rater), many=True).data)

    @extend_schema(request=VotesAskSerializer, responses=HeardSerializer)
    def post(self, request: Request) -> Response:
        """Up to fifty answers. Sending one again is harmless: it is told the same again.

        Always 200; what became of each is in `results`, in the order of sending. `kept` votes are
        stored and do not count (`late`, `picture_gone`, `seen`). `correct` replaces an earlier
        answer for two minutes; the kind `withdrawn` takes it back, and the question may be answered
        again. Once `crowd` told how others voted, what is said in its place is kept as `seen`.
        """
        form = VotesSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(_heard(request, form.validated_data["votes"]))


def _joined(request: Request, pk: UUID, token: str) -> tuple[Campaign, bool]:
    """The campaign, and whether the caller holds its link. Raises NotFound."""
    if not token:
        return campaign_of(request.user, pk), False
    campaign = campaign_of_token(token)
    if campaign.pk != pk:
        raise NotFound
    return campaign, True


def _me(rater: Rater) -> dict[str, Any]:
    return dict(MeSerializer(me_of(rater)).data)


def _heard(request: Request, votes: list[dict[str, Any]]) -> dict[str, Any]:
    parsed = [parse_answer(each) for each in votes]
    answers = [each for each in parsed if isinstance(each, Answer)]
    told, rater = voting.record(caller_of(request), answers)
    heard = iter(told)
    results = [next(heard) if isinstance(each, Answer) else each for each in parsed]
    said = [each.vote for each in told if each.vote is not None]
    crowds = others.others_of(rater, said) if rater is not None else {}
    return {
        "results": [
            {
                "token": each.token, "status": each.status, "code": each.code, "text": each.text,
                "vote": each.vote and each.vote.pk,
                "crowd": _crowd(crowds.get(each.vote.pk) if each.vote else None),
            }
            for each in results
        ],
        "progress": None if rater is None else render_progress(progress_of(rater)),
    }  # fmt: skip


def _crowd(found: others.Others | None) -> dict[str, Any] | None:
    return None if found is None else render_crowd(found)
