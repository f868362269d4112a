"""Sample pictures for a library that is still empty."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.people import person
from webapp.catalogue.models import Artwork
from webapp.gallery.demo import PICTURES

pytestmark = pytest.mark.django_db


def test_the_operator_adds_them_once_and_to_the_owner() -> None:
    owner = person("owner@example.org")
    person("later@example.org")
    said = StringIO()
    call_command("demo", stdout=said)
    call_command("demo", stdout=said)
    added = [int(line.split()[0]) for line in said.getvalue().splitlines()]
    assert added == [len(PICTURES), 0]
    assert set(Artwork.objects.values_list("owner", flat=True)) == {owner.pk}


def test_nobody_gets_them_before_there_is_an_account() -> None:
    with pytest.raises(CommandError, match="Open the site once"):
        call_command("demo")
