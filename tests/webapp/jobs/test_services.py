"""A job is taken once, settled by whoever holds it, and given up after enough attempts."""

import threading
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.webapp.jobs.making import claim, due_now, job, owner, state_of
from webapp.common.errors import Conflict
from webapp.jobs import selectors, services
from webapp.jobs.models import Job, JobKind, JobState, Queue


@pytest.mark.django_db(transaction=True)
def test_racing_workers_take_every_job_once():
    jobs = {job().pk for _ in range(40)}
    taken: Counter[object] = Counter()
    barrier = threading.Barrier(6)

    def work():
        barrier.wait()
        while claims := claim(limit=3):
            taken.update(each.id for each in claims)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(taken) == jobs
    assert set(taken.values()) == {1}


@pytest.mark.django_db
def test_asking_twice_makes_one_job():
    first = job()
    again = services.enqueue(
        kind=JobKind.RENDER, subject=first.subject, owner_id=owner().pk, queue=Queue.IO
    )
    assert again.pk == first.pk
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_asking_again_revives_a_cancelled_job_and_no_other():
    cancelled, done = job(), job()
    done_claim = next(each for each in claim(limit=2) if each.id == done.pk)
    services.finish(done_claim)
    services.cancel_for(cancelled.subject)
    for each in (cancelled, done):
        services.enqueue(
            kind=JobKind.RENDER, subject=each.subject, owner_id=owner().pk, queue=Queue.IO
        )
    assert state_of(cancelled) == JobState.QUEUED
    assert state_of(done) == JobState.DONE


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_settles_nothing():
    work = job()
    [late] = claim(worker="late", lease=-1)
    services.requeue_lost()
    assert not services.finish(late)
    [current] = claim(worker="current")
    assert (late.attempt, current.attempt) == (1, 2)
    assert not services.finish(late)
    assert not services.fail(late, "code", "text")
    assert not services.release(late, "code", "text")
    services.extend([late], lease_seconds=3600)
    work.refresh_from_db()
    assert work.lease_until < timezone.now() + timedelta(seconds=60)
    assert services.finish(current)
    assert state_of(work) == JobState.DONE


@pytest.mark.django_db
def test_a_worker_whose_job_was_called_off_and_tried_again_settles_nothing_of_the_next():
    work = job()
    [late] = claim(worker="late")
    services.cancel_for(work.subject)
    work.refresh_from_db()
    services.retry(work)
    [current] = claim(worker="current")
    assert late.attempt == current.attempt == 1
    assert not services.holds(late) and not services.give_back(late)
    assert not services.finish(late) and not services.release(late, "code", "text")
    assert services.holds(current) and services.finish(current)


@pytest.mark.django_db
def test_a_heartbeat_keeps_the_lease():
    work = job()
    claims = claim(lease=-1)
    services.extend(claims, lease_seconds=60)
    assert services.requeue_lost() == 0
    assert state_of(work) == JobState.RUNNING


@pytest.mark.django_db
def test_jobs_of_a_worker_known_to_be_dead_wait_again_before_their_lease_ends():
    mine, other = job(), job()
    claim(worker="dead/1")
    claim(worker="living/2")
    assert services.requeue_lost(["dead/1"]) == 1
    assert (state_of(mine), state_of(other)) == (JobState.QUEUED, JobState.RUNNING)


@pytest.mark.django_db
def test_a_released_job_pauses_longer_after_each_attempt():
    work = job()
    pauses = []
    for _ in range(3):
        [held] = claim()
        assert services.release(held, "busy", "try later")
        work.refresh_from_db()
        pauses.append((work.not_before - timezone.now()).total_seconds())
        assert not claim()
        due_now(work)
    assert 0.9 < pauses[0] <= 2 < pauses[2] <= 8
    assert work.error_code == "busy"


@pytest.mark.django_db
def test_a_job_that_was_tried_before_comes_alone():
    tried = job()
    fresh = [job() for _ in range(4)]
    [held] = claim()
    assert held.id == tried.pk
    services.requeue_lost([held.worker])
    assert [each.id for each in claim(limit=8)] == [tried.pk]
    assert {each.id for each in claim(limit=8)} == {each.pk for each in fresh}


@pytest.mark.django_db
def test_urgent_queues_come_first_and_urgent_jobs_within_a_queue():
    batch = job(Queue.GPU_BATCH)
    slow = job(Queue.GPU_INTERACTIVE, priority=-10)
    fresh = job(Queue.GPU_INTERACTIVE)
    queues = (Queue.GPU_INTERACTIVE, Queue.GPU_BATCH)
    assert [claim(*queues)[0].id for _ in range(3)] == [fresh.pk, slow.pk, batch.pk]


@pytest.mark.django_db
def test_nothing_is_claimed_from_a_paused_queue_until_it_resumes():
    work = job()
    services.pause(Queue.IO)
    assert claim() == []
    services.resume(Queue.IO)
    assert [each.id for each in claim()] == [work.pk]


@pytest.mark.django_db
def test_a_delayed_job_is_not_claimed_early():
    job(delay_seconds=60)
    assert claim() == []


@pytest.mark.django_db
@pytest.mark.parametrize("settle", [services.fail, services.bury])
def test_retry_brings_a_settled_job_back_with_fresh_attempts(settle):
    work = job()
    [held] = claim()
    settle(held, "broken_image", "no")
    retried = services.retry(work)
    assert (retried.state, retried.attempt, retried.error_code) == (JobState.QUEUED, 0, "")
    assert [each.id for each in claim()] == [work.pk]


@pytest.mark.django_db
def test_a_live_or_done_job_is_not_retried():
    work = job()
    with pytest.raises(Conflict):
        services.retry(work)
    services.finish(claim()[0])
    work.refresh_from_db()
    with pytest.raises(Conflict):
        services.retry(work)


@pytest.mark.django_db(transaction=True)
def test_a_job_asked_for_in_a_rolled_back_transaction_does_not_exist():
    someone = owner()
    with transaction.atomic():
        services.enqueue(kind=JobKind.RENDER, subject=uuid4(), owner_id=someone.pk, queue=Queue.IO)
        transaction.set_rollback(True)
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_what_somebody_waits_for_comes_first_with_fresh_attempts():
    waiting, failed = (job(Queue.GPU_BATCH, priority=-10, delay_seconds=60) for _ in range(2))
    Job.objects.filter(pk=failed.pk).update(state=JobState.DEAD, attempt=3)
    both = Job.objects.filter(pk__in=[waiting.pk, failed.pk])
    assert services.urge(both, queue=Queue.GPU_INTERACTIVE) == 2
    assert len(claim(Queue.GPU_INTERACTIVE, limit=2)) == 2
    assert set(both.values_list("attempt", "priority")) == {(1, 0)}


@pytest.mark.django_db
def test_what_is_being_done_is_left_alone():
    running = job()
    (held,) = claim()
    assert services.urge(Job.objects.filter(pk=running.pk), queue=Queue.GPU_INTERACTIVE) == 0
    assert services.finish(held)
    assert Job.objects.get().queue == Queue.IO


@pytest.mark.django_db
def test_work_that_is_paused_or_later_or_of_another_kind_is_not_due():
    job(delay_seconds=60)
    assert not selectors.due([Queue.IO], JobKind.RENDER)
    job()
    assert selectors.due([Queue.IO], JobKind.RENDER)
    assert not selectors.due([Queue.IO], JobKind.EXPORT)
    services.pause(Queue.IO)
    assert not selectors.due([Queue.IO], JobKind.RENDER)
