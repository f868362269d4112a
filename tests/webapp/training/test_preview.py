"""What a snapshot would hold, told from the tables alone."""

from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.people import person
from tests.webapp.crowd import hands
from tests.webapp.training.crowds import photos, rated, vote
from tests.webapp.training.reports import version
from webapp.ratings.counting import counting_votes
from webapp.ratings.models import AttributeRating, Campaign, Entry, Rater, Rating, Vote
from webapp.registry.models import Attribute
from webapp.registry.services import activate
from webapp.training.gathering import Gathered, Voted, gather
from webapp.training.models import Arena, ImportedRow, ImportedSet, Snapshot, TrainingRun
from webapp.training.parts import Part, part_of
from webapp.training.previews import preview, problem_of
from webapp.training.sources import choose
from webapp.training.specs import Spec, target_of

pytestmark = pytest.mark.django_db
open_campaign = partial(hands.open_campaign, for_training=True)


@pytest.fixture
def staff():
    return person("staff@example.org", staff=True)


@pytest.fixture
def campaign(staff) -> Campaign:
    return open_campaign(staff, photos(staff, range(4)))


def gathered(staff, spec):
    target = target_of(spec.target)
    return gather(choose(staff, target, spec), spec, target)


def counts(staff, spec) -> dict[str, tuple[float, ...]]:
    return {row.sha256: row.counts for row in gathered(staff, spec).rows}


def imported(*rows, steps: int = 10, **columns) -> ImportedSet:
    """A set of (counts, attributes, artwork)."""
    made = ImportedSet.objects.create(
        name="Old", kind="csv", steps=steps, rows=len(rows), licence="CC0", **columns
    )
    for nth, (votes, attributes, artwork) in enumerate(rows):
        ImportedRow.objects.create(
            imported=made, key=str(nth), counts=votes, attributes=attributes, artwork=artwork
        )
    return made


def test_votes_are_those_that_count(staff, campaign):
    entries = list(campaign.entries.order_by("title").values_list("pk", flat=True))
    kept, bad, late = (Rater.objects.create(campaign=campaign, pseudonym=n) for n in "abc")
    vote(kept, dict.fromkeys(entries, 7))
    vote(bad, dict.fromkeys(entries, 1))
    Rater.objects.filter(pk=bad.pk).update(quarantined_at=timezone.now())
    vote(late, {entries[0]: 2}, uncounted="late")
    vote(kept, {entries[1]: 3}, purpose="repeat")
    [first] = vote(late, {entries[1]: 4})
    Vote.objects.create(
        campaign=campaign, rater=late, assignment=first.assignment, corrects=first, kind="score",
        value=9, cast_at=timezone.now(),
    )  # fmt: skip
    Entry.objects.filter(pk=entries[2]).update(disqualified_at=timezone.now())
    found = counts(staff, Spec(campaigns=(campaign.pk,), fewest_votes=1))
    expected = {}
    for row in counting_votes(campaign).select_related("assignment"):
        entry = Entry.objects.select_related("artwork").get(pk=row.assignment.entries[0])
        expected.setdefault(entry.artwork.original_id, [0.0] * 10)[int(row.value) - 1] += 1
    assert found == {sha256: tuple(each) for sha256, each in expected.items()}
    assert sum(map(sum, found.values())) == 4


def test_what_is_said_of_one_file_goes_together_whoever_has_it(staff, campaign):
    [entry] = Entry.objects.filter(title="No 0")
    vote(Rater.objects.create(campaign=campaign, pseudonym="a"), {entry.pk: 8})
    [copy] = photos(person("other@example.org"), [0])
    Rating.objects.create(rater=staff, artwork=entry.artwork, value=6)
    votes = imported(([0, 0, 0, 0, 2.0], {}, copy), steps=5)
    spec = Spec(campaigns=(campaign.pk,), imported=(votes.pk,), library=True, fewest_votes=1)
    told = preview(staff, spec)
    [row] = gathered(staff, spec).rows
    assert row.votes == pytest.approx(4)
    assert row.mean == pytest.approx((8 + 6 + 2 * 9.5) / 4, abs=1e-6), "5 of 5 is 9.5 of 10"
    assert row.counts[7] == 1 and row.counts[5] == 1
    assert (told["pictures"], told["same_file"], told["raters"]) == (1, 1, 2)
    assert told["means"][7] == 1, "8 of 1 to 10"
    assert [(each["name"].split(":")[0], each["votes"]) for each in told["sources"]] == [
        ("campaign", 1), ("set", 2), ("library", 1),
    ]  # fmt: skip
    assert told["sources"][1]["licence"] == "CC0"
    assert "1 picture is in more than one source; its votes go together." in told["notes"]


def test_what_is_left_out_is_named(staff):
    pictures = photos(staff, range(5)) + photos(staff, [5], medium="painting")
    campaign = open_campaign(staff, pictures)
    raters = rated(campaign, raters=2)
    Rater.objects.filter(pk=raters[0].pk).update(doubts=["fast"])
    first, second, third, *_ = pictures
    first.renditions.all().delete()
    second.deleted_at = timezone.now()
    second.save()
    [entry] = Entry.objects.filter(artwork=third)
    vote(raters[1], {entry.pk: 5})
    labels = imported(([1.0] * 10, {}, None), ([1.0] * 10, {}, pictures[3]))
    spec = Spec(campaigns=(campaign.pk,), imported=(labels.pk,), medium="photo", fewest_votes=2)
    told = preview(staff, spec)
    assert {each["code"]: each["n"] for each in told["left_out"]} == {
        "no_picture": 2, "in_trash": 1, "too_few_votes": 1, "other_medium": 1, "doubted_raters": 1,
    }  # fmt: skip
    assert told["pictures"] == 2 and told["media"] == {"photo": 2, "painting": 0}
    trusting = Spec(campaigns=(campaign.pk,), fewest_votes=2, leave_out_doubted=False)
    assert preview(staff, trusting)["pictures"] == 4


def test_what_stands_in_the_way_is_said_in_words(staff, campaign):
    def problem(**spec) -> str:
        return preview(staff, Spec(**{"campaigns": (campaign.pk,), **spec}))["problem"]["code"]

    assert problem(campaigns=()) == "nothing_chosen"
    rated(campaign, raters=3)
    assert problem() == "too_few_pictures"
    Rater.objects.update(quarantined_at=timezone.now())
    assert problem() == "all_raters_flagged"
    Rater.objects.update(quarantined_at=None, doubts=["constant"])
    assert problem() == "all_raters_flagged"
    assert problem(library=True) == "all_raters_flagged", "an empty library changes nothing"
    Vote.objects.all().delete()
    more = open_campaign(staff, photos(staff, range(100, 180)))
    rater = Rater.objects.create(campaign=more, pseudonym="a")
    vote(rater, dict.fromkeys(more.entries.values_list("pk", flat=True), 5))
    assert problem(campaigns=(more.pk,), fewest_votes=1) == "one_class"


def test_every_part_has_enough_pictures_that_tell_apart():
    def problem(*, train: int, flat: Part | None = None) -> str | None:
        parts = [Part.TRAIN] * train + [Part.VALIDATION] * 2 + [Part.TEST] * 30
        rows = tuple(
            Voted(str(n), "", "photo", (), 5.0 if part is flat else n % 9, (), 1, ())
            for n, part in enumerate(parts)
        )
        found = problem_of(Gathered(rows, (), (), 3, 0, ()), Spec(library=True), parts)
        return None if found is None else found.code

    assert problem(train=12) is None
    assert problem(train=11) == "too_few_pictures"
    assert problem(train=12, flat=Part.TRAIN) == problem(train=12, flat=Part.TEST) == "one_class"


def test_an_attribute_is_learned_from_its_own_questions(staff):
    calm = Attribute.objects.create(key="calm", label="Calm", low=-1, high=1, asks="Calm?")
    pictures = photos(staff, range(3))
    campaign = open_campaign(staff, pictures, mode="attribute", attribute=calm)
    scored = open_campaign(staff, pictures)
    entry = campaign.entries.get(title="No 0")
    vote(Rater.objects.create(campaign=campaign, pseudonym="a"), {entry.pk: 0.5})
    AttributeRating.objects.create(rater=staff, artwork=pictures[0], attribute=calm, value=1)
    labels = imported(
        ([0, 0, 3.0, 0, 0], {"calm": 0.25}, pictures[1]), ([1.0] * 5, {"calm": 9}, pictures[2]),
        steps=5, report={"attributes": {"calm": 2}},
    )  # fmt: skip
    spec = Spec("calm", (campaign.pk,), (labels.pk,), library=True, fewest_votes=1)
    by_file = {row.sha256: row for row in gathered(staff, spec).rows}
    assert len(by_file) == 2, "an answer off the scale is none"
    first = by_file[pictures[0].original_id]
    assert first.counts == (0, 0, 0, 1, 1) and first.mean == 0.75
    second = by_file[pictures[1].original_id]
    assert second.counts == (0, 0, 1.5, 1.5, 0) and second.mean == 0.25
    with pytest.raises(Exception, match="asks about something else"):
        preview(staff, Spec("calm", (scored.pk,)))


def test_of_pairs_the_standings_are_learned(staff, campaign):
    Campaign.objects.update(mode="pairs")
    shares = [0, 0, 0, 0, 0.5, 0.5, 0, 0, 0, 0]
    Entry.objects.filter(title="No 1").update(distribution=shares, fused_votes=6)
    [row] = gathered(staff, Spec(campaigns=(campaign.pk,))).rows
    assert row.counts == (0, 0, 0, 0, 3, 3, 0, 0, 0, 0) and row.mean == 5.5


def test_sources_are_what_organisers_allow_whose_raters_know(staff, campaign):
    other = person("other@example.org")
    allowed = open_campaign(other, photos(other, [50]))
    closed = hands.open_campaign(staff, photos(staff, [51]))  # its raters were not told
    rated(allowed)
    draft = Campaign.objects.create(organiser=staff, title="Draft", question="?")
    arena = open_campaign(staff, [], mode="pairs")
    snapshot = Snapshot.objects.create(name="S", spec={})
    run = TrainingRun.objects.create(snapshot=snapshot, recipe="head")
    Arena.objects.create(run=run, campaign=arena)
    browser = Client()
    browser.force_login(staff)
    told = browser.get("/api/v1/training-sources").json()
    listed = {each["id"]: each for each in told["campaigns"]}
    assert set(listed) == {str(campaign.pk), str(allowed.pk)}, (closed, draft)
    assert [listed[str(allowed.pk)][name] for name in ("mine", "pictures", "votes", "raters")] == [
        False, 1, 3, 3,
    ]  # fmt: skip
    refused = browser.post(
        "/api/v1/snapshots/preview", {"campaigns": [str(closed.pk)]}, "application/json"
    )
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_source")
    wrong = browser.get("/api/v1/training-sources?target=primary_color")
    assert wrong.json()["code"] == "unknown_target", "choices have no order"


def test_a_preview_says_what_taught_the_model_that_judges(staff):
    campaign = open_campaign(staff, photos(staff, range(80)))
    rated(campaign)
    spec = Spec(campaigns=(campaign.pk,))
    tested = [each.sha256 for each in gathered(staff, spec).rows if part_of(each.sha256) == "test"]
    card = {"architecture": {"name": "scorer"}, "learned": [each[:16] for each in tested[3:]]}
    activate(version("old", "1", card=card))
    told = preview(staff, spec)
    assert told["problem"] is None
    [caveat] = told["caveats"]
    assert caveat["code"] == "taught_test"
    left, all_ = len(tested) - 3, len(tested)
    assert caveat["text"].startswith(f"{left} of its {all_} test pictures taught the model")
    assert "about 35 more pictures" in caveat["text"]


def test_a_preview_takes_the_same_queries_for_one_picture_and_for_many(staff):
    def queries(campaigns) -> int:
        with CaptureQueriesContext(connection) as seen:
            preview(staff, Spec(campaigns=tuple(each.pk for each in campaigns), library=True))
        return len(seen)

    few = open_campaign(staff, photos(staff, [0]))
    many = [open_campaign(staff, photos(staff, range(10 * n, 10 * n + 9))) for n in (1, 2, 3)]
    for each in (few, *many):
        rated(each)
    Campaign.objects.update(must_vote_share=0.5, closes_at=timezone.now())
    assert queries([few]) == queries(many)


def test_people_whom_an_imported_table_names_are_counted(staff):
    [artwork] = photos(staff, [1])
    made = imported(([0, 0, 1, 2, 0, 0, 0, 0, 0, 0], {}, artwork), report={"raters": 7})
    assert gathered(staff, Spec(imported=(made.pk,))).raters == 7
