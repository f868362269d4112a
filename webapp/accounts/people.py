"""The signed-in person behind a request that has passed its permissions."""

from django.http import HttpRequest
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from webapp.accounts.models import User


def signed_in(request: Request | HttpRequest) -> User:
    """The user. Raises NotAuthenticated, should a view without permissions ever ask."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user
