"""Votes as files, old votes from files, and a person's own data: taken along and erased."""

import csv
import json
from io import BytesIO, StringIO

import pytest
from django.test import Client

from tests.people import person
from tests.webapp.crowd.hands import Hand, open_campaign, plain_pictures
from tests.world import campaign_of, voted
from webapp.accounts.models import User
from webapp.catalogue.models import Artwork
from webapp.jobs.findings import examine
from webapp.jobs.models import Job
from webapp.ratings.housekeeping import CAMPAIGNS, tidy_campaigns
from webapp.ratings.models import Assignment, Campaign, Entry, Rater, Vote
from webapp.ratings.pseudonyms import ANIMALS, COLOURS, NUMBERS, pseudonym
from webapp.ratings.rulings import quarantine

pytestmark = pytest.mark.django_db

TABLE = """rater,file,vote,at,comment
ann,one.jpg,7,2020-05-01T12:00:00Z,"Calm, wide."
bob,one.jpg,3,,
ann,two.jpg,9,,
"""


@pytest.fixture
def campaign(organiser: User) -> Campaign:
    pictures = plain_pictures(organiser, 2)
    for picture, name in zip(pictures, ("one", "two"), strict=True):
        Artwork.objects.filter(pk=picture.pk).update(filename=f"{name}.jpg", title=name)
        picture.title = name
    return campaign_of(organiser, *pictures)


def exported(owner: Client, campaign: Campaign, query: str) -> str:
    answer = owner.get(f"/api/v1/campaigns/{campaign.pk}/export?{query}")
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content).decode()


def imported(owner: Client, campaign: Campaign, table: str) -> dict:
    path = f"/api/v1/campaigns/{campaign.pk}/import"
    return owner.post(path, table, content_type="text/csv").json()


def test_a_table_is_imported_once_however_often_it_comes(campaign, owner):
    first = imported(owner, campaign, TABLE)
    assert first == {"read": 3, "added": 3, "already": 0, "refused": [], "raters": 2}
    entry = campaign.entries.get(title="one")
    assert entry.votes == 2
    assert Job.objects.get(kind="fuse").subject == campaign.pk
    path = f"/api/v1/campaigns/{campaign.pk}/import"
    again = owner.post(path, {"file": BytesIO(TABLE.encode())}).json()
    assert (again["added"], again["already"], again["raters"]) == (0, 3, 0)
    more = imported(owner, campaign, "rater,artwork,vote\nann," + f"{entry.artwork_id},8\ncy,")
    assert [each["code"] for each in more["refused"]] == ["unknown_picture", "already_voted"]
    assert (Vote.objects.count(), campaign.entries.get(title="one").votes) == (3, 2)
    pseudonyms = set(Rater.objects.values_list("pseudonym", flat=True))
    assert len(pseudonyms) == 2 and "ann" not in pseudonyms
    assert set(Rater.objects.values_list("user", "consented_at")) == {(None, None)}


def test_bad_rows_are_named_and_the_others_kept(campaign, owner):
    rows = (
        "ann,one.jpg,7", "ann,one.jpg,8", ",one.jpg,5", "bob,one.jpg,11", "bob,one.jpg,5.5",
        "bob,one.jpg,good", "bob,three.jpg,5", "cy,two.jpg,5,never", "dan,two.jpg,5",
    )  # fmt: skip
    told = imported(owner, campaign, "\n".join(["\ufeffrater,file,vote,at", *rows]))
    assert (told["read"], told["added"]) == (9, 2)
    assert [(each["line"], each["code"]) for each in told["refused"]] == [
        (3, "twice"), (4, "no_rater"), (5, "off_scale"), (6, "off_scale"), (7, "not_a_number"),
        (8, "unknown_picture"), (9, "bad_time"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "table",
    [
        "Rater ; FILE;Vote;Comment\nann;one.jpg;7;so, so\nann;two.jpg;20;",
        " rater\tfile\tVOTE\r\nann\tone.jpg\t7\r\nann\ttwo.jpg\t20\r\n",
    ],
)
def test_a_table_is_read_as_other_programs_write_it(campaign, owner, table):
    told = imported(owner, campaign, table)
    assert (told["read"], told["added"], told["refused"][0]["line"]) == (2, 1, 3)
    assert Vote.objects.get().value == 7


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("name;file;vote", "Missing: rater. It names 'name', 'file', 'vote'."),
        ("rater,score", "Missing: vote, file or artwork."),
        ("rater,file,Vote,vote", "names vote more than once"),
        ('rater,file,vote,"' + "x" * 200_000, "not CSV"),
    ],
)
def test_a_first_line_that_will_not_do_is_answered_with_what_is_wrong(
    campaign, owner, header, says
):
    told = imported(owner, campaign, f"{header}\n1,2,3")
    assert told["code"] == "bad_table" and says in told["detail"]


@pytest.mark.parametrize(
    ("table", "code"),
    [("", "parse_error"), ("a,b\n1,2", "bad_table"), ("rater,vote\nann,3", "bad_table")],
)
def test_what_is_no_table_is_refused(campaign, owner, table, code):
    assert imported(owner, campaign, table)["code"] == code
    path = f"/api/v1/campaigns/{campaign.pk}/import"
    assert owner.post(path, b"\xff\xfe", content_type="text/csv").status_code == 400
    assert owner.post(path, {"other": "x"}).status_code == 400


def test_exports_hold_every_answer_and_no_name(campaign, owner):
    imported(owner, campaign, TABLE)
    rater = Rater.objects.first()
    entry = campaign.entries.get(title="one")
    late = voted(rater, entry, 1, uncounted="late", comment="=SUM(1)")
    rows = list(csv.DictReader(StringIO(exported(owner, campaign, "format=csv&what=votes"))))
    assert {row["rater"] for row in rows} == set(Rater.objects.values_list("pseudonym", flat=True))
    assert sorted(row["counts"] for row in rows) == ["0", "1", "1", "1"]
    [kept] = [row for row in rows if row["id"] == str(late.pk)]
    assert (kept["uncounted"], kept["comment"]) == ("late", "'=SUM(1)"), "nothing to be run"
    entries = list(csv.DictReader(StringIO(exported(owner, campaign, "what=entries"))))
    [one] = [row for row in entries if row["file"] == "one.jpg"]
    assert (one["n3"], one["n7"], one["n1"]) == ("1", "1", "0")
    told = json.loads(exported(owner, campaign, "format=json&what=votes"))
    assert (told["campaign"]["title"], len(told["votes"])) == ("Campaign", 4)
    lines = exported(owner, campaign, "format=ava").splitlines()
    cells = lines[0].split()
    assert (len(lines), len(cells), cells[1]) == (2, 15, str(entry.pk))
    assert cells[2:12] == ["0", "0", "1", "0", "0", "0", "1", "0", "0", "0"]


def test_an_export_can_be_read_as_old_votes_of_another_campaign(campaign, owner, organiser):
    imported(owner, campaign, TABLE)
    table = exported(owner, campaign, "what=votes")
    twin = campaign_of(organiser, *(entry.artwork for entry in campaign.entries.all()))
    told = imported(owner, twin, table)
    assert (told["added"], told["refused"]) == (3, [])


def test_ava_rows_are_of_scores_only(campaign, owner):
    Campaign.objects.filter(pk=campaign.pk).update(mode="pairs")
    answer = owner.get(f"/api/v1/campaigns/{campaign.pk}/export?format=ava")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_scores")


def test_a_person_takes_everything_along_and_then_erases_it(organiser):
    rates = person("rater@example.org")
    campaign = open_campaign(organiser, plain_pictures(organiser, 3))
    hand, other = Hand(campaign, rates), Hand(campaign, person("other@example.org"))
    hand.join(), other.join()
    hand.rate_all(8), other.rate_all(2)
    [mine] = hand.send("GET", "me/ratings")[1]
    assert (mine["campaign"]["title"], mine["me"]["votes"]) == ("Summer", 3)
    [about] = hand.send("GET", "me/ratings/export")[1]
    assert [vote["value"] for vote in about["votes"]] == [8, 8, 8]
    assert "pseudonym" in about["consented_to"]
    assert hand.send("DELETE", "me/ratings")[0] == 204
    assert hand.send("GET", "me/ratings")[1] == []
    assert set(Entry.objects.values_list("votes", flat=True)) == {1}
    assert (Vote.objects.count(), Assignment.objects.count()) == (3, 3)
    assert Job.objects.filter(kind="fuse", subject=campaign.pk).count() == 1


def test_a_guest_erases_what_they_said(organiser):
    campaign = open_campaign(organiser, plain_pictures(organiser, 2), guests=True)
    guest = Hand(campaign)
    guest.join()
    guest.rate_all(8)
    assert guest.send("DELETE", f"campaigns/{campaign.pk}/me")[0] == 204
    assert not Vote.objects.exists() and not Rater.objects.exists()
    assert guest.send("GET", f"campaigns/{campaign.pk}/me")[0] in (401, 404)


@pytest.mark.parametrize("mode", ["score", "burst"])
def test_votes_of_a_deleted_account_go_and_the_counters_are_mended(organiser, mode):
    leaves = person("leaves@example.org")
    campaign = open_campaign(organiser, plain_pictures(organiser, 2), mode=mode)
    campaign.entries.update(burst=1)
    for user in (leaves, person("stays@example.org")):
        hand = Hand(campaign, user)
        hand.join()
        for question in hand.ask(2)["assignments"]:
            best = question["entries"][0]["entry"]
            said = {"score": {"value": 8}, "burst": {"kind": "best", "best": best}}
            hand.score(question, **said[mode])
    assert "miscounted" not in {each.code for each in examine(CAMPAIGNS, mending=False)}
    leaves.delete()
    Job.objects.all().delete()
    assert {each.code for each in tidy_campaigns()} == {"miscounted"}
    assert set(campaign.entries.values_list("votes", flat=True)) == {1}
    assert Job.objects.get(kind="fuse").subject == campaign.pk
    Job.objects.all().delete()
    assert {each.code for each in tidy_campaigns()} == {"unweighed"}
    assert tidy_campaigns() == [], "somebody is asked"


def test_a_table_that_is_too_long_is_to_be_split(campaign, owner, monkeypatch):
    monkeypatch.setattr("webapp.ratings.vote_table.MOST_ROWS", 2)
    told = imported(owner, campaign, TABLE)
    assert (told["status"], told["code"]) == (413, "too_large") and "Split it" in told["detail"]
    monkeypatch.setattr("webapp.crowd.parsers.MOST_BYTES", 50)
    path = f"/api/v1/campaigns/{campaign.pk}/import"
    for sent in (owner.post(path, TABLE, content_type="text/csv"), owner.post(path, {"file": "x"})):
        assert (sent.status_code, sent.json()["code"]) == (413, "too_large")
    assert not Vote.objects.exists()


def test_more_old_votes_of_a_rater_in_quarantine_are_kept_and_do_not_count(campaign, owner):
    imported(owner, campaign, "rater,file,vote\nann,one.jpg,7\nbob,one.jpg,3")
    ann = Rater.objects.get(given__value=7)
    quarantine(ann, by=campaign.organiser, reason="Not a person.")
    imported(owner, campaign, TABLE + "bob,two.jpg,4,,\n")
    assert dict(campaign.entries.values_list("title", "votes")) == {"one": 1, "two": 1}
    assert sorted(Rater.objects.values_list("votes", flat=True)) == [2, 2]
    assert "miscounted" not in {each.code for each in examine(CAMPAIGNS, mending=False)}


def test_names_never_run_out():
    taken = {f"{c} {a} {n}" for c in COLOURS for a in ANIMALS for n in range(10, 10 + NUMBERS)}
    assert pseudonym(taken) not in taken
