"""Whoever uploads in these tests."""

import pytest

from tests.people import person
from tests.webapp.gallery.tus_sender import Sender
from webapp.accounts.models import User


@pytest.fixture
def owner(db: None) -> User:
    return person("owner@example.org")


@pytest.fixture
def sender(owner: User) -> Sender:
    return Sender.of(owner)
