"""Engines for the whole run: a real Postgres and a real Redis in a temporary folder."""

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import django
import pytest
from django.core.management import call_command
from django.db import connection
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

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


MIGRATED = "migrated"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> None:
    """Whoever is first of those that share the work migrates; the others copy its tables."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    kept = connection.settings_dict["NAME"]
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(1)")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [MIGRATED])
        if not cursor.fetchone():
            cursor.execute(f"CREATE DATABASE {MIGRATED}")
            connection.settings_dict["NAME"] = MIGRATED
            call_command("migrate", verbosity=0, interactive=False)
            connection.close()
            connection.settings_dict["NAME"] = kept
    connection.settings_dict["TEST"]["TEMPLATE"] = MIGRATED


PRODUCT = ("tests/browser/", "tests/flows/")


@pytest.hookimpl(trylast=True)  # after Django, which sorts by what a test does to the database
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes the longest: the tests that start a product."""
    items.sort(key=lambda item: not item.nodeid.startswith(PRODUCT))


class Shares(LoadScopeScheduling):
    """A file's tests stay in one process, and so do all that start a product.

    Two products at once would leave neither a core. Groups by mark are no way: xdist writes them
    into node ids, which pytest 9.2 does not let it.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "product" if nodeid.startswith(PRODUCT) else nodeid.split("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Shares:
    """Share the work of `-n 2` in the order in which it was collected."""
    config.option.loadscopereorder = False
    return Shares(config, log)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop them."""
    _stack.close()


_start()  # not in a hook: the conftest of a folder may import models, and is imported next
