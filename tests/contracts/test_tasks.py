"""Every name that the web process sends is a task of a worker that takes what is sent."""

import inspect
import json
import subprocess
import sys

import pytest

from webapp.dispatch import TaskName
from webapp.jobs.bells import TASKS, TIDYING
from webapp.jobs.models import Queue

LIST_TASKS = """
import json, sys
from importlib import import_module
worker = import_module(sys.argv[1])
worker.app.loader.import_default_modules()
names = [name for name in worker.app.tasks if name.startswith("workers.")]
print(json.dumps({"tasks": names, "torch": "torch" in sys.modules}))
"""


@pytest.fixture(scope="module", params=["workers.io", "workers.gpu", "workers.train"])
def worker(request):
    """What a fresh worker process knows."""
    ran = subprocess.run(
        [sys.executable, "-c", LIST_TASKS, request.param],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return request.param, json.loads(ran.stdout.splitlines()[-1])


QUEUES_OF = {
    "workers.io": {Queue.IO, Queue.MAINTENANCE},
    "workers.gpu": {Queue.GPU_INTERACTIVE, Queue.GPU_BATCH, Queue.GPU_GENERATE},
    "workers.train": {Queue.TRAIN},
}


def test_a_worker_has_the_task_of_each_of_its_queues(worker):
    module, known = worker
    tidying = {TIDYING} if Queue.MAINTENANCE in QUEUES_OF[module] else set()
    assert {TASKS[queue] for queue in QUEUES_OF[module]} | tidying == set(known["tasks"])


def test_torch_is_for_children_alone(worker):
    assert not worker[1]["torch"]


def test_every_task_name_has_a_queue_to_ring():
    assert {*TASKS.values(), TIDYING} == set(TaskName)


@pytest.mark.parametrize("name", TaskName)
def test_a_task_takes_what_a_doorbell_carries_and_more(name):
    module, _, function = name.value.rpartition(".")
    task = getattr(__import__(module, fromlist=[function]), function)
    assert task.name == name.value
    inspect.signature(task.run).bind(queue="io", sent_by_a_newer_version=1)
