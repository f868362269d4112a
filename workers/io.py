"""The io worker: `celery -A workers.io worker -Q io,maintenance`. Free of torch."""

from workers.booted import app

# isort: split
from workers import signals

app.conf.imports = (
    "workers.tasks.media",
    "workers.tasks.maintenance",
    "workers.tasks.housekeeping",
)
signals.serve("io")

__all__ = ["app"]
