"""Write people, tokens and invitations."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from webapp.accounts.models import ApiToken, Invitation, Scope, User
from webapp.accounts.selectors import has_owner
from webapp.accounts.tokens import digest, new_secret
from webapp.common.errors import Conflict, NotFound

INVITATION_DAYS = 14
_OWNER_LOCK = 7_203_001  # advisory lock: two first visits at once make one owner


class EmailTaken(Conflict):
    """The person must choose another address, or the operator must set that account's password."""


class LastStaff(Conflict):
    """Somebody else must be made staff first: else nobody runs the installation."""

    code = "last_staff"


@transaction.atomic
def create_owner(*, email: str, password: str) -> User:
    """The first account with a password, which runs the installation.

    Raises Conflict when there is one, EmailTaken when a program's account has the address.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_OWNER_LOCK])
    if has_owner():
        raise Conflict("This installation already has its owner. Sign in instead.")
    if User.objects.filter(email__iexact=email).exists():
        raise EmailTaken(
            "A token was made for this address. Take another one, or run"
            " `manage.py changepassword` for it and sign in."
        )
    return User.objects.create_superuser(email, password)


@transaction.atomic
def set_staff(person_id: int, *, staff: bool) -> User:
    """Let somebody run the installation, or no longer. Idempotent.

    Raises NotFound, and LastStaff when nobody would be left.
    """
    running = User.objects.select_for_update().filter(is_staff=True, is_active=True).order_by("pk")
    others = [each for each in running if each.pk != person_id]
    person = User.objects.select_for_update().filter(pk=person_id, is_active=True).first()
    if person is None:
        raise NotFound
    if not staff and not others:
        raise LastStaff("Nobody else is staff. Make somebody else staff first.")
    person.is_staff = staff
    person.save(update_fields=["is_staff"])
    return person


def create_token(user: User, *, name: str, scopes: Iterable[str]) -> tuple[ApiToken, str]:
    """A token and its secret, which nobody can read again."""
    secret = new_secret("cnr")
    wanted = sorted({Scope(scope) for scope in scopes})
    token = ApiToken.objects.create(user=user, name=name, scopes=wanted, token_hash=digest(secret))
    return token, secret


def revoke_token(user: User, token_id: UUID) -> None:
    """End a token of this user; the next request with it answers 401."""
    changed = user.api_tokens.filter(pk=token_id, revoked_at=None).update(revoked_at=timezone.now())
    if not changed:
        raise NotFound


def invite(user: User, *, note: str) -> tuple[Invitation, str]:
    """An invitation and its secret."""
    secret = new_secret("cni")
    expires_at = timezone.now() + timedelta(days=INVITATION_DAYS)
    invitation = Invitation.objects.create(
        invited_by=user, note=note, token_hash=digest(secret), expires_at=expires_at
    )
    return invitation, secret


def revoke_invitation(user: User, invitation_id: UUID) -> None:
    """Make an unused invitation worthless."""
    changed = user.invitations.open().filter(pk=invitation_id).update(revoked_at=timezone.now())
    if not changed:
        raise NotFound


def accept_invitation(secret: str) -> bool:
    """Use an invitation up; False when it is not open (any more)."""
    found = Invitation.objects.open().filter(token_hash=digest(secret))
    return bool(found.update(accepted_at=timezone.now()))
