"""The gpu worker: `celery -A workers.gpu worker -Q gpu.interactive,gpu.batch -c 1`.

Prefork with spawned children: CUDA cannot start again after a fork, and only a child process can
be stopped by a time limit or lost to a crash without taking the worker along.
"""

from workers.booted import app

# isort: split
from workers import signals
from workers.runtime.model_cache import model_cache
from workers.runtime.pulse import pulse

app.conf.imports = ("workers.gpu", "workers.tasks.score")  # the spawned child imports both
app.conf.worker_pool_start_method = "spawn"
app.conf.worker_proc_alive_timeout = 60  # a fresh interpreter on a busy machine
signals.serve("gpu")
pulse.note = model_cache.note

__all__ = ["app"]
