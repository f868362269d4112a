"""The embedded engines: data kept, private, and back after every kind of violent end."""

import json
import os
import re
import signal
import stat
import subprocess
from pathlib import Path

import psycopg2
import pytest
from kombu import Connection
from redis import Redis
from redis.exceptions import AuthenticationError

from tests.webapp.embedded.places import eventually, folder_of_nobody, start_module
from webapp.embedded.engines import postgres, redis
from webapp.embedded.errors import EngineError, LauncherError
from webapp.embedded.procfs import parent_of, started_at, working_in


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def postmaster(home: Path) -> int:
    pids = working_in(home / "postgres")
    return next(pid for pid in pids if parent_of(pid) not in pids)


def start_owner(
    home: Path, *, ordinary: bool = False
) -> tuple[subprocess.Popen[str], dict[str, str]]:
    plain = {"PATH": os.environ["PATH"]}  # no HOME, as under a service manager
    owner = start_module("tests.webapp.embedded.owner", str(home), ordinary=ordinary, env=plain)
    assert owner.stdout
    line = owner.stdout.readline()
    assert line.startswith("{"), line + owner.stdout.read()
    return owner, json.loads(line)


def kill_guardians(owner: int) -> None:
    children = Path(f"/proc/{owner}/task/{owner}/children").read_text().split()
    for child in children:
        if b"webapp.embedded.guardian" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), signal.SIGKILL)


def gone(home: Path) -> bool:
    return not working_in(home / "postgres") and not working_in(home / "redis")


def test_data_survives_a_stop_and_a_start(tmp_path: Path) -> None:
    home = tmp_path / "a folder with spaces and ünicode"
    with postgres(home, durable=False) as database_url, redis(home) as redis_url:
        execute(database_url, "CREATE TABLE kept AS SELECT 7 AS value")
        Redis.from_url(redis_url).set("kept", "7")
    assert gone(home)
    with postgres(home, durable=False) as database_url, redis(home) as redis_url:
        assert execute(database_url, "SELECT value FROM kept") == [(7,)]
        assert Redis.from_url(redis_url).get("kept") == b"7"


def test_the_cluster_is_made_as_production_expects(tmp_path: Path) -> None:
    with postgres(tmp_path) as url:
        shown = {
            name: execute(url, f"SHOW {name}")[0][0]
            for name in ("data_checksums", "fsync", "listen_addresses", "server_encoding")
        }
        assert shown == {
            "data_checksums": "on",
            "fsync": "on",
            "listen_addresses": "",
            "server_encoding": "UTF8",
        }
        role = execute(url, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname=current_user")
        assert role == [(False, True)]


def test_redis_keeps_doorbells_and_evicts_nothing(tmp_path: Path) -> None:
    with redis(tmp_path) as url:
        client = Redis.from_url(url)
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        assert client.config_get("appendfsync")["appendfsync"] == "everysec"
        assert client.config_get("appendonly")["appendonly"] == "yes"
        with Connection(url) as broker:
            broker.ensure_connection(max_retries=1)


def test_both_engines_ask_for_the_password(tmp_path: Path) -> None:
    with postgres(tmp_path, durable=False) as database_url, redis(tmp_path) as redis_url:
        wrong = re.sub(r":[^:/]+@", ":wrong@", database_url)
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(wrong)
        with pytest.raises(AuthenticationError):
            Redis.from_url(re.sub(r":[^:/]+@", ":wrong@", redis_url)).ping()


def test_no_folder_on_the_way_is_opened_and_secrets_are_private(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "home"
    with postgres(home, durable=False), redis(home, durable=False):
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()}
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert {modes["postgres"], modes["redis"], modes["secrets"], modes["log"]} == {0o700}
        for file in (home / "secrets").iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert Path(f"/proc/{postmaster(home)}").stat().st_uid != 0


def test_a_home_too_deep_for_a_socket_works(tmp_path: Path) -> None:
    home = tmp_path.joinpath(*["a-folder-with-a-rather-long-name"] * 5)
    with postgres(home, durable=False) as url:
        assert execute(url, "SELECT 1") == [(1,)]


def test_the_engines_stop_when_their_owner_is_killed(tmp_path: Path) -> None:
    owner, urls = start_owner(tmp_path)
    execute(urls["database_url"], "CREATE TABLE kept AS SELECT 7 AS value")
    owner.kill()
    owner.wait()
    assert eventually(lambda: gone(tmp_path))
    with postgres(tmp_path, durable=False) as url:
        assert execute(url, "SELECT value FROM kept") == [(7,)]


def test_a_start_clears_what_a_killed_owner_and_guardian_left(tmp_path: Path) -> None:
    owner, urls = start_owner(tmp_path)
    execute(urls["database_url"], "CREATE TABLE kept AS SELECT 7 AS value")
    kill_guardians(owner.pid)
    owner.kill()
    owner.wait()
    left = working_in(tmp_path / "postgres")
    assert left
    with postgres(tmp_path, durable=False) as url, redis(tmp_path) as redis_url:
        assert execute(url, "SELECT value FROM kept") == [(7,)]
        assert Redis.from_url(redis_url).ping()
        assert not set(left) & set(working_in(tmp_path / "postgres"))


def test_postgres_recovers_beside_a_pid_file_that_names_a_living_process(tmp_path: Path) -> None:
    with postgres(tmp_path, durable=False) as url:
        execute(url, "CREATE TABLE kept AS SELECT 7 AS value")
        pid = postmaster(tmp_path)
        os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: started_at(pid) is None)
    stale = tmp_path / "postgres" / "postmaster.pid"
    lines = stale.read_text().splitlines()
    stale.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with postgres(tmp_path, durable=False) as url:
        assert execute(url, "SELECT value FROM kept") == [(7,)]


def test_a_folder_serves_one_owner_at_a_time(tmp_path: Path) -> None:
    with postgres(tmp_path, durable=False) as url:
        second = postgres(tmp_path, durable=False)
        with pytest.raises(LauncherError, match="Another process runs postgres"):
            second.__enter__()
        assert execute(url, "SELECT 1") == [(1,)]


def test_another_major_version_is_refused_by_name(tmp_path: Path) -> None:
    with postgres(tmp_path, durable=False):
        pass
    (tmp_path / "postgres" / "PG_VERSION").write_text("17\n")
    again = postgres(tmp_path, durable=False)
    with pytest.raises(EngineError, match=r"made by PostgreSQL 17, but PostgreSQL 18"):
        again.__enter__()


def test_an_unreadable_redis_log_is_set_aside(tmp_path: Path) -> None:
    with redis(tmp_path) as url:
        Redis.from_url(url).set("lost", "1")
    for file in (tmp_path / "redis").rglob("*.aof"):
        file.write_bytes(b"*3\r\n$3\r\nSET\r\nnonsense nonsense nonsense\r\n" * 4)
    with redis(tmp_path) as url:
        assert Redis.from_url(url).get("lost") is None
    assert list(tmp_path.glob("redis.unreadable-*"))


def test_an_ordinary_account_needs_nothing_of_roots() -> None:
    with folder_of_nobody() as folder:
        owner, urls = start_owner(folder / "home", ordinary=True)
        try:
            assert urls["uid"] != 0
            assert execute(urls["database_url"], "SELECT 1") == [(1,)]
            assert Redis.from_url(urls["redis_url"]).ping()
        finally:
            owner.terminate()
            owner.wait()
        assert eventually(lambda: gone(folder / "home"))
