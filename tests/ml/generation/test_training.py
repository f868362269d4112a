"""A generator learns for a few steps, stops, and goes on as if it had never stopped."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from ml.contracts.generator_card import Conditioning
from ml.data.readers import read_oasis, read_sophoappeal
from ml.data.squares import halves, read_squares
from ml.inference.features import FrozenFeatures
from ml.training.generator.material import Grouping, Material, gather_material
from ml.training.generator.run import STATE, Budget, Watch, learn
from ml.training.generator.steps import Duel, GeneratorConfig
from ml.training.progress import Callbacks, Progress, TrainingStoppedError
from ml.training.resume import CheckpointError
from tests.ml.panels import write_oasis, write_sophoappeal

TINY = GeneratorConfig(size=32, width=2, latent=4, batch=4)
CPU = torch.device("cpu")
BUDGET = Budget(updates=3, seconds=1e9, every=2)


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("pictures")
    panels = [
        read_oasis(write_oasis(folder / "oasis", count=30)),
        read_sophoappeal(write_sophoappeal(folder / "sophoappeal", count=20)),
    ]
    squares = read_squares(panels, side=32)
    return gather_material(
        squares,
        halves(squares),
        grouping=Grouping.CLUSTERS,
        features=FrozenFeatures(backbones=("tiny",), side=32),
        cache=folder,
        callbacks=Callbacks(),
        tried=(2, 3),
    )


@pytest.fixture(scope="module")
def watch(material: Material) -> Watch:
    return Watch(FrozenFeatures(backbones=("tiny",), side=32), material)


def run(
    folder: Path,
    material: Material,
    watch: Watch,
    *,
    config: GeneratorConfig = TINY,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Path:
    return learn(
        folder,
        material,
        config,
        budget=BUDGET,
        watch=watch,
        device=CPU,
        callbacks=Callbacks(on_progress=on_progress, should_stop=should_stop),
    )


def test_some_pictures_are_kept_from_the_generator_and_none_is_on_both_sides(
    material: Material,
) -> None:
    assert set(material.learned.tolist()).isdisjoint(material.judged.tolist())
    assert len(material.learned) + len(material.judged) == len(material.squares.digests)
    assert len(material.learned) > len(material.judged) > 0
    assert sum(each.pictures for each in material.categories()) == len(material.learned)
    assert len(material.semantics.names) in material.semantics.silhouettes


@pytest.mark.parametrize("conditioning", list(Conditioning))
def test_an_update_moves_both_networks_and_the_average(
    material: Material, conditioning: Conditioning
) -> None:
    duel = Duel(
        replace(TINY, conditioning=conditioning, r1=0.1, lessons=2),
        pixels=material.pixels(material.learned),
        condition=material.condition(material.learned),
        categories=len(material.semantics.names),
        device=CPU,
    )
    before = {name: each.clone() for name, each in duel.tensors().items()}
    losses = [duel.step() for _ in range(3)]
    assert all(np.isfinite([each.discriminator, each.generator]).all() for each in losses)
    after = duel.tensors()
    for part in ("generator.dense.weight", "average.dense.weight", "average.last.weight"):
        assert not torch.equal(before[part], after[part])
    assert not torch.equal(after["average.dense.weight"], after["generator.dense.weight"])
    changed = [name for name in before if "discriminator" in name and "original" in name]
    assert changed
    assert all(not torch.equal(before[name], after[name]) for name in changed)


def test_points_lie_closer_at_the_beginning() -> None:
    budget = Budget(updates=10**9, seconds=1e9, every=10)
    points = [update for update in range(1, 1601) if budget.is_point(update)]
    assert points[:3] == [10, 20, 30]
    assert points[-2:] == [1560, 1600]
    assert len(points) == 40 + 20 + 20
    assert budget.expected(100, 1.0) == 10**9
    assert Budget(updates=50, seconds=60.0).expected(10, 20.0) == 30


def test_a_stopped_run_ends_with_the_same_bits_and_another_run_is_refused_its_folder(
    material: Material, watch: Watch, tmp_path: Path
) -> None:
    whole = run(tmp_path / "whole", material, watch)
    heard: list[Progress] = []
    parts = tmp_path / "parts"
    with pytest.raises(TrainingStoppedError, match="1 updates"):
        run(parts, material, watch, on_progress=heard.append, should_stop=lambda: len(heard) == 1)
    assert (parts / STATE).is_file()
    resumed = run(parts, material, watch)
    assert whole.read_bytes() == resumed.read_bytes()
    assert all(torch.isfinite(each).all() for each in load_file(whole).values())
    curve = [
        [json.loads(line)["kid"] for line in (folder / "curve.jsonl").read_text().splitlines()]
        for folder in (tmp_path / "whole", parts)
    ]
    assert curve[0] == curve[1]
    assert len(curve[0]) == 2
    assert {path.name for path in (parts / "grids").iterdir()} == {"000002.jpg", "000003.jpg"}
    with pytest.raises(CheckpointError, match="another recipe"):
        run(parts, material, watch, config=replace(TINY, seed=2))
