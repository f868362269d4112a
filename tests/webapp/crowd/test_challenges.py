"""A challenge from its window to the night of the reveal, over the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.people import person
from tests.webapp.crowd.hands import Hand, plain_pictures
from webapp.accounts.models import User
from webapp.catalogue import curation
from webapp.ratings.models import Campaign, Entry, Fusion, Rater

pytestmark = pytest.mark.django_db

NOW = timezone.now


@pytest.fixture
def organiser() -> User:
    return person("organiser@example.org")


@pytest.fixture
def challenge(organiser: User) -> Campaign:
    """Open for submissions, to everybody with an account."""
    hand = Hand(Campaign(), organiser)
    soon = NOW() + timedelta(days=1)
    status, made = hand.send(
        "POST", "challenges", {"title": "Fog", "access": "open", "submissions_close_at": soon}
    )
    assert status == 201, made
    assert (made["kind"], made["must_vote_share"], made["comment_at_most"]) == ("challenge", 0.2, 3)
    assert (made["reveal"], made["gold_share"], made["repeat_share"]) == ("at_end", 0.0, 0.0)
    repeats = hand.send("PATCH", f"challenges/{made['id']}", {"repeat_share": 0.1})
    assert (repeats[0], repeats[1]["code"]) == (400, "no_repeats_here")
    assert hand.send("POST", f"challenges/{made['id']}")[0] == 405
    assert hand.send("POST", f"campaigns/{made['id']}/publish")[1]["state"] == "submitting"
    return Campaign.objects.get(pk=made["id"])


def entered(challenge: Campaign, person: User) -> str:
    picture = plain_pictures(person, 1)[0]
    path = f"challenges/{challenge.pk}/submissions"
    status, entry = Hand(challenge, person).send("POST", path, {"artwork": picture.pk})
    assert status == 201, entry
    return entry["id"]


def voting(challenge: Campaign) -> None:
    past = NOW() - timedelta(minutes=1)
    Campaign.objects.filter(pk=challenge.pk).update(submissions_close_at=past)
    challenge.refresh_from_db()


def test_one_submits_ones_own_within_the_window_and_takes_it_back(challenge):
    ann = person("ann@example.org")
    pictures = plain_pictures(ann, 2)
    hand, path = Hand(challenge, ann), f"challenges/{challenge.pk}/submissions"
    strange = plain_pictures(person("bob@example.org"), 1)[0]
    assert hand.send("POST", path, {"artwork": strange.pk})[0] == 404
    entry = hand.send("POST", path, {"artwork": pictures[0].pk})[1]
    assert (entry["mine"], entry["artwork"]) == (True, str(pictures[0].pk))
    assert hand.send("POST", path, {"artwork": pictures[0].pk})[1]["code"] == "already_in"
    assert hand.send("POST", path, {"artwork": pictures[1].pk})[1]["code"] == "too_many"
    other = Hand(challenge, person("cy@example.org"))
    assert other.send("GET", path)[1] == [], "it is blind"
    assert other.send("DELETE", f"{path}/{entry['id']}")[0] == 404
    assert hand.send("DELETE", f"{path}/{entry['id']}")[0] == 204
    kept = hand.send("POST", path, {"artwork": pictures[1].pk})[1]["id"]
    voting(challenge)
    assert hand.send("POST", path, {"artwork": pictures[0].pk})[1]["code"] == "submissions_closed"
    assert hand.send("DELETE", f"{path}/{kept}")[1]["code"] == "submissions_closed"


def test_a_challenge_wants_a_window_before_it_is_published(organiser):
    hand = Hand(Campaign(), organiser)
    made = hand.send("POST", "challenges", {"title": "Fog"})[1]["id"]
    assert hand.send("POST", f"campaigns/{made}/publish")[1]["code"] == "no_window"
    campaign = hand.send("POST", "campaigns", {"title": "Fog"})[1]["id"]
    assert hand.send("GET", f"challenges/{campaign}")[0] == 404


def test_on_reveal_night_everything_is_told_and_votes_of_the_lazy_are_void(challenge, organiser):
    makers = [person(f"maker{n}@example.org") for n in range(6)]
    User.objects.filter(pk=makers[0].pk).update(first_name="Ada", last_name="Loy")
    entries = [entered(challenge, maker) for maker in makers]
    Campaign.objects.update(must_vote_share=0.4)
    voting(challenge)
    keen, lazy = (Hand(challenge, person(f"{n}@example.org")) for n in ("keen", "lazy"))
    for hand in (keen, lazy, Hand(challenge, makers[1])):
        assert hand.join()[0] == 201
    keen.rate_all(lambda entry: 10 - entries.index(entry))
    [question] = lazy.ask(1)["assignments"]
    assert question["comment_at_most"] == 3
    lazy.score(question, 1, comment="Too dark.")
    maker = Hand(challenge, makers[1])
    assert maker.rate_all(5) == 5, "not on their own"
    path = f"challenges/{challenge.pk}/results"
    assert keen.send("GET", path)[0] == 404, "before the reveal"

    runs = Hand(challenge, organiser)
    assert runs.send("POST", f"campaigns/{challenge.pk}/close")[0] == 200
    reason = {"reason": "A composite."}
    runs.send("POST", f"campaigns/{challenge.pk}/entries/{entries[5]}/disqualify", reason)
    _weighed(challenge, entries[:5])
    assert runs.send("POST", f"campaigns/{challenge.pk}/reveal")[1]["state"] == "revealed"

    told = keen.send("GET", path)[1]
    assert [each["place"] for each in told["entries"]] == [1, 2, 3, 4, 5]
    assert [each["id"] for each in told["entries"]] == entries[:5]
    makers_told = [each["maker"] for each in told["entries"]]
    assert makers_told[0] == "Ada Loy"
    assert makers_told[1] == Rater.objects.get(user=makers[1]).pseudonym
    assert "@" not in str(told), "no address of anybody"
    assert all(each["artwork"] is None for each in told["entries"])
    [out] = told["disqualified"]
    assert (out["id"], out["disqualified"]["reason"]) == (entries[5], "A composite.")
    assert told["statistics"]["void"] == 1 and told["statistics"]["entries"] == 5
    assert told["statistics"]["votes"] == 5 + 4, "of keen and maker, on what is in"
    assert told["raters"] == [], "nobody has ten votes"


def _weighed(challenge: Campaign, ranked: list[str]) -> None:
    """As the fuse job leaves it."""
    for place, pk in enumerate(ranked, start=1):
        Entry.objects.filter(pk=pk).update(place=place, mean=11 - place)
    now = NOW()
    Fusion.objects.create(campaign=challenge, fused_at=now, read_up_to=now, votes=9)


def test_the_board_of_the_reliable_is_by_consistency(challenge, organiser):
    entered(challenge, organiser)
    voting(challenge)
    for name, votes, consistency in (("a", 12, 0.7), ("b", 400, 0.5), ("c", 9, None)):
        Rater.objects.create(
            campaign=challenge, pseudonym=name, votes=votes, consistency=consistency
        )
    Rater.objects.create(
        campaign=challenge, pseudonym="d", votes=50, consistency=1.0, quarantined_at=NOW()
    )
    told = Hand(challenge, organiser).send("GET", f"challenges/{challenge.pk}/results")[1]
    assert [each["pseudonym"] for each in told["raters"]] == ["a", "b"]


def test_a_picture_that_is_thrown_away_keeps_its_votes_and_leaves_the_ranks(challenge, organiser):
    ann = person("ann@example.org")
    entered(challenge, ann), entered(challenge, person("bob@example.org"))
    voting(challenge)
    keen = Hand(challenge, person("keen@example.org"))
    keen.join()
    keen.rate_all(6)
    gone = Entry.objects.get(submitted_by=ann)
    curation.delete(ann, [gone.artwork_id])
    told = Hand(challenge, organiser).send("GET", f"challenges/{challenge.pk}/results")[1]
    assert (told["statistics"]["entries"], told["statistics"]["votes"]) == (1, 1)
    curation.restore(ann, [gone.artwork_id])
    told = Hand(challenge, organiser).send("GET", f"challenges/{challenge.pk}/results")[1]
    assert (told["statistics"]["entries"], told["statistics"]["votes"]) == (2, 2)
    ann.delete()
    gone.refresh_from_db()
    assert (gone.artwork, gone.votes, gone.submitted_by) == (None, 1, None)
