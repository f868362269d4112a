"""A tiny scorer trained once for all tests of this folder, by the product's own training."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from ml.contracts.config import TrainConfig
from ml.data.readers import read_oasis, read_sophoappeal
from ml.training.progress import Callbacks, Progress
from ml.training.run import Destination, train_and_ship
from tests.ml.panels import write_oasis, write_sophoappeal

TINY = TrainConfig(
    backbones=("tiny",),
    backbone_shares=(1.0,),
    input_side=16,
    rank=8,
    folds=3,
    resamples=60,
)


@dataclass(frozen=True)
class Shipped:
    """Where the tiny scorer lies, what it learned from, and what the run reported."""

    weights: Path
    card: Path
    oasis: Path
    sophoappeal: Path
    steps: tuple[Progress, ...]


@pytest.fixture(autouse=True)
def _keep_threads() -> Iterator[None]:
    """Tiny networks lose more by sharing work among threads than they gain."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Shipped:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("tiny")
    oasis = write_oasis(folder / "oasis", count=60)
    sophoappeal = write_sophoappeal(folder / "sophoappeal", count=40)
    steps: list[Progress] = []
    weights, card = train_and_ship(
        TINY,
        [read_oasis(oasis), read_sophoappeal(sophoappeal)],
        destination=Destination(
            folder=folder / "weights", version="scorer-tiny", created_at="2026-01-31"
        ),
        cache=folder / "cache",
        callbacks=Callbacks(on_progress=steps.append),
    )
    return Shipped(weights, card, oasis, sophoappeal, tuple(steps))
