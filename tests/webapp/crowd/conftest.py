"""Who organises, and their browser."""

import pytest
from django.test import Client

from tests.people import person
from webapp.accounts.models import User


@pytest.fixture
def organiser() -> User:
    return person("organiser@example.org")


@pytest.fixture
def owner(organiser: User) -> Client:
    client = Client()
    client.force_login(organiser)
    return client
