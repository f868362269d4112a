"""Who may call what: a scope per request, staff for the machine room."""

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from webapp.accounts.models import ApiToken, Scope
from webapp.common.errors import NotFound

if TYPE_CHECKING:  # at run time rest_framework.views imports this module
    from rest_framework.views import APIView


class HasScope(BasePermission):
    """The default of the API: signed in, and a token must carry the request's scope."""

    message = "This token does not carry the scope that the request needs."
    code = "missing_scope"

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Reading needs `read`, everything else `write`."""
        return _allowed(request, Scope.READ if request.method in SAFE_METHODS else Scope.WRITE)


class IsStaff(HasScope):
    """Only staff; to everybody else the address does not exist. Tokens need `admin`."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Staff by session, or by a token with the admin scope."""
        if not request.user.is_authenticated:
            return False
        if not request.user.is_staff:
            raise NotFound
        return _allowed(request, Scope.ADMIN)


class ReadsOrStaff(HasScope):
    """Everybody signed in reads; only staff write, by session or by a token with `admin`."""

    message = "Only staff may change this, and a token needs the scope admin."
    code = "staff_only"

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """What is visible is not denied: whoever may not write it is refused with 403."""
        if request.method in SAFE_METHODS:
            return _allowed(request, Scope.READ)
        return bool(request.user.is_authenticated and request.user.is_staff) and _allowed(
            request, Scope.ADMIN
        )


def _allowed(request: Request, scope: Scope) -> bool:
    if not request.user.is_authenticated:
        return False
    token = request.auth
    return not isinstance(token, ApiToken) or scope in token.scopes
