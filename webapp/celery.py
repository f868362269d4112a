"""The Celery instance, its queues and its routes by task name; imports no task."""

import os

from celery import Celery
from kombu.entity import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.config.settings")

IO_QUEUES = ("io", "maintenance")
GPU_QUEUES = ("gpu.interactive", "gpu.batch", "gpu.generate")
TRAIN_QUEUES = ("train",)

app = Celery("connoisseur")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Doorbells need no acknowledgement: what one loses, the dispatcher rings again. And kombu 5.7 goes
# deaf over it: when Redis restarts before an acknowledgement, that message counts as unanswered for
# ever, and as many of them as the worker may prefetch make it stop listening.
app.conf.task_queues = [
    Queue(name, routing_key=name, no_ack=True)  # type: ignore[no-untyped-call]  # kombu has no types
    for name in (*IO_QUEUES, *GPU_QUEUES, *TRAIN_QUEUES)
]
app.conf.task_default_queue = "maintenance"
