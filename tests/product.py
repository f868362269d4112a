"""The whole product, started as `make run` starts it, in a temporary home."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[1]
START_S = 180


@dataclass(frozen=True)
class Product:
    url: str
    home: Path
    process: subprocess.Popen[bytes]

    def manage(self, *arguments: str) -> str:
        """Output of a management command beside the running product."""
        ran = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=_environment(self.home), check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def last_words(self) -> str:
        """The end of its log."""
        return (self.home / "log.txt").read_text(errors="replace")[-12000:]

    def token(self, email: str = "robot@example.org", *options: str) -> str:
        return self.manage("create_token", email, *options)


@contextmanager
def running(**environment: str) -> Iterator[Product]:
    """Start everything, yield when the first page answers, stop as Ctrl-C does."""
    with tempfile.TemporaryDirectory(prefix="cnr-product-") as folder:
        home = Path(folder)
        port, live = _free_ports(2)
        settings = {"PORT": str(port), "LIVE_PORT": str(live), **environment}
        with (home / "log.txt").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT, env={**_environment(home), **settings}, stdout=log, stderr=log,
            )  # fmt: skip
            try:
                product = Product(f"http://127.0.0.1:{port}", home, process)
                _wait(product)
                yield product
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(timeout=60)


def answered(url: str) -> bool:
    """Whether the server there is healthy. Without certificates, which take long to read."""
    try:
        return httpx.get(f"{url}/healthz", timeout=10, verify=False).is_success
    except httpx.TransportError:
        return False


def _environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    kept["DJANGO_SETTINGS_MODULE"] = "webapp.config.settings"
    return {**kept, "CONNOISSEUR_HOME": str(home)}


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait(product: Product) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert product.process.poll() is None, (product.home / "log.txt").read_text()
        if answered(product.url):
            return
        time.sleep(0.2)
    raise TimeoutError((product.home / "log.txt").read_text())
