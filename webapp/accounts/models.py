"""People, their access tokens, and invitations."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from webapp.common.models import Identified

EMAIL_LENGTH = 254  # of a mailbox that mail can reach (RFC 5321)


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail address."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """In small letters: sign-in looks addresses up that way."""
        return (email or "").strip().lower()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user; without a password the account can only be entered by token or reset."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A member of staff with every permission: the owner of this installation."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person, known by e-mail. `is_staff` runs the installation."""

    username = None  # type: ignore[assignment]  # AbstractUser's column is not wanted
    email = models.EmailField(max_length=EMAIL_LENGTH, unique=True)
    quota_bytes = models.PositiveBigIntegerField(null=True, blank=True)  # None: the setting's

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[assignment,misc]  # narrower than AbstractUser's

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.email


class Scope(models.TextChoices):
    """What a token may do; `admin` works only in the hands of staff."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class ApiToken(Identified):
    """A bearer token. Only its SHA-256 is kept; revoking takes effect with the next request."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope))
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Filters on invitations."""

    def open(self) -> "InvitationQuerySet":
        """Neither used, revoked nor expired."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())


class Invitation(Identified):
    """A single-use link by which one person may sign up."""

    invited_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    note = models.CharField(max_length=120, blank=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()
