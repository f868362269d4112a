"""`manage.py create_token EMAIL`: print an API token, making the account when there is none."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from webapp.accounts import services
from webapp.accounts.models import Scope, User


class Command(BaseCommand):
    """Prints the token and nothing else, so that a script can read it."""

    help = "Create an API token for EMAIL and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        """EMAIL, --name, --scope (may repeat), --staff for a new account."""
        parser.add_argument("email")
        parser.add_argument("--name", default="command line")
        parser.add_argument(
            "--scope", action="append", choices=Scope.values, help="default: read and write"
        )
        parser.add_argument("--staff", action="store_true", help="make a new account staff")

    def handle(self, *args: Any, **options: Any) -> None:
        """Find or make the account, make the token."""
        email = User.objects.normalize_email(options["email"])
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            staff = options["staff"]
            user = User.objects.create_user(email, is_staff=staff, is_superuser=staff)
        scopes = options["scope"] or [Scope.READ, Scope.WRITE]
        _, secret = services.create_token(user, name=options["name"], scopes=scopes)
        self.stdout.write(secret)
