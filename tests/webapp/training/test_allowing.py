"""An organiser says whether models may learn from a campaign, and raters are told."""

import pytest
from django.test import Client

from tests.people import person
from tests.webapp.crowd.hands import Hand, open_campaign, plain_pictures
from webapp.ratings.joining import TRAINING, consent_to
from webapp.ratings.models import Campaign, Entry, Rater

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    organiser = person("organiser@example.org")
    return open_campaign(organiser, plain_pictures(organiser, 2))


def change(campaign, *, allowed: bool) -> tuple[int, str]:
    browser = Client()
    browser.force_login(campaign.organiser)
    answer = browser.patch(
        f"/api/v1/campaigns/{campaign.pk}", {"for_training": allowed}, "application/json"
    )
    return answer.status_code, answer.json().get("code", answer.json().get("for_training"))


def test_who_joins_is_told_that_models_learn_from_their_votes(campaign):
    assert TRAINING not in consent_to(campaign)
    assert change(campaign, allowed=True) == (200, True)
    Hand(campaign, person("rater@example.org")).join()
    assert TRAINING in Rater.objects.get().consented_to


def test_nobody_is_made_a_teacher_afterwards_and_the_leave_can_be_taken_back(campaign):
    hand = Hand(campaign, person("rater@example.org"))
    hand.join()
    assert change(campaign, allowed=True) == (409, "raters_joined")
    hand.rate_all()
    assert change(campaign, allowed=True) == (409, "votes_exist")
    Campaign.objects.update(for_training=True)
    assert change(campaign, allowed=False) == (200, False)


def test_who_handed_a_picture_in_is_asked_too(campaign):
    Entry.objects.update(submitted_by=campaign.organiser)
    assert change(campaign, allowed=True) == (200, True), "their own pictures bind nobody"
    Campaign.objects.update(for_training=False)
    Entry.objects.update(submitted_by=person("painter@example.org"))
    assert change(campaign, allowed=True) == (409, "raters_joined")
