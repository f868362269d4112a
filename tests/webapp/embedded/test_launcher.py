"""The launcher: one log, restarts, an orderly stop, and nothing left after a kill."""

import json
import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
from redis import Redis

from tests.webapp.embedded.places import eventually, folder_of_nobody, free_port, start_module
from webapp.embedded.launcher import main
from webapp.embedded.procfs import carrying, started_at, working_in


class Launched:
    """A launcher in its own process, and what it says."""

    def __init__(self, home: Path, *flags: str, ordinary: bool = False) -> None:
        self.home = home
        self.port = free_port()
        self.process = start_module(
            *("tests.webapp.embedded.small_launcher", str(home), str(self.port), *flags),
            ordinary=ordinary,
        )
        self.said = ""

    def hears(self, pattern: str) -> str:
        """The first line that matches; fails when the launcher ends without it."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said += line
            if re.search(pattern, line):
                return line
        raise AssertionError(f"{pattern!r} was never said:\n{self.said}")

    def pids(self) -> dict[str, int]:
        found: dict[str, int] = json.loads((self.home / "run.json").read_text())["pids"]
        return found

    def family(self) -> list[int]:
        """All that descends from it, whatever parent or session they have now."""
        return carrying(f"CONNOISSEUR_HOME={self.home}")

    def is_complete(self) -> bool:
        """Web, stubborn, and the child that left its session."""
        return len(self.family()) == 3

    def nothing_is_left(self) -> bool:
        engines = [*working_in(self.home / "postgres"), *working_in(self.home / "redis")]
        return not self.family() and not engines


@contextmanager
def launched(home: Path, *flags: str, ordinary: bool = False) -> Iterator[Launched]:
    launcher = Launched(home, *flags, ordinary=ordinary)
    try:
        yield launcher
    finally:
        if launcher.process.poll() is None:
            launcher.process.kill()
        launcher.process.wait()
        if launcher.process.stdout:
            launcher.process.stdout.close()
        assert eventually(launcher.nothing_is_left)


def ask_to_end(launcher: Launched, number: signal.Signals) -> int:
    launcher.process.send_signal(number)
    launcher.process.communicate(timeout=30)
    return launcher.process.returncode


def guardian_of(launcher: int) -> int:
    children = Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()
    for child in children:
        if b"webapp.embedded.guardian" in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    return 0


def database_answers(url: str) -> bool:
    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


@pytest.mark.parametrize(("argument", "status"), [("--help", 0), ("--port=80", 2)])
def test_it_tells_how_it_is_used_and_starts_nothing(
    argument: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNOISSEUR_HOME", str(tmp_path / "home"))
    with pytest.raises(SystemExit) as ended:
        main([argument])
    assert ended.value.code == status and not (tmp_path / "home").exists()


def test_it_says_the_address_once_the_first_page_answers(tmp_path: Path) -> None:
    with launched(tmp_path) as launcher:
        line = launcher.hears("ready at")
        assert f"http://127.0.0.1:{launcher.port}/" in line
        with socket.create_connection(("127.0.0.1", launcher.port), timeout=5):
            pass


def test_what_can_wait_starts_once_the_first_page_answered(tmp_path: Path) -> None:
    with launched(tmp_path) as launcher:
        launcher.hears("stubborn is up")
        assert "ready at" in launcher.said


def test_each_line_carries_the_name_of_its_process(tmp_path: Path) -> None:
    with launched(tmp_path) as launcher:
        line = launcher.hears("stubborn is up")
        assert re.fullmatch(r"stubborn +\| stubborn is up\n", line)  # no colours off a terminal
        assert line in (tmp_path / "log" / "connoisseur.log").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with launched(tmp_path) as launcher:
        launcher.hears("stubborn is up")
        assert eventually(launcher.is_complete)
        assert ask_to_end(launcher, number) == 0
        assert launcher.family() == []
        assert not (tmp_path / "run.json").exists()


def test_a_process_that_dies_comes_back_and_leaves_no_child(tmp_path: Path) -> None:
    with launched(tmp_path) as launcher:
        launcher.hears("stubborn is up")
        assert eventually(launcher.is_complete)
        before = set(launcher.family())
        pid = launcher.pids()["stubborn"]
        os.kill(pid, signal.SIGKILL)
        launcher.hears(r"ended by signal Killed; starts again in 0\.5 s")
        launcher.hears("stubborn is up")
        assert eventually(lambda: launcher.pids()["stubborn"] != pid)
        assert len(set(launcher.family()) & before) == 1  # only web is the same


def test_a_process_that_keeps_dying_is_started_less_and_less_often(tmp_path: Path) -> None:
    with launched(tmp_path) as launcher:
        for wait in ("0.5", "1.0", "2.0"):
            launcher.hears("stubborn is up")
            assert eventually(lambda: started_at(launcher.pids().get("stubborn", 0)) is not None)
            os.kill(launcher.pids()["stubborn"], signal.SIGKILL)
            launcher.hears(rf"starts again in {re.escape(wait)} s")


def test_nothing_is_left_when_the_launcher_is_killed(tmp_path: Path) -> None:
    with launched(tmp_path, "--engines") as launcher:
        launcher.hears("stubborn is up")
        assert eventually(launcher.is_complete)
        assert working_in(tmp_path / "postgres")
        launcher.process.kill()
        assert eventually(launcher.nothing_is_left)


def test_a_killed_guardian_is_replaced(tmp_path: Path) -> None:
    with launched(tmp_path) as launcher:
        launcher.hears("stubborn is up")
        guardian = guardian_of(launcher.process.pid)
        os.kill(guardian, signal.SIGKILL)
        assert eventually(lambda: guardian_of(launcher.process.pid) not in (0, guardian))
        launcher.process.kill()
        assert eventually(launcher.nothing_is_left)


def test_an_engine_that_dies_comes_back_at_the_same_address(tmp_path: Path) -> None:
    with launched(tmp_path, "--engines") as launcher:
        launcher.hears("stubborn is up")
        run = json.loads((tmp_path / "run.json").read_text())
        Redis.from_url(run["redis_url"]).set("kept", "1")
        for name in ("postgres", "redis"):
            os.kill(run["pids"][name], signal.SIGKILL)
        launcher.hears("postgres .*starting it again")
        launcher.hears("redis .*starting it again")
        assert eventually(lambda: database_answers(run["database_url"]))
        assert eventually(lambda: launcher.pids().get("redis", 0) != run["pids"]["redis"])
        assert Redis.from_url(run["redis_url"]).ping()
        assert ask_to_end(launcher, signal.SIGTERM) == 0


def test_a_second_launcher_on_the_same_home_is_refused(tmp_path: Path) -> None:
    with launched(tmp_path) as launcher:
        launcher.hears("ready at")
        second = Launched(tmp_path)
        said, _ = second.process.communicate(timeout=30)
        assert second.process.returncode == 1
        assert "running already" in said
        assert str(tmp_path) in said
        assert launcher.process.poll() is None


@pytest.mark.parametrize(("offset", "variable"), [(0, "PORT"), (1, "LIVE_PORT")])
def test_a_port_in_use_is_named_with_its_variable(
    tmp_path: Path, offset: int, variable: str
) -> None:
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + offset))
        taken.listen()
        process = start_module("tests.webapp.embedded.small_launcher", str(tmp_path), str(port))
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert f"Port {port + offset} " in said
    assert f"set {variable}:" in said


def test_an_ordinary_account_runs_all_of_it() -> None:
    with folder_of_nobody() as home, launched(home, "--engines", ordinary=True) as launcher:
        launcher.hears("ready at")
        assert Path(f"/proc/{launcher.pids()['web']}").stat().st_uid != 0
        assert ask_to_end(launcher, signal.SIGINT) == 0


def test_run_json_is_private_and_names_the_engines(tmp_path: Path) -> None:
    with launched(tmp_path, "--engines") as launcher:
        launcher.hears("stubborn is up")
        path = tmp_path / "run.json"
        assert path.stat().st_mode & 0o777 == 0o600
        run = json.loads(path.read_text())
        assert {"database_url", "redis_url", "port", "live_port", "pids"} <= run.keys()
        assert run["port"] == launcher.port
