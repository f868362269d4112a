"""A network learns a style, stops, goes on, and paints with its card."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ml.contracts.card import CardError, DigestMismatchError
from ml.data.samples import DataSetError
from ml.inference.golden import GoldenMismatchError
from ml.style.fast import load_fast
from ml.style.features import BackboneStyle, open_features
from ml.training.progress import Callbacks, TrainingStoppedError
from ml.training.resume import CheckpointError
from ml.training.run import Destination
from ml.training.style_fast import (
    FastBudget,
    FastConfig,
    Lesson,
    StyleSource,
    learn_style,
    photos_in,
)

TINY = FastConfig(side=32, batch=2, filters=4, blocks=1)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, random = tmp_path_factory.mktemp("photos"), np.random.default_rng(5)
    for number in range(9):
        pixels = random.integers(0, 255, (40, 48, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def features() -> BackboneStyle:
    torch.manual_seed(0)
    return open_features("tiny")


def learn(
    folder: Path,
    photos: Path,
    features: BackboneStyle,
    *,
    config: FastConfig = TINY,
    heard: list[Lesson] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[Path, Path]:
    said = heard if heard is not None else []
    return learn_style(
        folder,
        photos_in(photos),
        StyleSource(photos / "0.png"),
        features,
        config,
        budget=FastBudget(updates=4, seconds=1e9),
        destination=Destination(folder, "style-tiny", "2026-01-31"),
        callbacks=Callbacks(said.append, should_stop),
    )


def test_a_run_that_was_stopped_ends_as_if_it_had_not_been(
    tmp_path: Path, photos: Path, features: BackboneStyle
) -> None:
    weights, card = learn(tmp_path / "whole", photos, features)
    heard: list[Lesson] = []
    with pytest.raises(TrainingStoppedError, match="after 2 updates"):
        learn(tmp_path / "cut", photos, features, heard=heard, should_stop=lambda: len(heard) == 2)
    again, _ = learn(tmp_path / "cut", photos, features, heard=heard)
    assert [lesson.updates for lesson in heard] == [1, 2, 3, 4]
    assert again.read_bytes() == weights.read_bytes()
    with pytest.raises(CheckpointError, match="another recipe"):
        learn(tmp_path / "cut", photos, features, config=replace(TINY, style=7.0))

    loaded = load_fast(weights, card)
    assert (loaded.card.style, loaded.card.updates, loaded.card.pictures) == ("0.png", 4, 9)
    assert loaded.painted(Image.new("RGB", (37, 22), "red")).size == (37, 22)


def test_a_card_and_weights_that_do_not_fit_are_refused(
    tmp_path: Path, photos: Path, features: BackboneStyle
) -> None:
    weights, card = learn(tmp_path, photos, features)
    document = json.loads(card.read_text())
    document["golden"]["colours"][0] += 9
    card.write_text(json.dumps(document))
    with pytest.raises(GoldenMismatchError):
        load_fast(weights, card)
    card.write_text(json.dumps({**document, "schema": 2}))
    with pytest.raises(CardError, match="schema"):
        load_fast(weights, card)
    card.write_text(json.dumps(document))
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(DigestMismatchError):
        load_fast(weights, card)


def test_too_few_photos_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataSetError, match="holds 0 pictures"):
        photos_in(tmp_path)
