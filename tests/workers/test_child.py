"""The process that trains: what it may know of us, and with how many threads it adds up."""

import os
import signal
import sys

import pytest

from workers.runtime.child import Child

ASKS = "import os; print(*(os.environ.get(name) for name in {names!r}))"
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def told(tmp_path, *names: str) -> list[str]:
    """What the process finds under these names."""
    command = [sys.executable, "-c", ASKS.format(names=names)]
    with Child(command, errors=tmp_path / "errors.log", last=signal.SIGKILL) as child:
        lines: list[str] = []
        while not child.ended:
            lines += child.listen(0.05)
        assert child.wait() == 0, child.last_words()
    return lines[0].split()


@pytest.mark.parametrize("ours", ["3", None])
def test_every_library_gets_the_same_threads_as_sums_depend_on_them(tmp_path, monkeypatch, ours):
    for name in POOLS:
        monkeypatch.delenv(name, raising=False)
    if ours is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", ours)
    all_cores = str(len(os.sched_getaffinity(0)))
    assert told(tmp_path, *POOLS) == [ours or all_cores] * len(POOLS)


def test_it_gets_no_address_of_an_engine_and_no_secret(tmp_path, monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
        monkeypatch.setenv(name, "ours")
    assert told(tmp_path, "DATABASE_URL", "REDIS_URL", "SECRET_KEY") == ["None"] * 3
