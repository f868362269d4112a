"""Planted scenes as a cropper learns from them: features of the frozen backbone, made once."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor

from ml.contracts.files import replace_file
from ml.data.transforms import to_pixels
from ml.evaluation.cropping_pictures import Art, CropPicture
from ml.evaluation.cropping_scenes import Surroundings, planted_scene
from ml.inference.frozen import run_frozen
from ml.models.backbone import Backbone
from ml.training.progress import Callbacks, Progress, TrainingStoppedError

WHOLE = "whole"  # the picture as it is, without surroundings
_SIDE = 320  # scenes are made of pictures no larger: the network looks at less anyway
_BATCH = 16
_LIKED = 0.5
_LIKED_DRAWS, _OTHER_DRAWS, _PAINTING_DRAWS = 3, 1, 4


@dataclass(frozen=True, slots=True)
class ScenePlan:
    """One scene to be made. ``kind``: a ``Surroundings`` or ``WHOLE``."""

    picture: CropPicture
    other: CropPicture
    kind: str
    seed: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """n scenes. ``maps``: one (n, C, h, w) a stage, half precision.

    ``planted``: (n, 4) left, top, right, bottom in shares. ``kinds``: (n,) words.
    """

    maps: tuple[Tensor, ...]
    planted: NDArray[np.float64]
    kinds: NDArray[np.str_]

    def only(self, rows: NDArray[np.intp]) -> "Lesson":
        """Some of the scenes."""
        picked = torch.from_numpy(rows)
        maps = tuple(part[picked] for part in self.maps)
        return Lesson(maps, self.planted[rows], self.kinds[rows])


def plans(
    pictures: Sequence[CropPicture], kinds: Sequence[Surroundings], *, seed: int
) -> list[ScenePlan]:
    """Every picture whole, and in each kind of surroundings: the better liked more often."""
    generator = np.random.default_rng(seed)
    found: list[ScenePlan] = []
    for number, picture in enumerate(pictures):
        found.append(ScenePlan(picture, picture, WHOLE, (seed, number)))
        for draw in range(_draws(picture)):
            for kind in kinds:
                other = pictures[int(generator.integers(len(pictures)))]
                place = list(Surroundings).index(kind)
                found.append(ScenePlan(picture, other, kind, (seed, number, draw, place)))
    return found


def lesson(
    wanted: Sequence[ScenePlan],
    backbone: Backbone,
    *,
    stages: Sequence[int],
    side: int,
    cache: Path | None,
    callbacks: Callbacks[Progress],
) -> Lesson:
    """Make the scenes and look at them, or read what ``cache`` holds of the very same plans.

    Raises TrainingStoppedError.
    """
    key = repr([(p.picture.path, p.other.path, p.kind, p.seed) for p in wanted])
    facts = f"{key}{backbone.name}{backbone.digest}{tuple(stages)}{side}{_SIDE}"
    kept = cache and cache / f"crops-{sha256(facts.encode()).hexdigest()[:24]}.npz"
    if kept and kept.is_file():
        return _read(kept)
    made = _made(wanted, backbone, stages=stages, side=side, callbacks=callbacks)
    if kept:
        packed = io.BytesIO()
        arrays = {f"map{at}": part.numpy() for at, part in enumerate(made.maps)}
        np.savez(packed, planted=made.planted, kinds=made.kinds, **arrays)  # type: ignore[arg-type]
        replace_file(kept, packed.getvalue())
    return made


def _draws(picture: CropPicture) -> int:
    if picture.art is Art.PAINTING:
        return _PAINTING_DRAWS
    return _LIKED_DRAWS if picture.liked >= _LIKED else _OTHER_DRAWS


def _read(path: Path) -> Lesson:
    with np.load(path) as stored:
        count = sum(name.startswith("map") for name in stored.files)
        maps = tuple(torch.from_numpy(stored[f"map{at}"]) for at in range(count))
        return Lesson(maps, stored["planted"], stored["kinds"])


def _made(
    wanted: Sequence[ScenePlan],
    backbone: Backbone,
    *,
    stages: Sequence[int],
    side: int,
    callbacks: Callbacks[Progress],
) -> Lesson:
    maps: list[list[Tensor]] = [[] for _ in stages]
    planted: list[NDArray[np.float64]] = []
    for batch in _batches(wanted):
        if callbacks.should_stop():
            raise TrainingStoppedError("training was stopped")
        scenes = [_scene(plan) for plan in batch]
        pixels = to_pixels([image for image, _ in scenes], side=side)
        for place, part in enumerate(_stage_maps(backbone, stages, pixels)):
            maps[place].append(part)
        planted += [shares for _, shares in scenes]
        callbacks.on_progress(Progress("looking at scenes", len(planted), len(wanted)))
    return Lesson(
        tuple(torch.cat(parts) for parts in maps),
        np.stack(planted),
        np.array([plan.kind for plan in wanted]),
    )


def _stage_maps(backbone: Backbone, stages: Sequence[int], pixels: Tensor) -> list[Tensor]:
    """One pass for all stages: their maps (B, C, h, w) in half precision."""
    shapes: list[torch.Size] = []

    def look(batch: Tensor) -> Tensor:
        maps = backbone(batch)
        picked = [maps[stage] for stage in stages]
        shapes.extend(part.shape for part in picked)
        return torch.cat([part.flatten(1) for part in picked], dim=1)

    flat = run_frozen(look, pixels).half()
    parts = torch.split(flat, [shape[1:].numel() for shape in shapes], dim=1)
    return [part.reshape(shape).clone() for part, shape in zip(parts, shapes, strict=True)]


def _batches(wanted: Sequence[ScenePlan]) -> Iterator[Sequence[ScenePlan]]:
    for start in range(0, len(wanted), _BATCH):
        yield wanted[start : start + _BATCH]


def _scene(plan: ScenePlan) -> tuple[Image.Image, NDArray[np.float64]]:
    """The scene, and where the picture lies in it; every other picture is mirrored."""
    picture = plan.picture.opened(_SIDE)
    if np.random.default_rng((*plan.seed, 1)).random() < 0.5:
        picture = ImageOps.mirror(picture)
    if plan.kind == WHOLE:
        return picture, np.array([0.0, 0.0, 1.0, 1.0])
    other = plan.other.opened(_SIDE)
    scene = planted_scene(picture, Surroundings(plan.kind), other, seed=plan.seed)
    return scene.image, scene.shares
