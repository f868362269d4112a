"""The web process is killed in the middle of voting: nothing is lost, nothing counts twice."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from tests.flows.voters import Voter
from tests.people import bearer, person
from tests.product import _free_ports, answered
from tests.webapp.crowd.hands import open_campaign, plain_pictures
from webapp.embedded.processes import process_table
from webapp.ratings.models import Assignment, Entry, Rater, Vote

ROOT = Path(__file__).resolve().parents[2]
VOTERS, PICTURES = 3, 14


class Web:
    """The web process alone beside the test's database, as the supervisor starts it."""

    def __init__(self, home: Path) -> None:
        [self.port] = _free_ports(1)
        database = urlsplit(os.environ["DATABASE_URL"])
        name = connection.settings_dict["NAME"]
        self._log = home / "web.log"
        self._environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "webapp.config.settings",
            "DATABASE_URL": urlunsplit(database._replace(path=f"/{name}")),
            "CONNOISSEUR_HOME": str(home),
        }
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        table = process_table(host="127.0.0.1", port=self.port, live_port=1)
        web = next(each for each in table if each.name == "web")
        program, *arguments = web.command
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [Path(sys.executable).with_name(program), *arguments], cwd=ROOT,
                env={**self._environment, **web.environment}, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def ready(self) -> None:
        while not answered(self.url):
            assert self._process.poll() is None, self._log.read_text()
            time.sleep(0.1)

    def kill(self) -> None:
        """kill -9 of parent and children."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@pytest.fixture
def web(tmp_path: Path, transactional_db: None) -> Iterator[Web]:
    process = Web(tmp_path)
    yield process
    process.kill()


def test_every_vote_that_was_answered_is_there_once_after_the_server_was_killed(web):
    organiser = person("organiser@example.org")
    pictures = plain_pictures(organiser, PICTURES)
    campaign = open_campaign(organiser, pictures, access="open")
    keys = [bearer(person(f"{n}@example.org"))["authorization"].split()[1] for n in range(VOTERS)]
    web.ready()
    voters = [Voter(web.url, key, str(campaign.pk), seed=n) for n, key in enumerate(keys)]
    threads = [threading.Thread(target=each.vote_on) for each in voters]
    for thread in threads:
        thread.start()
    while sum(len(each.heard) for each in voters) < VOTERS * PICTURES // 3:
        time.sleep(0.005)
    web.kill()
    web.start()
    for thread in threads:
        thread.join()
    assert sum(each.again for each in voters) > 0, "nobody noticed that it was killed"
    heard = [vote for each in voters for vote in each.heard.values()]
    assert len(heard) == len(set(heard)) == VOTERS * PICTURES
    assert {str(vote.pk) for vote in Vote.objects.all()} == set(heard)
    assert Assignment.objects.filter(answered_at=None).count() == 0
    assert set(Entry.objects.values_list("votes", flat=True)) == {VOTERS}
    assert set(Rater.objects.values_list("votes", flat=True)) == {PICTURES}
