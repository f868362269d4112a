"""Housekeeping mends what was forgotten and throws away what nobody needs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests.world import picture_of
from webapp.catalogue.models import Artwork, Upload
from webapp.events import selectors as events
from webapp.events.models import Event
from webapp.inference import housekeeping as tidying
from webapp.jobs import beats
from webapp.jobs.models import Job, JobKind, Queue, WorkerBeat
from workers.tasks.housekeeping import housekeeping

pytestmark = pytest.mark.django_db


def long_ago(days: int):
    return timezone.now() - timedelta(days=days)


def test_a_forgotten_artwork_is_asked_for_again(scorer, upload):
    upload()
    Job.objects.all().delete()
    housekeeping(queue=Queue.MAINTENANCE)
    assert Job.objects.get().kind == JobKind.RENDER


def test_the_trash_is_emptied_with_everything_made_from_it(scorer, upload, settings):
    old, new = upload("red"), upload("blue")
    Artwork.objects.filter(pk=old.pk).update(deleted_at=long_ago(settings.TRASH_DAYS + 1))
    Artwork.objects.filter(pk=new.pk).update(deleted_at=long_ago(1))
    housekeeping()
    assert list(Artwork.objects.all()) == [new]
    assert not Job.objects.filter(subject=old.pk).exists()


def test_expired_uploads_and_silent_workers_are_forgotten(scorer, upload):
    owner = upload().owner
    Upload.objects.create(owner=owner, length=4, expires_at=long_ago(1))
    beats.beat("gone")
    WorkerBeat.objects.update(heartbeat_at=long_ago(1))
    housekeeping()
    assert not Upload.objects.exists()
    assert not WorkerBeat.objects.exists()


def test_whoever_asks_for_trimmed_events_is_told_to_fetch_afresh(scorer, upload, settings):
    owner = upload().owner
    Event.objects.update(created_at=long_ago(settings.EVENT_DAYS + 1))
    housekeeping()
    assert not Event.objects.exists()
    assert events.after(owner.pk, 0).reset


def test_a_sound_library_is_left_alone(scorer, upload):
    artwork = picture_of(upload().owner)
    before = artwork.renditions.count(), Artwork.objects.count()
    housekeeping()
    assert (artwork.renditions.count(), Artwork.objects.count()) == before


@pytest.mark.django_db(transaction=True)
def test_only_one_worker_tidies_at_a_time(scorer):
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [tidying._ONE_AT_A_TIME])
        assert housekeeping() is None
        cursor.execute("SELECT pg_advisory_unlock(%s)", [tidying._ONE_AT_A_TIME])
    other.close()
    assert housekeeping() is not None
