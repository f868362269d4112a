"""The people of every access test: owner, other, staff."""

from webapp.accounts import services
from webapp.accounts.models import User

PASSWORD = "a long enough sentence"


def person(email: str, *, staff: bool = False) -> User:
    return User.objects.create_user(email, PASSWORD, is_staff=staff, is_superuser=staff)


def bearer(user: User, *scopes: str) -> dict[str, str]:
    """Request headers of a program that acts for `user`."""
    _, secret = services.create_token(user, name="test", scopes=scopes or ("read", "write"))
    return {"authorization": f"Bearer {secret}"}
