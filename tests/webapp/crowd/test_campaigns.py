"""Making a campaign, filling it, and its life from draft to reveal, over the API."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.people import person
from tests.world import World, build, campaign_of, picture_of, voted
from webapp.catalogue import curation
from webapp.jobs.models import Job
from webapp.ratings.models import Campaign, Fusion, Rater

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture
def owner(world: World) -> Client:
    return world.client("owner")


def send(client: Client, method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
    answer = client.generic(method, f"/api/v1/{path}", _json(body), "application/json")
    return answer.status_code, answer.json() if answer.content else {}


def _json(body: dict | None) -> str:
    return json.dumps({} if body is None else body, default=str)


def draft(client: Client, **columns: object) -> str:
    status, made = send(client, "POST", "campaigns", {"title": "Summer", **columns})
    assert status == 201, made
    return made["id"]


def test_a_campaign_is_made_from_an_album_published_and_seen_by_whom_it_asks(world, owner):
    pk = draft(owner, access="group", emails=["Other@example.org"])
    assert send(owner, "POST", f"campaigns/{pk}/publish")[1]["code"] == "no_entries"
    _, added = send(owner, "POST", f"campaigns/{pk}/entries", {"album": world.album.pk})
    assert added == {"added": 1, "already": 0, "refused": []}
    assert send(world.client("other"), "GET", f"campaigns/{pk}")[0] == 404, "it is a draft"
    _, published = send(owner, "POST", f"campaigns/{pk}/publish")
    assert (published["state"], published["organiser"]) == ("open", True)
    assert published["question"] == "How good is this picture?"
    assert published["emails"] == ["other@example.org"]
    assert published["link"].startswith("/join/")
    assert len(published["covers"]) == 1
    _, seen = send(world.client("other"), "GET", f"campaigns/{pk}")
    told = (seen["organiser"], seen["link"], seen["emails"], seen["covers"])
    assert told == (False, None, None, []), "raters learn nothing before the end"
    assert send(world.client("other"), "GET", f"campaigns/{pk}/entries")[0] == 404
    assert send(world.client("staff"), "GET", f"campaigns/{pk}")[0] == 404
    assert send(owner, "POST", f"campaigns/{pk}/publish")[1]["code"] == "already_published"


def test_entering_pictures_again_adds_none_and_strange_ones_are_named(world, owner):
    pk = draft(owner)
    theirs = picture_of(world.other, title="Theirs")
    asked = {"artworks": [world.artwork.pk, world.artwork.pk, theirs.pk]}
    _, first = send(owner, "POST", f"campaigns/{pk}/entries", asked)
    _, again = send(owner, "POST", f"campaigns/{pk}/entries", asked)
    assert (first["added"], first["already"]) == (1, 0)
    assert (again["added"], again["already"]) == (0, 1)
    assert [each["code"] for each in again["refused"]] == ["not_found"]
    [entry] = send(owner, "GET", f"campaigns/{pk}/entries")[1]["results"]
    assert (entry["artwork"], entry["prior"]["mean"]) == (str(world.artwork.pk), 5.5)
    assert entry["medium"]["src"] == f"/campaigns/{pk}/media/{entry['id']}/medium.webp"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"mode": "attribute"}, "attribute_needed"),
        ({"mode": "attribute", "attribute": "nonsense"}, "not_found"),
        ({"attribute": "symmetry"}, "attribute_unasked"),
        ({"kind": "challenge", "mode": "pairs"}, "challenge_scores"),
        ({"kind": "challenge", "reveal": "after_vote"}, "challenge_is_blind"),
        ({"submissions_close_at": "2030-01-01T00:00Z"}, "no_challenge"),
        ({"opens_at": "2030-01-02T00:00Z", "closes_at": "2030-01-01T00:00Z"}, "bad_dates"),
        ({"gold_share": 0.9}, "invalid"),
        ({"narrow_enough": "nan"}, "invalid"),
        ({"must_vote_share": "NaN"}, "invalid"),
        ({"title": ""}, "invalid"),
        ({"emails": ["nobody"]}, "invalid"),
    ],
)
def test_what_does_not_go_together_is_refused_by_name(owner, asked, code):
    status, told = send(owner, "POST", "campaigns", {"title": "Summer", **asked})
    assert status in (400, 404) and told["code"] == code
    assert Campaign.objects.filter(title="Summer").count() == 0


def test_after_votes_only_what_they_did_not_answer_changes(world, owner):
    campaign = Campaign.objects.get(pk=world.names["campaign"])
    path = f"campaigns/{campaign.pk}"
    status, told = send(owner, "PATCH", path, {"question": "Else?", "reveal": "at_end"})
    assert (status, told["code"], told["fields"]) == (409, "votes_exist", ["question", "reveal"])
    changed = {"title": "Autumn", "votes_wanted": 30, "emails": ["a@example.org"]}
    status, told = send(owner, "PATCH", path, changed)
    assert (status, told["title"], told["votes_wanted"]) == (200, "Autumn", 30)
    status, told = send(owner, "PATCH", path, {"question": campaign.question})
    assert status == 200, "the same again is no change"


def test_pairs_want_two_pictures_and_bursts_a_burst(world, owner):
    second = picture_of(world.owner, title="Second")
    ids = [str(world.artwork.pk), str(second.pk)]
    pairs, burst = draft(owner, mode="pairs"), draft(owner, mode="burst")
    send(owner, "POST", f"campaigns/{pairs}/entries", {"artworks": ids[:1]})
    assert send(owner, "POST", f"campaigns/{pairs}/publish")[1]["code"] == "too_few_entries"
    send(owner, "POST", f"campaigns/{burst}/entries", {"artworks": ids[:1]})
    assert send(owner, "POST", f"campaigns/{burst}/publish")[1]["code"] == "no_bursts"
    _, added = send(owner, "POST", f"campaigns/{burst}/entries", {"bursts": [ids]})
    assert (added["added"], added["already"]) == (1, 1)
    assert send(owner, "POST", f"campaigns/{burst}/publish")[0] == 200
    one = {"bursts": [ids[:1]]}
    assert send(owner, "POST", f"campaigns/{burst}/entries", one)[1]["code"] == "bad_burst"


def test_it_closes_opens_again_and_is_revealed_when_all_is_counted(world, owner):
    campaign = Campaign.objects.get(pk=world.names["campaign"])
    path = f"campaigns/{campaign.pk}"
    assert send(owner, "POST", f"{path}/reveal")[1]["code"] == "not_closed"
    assert send(owner, "POST", f"{path}/close")[1]["state"] == "closed"
    assert send(owner, "POST", f"{path}/close")[1]["code"] == "not_open"
    assert send(owner, "POST", f"{path}/reopen")[1]["state"] == "open"
    send(owner, "POST", f"{path}/close")
    assert send(owner, "POST", f"{path}/reveal")[1]["code"] == "still_counting"
    assert Job.objects.get(kind="fuse").subject == campaign.pk
    now = timezone.now()
    Fusion.objects.create(campaign=campaign, fused_at=now, read_up_to=now, votes=1)
    assert send(owner, "POST", f"{path}/reveal")[1]["state"] == "revealed"
    assert send(owner, "POST", f"{path}/reopen")[1]["code"] == "not_closed"


def test_a_picture_with_votes_is_disqualified_and_comes_back(world, owner):
    path = f"campaigns/{world.names['campaign']}/entries/{world.names['entry']}"
    assert send(owner, "DELETE", path)[1]["code"] == "votes_exist"
    assert send(owner, "POST", f"{path}/disqualify", {"reason": ""})[0] == 400
    _, out = send(owner, "POST", f"{path}/disqualify", {"reason": "Composite."})
    assert (out["disqualified"]["reason"], out["votes"]) == ("Composite.", 1)
    _, back = send(owner, "POST", f"{path}/requalify", {"reason": "It is none."})
    assert back["disqualified"] is None
    _, said = send(owner, "GET", f"{path}/comments")
    assert said == [{"pseudonym": "amber heron 42", "value": 7.0, "comment": "Fine light."}]


def test_checks_lie_on_the_scale(world, owner):
    path = f"campaigns/{world.names['campaign']}/entries/{world.names['entry']}"
    assert send(owner, "PATCH", path, {"gold": [6, 8]})[1]["gold"] == [6, 8]
    assert send(owner, "PATCH", path, {"gold": [8, 6]})[1]["code"] == "bad_gold"
    assert send(owner, "PATCH", path, {"gold": [0, 6]})[1]["code"] == "bad_gold"
    assert send(owner, "PATCH", path, {"role": "anchor_low"})[1]["code"] == "no_anchors"
    assert send(owner, "PATCH", path, {"gold": None})[1]["gold"] is None


def test_a_revoked_link_leads_nowhere(world, owner):
    path = f"campaigns/{world.names['campaign']}/link"
    before = send(owner, "POST", path)[1]["url"]
    after = send(owner, "POST", path, {"revoke": True})[1]["url"]
    assert before != after == send(owner, "POST", path)[1]["url"]


def test_lists_take_as_many_queries_for_one_campaign_or_entry_as_for_twenty(world, owner):
    paths = ("campaigns", f"campaigns/{world.names['campaign']}/entries")
    guest = Rater.objects.get(pk=world.names["rater"])
    Rater.objects.filter(pk=guest.pk).update(user=world.owner)
    few = [_queries(owner, path) for path in paths]
    campaign = Campaign.objects.get(pk=world.names["campaign"])
    for nth in range(20):
        artwork = picture_of(world.owner, title=f"picture {nth}")
        other = campaign_of(world.owner, artwork)
        Rater.objects.create(campaign=other, user=world.owner, pseudonym="hazel newt 10")
        entry = campaign.entries.create(artwork=artwork, title=artwork.title)
        voted(guest, entry, 5, comment="Hm.")
    assert [_queries(owner, path) for path in paths] == few
    assert few[0] < 16 and few[1] < 10


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(f"/api/v1/{path}").status_code == 200
    return len(seen)


def test_deleting_a_campaign_leaves_the_pictures(world, owner):
    assert send(owner, "DELETE", f"campaigns/{world.names['campaign']}")[0] == 204
    world.artwork.refresh_from_db()
    assert send(owner, "GET", f"campaigns/{world.names['campaign']}")[0] == 404


def test_a_campaign_is_scheduled_until_it_opens(world, owner):
    opens = timezone.now() + timedelta(days=1)
    pk = draft(owner, opens_at=opens, access="open")
    send(owner, "POST", f"campaigns/{pk}/entries", {"artworks": [world.artwork.pk]})
    assert send(owner, "POST", f"campaigns/{pk}/publish")[1]["state"] == "scheduled"
    stranger = Client()
    stranger.force_login(person("stranger@example.org"))
    listed = stranger.get("/api/v1/campaigns?role=rate").json()
    assert [each["id"] for each in listed] == [pk]


def test_an_album_of_somebody_else_gives_nothing(world, owner):
    theirs = curation.create_album(world.other, title="Theirs")
    asked = {"album": theirs.pk}
    assert send(owner, "POST", f"campaigns/{draft(owner)}/entries", asked)[0] == 404
