"""Sign-up by invitation or open, and sockets that close on sign-out."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render

from webapp.accounts import selectors, services
from webapp.accounts.models import EMAIL_LENGTH, User
from webapp.events.publish import end_session

INVITATION_KEY = "invitation"  # session key that holds the invitation's secret


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's decisions, made by our settings."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """By the SIGNUP setting, or with an invitation that can still be used."""
        secret = request.session.get(INVITATION_KEY, "")
        return settings.SIGNUP == "open" or bool(
            secret and selectors.open_invitation(secret) is not None
        )

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: Any = True) -> User:  # noqa: FBT002
        """Create the account and use the invitation up, both or neither."""
        saved: User = super().save_user(request, user, form, commit)
        secret = request.session.pop(INVITATION_KEY, "")
        if settings.SIGNUP != "open" and not services.accept_invitation(secret):
            ended = render(request, "accounts/invitation.html", status=410)
            raise ImmediateHttpResponse(ended)  # somebody used it in the meantime
        return saved

    def clean_email(self, email: str) -> str:
        """The address, when the column can hold it; allauth's forms allow longer ones."""
        if len(email) > EMAIL_LENGTH:
            raise ValidationError(f"Use an address of at most {EMAIL_LENGTH} characters.")
        return email

    def logout(self, request: HttpRequest) -> None:
        """Sign out and close the sockets that this session opened."""
        owner, session = request.user.pk, request.session.session_key
        super().logout(request)
        if owner and session:
            end_session(owner, session)
