"""The containers run what the launcher runs, on one origin, with no secret in any file."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from webapp.celery import GPU_QUEUES, IO_QUEUES, TRAIN_QUEUES
from webapp.embedded.processes import PREPARE, process_table

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
NGINX = re.sub(r"#.*", "", (ROOT / "docker" / "nginx.conf").read_text())
TABLE = {p.name: p for p in process_table(host="0.0.0.0", port=8000, live_port=8001)}
ONCE = ("migrate", "trainer")
OURS = [*TABLE, *ONCE]


def locations() -> dict[str, str]:
    """nginx location to its block."""
    return dict(re.findall(r"location (?:= )?(\S+) \{(.*?)\n        \}", NGINX, re.DOTALL))


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text()
    return dict(re.findall(r"^([a-z0-9.\-]+)==(\S+)", text, re.MULTILINE))


def test_every_service_of_the_design_is_there() -> None:
    assert set(SERVICES) == {*OURS, "postgres", "redis", "nginx"}


@pytest.mark.parametrize("name", TABLE)
def test_a_container_runs_the_launchers_command(name: str) -> None:
    assert tuple(SERVICES[name]["command"]) == TABLE[name].command


def test_the_database_is_prepared_as_the_launcher_does() -> None:
    assert tuple(SERVICES["migrate"]["command"]) == PREPARE


def test_every_queue_is_consumed_by_one_worker() -> None:
    def consumed(name: str) -> list[str]:
        command = SERVICES[name]["command"]
        queues: str = command[command.index("-Q") + 1]
        return queues.split(",")

    assert sorted(consumed("worker-io")) == sorted(IO_QUEUES)
    assert sorted(consumed("worker-gpu")) == sorted(GPU_QUEUES)
    assert sorted(consumed("worker-train")) == sorted(TRAIN_QUEUES)


def test_only_who_judges_and_who_trains_have_torch_and_a_gpu() -> None:
    targets = {name: SERVICES[name]["build"]["target"] for name in OURS}
    assert {name for name, target in targets.items() if target == "gpu"} == {
        "worker-gpu", "worker-train", "trainer",
    }  # fmt: skip
    for name in ("worker-gpu", "worker-train", "trainer"):
        reserved = SERVICES[name]["deploy"]["resources"]["reservations"]["devices"]
        assert reserved[0]["capabilities"] == ["gpu"]
    assert "torch" not in pins("requirements-web.lock")
    assert "torch" in pins("requirements-gpu.lock")


@pytest.mark.parametrize("lock", ["requirements-web.lock", "requirements-gpu.lock"])
def test_images_get_the_versions_that_were_tested_with_hashes(lock: str) -> None:
    tested = pins("requirements.lock")
    assert pins(lock).items() <= tested.items()
    assert f"--require-hashes -r {lock}" in DOCKERFILE


@pytest.mark.parametrize("name", OURS)
def test_our_containers_are_confined(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert f" AS {service['build']['target']}\n" in DOCKERFILE


def test_images_run_as_an_ordinary_user() -> None:
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)
    final = [stage for stage in stages if re.match(r"\S+ AS (web|gpu)\n", stage)]
    assert len(final) == 2
    for stage in final:
        assert stage.rstrip().endswith("USER connoisseur")


@pytest.mark.parametrize("name", [n for n in SERVICES if n not in ONCE])
def test_every_lasting_container_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_processes_wait_for_migrations_and_for_redis() -> None:
    for name in TABLE:
        assert SERVICES[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "redis": {"condition": "service_healthy"},
        }


def test_no_secret_and_no_default_password_is_written_down() -> None:
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if re.search(r"SECRET|PASSWORD|_URL$", key) and key != "LIVE_URL":
                for part in re.findall(r"\$\{([^}]*)\}", value):
                    assert ":?" in part, f"{name} {key} has a default"
                assert "${" in value, f"{name} {key} is written down"
    example = (ROOT / "docker" / "env.example").read_text()
    assert re.findall(r"^(?:SECRET_KEY|.*_PASSWORD)=(.+)$", example, re.MULTILINE) == []


def test_the_example_names_every_variable_that_must_be_set() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    named = set(re.findall(r"^(\w+)=", (ROOT / "docker" / "env.example").read_text(), re.MULTILINE))
    assert set(re.findall(r"\$\{(\w+):", text)) <= named


def test_nginx_joins_both_servers_to_one_origin() -> None:
    blocks = locations()
    assert "live:8001" in blocks["/ws/"]
    assert "Upgrade $http_upgrade" in blocks["/ws/"]
    assert "web:8000" in blocks["/"]
    assert "web:8000" in blocks["/api/v1/uploads"]


def test_nginx_lets_uploads_stream_and_the_application_judge_their_size() -> None:
    assert "proxy_request_buffering off" in locations()["/api/v1/uploads"]
    assert re.search(r"client_max_body_size 0;", NGINX)


def test_only_nginx_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]


def test_the_build_sees_what_it_copies_and_no_secrets() -> None:
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in allowed
    assert not {line for line in allowed if "env" in line or "var" in line}
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for source in copied.split():
            kept = [f"!{source}", f"!{source}/", "!requirements*.lock"]
            assert source == "." or any(line in allowed for line in kept), source
