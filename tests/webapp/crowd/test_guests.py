"""Guests: by the link alone, one rater to a session, under CSRF, and kept when they sign in."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.people import bearer, person
from tests.webapp.crowd.hands import Hand, open_campaign, plain_pictures
from tests.world import picture_of
from webapp.ratings.campaigns import revoke_links
from webapp.ratings.links import token_of
from webapp.ratings.models import Campaign, Entry, Invitee, Rater

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    organiser = person("organiser@example.org")
    return open_campaign(organiser, plain_pictures(organiser, 3), consent="Be kind.")


def session_key(client: Client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_a_guest_joins_by_the_link_and_rates(campaign):
    guest = Hand(campaign)
    assert guest.send("POST", "assignments", {"campaign": campaign.pk})[0] == 401
    assert guest.join(consent=False)[1]["code"] == "consent_needed"
    status, me = guest.join()
    assert (status, me["votes"], me["consented"]) == (201, 0, True)
    assert guest.join()[1]["rater"] == me["rater"], "joining twice gives the same rater"
    assert guest.rate_all() == 3
    rater = Rater.objects.get()
    assert (rater.user, rater.votes) == (None, 3)
    assert "Be kind." in rater.consented_to
    another = Hand(campaign)
    assert another.join()[1]["rater"] != me["rater"]


def test_the_page_of_the_link_tells_what_one_agrees_to_and_leads_to_rating(campaign):
    client = Client()
    page = client.get(f"/join/{token_of(campaign)}/")
    assert b"Be kind." in page.content and b"organiser@" not in page.content
    assert client.post(f"/join/{token_of(campaign)}/").status_code == 400, "consent is asked"
    joined = client.post(f"/join/{token_of(campaign)}/", {"consent": "yes"})
    assert joined["Location"] == f"/rate/{campaign.pk}/"
    assert client.get(joined["Location"]).status_code == 200
    assert client.get(f"/campaigns/{campaign.pk}/")["Location"] == f"/rate/{campaign.pk}/"
    assert client.get("/join/forged/").status_code == 404
    revoke_links(campaign)
    old = Campaign.objects.get(pk=campaign.pk)
    old.link_epoch = 0
    assert Client().get(f"/join/{token_of(old)}/").status_code == 404
    assert client.get(f"/rate/{campaign.pk}/").status_code == 200, "who came by it stays"


def test_another_site_cannot_vote_with_the_session_of_a_guest(campaign):
    guest = Hand(campaign, checked=True)
    guest.client.get(f"/join/{token_of(campaign)}/")
    csrf = {"X-CSRFToken": guest.client.cookies["csrftoken"].value}
    body = {"token": token_of(campaign), "consent": True}
    path = f"campaigns/{campaign.pk}/join"
    assert guest.send("POST", path, body)[0] == 403
    assert guest.send("POST", path, body, **csrf)[0] == 201
    ask = {"campaign": campaign.pk, "count": 1}
    assert guest.send("POST", "assignments", ask)[0] == 403
    assert guest.send("POST", "assignments", ask, **csrf)[0] == 200


def test_joining_changes_the_key_of_the_session(campaign):
    guest = Hand(campaign)
    session = guest.client.session
    session["planted"] = True
    session.save()
    before = session_key(guest.client)
    guest.join()
    assert session_key(guest.client) != before
    planted = Client()
    planted.cookies[settings.SESSION_COOKIE_NAME] = before
    assert planted.get(f"/api/v1/campaigns/{campaign.pk}/me").status_code == 401


def test_a_guest_who_signs_in_stays_the_same_rater_unless_the_account_is_one(campaign):
    guest, user = Hand(campaign), person("rater@example.org")
    me = guest.join()[1]
    guest.score(guest.ask()["assignments"][0])
    guest.client.force_login(user)
    assert guest.send("GET", f"campaigns/{campaign.pk}/me")[1]["rater"] == me["rater"]
    assert Rater.objects.get().user == user
    elsewhere = Hand(campaign)
    other = elsewhere.join()[1]
    elsewhere.client.force_login(user)
    assert elsewhere.send("GET", f"campaigns/{campaign.pk}/me")[1]["rater"] == me["rater"]
    assert Rater.objects.get(pk=other["rater"]).user is None


@pytest.mark.parametrize(
    ("columns", "code"),
    [({"guests": False}, "account_needed"), ({"access": "group"}, "account_needed"),
     ({"published_at": None}, "not_found"), ({"closes_at": "2001-01-01T00:00Z"}, "not_open")],
)  # fmt: skip
def test_guests_stay_outside_where_they_are_not_asked(campaign, columns, code):
    Campaign.objects.update(**columns)
    assert Hand(campaign).join()[1]["code"] == code
    assert not Rater.objects.exists()


def test_people_with_an_account_join_what_is_open_or_names_them(campaign):
    user = person("rater@example.org")
    hand = Hand(campaign, user)
    assert hand.join(token="")[0] == 404, "a link is needed to know of it"
    Campaign.objects.update(access="group")
    assert hand.join()[1]["code"] == "not_invited"
    Invitee.objects.create(campaign=campaign, email=user.email)
    assert hand.join(token="")[0] == 201
    Campaign.objects.update(access="open")
    program = Hand(campaign)
    headers = bearer(person("robot@example.org"), "read")
    body = {"consent": True}
    path = f"campaigns/{campaign.pk}/join"
    assert program.send("POST", path, body, **headers)[0] == 403, "reading is not enough"


def test_pictures_are_shown_to_whom_they_are_asked_about_and_to_nobody_else(campaign):
    picture = picture_of(campaign.organiser)
    entry = Entry.objects.create(campaign=campaign, artwork=picture)
    path = f"/campaigns/{campaign.pk}/media/{entry.pk}/small.webp"
    guest, stranger = Hand(campaign), Client()
    guest.join()
    assert guest.client.get(path).status_code == 404, "not asked yet"
    asked = guest.ask(10)["assignments"]
    sources = {each["entries"][0]["small"] for each in asked}
    assert path in sources
    shown = guest.client.get(path)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")
    assert shown["Cache-Control"].startswith("private") and "immutable" in shown["Cache-Control"]
    assert stranger.get(path).status_code == 302
    stranger.force_login(maker := person("stranger@example.org"))
    assert stranger.get(path).status_code == 404
    Entry.objects.filter(pk=entry.pk).update(submitted_by=maker)
    assert stranger.get(path).status_code == 200, "one sees what one has submitted"
    picture.deleted_at = campaign.published_at
    picture.save()
    assert guest.client.get(path).status_code == 404


def test_guests_who_rated_see_the_results_once_revealed_and_other_guests_never(campaign):
    guest, elsewhere = Hand(campaign), Hand(campaign)
    me = guest.join()[1]
    other = open_campaign(campaign.organiser, [])
    elsewhere.campaign = other
    elsewhere.join()
    entry = campaign.entries.first()
    Campaign.objects.filter(pk=campaign.pk).update(kind="challenge", reveal="at_end")
    paths = [
        f"campaigns/{campaign.pk}", f"campaigns/{campaign.pk}/entries",
        f"campaigns/{campaign.pk}/entries/{entry.pk}/comments", f"challenges/{campaign.pk}",
        f"challenges/{campaign.pk}/results",
    ]  # fmt: skip
    assert {guest.send("GET", path)[0] for path in paths} == {404}, "nothing before"
    now = timezone.now()
    Campaign.objects.update(closes_at=now, revealed_at=now)
    assert {guest.send("GET", path)[0] for path in paths} == {200}
    assert {elsewhere.send("GET", path)[0] for path in paths} == {404}
    assert {Hand(campaign).send("GET", path)[0] for path in paths} == {401}
    assert guest.send("GET", f"challenges/{other.pk}")[0] == 404
    assert guest.send("GET", paths[0])[1]["me"]["rater"] == me["rater"]
    shown = guest.send("GET", paths[1])[1]["results"][0]
    assert (shown["mine"], shown["artwork"], shown["gold"]) == (False, None, None)
    assert guest.send("PATCH", paths[0], {"title": "Mine"})[0] == 401
    assert guest.send("GET", f"campaigns/{campaign.pk}/dashboard")[0] == 401
    page = f"/campaigns/{campaign.pk}/"
    assert guest.client.get(page).status_code == 200
    assert elsewhere.client.get(page)["Location"].startswith("/accounts/login")
