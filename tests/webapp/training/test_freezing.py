"""A snapshot is frozen once, the same for the same votes, with no picture on two sides."""

import errno
import hashlib
from collections import Counter
from contextlib import suppress

import pytest
from django.test import Client

from ml.contracts.manifest import read_manifest
from tests.people import person
from tests.webapp.crowd.hands import open_campaign
from tests.webapp.training.crowds import freeze, photos, rated, show, vote, webp
from webapp.accounts.services import create_token
from webapp.catalogue.models import Artwork, BlobChunk
from webapp.common.errors import Conflict
from webapp.jobs.models import Job, JobKind, JobState, Queue
from webapp.ratings.models import Campaign, Entry
from webapp.training import freezing, snapshots
from webapp.training.models import Snapshot, SnapshotPicture, TrainingRun
from webapp.training.parts import Part, part_of, part_of_group
from webapp.training.snapshots import NotEnough, create, delete, manifest_of
from webapp.training.specs import Spec
from workers.runtime import freezing as worker
from workers.runtime.freezing import freeze_next

pytestmark = pytest.mark.django_db
QUEUES = (Queue.MAINTENANCE,)


@pytest.fixture
def staff():
    return person("staff@example.org", staff=True)


@pytest.fixture
def campaign(staff) -> Campaign:
    found = open_campaign(staff, photos(staff, range(60)), for_training=True)
    rated(found)
    return found


@pytest.fixture
def spec(campaign) -> Spec:
    return Spec(campaigns=(campaign.pk,))


def parts(snapshot: Snapshot) -> dict[str, str]:
    return dict(snapshot.shown.values_list("sha256", "part"))


def test_the_manifest_holds_every_vote_and_says_so_itself(staff, spec, tmp_path):
    snapshot = freeze(staff, spec)
    assert (snapshot.state, snapshot.pictures, snapshot.votes) == ("frozen", 60, 180)
    path = tmp_path / "manifest.jsonl"
    path.write_bytes(manifest_of(snapshot))
    manifest = read_manifest(path)  # proves its digest
    assert snapshot.digest in path.read_text()[:200]
    assert manifest.steps == 10 and sum(sum(row.counts) for row in manifest.rows) == 180
    assert {row.artwork: row.part for row in manifest.rows} == parts(snapshot)
    first = manifest.rows[0]
    assert first.file == f"{first.artwork}.webp"
    assert first.tags == ("photo", f"campaign:{spec.campaigns[0]}")
    assert Counter(row.part for row in manifest.rows) == snapshot.report["parts"]
    assert (snapshot.train, snapshot.validation, snapshot.test) == tuple(
        snapshot.report["parts"][part] for part in ("train", "validation", "test")
    )


def test_freezing_again_gives_the_same_digest_and_one_vote_more_another(staff, spec, campaign):
    first = freeze(staff, spec, "One")
    again = freeze(staff, spec, "Two")
    assert again.digest == first.digest and again.pk != first.pk
    kept = hashlib.sha256(manifest_of(first)).hexdigest()
    entry = campaign.entries.first()
    vote(campaign.raters.first(), {entry.pk: 10})
    later = freeze(staff, spec, "Three")
    assert later.digest != first.digest and parts(later) == parts(first)
    Artwork.objects.get(pk=entry.artwork_id).delete()
    first.refresh_from_db()
    assert hashlib.sha256(manifest_of(first)).hexdigest() == kept, "for ever"
    assert [each.gone for each in snapshots.listed(staff)] == [1, 1, 1]


def test_pictures_that_look_alike_stay_on_one_side(staff, spec, campaign):
    artworks = {each.title: each for each in Artwork.objects.all()}
    for other in ("No 20", "No 30"):  # another compression of the same picture
        show(artworks[other], webp(10, quality=40))
    Entry.objects.filter(title__in=["No 40", "No 41"]).update(burst=1)
    artworks["No 51"].derived_from = artworks["No 50"]
    artworks["No 51"].save()
    snapshot = freeze(staff, spec)
    placed = parts(snapshot)
    for titles in (("No 10", "No 20", "No 30"), ("No 40", "No 41"), ("No 50", "No 51")):
        assert len({placed[artworks[title].original_id] for title in titles}) == 1, titles
    alike = snapshot.report["near_duplicates"]
    assert (alike["groups"], alike["pictures"]) == (1, 3)
    browser = Client()
    browser.force_login(staff)
    told = browser.get(f"/api/v1/snapshots/{snapshot.pk}").json()
    [group] = told["report"]["near_duplicates"]["examples"]
    assert {each["title"] for each in group} == {"No 10", "No 20", "No 30"}
    assert browser.get(group[0]["src"]).status_code == 200
    for scopes, answer in (["read", "write"], 403), (["read", "admin"], 200):
        _, token = create_token(staff, name="t", scopes=scopes)
        headers = {"Authorization": f"Bearer {token}"}
        assert Client().get(group[0]["src"], headers=headers).status_code == answer, scopes
    Campaign.objects.update(for_training=False)
    assert browser.get(group[0]["src"]).status_code == 404, "its organiser took the leave back"
    told = browser.get(f"/api/v1/snapshots/{snapshot.pk}").json()
    assert {each["src"] for each in told["report"]["near_duplicates"]["examples"][0]} == {None}
    assert told["parts"] == snapshot.report["parts"] and told["runs"] == 0


def test_what_one_model_learned_from_is_never_the_test_of_the_next(staff, spec, campaign):
    before = freeze(staff, spec)
    newcomers = photos(staff, range(60, 90))
    learned = next(sha for sha, part in parts(before).items() if part == "train")
    twin = next(each for each in newcomers if part_of(each.original_id) is Part.TEST)
    [source] = Artwork.objects.filter(original=learned)
    show(twin, webp(int(source.title.split()[1]), quality=50))
    Entry.objects.bulk_create(
        Entry(campaign=campaign, artwork=each, title=each.title) for each in newcomers
    )
    campaign.raters.all().delete()
    rated(campaign)
    after = freeze(staff, spec)
    now = parts(after)
    assert {sha: now[sha] for sha in parts(before)} == parts(before)
    assert now[twin.original_id] == "train" and after.report["leaks"] == {
        "kept_together": 1, "learned_before": 0,
    }  # fmt: skip


def test_what_was_learned_from_is_left_out_when_its_twin_is_tested_on(staff, spec):
    before = parts(freeze(staff, spec))
    learned = next(sha for sha, part in before.items() if part == "train")
    tested = next(sha for sha, part in before.items() if part == "test")
    [source] = Artwork.objects.filter(original=tested)
    show(Artwork.objects.get(original=learned), webp(int(source.title.split()[1]), quality=50))
    after = freeze(staff, spec)
    assert learned not in parts(after) and parts(after)[tested] == "test"
    assert after.report["leaks"]["learned_before"] == 1 and after.pictures == 59
    assert [each["code"] for each in after.report["left_out"]] == ["learned_before"]


@pytest.mark.parametrize(
    ("error", "code", "attempts"),
    [(OSError(errno.ENOSPC, "full"), "disk_full", 1), (ZeroDivisionError(), "worker_error", 3)],
)
def test_an_error_of_ours_ends_it_with_its_reason(staff, spec, monkeypatch, error, code, attempts):
    def breaks(_order):
        raise error

    monkeypatch.setattr(worker, "look", breaks)
    snapshot = create(staff, name="Breaks", spec=spec)
    for _ in range(attempts):
        Job.objects.update(not_before="2020-01-01T00:00Z")
        snapshot.refresh_from_db()
        assert snapshot.state == "freezing"
        with suppress(ZeroDivisionError):
            freeze_next(QUEUES)
    snapshot.refresh_from_db()
    assert (snapshot.state, snapshot.error_code) == ("failed", code)
    assert Job.objects.get().state == JobState.FAILED


def test_a_group_that_earlier_snapshots_parted_is_tested_on():
    earlier = {"a": {"train"}, "b": {"test", "train"}, "c": {"validation"}}
    assert part_of_group(["a", "b", "c"], earlier) is Part.TEST
    assert part_of_group(["a", "c"], earlier) is Part.VALIDATION
    assert part_of_group(["z", "y"], earlier) is part_of("y")
    drawn = Counter(part_of(str(n)) for n in range(5000))
    assert drawn["train"] == pytest.approx(3500, abs=120)
    assert drawn["validation"] == pytest.approx(500, abs=70)


def test_what_cannot_be_frozen_says_why_and_nothing_is_kept(staff, spec, campaign):
    with pytest.raises(NotEnough) as refused:
        create(staff, name="Empty", spec=Spec())
    assert refused.value.code == "nothing_chosen" and not Snapshot.objects.exists()
    lost = create(staff, name="Lost", spec=spec)
    Campaign.objects.filter(pk=campaign.pk).update(published_at=None)
    assert freeze_next(QUEUES) == 1
    lost.refresh_from_db()
    assert (lost.state, lost.error_code, lost.digest) == ("failed", "unknown_source", "")
    assert Job.objects.get().state == JobState.FAILED
    with pytest.raises(Conflict, match="not frozen"):
        manifest_of(lost)


def test_pictures_that_do_not_open_are_left_out_and_named(staff, spec, campaign):
    broken, lost, *_ = Artwork.objects.order_by("title")
    show(broken, b"no picture at all")
    file = lost.renditions.get(size="medium")
    BlobChunk.objects.filter(content=file.blob.content).delete()
    snapshot = freeze(staff, spec)
    assert snapshot.pictures == 58
    [out] = snapshot.report["left_out"]
    assert (out["code"], out["n"]) == ("no_picture", 2)


def test_a_snapshot_that_was_learned_from_stays_and_another_goes(staff, spec):
    used, unused = freeze(staff, spec, "Used"), freeze(staff, spec, "Unused")
    TrainingRun.objects.create(snapshot=used, recipe="head")
    browser = Client()
    browser.force_login(staff)
    refused = browser.delete(f"/api/v1/snapshots/{used.pk}")
    assert (refused.status_code, refused.json()["code"]) == (409, "snapshot_used")
    TrainingRun.objects.all().delete()
    Snapshot.objects.filter(pk=used.pk).update(judged=[{"champion": "a", "challenger": "b"}])
    refused = browser.delete(f"/api/v1/snapshots/{used.pk}")
    assert (refused.status_code, refused.json()["code"]) == (409, "snapshot_judged")
    assert browser.delete(f"/api/v1/snapshots/{unused.pk}").status_code == 204
    assert SnapshotPicture.objects.values("snapshot").distinct().count() == 1


def test_a_snapshot_that_was_deleted_meanwhile_is_no_work(staff, spec, monkeypatch):
    look = worker.look

    def deleted_while_looking(order):
        delete(Snapshot.objects.get())
        return look(order)

    monkeypatch.setattr(worker, "look", deleted_while_looking)
    create(staff, name="Gone", spec=spec)
    assert freeze_next(QUEUES) == 1
    assert not Snapshot.objects.exists() and not SnapshotPicture.objects.exists()
    create(staff, name="Gone before", spec=spec)
    Snapshot.objects.all().delete()
    assert freeze_next(QUEUES) == 1 and not Job.objects.exists()


def test_one_is_frozen_at_a_time_and_one_that_nobody_is_at_is_given_up(staff, spec):
    first, second = (create(staff, name=name, spec=spec) for name in "ab")
    Job.objects.filter(subject=first.pk).update(state=JobState.RUNNING, attempt=1)
    assert freeze_next(QUEUES) == 0
    Job.objects.filter(subject=first.pk).update(state=JobState.DEAD)
    freezing.UNFROZEN.mend(freezing.UNFROZEN.find())
    first.refresh_from_db()
    assert (first.state, first.error_code) == ("failed", "worker_lost")
    Job.objects.filter(kind=JobKind.FREEZE, subject=second.pk).update(attempt=3)
    assert freeze_next(QUEUES) == 1
    second.refresh_from_db()
    assert (second.state, second.error_code) == ("failed", "worker_lost")
