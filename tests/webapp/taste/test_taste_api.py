"""Picks over the API: whose they are, who sees them, what a wall does with them."""

import pytest
from django.test import Client

from tests.people import person
from tests.webapp.crowd.hands import plain_pictures
from webapp.accounts.models import User
from webapp.catalogue.curation import share
from webapp.catalogue.models import Album, AlbumItem
from webapp.events.models import Event
from webapp.taste.models import Pick, Taste, TasteScore

pytestmark = pytest.mark.django_db
SHOWN = {"shown": True, "text": "Good.", "scorer": ""}


@pytest.fixture
def owner() -> User:
    return person("owner@example.org")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def wall(client: Client, **asked: object) -> list[dict[str, object]]:
    found = client.get("/api/v1/artworks", asked)
    assert found.status_code == 200, found.content
    return found.json()["results"]


def test_a_pick_is_made_changed_and_taken_back(owner):
    client, [artwork] = browser(owner), plain_pictures(owner, 1)
    where = f"/api/v1/artworks/{artwork.pk}/pick"
    state = client.put(where, {"liked": True}, "application/json").json()
    assert (state["picks"], state["liked"], state["needed"]) == (1, 1, 20)
    assert (state["state"], state["badge"]) == ("gathering", None)
    client.put(where, {"liked": False}, "application/json")
    assert client.get(f"/api/v1/artworks/{artwork.pk}").json()["taste"] == {
        "pick": False, "value": None,
    }  # fmt: skip
    assert wall(client)[0]["taste"]["pick"] is False
    assert client.delete(where).json()["picks"] == 0
    assert client.put(where, {"liked": "perhaps"}, "application/json").status_code == 400
    assert Event.objects.filter(owner=owner, kind="taste.changed").count() == 3


def test_a_wall_is_ordered_and_narrowed_by_ones_own_taste_alone(owner):
    pictures = plain_pictures(owner, 4)
    taste = Taste.objects.create(user=owner, badge=SHOWN)
    for artwork, value in zip(pictures, (0.2, 0.9, 0.5), strict=False):
        TasteScore.objects.create(taste=taste, artwork=artwork, value=value)
    Pick.objects.create(user=owner, artwork=pictures[2], liked=True)
    Pick.objects.create(user=owner, artwork=pictures[3], liked=False)
    stranger = Taste.objects.create(user=person("stranger@example.org"), badge=SHOWN)
    TasteScore.objects.create(taste=stranger, artwork=pictures[0], value=1.0)
    client = browser(owner)
    ordered = wall(client, sort="-taste")
    assert [card["taste"]["value"] for card in ordered] == [0.9, 0.5, 0.2, None]
    assert [card["id"] for card in wall(client, liked="true")] == [str(pictures[2].pk)]
    assert [card["id"] for card in wall(client, liked="false")] == [str(pictures[3].pk)]
    layout = client.get("/api/v1/artworks/layout", {"liked": "true"}).json()
    assert layout["count"] == 1


def test_who_holds_a_link_learns_nothing_of_the_owners_taste(owner):
    pictures = plain_pictures(owner, 3)
    taste = Taste.objects.create(user=owner, badge=SHOWN)
    for artwork, value in zip(pictures, (0.2, 0.9, 0.5), strict=True):
        TasteScore.objects.create(taste=taste, artwork=artwork, value=value)
    Pick.objects.create(user=owner, artwork=pictures[2], liked=True)
    album = Album.objects.create(owner=owner, title="Open")
    AlbumItem.objects.bulk_create(AlbumItem(album=album, artwork=each) for each in pictures)
    _, token = share(album, expires_at=None, allow_originals=False)
    base = f"/s/{token}/api/artworks"
    plain = Client().get(base).json()
    assert Client().get(base, {"sort": "-taste", "liked": "true"}).json() == plain
    assert "taste" not in plain["results"][0]
    assert "taste" not in Client().get(f"{base}/{pictures[0].pk}").json()
    staff = browser(person("staff@example.org", staff=True))
    assert staff.get("/api/v1/taste").json()["picks"] == 0, "one's own, whoever asks"
    pick = f"/api/v1/artworks/{pictures[0].pk}/pick"
    assert staff.put(pick, {"liked": True}, "application/json").status_code == 404


def test_everything_is_forgotten_at_once_and_only_ones_own(owner):
    [artwork] = plain_pictures(owner, 1)
    other = person("other@example.org")
    [theirs] = plain_pictures(other, 1)
    for user, picture in ((owner, artwork), (other, theirs)):
        client = browser(user)
        client.put(f"/api/v1/artworks/{picture.pk}/pick", {"liked": True}, "application/json")
    assert browser(owner).delete("/api/v1/taste").status_code == 204
    assert list(Pick.objects.values_list("user", flat=True)) == [other.pk]
    assert Taste.objects.get().user == other
