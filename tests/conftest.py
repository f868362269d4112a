"""Engines for the whole run: a real Postgres and a real Redis in a temporary folder."""

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import django
import pytest

from webapp.embedded import engines

_stack = ExitStack()


def _start() -> None:
    """Start the engines before Django reads its settings."""
    home = Path(tempfile.mkdtemp(prefix="cnr-test-"))
    _stack.callback(shutil.rmtree, home, ignore_errors=True)
    os.environ["CONNOISSEUR_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ.setdefault("SCORER_ENGINE", "torch")  # no self-test at every start of a worker
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = _stack.enter_context(engines.postgres(home, durable=False))
    # Processes that share the work inherit these names. Each has a database of its own in the one
    # Postgres, but must have a Redis of its own: doorbells and hints go to all who listen.
    if not os.environ.get("REDIS_URL") or os.environ.get("TEST_REDIS"):
        os.environ["REDIS_URL"] = _stack.enter_context(engines.redis(home, durable=False))
        os.environ["TEST_REDIS"] = "ours"
    django.setup()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests, and all that share the browser's product, in one process."""
    for item in items:
        folder = "browser" in item.path.parts
        item.add_marker(pytest.mark.xdist_group("browser" if folder else str(item.path)))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop them."""
    _stack.close()


_start()  # not in a hook: the conftest of a folder may import models, and is imported next
