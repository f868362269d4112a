"""`manage.py demo [EMAIL]`: add sample photos to a library."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.accounts.models import User
from webapp.gallery.demo import add_pictures


class Command(BaseCommand):
    """Adds real photos from scikit-image and scikit-learn."""

    help = "Add demo pictures to the library of EMAIL (default: the owner's)."

    def add_arguments(self, parser: CommandParser) -> None:
        """EMAIL may be left out."""
        parser.add_argument("email", nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        """Find the person, add the pictures."""
        people = User.objects.order_by("date_joined")
        email = options["email"]
        user = (people.filter(email__iexact=email) if email else people).first()
        if user is None:
            raise CommandError("No such account. Open the site once to make the owner's.")
        self.stdout.write(f"{add_pictures(user)} pictures added for {user.email}.")
