"""Two processes with gloo learn what one process learns, and only the first of them writes."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import multiprocessing

from ml.contracts.recipe import Pooling, Teacher, Weighting
from ml.training.ddp import World, joined
from ml.training.progress import FitContext
from tests.ml.fits import SMALL, fitted, small_panel

# 26 training pictures in batches of 5: shards of unlike size, and a last batch of one picture.
RECIPE = replace(
    SMALL,
    dropout=0.0,
    batch=5,
    accumulate=2,
    weighting=Weighting.AMBIGUITY,
    pooling=Pooling.STAGES,
    teacher=Teacher.MIXED,
    ema=0.9,
)


def place(rank: int, port: int) -> dict[str, str]:
    """What torchrun says to each of two processes."""
    here = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    return {**here, "WORLD_SIZE": "2", "RANK": str(rank)}


def train_the_second(folder: str, port: int) -> None:
    torch.set_num_threads(1)
    os.environ.update(place(1, port))
    train_one_of_two(1, folder)


def train_one_of_two(rank: int, folder: str) -> None:
    with joined(os.environ) as world:
        assert (world.rank, world.size, world.writes) == (rank, 2, rank == 0)
        base = Path(folder)
        context = FitContext(
            world=world, checkpoint=base / f"last-{rank}", cache=base / f"cache-{rank}"
        )
        fit = fitted(RECIPE, small_panel(base / f"pictures-{rank}"), context)
        state = {name: value.contiguous() for name, value in fit.network.state_dict().items()}
        save_file(state, base / f"weights-{rank}")


def free_port() -> int:
    listener = torch.distributed.TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
    port = int(listener.port)
    del listener
    return port


def test_two_processes_learn_what_one_learns_with_the_whole_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    second = multiprocessing.get_context("spawn").Process(
        target=train_the_second, args=(str(tmp_path), port)
    )
    second.start()
    with monkeypatch.context() as patched:  # this process is the first
        for name, value in place(0, port).items():
            patched.setenv(name, value)
        train_one_of_two(0, str(tmp_path))
    second.join()
    assert second.exitcode == 0
    first, second = (load_file(tmp_path / f"weights-{rank}") for rank in (0, 1))
    alone = fitted(RECIPE, small_panel(tmp_path / "alone"), FitContext()).network.state_dict()
    start = fitted(
        replace(RECIPE, head_epochs=0, all_epochs=0), small_panel(tmp_path / "start"), FitContext()
    ).network.state_dict()
    for name, value in alone.items():
        assert torch.equal(first[name], second[name]), name
        assert torch.allclose(first[name], value, atol=2e-4), name
    moved = max(float((alone[name] - start[name]).abs().max()) for name in alone if "head" in name)
    assert moved > 0.01
    assert (tmp_path / "last-0").is_file() and not (tmp_path / "last-1").exists()
    assert not list((tmp_path / "cache-1").glob("features-*"))


@pytest.mark.parametrize("size", [1, 2, 3])
def test_shards_cover_a_batch_without_dropping_or_repeating(size: int) -> None:
    rows = torch.arange(7).numpy()
    shards = [World(rank=rank, size=size).own(rows).tolist() for rank in range(size)]
    assert sorted(row for shard in shards for row in shard) == rows.tolist()


def test_without_torchrun_a_process_is_alone() -> None:
    with joined({}) as world:
        assert world == World() and world.writes
