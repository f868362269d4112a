"""Raters behind a request: people with an account, and guests whom their session remembers."""

from typing import Final
from uuid import UUID

from django.http import HttpRequest
from drf_spectacular.authentication import SessionScheme
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from webapp.accounts.authentication import BearerAuthentication
from webapp.accounts.models import ApiToken, Scope, User
from webapp.accounts.permissions import HasScope
from webapp.common.errors import NotFound
from webapp.ratings import callers
from webapp.ratings.callers import Caller
from webapp.ratings.joining import adopt
from webapp.ratings.models import Rater

SESSION: Final = "raters"  # in the session of a guest: {campaign: rater}


class GuestAuthentication(SessionAuthentication):
    """As the session says, and nobody for a guest; the CSRF token is asked of guests too."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Raises PermissionDenied for an unsafe request that another site may have made."""
        self.enforce_csrf(request)
        found: tuple[User, None] | None = super().authenticate(request)
        return found


class GuestScheme(SessionScheme):  # type: ignore[no-untyped-call]
    """The session of an account or a guest, in the schema."""

    target_class = GuestAuthentication  # type: ignore[assignment]  # said there by its name
    name = "guestCookieAuth"


class MayRate(BasePermission):
    """People with an account (a token needs its scope), and guests who have joined somewhere."""

    message = "This token does not carry the scope that the request needs."
    code = "missing_scope"

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Which of the campaigns, the view finds out."""
        if request.user.is_authenticated:
            scope = Scope.READ if request.method in SAFE_METHODS else Scope.WRITE
            token = request.auth
            return not isinstance(token, ApiToken) or scope in token.scopes
        return bool(remembered(request))


class MayJoin(MayRate):
    """As raters, and strangers: the link they hold is looked at by the view."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tokens need the scope."""
        return not request.user.is_authenticated or super().has_permission(request, view)


class MaySee(HasScope):
    """As elsewhere, and guests who have joined somewhere may read."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Which of the campaigns, the view finds out."""
        if not request.user.is_authenticated and request.method in SAFE_METHODS:
            return bool(remembered(request))
        return super().has_permission(request, view)


class RaterView(APIView):
    """A view that guests may use."""

    authentication_classes = [BearerAuthentication, GuestAuthentication]
    permission_classes = [MayRate]


def account_of(request: Request | HttpRequest) -> User | None:
    """Who is signed in; None for a guest."""
    return request.user if isinstance(request.user, User) else None


def remembered(request: Request | HttpRequest) -> dict[str, str]:
    """Rater by campaign, as the session of a guest keeps them."""
    found = request.session.get(SESSION, {})
    return found if isinstance(found, dict) else {}


def remember(request: Request | HttpRequest, rater: Rater) -> None:
    """Let the session be this rater. Its key changes: nobody can have planted it before."""
    kept = {**remembered(request), str(rater.campaign_id): str(rater.pk)}
    request.session.cycle_key()
    request.session[SESSION] = kept


def caller_of(request: Request | HttpRequest, *, user: User | None = None) -> Caller:
    """Which raters the caller is, in all campaigns.

    ``user``: who a token says they are, where no API view has found that out.
    """
    user = user or account_of(request)
    if user is None:
        return Caller(None, tuple(remembered(request).values()))
    bring_along(request, user)
    return Caller(user.pk)


def rater_in(request: Request | HttpRequest, campaign_id: UUID) -> Rater:
    """The caller in one campaign. Raises NotFound."""
    found = find_rater(request, campaign_id)
    if found is None:
        raise NotFound
    return found


def revealed_rater(request: Request | HttpRequest, campaign_id: UUID) -> Rater:
    """A guest in a campaign whose results are out, as a guest sees no other. Raises NotFound."""
    found = rater_in(request, campaign_id)
    if found.campaign.revealed_at is None:
        raise NotFound
    return found


def find_rater(
    request: Request | HttpRequest, campaign_id: UUID, *, user: User | None = None
) -> Rater | None:
    """The caller in one campaign, with campaign and fusion; None when they have not joined.

    ``user``: who a token says they are, where no API view has found that out.
    """
    return callers.rater_in(campaign_id, caller_of(request, user=user))


def bring_along(request: Request | HttpRequest, user: User) -> None:
    """Whoever signs in goes on as the raters that they were as a guest."""
    kept = remembered(request)
    if not kept or request.user != user or isinstance(getattr(request, "auth", None), ApiToken):
        return
    for rater in Rater.objects.filter(pk__in=kept.values(), user=None):
        adopt(rater, user)
    del request.session[SESSION]
