"""Read people, tokens and invitations."""

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import QuerySet
from django.utils import timezone

from webapp.accounts.models import ApiToken, Invitation, User
from webapp.accounts.tokens import digest
from webapp.common.rows import Statement

_USED_EVERY_S = 60  # last_used_at is good to the minute; not one write per request

# With every request of a program: the ORM would take longer to write it than Postgres to answer.
_TOKEN = Statement(
    """
SELECT {token}, {person}
FROM accounts_apitoken AS token JOIN accounts_user AS person ON person.id = token.user_id
WHERE token.token_hash = %(digest)s AND token.revoked_at IS NULL AND person.is_active
""",
    token=ApiToken,
    person=User,
)


def has_owner() -> bool:
    """Whether anybody can sign in; accounts made for their token only cannot."""
    return User.objects.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exists()


def people() -> QuerySet[User]:
    """Everybody with an account, staff first."""
    return User.objects.filter(is_active=True).order_by("-is_staff", "email")


def token_of(secret: str) -> ApiToken | None:
    """The live token behind a secret, its owner loaded."""
    row = _TOKEN.first({"digest": digest(secret)})
    if row is None:
        return None
    token: ApiToken
    token, token.user = row
    _note_use(token)
    return token


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > _USED_EVERY_S:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """A person's live tokens, newest first."""
    return user.api_tokens.filter(revoked_at=None).order_by("-created_at")


def open_invitation(secret: str) -> Invitation | None:
    """The invitation behind a link, when it can still be used."""
    return Invitation.objects.open().filter(token_hash=digest(secret)).first()


def quota_of(user: User) -> int:
    """How many bytes of originals this person may keep."""
    return int(settings.QUOTA_BYTES if user.quota_bytes is None else user.quota_bytes)
