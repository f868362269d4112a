"""Access tokens, invitations and who is staff over the API."""

from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts import selectors, services
from webapp.accounts.models import Scope
from webapp.accounts.people import signed_in
from webapp.accounts.permissions import IsStaff
from webapp.common.errors import ApplicationError


def _require_session(request: Request, text: str) -> None:
    """A token cannot breed: who has got hold of one must not make rights that outlive it."""
    if request.auth is not None:
        raise ApplicationError(text, code="session_needed", status=403)


class TokenSerializer(serializers.Serializer[object]):
    """A token as listed; `secret` comes once, with its creation."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(max_length=80)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.choices), allow_empty=False
    )
    created_at = serializers.DateTimeField(read_only=True)
    last_used_at = serializers.DateTimeField(read_only=True, allow_null=True)
    secret = serializers.CharField(read_only=True, required=False)


class Tokens(APIView):
    """One's own tokens. Only a signed-in browser makes tokens: a token cannot breed."""

    @extend_schema(responses=TokenSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List live tokens."""
        return Response(TokenSerializer(selectors.tokens_of(signed_in(request)), many=True).data)

    @extend_schema(request=TokenSerializer, responses={201: TokenSerializer})
    def post(self, request: Request) -> Response:
        """Create a token and show its secret once."""
        _require_session(request, "Make tokens in the account page, signed in.")
        asked = TokenSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        scopes = asked.validated_data["scopes"]
        if Scope.ADMIN in scopes and not signed_in(request).is_staff:
            raise ApplicationError(
                "Only staff may hold the admin scope.", code="forbidden", status=403
            )
        name = asked.validated_data["name"]
        token, secret = services.create_token(signed_in(request), name=name, scopes=scopes)
        shown = {**TokenSerializer(token).data, "secret": secret}
        return Response(shown, status=status.HTTP_201_CREATED)


class TokenDetail(APIView):
    """One token."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Revoke it at once."""
        services.revoke_token(signed_in(request), pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class InvitationSerializer(serializers.Serializer[object]):
    """An invitation as listed; `url` comes once, with its creation."""

    id = serializers.UUIDField(read_only=True)
    note = serializers.CharField(max_length=120, allow_blank=True, default="")
    created_at = serializers.DateTimeField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True)
    url = serializers.CharField(read_only=True, required=False)


class Invitations(APIView):
    """Invitations to sign up, by staff."""

    permission_classes = [IsStaff]

    @extend_schema(responses=InvitationSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List open invitations."""
        found = signed_in(request).invitations.open().order_by("-created_at")
        return Response(InvitationSerializer(found, many=True).data)

    @extend_schema(request=InvitationSerializer, responses={201: InvitationSerializer})
    def post(self, request: Request) -> Response:
        """Create an invitation and show its address once."""
        asked = InvitationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        invitation, secret = services.invite(signed_in(request), note=asked.validated_data["note"])
        url = request.build_absolute_uri(reverse("invitation", args=[secret]))
        shown = {**InvitationSerializer(invitation).data, "url": url}
        return Response(shown, status=status.HTTP_201_CREATED)


class InvitationDetail(APIView):
    """One invitation."""

    permission_classes = [IsStaff]

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Make it worthless."""
        services.revoke_invitation(signed_in(request), pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PersonSerializer(serializers.Serializer[object]):
    """An account; `staff` runs the installation."""

    id = serializers.IntegerField(source="pk", read_only=True)
    email = serializers.EmailField(read_only=True)
    staff = serializers.BooleanField(source="is_staff")


class People(APIView):
    """Everybody with an account, for staff."""

    permission_classes = [IsStaff]

    @extend_schema(responses=PersonSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Staff first, then by address."""
        return Response(PersonSerializer(selectors.people(), many=True).data)


class PersonDetail(APIView):
    """One account."""

    permission_classes = [IsStaff]

    @extend_schema(request=PersonSerializer, responses=PersonSerializer)
    def put(self, request: Request, pk: int) -> Response:
        """Make somebody staff, or no longer; signed in, not by a token. 409 `last_staff`."""
        _require_session(request, "Say who is staff in the account page, signed in.")
        asked = PersonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        person = services.set_staff(pk, staff=asked.validated_data["is_staff"])
        return Response(PersonSerializer(person).data)
