"""One run in its folder: learn until the time is up, go on where it was cut short, write.

The folder keeps ``state.safetensors`` (to go on), ``curve.jsonl``, ``grids/*.jpg``, and at the
end ``generator.safetensors`` with ``run.json``, which says what learned from what.
"""

import io
import json
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from ml.contracts.files import replace_file
from ml.evaluation.generation_space import Space, kid, space_of
from ml.inference.features import FrozenFeatures
from ml.models.pfagan.generator import Generator
from ml.training.generator.material import Material
from ml.training.generator.showing import drawn_samples, grid_of, shipped_tensors, steady
from ml.training.generator.steps import Duel, GeneratorConfig, Losses
from ml.training.progress import Callbacks, Progress, TrainingStoppedError
from ml.training.resume import CheckpointError

STATE = "state.safetensors"
CURVE = "curve.jsonl"
GRIDS = "grids"
WEIGHTS = "generator.safetensors"
FACTS = "run.json"
WATCHED = 256
DENSE = 40  # points of a curve
JPEG_QUALITY = 85


@dataclass(frozen=True, slots=True)
class Budget:
    """When to end: after ``updates`` or ``seconds`` of learning, whichever comes first.

    ``every``: updates between two points of the curve, of which each is a checkpoint; half as often
    whenever a run has become twice as long as ``DENSE`` points.
    """

    updates: int
    seconds: float
    every: int = 200

    def is_point(self, updates: int) -> bool:
        """Whether a point follows after so many updates."""
        gap = self.every
        while updates > DENSE * gap:
            gap *= 2
        return updates % gap == 0

    def expected(self, updates: int, seconds: float) -> int:
        """Updates in all, by the pace so far."""
        if not updates or not seconds:
            return self.updates
        return max(updates, min(self.updates, round(updates * self.seconds / seconds)))


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the curve: losses of the last update, KID of samples to held-out pictures.

    ``images``: shown to the discriminator as real so far. ``images_per_s``: since the last point.
    """

    updates: int
    images: int
    seconds: float
    images_per_s: float
    discriminator: float
    generator: float
    real: float
    made: float
    kid: float


class Watch:
    """KID of samples to pictures that the generator never learns from, in a cheap space."""

    def __init__(self, features: FrozenFeatures, material: Material) -> None:
        self._features = features
        held_out = features.of(material.squares.pixels[material.judged])
        self._space: Space = space_of(held_out)
        self._held_out = self._space.place(held_out)
        self._asked = material.condition(material.learned)
        self.name = features.name

    def kid(self, generator: Generator, *, seed: int) -> float:
        """Of as many samples as are watched."""
        random = torch.Generator().manual_seed(seed)
        rows = torch.randint(len(self._asked.category), (WATCHED,), generator=random)
        made = drawn_samples(generator, self._asked.of(rows), seed=seed)
        return kid(self._space.place(self._features.of(made)), self._held_out)


def learn(
    folder: Path,
    material: Material,
    config: GeneratorConfig,
    *,
    budget: Budget,
    watch: Watch,
    device: torch.device,
    callbacks: Callbacks[Progress],
    shown: Callable[[Point, Path], None] = lambda _point, _grid: None,
    clock: Callable[[], float] = time.monotonic,
) -> Path:
    """Learn from ``material.learned``, write into ``folder``, return the path of the weights.

    ``shown`` hears of each point of the curve with its grid, first of those of earlier processes.

    Raises TrainingStoppedError with the state kept, CheckpointError when the folder holds another
    run's, NonFiniteLossError.
    """
    duel = _duel(material, config, device)
    session = _Session(folder, material, config, duel, watch, clock)
    session.resume()
    for point in session.curve:
        shown(point, session.grid(point))
    try:
        _learn(duel, session, budget, callbacks, shown)
    except TrainingStoppedError:
        session.keep()
        raise
    return session.finish()


def _duel(material: Material, config: GeneratorConfig, device: torch.device) -> Duel:
    return Duel(
        config,
        pixels=material.pixels(material.learned),
        condition=material.condition(material.learned),
        categories=len(material.semantics.names),
        device=device,
    )


def _learn(
    duel: Duel,
    session: "_Session",
    budget: Budget,
    callbacks: Callbacks[Progress],
    shown: Callable[[Point, Path], None],
) -> None:
    """Until the budget is spent; the end is a point of the curve, too."""
    going = session.goes_on(budget)
    while going:
        if callbacks.should_stop():
            raise TrainingStoppedError(f"stopped after {duel.updates} updates; {STATE} is kept")
        losses = duel.step()
        going = session.goes_on(budget)  # asked once: between two looks the time may run out
        if budget.is_point(duel.updates) or not going:
            point = session.point(losses)
            session.keep()
            shown(point, session.grid(point))
        total = budget.expected(duel.updates, session.seconds)
        callbacks.on_progress(Progress("learning", duel.updates, total))


class _Session:
    """What a run keeps on disk, and how long it has learned over all its processes."""

    def __init__(
        self,
        folder: Path,
        material: Material,
        config: GeneratorConfig,
        duel: Duel,
        watch: Watch,
        clock: Callable[[], float],
    ) -> None:
        self._folder, self._material, self._config = folder, material, config
        self._duel, self._watch, self._clock = duel, watch, clock
        self._identity = json.dumps([asdict(config), material.identity], sort_keys=True)
        self._before, self._began = 0.0, clock()
        self.curve: list[Point] = []
        self._steady: tuple[int, Generator] | None = None

    @property
    def seconds(self) -> float:
        """Of learning, over all processes so far."""
        return self._before + self._clock() - self._began

    def goes_on(self, budget: Budget) -> bool:
        """Whether anything of the budget is left."""
        return self._duel.updates < budget.updates and self.seconds < budget.seconds

    def resume(self) -> None:
        """Go on from the state in the folder, if there is one. Raises CheckpointError."""
        path = self._folder / STATE
        if not path.is_file():
            return
        facts, tensors = _read_state(path)
        if facts.get("identity") != self._identity:
            raise CheckpointError(f"{path} is of a run with another recipe or other pictures")
        self._duel.restore(tensors, updates=facts["updates"])
        self._before, self._began = facts["seconds"], self._clock()
        self.curve = [Point(**point) for point in facts["curve"]]

    def keep(self) -> None:
        """Write the state by one atomic rename."""
        facts = {
            "identity": self._identity,
            "updates": self._duel.updates,
            "seconds": self.seconds,
            "curve": [asdict(point) for point in self.curve],
        }
        tensors = {name: each.cpu().contiguous() for name, each in self._duel.tensors().items()}
        content = save(tensors, metadata={"state": json.dumps(facts)})
        replace_file(self._folder / STATE, content)

    def grid(self, point: Point) -> Path:
        """Where the grid of a point lies."""
        return self._folder / GRIDS / f"{point.updates:06d}.jpg"

    def point(self, losses: Losses) -> Point:
        """Add a point to the curve and show a grid at the same latents as before."""
        shown = self._shown()
        kid = self._watch.kid(shown, seed=self._config.seed)
        point = self._point(losses, kid)
        self.curve.append(point)
        lines = "".join(json.dumps(asdict(each)) + "\n" for each in self.curve)
        replace_file(self._folder / CURVE, lines.encode())
        packed = io.BytesIO()
        grid_of(shown, self._material.dial()).save(packed, "JPEG", quality=JPEG_QUALITY)
        replace_file(self.grid(point), packed.getvalue())
        return point

    def _point(self, losses: Losses, kid: float) -> Point:
        images, seconds = self._duel.updates * self._config.shown, self.seconds
        last = self.curve[-1] if self.curve else None
        before = (last.images, last.seconds) if last else (0, 0.0)
        return Point(
            updates=self._duel.updates,
            images=images,
            seconds=round(seconds, 2),
            images_per_s=round((images - before[0]) / max(seconds - before[1], 1e-9), 2),
            discriminator=round(losses.discriminator, 4),
            generator=round(losses.generator, 4),
            real=round(losses.real, 4),
            made=round(losses.made, 4),
            kid=round(kid, 5),
        )

    def finish(self) -> Path:
        """Write the weights and what there is to say about them."""
        path = self._folder / WEIGHTS
        replace_file(path, save(shipped_tensors(self._shown())))
        material = self._material
        facts = {
            "config": asdict(self._config),
            "updates": self._duel.updates,
            "images": self._duel.updates * self._config.shown,
            "wall_time_s": round(self.seconds, 1),
            "machine": machine_words(next(self._duel.generator.parameters()).device),
            "categories": [asdict(each) for each in material.categories()],
            "silhouettes": {str(k): round(v, 4) for k, v in material.semantics.silhouettes.items()},
            "dial": asdict(material.dial()),
            "data": sorted(set(material.squares.sources)),
            "pictures": len(material.learned),
            "held_out": len(material.judged),
            "material": material.identity,
            "watched_in": self._watch.name,
            "curve": [asdict(point) for point in self.curve],
        }
        replace_file(self._folder / FACTS, (json.dumps(facts, indent=2) + "\n").encode())
        return path

    def _shown(self) -> Generator:
        """As it would be served after so many updates."""
        if self._steady is None or self._steady[0] != self._duel.updates:
            duel, condition = self._duel, self._material.condition(self._material.learned)
            shown = steady(duel.generator, duel.average, condition, seed=self._config.seed)
            self._steady = (duel.updates, shown)
        return self._steady[1]


def machine_words(device: torch.device) -> str:
    """What computed, in words."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    threads = torch.get_num_threads()
    return f"{threads} thread{'s' if threads > 1 else ''} of a {platform.machine()} CPU"


def _read_state(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    try:
        with safe_open(path, framework="pt") as handle:
            facts = json.loads((handle.metadata() or {})["state"])
            tensors = {name: handle.get_tensor(name) for name in handle.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise CheckpointError(f"{path} is no checkpoint of a generator: {error}") from error
    return facts, tensors
