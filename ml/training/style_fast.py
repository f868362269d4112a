"""Teach a feed-forward network one style from a folder of photos (Johnson et al. 2016).

The folder of a run keeps ``state.safetensors`` to go on from; at the end ``NAME.safetensors`` with
its card is written beside it.
"""

import json
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import torch
from PIL import Image
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from ml.contracts.files import replace_file
from ml.contracts.style_card import STYLE_KIND, STYLE_SCHEMA, parse_style_card
from ml.data.opening import open_picture
from ml.data.pictures import SUFFIXES
from ml.data.samples import DataSetError
from ml.data.squares import middle_square
from ml.inference.frozen import frozen
from ml.models.style_net import BLOCKS, HALF_FILTERS, StyleNet
from ml.style.fast import golden_colours
from ml.style.features import StyleFeatures
from ml.style.gram import content_loss, mean_grams, style_loss, total_variation
from ml.style.pictures import as_pixels, read_picture
from ml.training.progress import Callbacks, NonFiniteLossError, TrainingStoppedError
from ml.training.resume import CheckpointError, prefixed, under
from ml.training.run import Destination

STATE = "state.safetensors"
LEAST_PHOTOS = 8
GOLDEN_SEED, GOLDEN_TOLERANCE = 3, 1.0
_GREY_RANGE = 255.0
_KEPT_EVERY = 100  # updates between two checkpoints


@dataclass(frozen=True, slots=True)
class FastConfig:
    """The recipe. Weights are those of ``ml.style.slow``; ``side``: of the squares learned at."""

    side: int = 128
    batch: int = 4
    rate: float = 2e-3
    content: float = 1.0
    style: float = 100.0
    smooth: float = 5.0
    filters: int = HALF_FILTERS
    blocks: int = BLOCKS
    seed: int = 0


@dataclass(frozen=True, slots=True)
class FastBudget:
    """When to end: after ``updates`` or ``seconds`` of learning, whichever comes first."""

    updates: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Lesson:
    """Where learning stands after an update: its three terms, weighted."""

    updates: int
    seconds: float
    content: float
    style: float
    smooth: float


@dataclass(frozen=True, slots=True)
class StyleSource:
    """The picture whose style is learned."""

    path: Path

    @property
    def digest(self) -> str:
        """sha256 of the file."""
        return sha256(self.path.read_bytes()).hexdigest()


def photos_in(folder: Path) -> list[Path]:
    """Pictures in ``folder`` and below, sorted. Raises DataSetError when there are too few."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if len(found) < LEAST_PHOTOS:
        raise DataSetError(f"{folder} holds {len(found)} pictures; {LEAST_PHOTOS} are the least")
    return found


def learn_style(
    folder: Path,
    photos: Sequence[Path],
    style: StyleSource,
    features: StyleFeatures,
    config: FastConfig,
    *,
    budget: FastBudget,
    destination: Destination,
    callbacks: Callbacks[Lesson],
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Path, Path]:
    """Learn, or go on in ``folder``; returns the paths of weights and card.

    Raises TrainingStoppedError with the state kept, CheckpointError when the folder holds another
    run's, NonFiniteLossError, and OSError or UnusablePictureError for a picture.
    """
    session = _Session(folder, photos, style, features, config, clock)
    session.resume()
    while session.updates < budget.updates and session.seconds < budget.seconds:
        if callbacks.should_stop():
            session.keep()
            raise TrainingStoppedError(f"stopped after {session.updates} updates; {STATE} is kept")
        callbacks.on_progress(session.step())
        if session.updates % _KEPT_EVERY == 0:
            session.keep()
    session.keep()
    return session.ship(destination)


class _Session:
    """Network, optimiser and draws of one run."""

    def __init__(
        self,
        folder: Path,
        photos: Sequence[Path],
        style: StyleSource,
        features: StyleFeatures,
        config: FastConfig,
        clock: Callable[[], float],
    ) -> None:
        self._folder, self._photos, self._style = folder, photos, style
        self._features, self._config, self._clock = features, config, clock
        facts = [asdict(config), features.identity, style.digest, [path.name for path in photos]]
        self._identity = sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        torch.manual_seed(config.seed)
        network = StyleNet(filters=config.filters, blocks=config.blocks)
        self._network = network.to(memory_format=torch.channels_last).to(features.device)
        self._optimiser = torch.optim.Adam(self._network.parameters(), lr=config.rate)
        shown = as_pixels(read_picture(style.path, side=2 * config.side))
        with torch.no_grad():
            self._grams = mean_grams(features.maps(shown))
        self.updates, self._before, self._began = 0, 0.0, clock()

    @property
    def seconds(self) -> float:
        """Of learning, over all processes so far."""
        return self._before + self._clock() - self._began

    def step(self) -> Lesson:
        """One update on photos drawn by the seed and the number of the update."""
        config, features = self._config, self._features
        shown = self._drawn()
        made = self._network(shown)
        maps = features.maps(made)
        with torch.no_grad():
            wanted = features.maps(shown)[features.layers.content]
        terms = torch.stack(
            [
                config.content * content_loss(maps[features.layers.content], wanted).mean(),
                config.style * style_loss(maps, self._grams, features.layers.style).mean(),
                config.smooth * total_variation(made / _GREY_RANGE).mean(),
            ]
        )
        total = terms.sum()
        if not bool(torch.isfinite(total)):
            raise NonFiniteLossError("the loss is no longer finite: lower the rate")
        self._optimiser.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        self._optimiser.step()
        self.updates += 1
        return Lesson(self.updates, self.seconds, *terms.tolist())

    def _drawn(self) -> Tensor:
        """(batch, 3, side, side), half of them mirrored."""
        config = self._config
        random = torch.Generator().manual_seed(config.seed * 1_000_003 + self.updates)
        rows = torch.randint(len(self._photos), (config.batch,), generator=random).tolist()
        squares = [
            middle_square(open_picture(self._photos[row], config.side), config.side) for row in rows
        ]
        pixels = torch.cat([as_pixels(Image.fromarray(square)) for square in squares])
        mirrored = torch.rand(config.batch, generator=random) < 0.5
        pixels[mirrored] = pixels[mirrored].flip(3)
        return pixels.to(self._features.device)

    def keep(self) -> None:
        """Write the state by one atomic rename."""
        facts = {"identity": self._identity, "updates": self.updates, "seconds": self.seconds}
        moments = self._optimiser.state_dict()["state"]
        tensors = prefixed("network", self._network.state_dict())
        for place, moment in moments.items():
            tensors |= prefixed(f"moment.{place}", moment)
        whole = {name: each.detach().cpu().contiguous() for name, each in tensors.items()}
        content = save(whole, metadata={"state": json.dumps(facts)})
        replace_file(self._folder / STATE, content)

    def resume(self) -> None:
        """Go on from the state in the folder, if there is one. Raises CheckpointError."""
        path = self._folder / STATE
        if not path.is_file():
            return
        try:
            with safe_open(path, framework="pt") as handle:
                facts = json.loads((handle.metadata() or {})["state"])
                tensors = {name: handle.get_tensor(name) for name in handle.keys()}  # noqa: SIM118
        except (SafetensorError, OSError, KeyError, ValueError) as error:
            raise CheckpointError(f"{path} is no state of a run: {error}") from error
        if facts.get("identity") != self._identity:
            raise CheckpointError(f"{path} is of a run with another recipe or other pictures")
        self._network.load_state_dict(under("network", tensors))
        state = self._optimiser.state_dict()
        places = {name.split(".")[1] for name in tensors if name.startswith("moment.")}
        state["state"] = {int(place): under(f"moment.{place}", tensors) for place in places}
        self._optimiser.load_state_dict(state)
        self.updates, self._before = facts["updates"], facts["seconds"]
        self._began = self._clock()

    def ship(self, destination: Destination) -> tuple[Path, Path]:
        """Weights in half precision, and their card."""
        tensors = {
            name: (value.half() if value.dim() > 1 else value.float()).cpu().contiguous()
            for name, value in self._network.state_dict().items()
        }
        content = save(tensors)
        rounded = StyleNet(filters=self._config.filters, blocks=self._config.blocks)
        rounded.load_state_dict({name: value.float() for name, value in tensors.items()})
        colours = golden_colours(frozen(rounded, device=torch.device("cpu")), seed=GOLDEN_SEED)
        card = self._card(destination, content, colours)
        parse_style_card(card)
        weights = destination.folder / f"{destination.version}.safetensors"
        beside = destination.folder / f"{destination.version}.json"
        replace_file(weights, content)
        replace_file(beside, (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode())
        return weights, beside

    def _card(
        self, destination: Destination, content: bytes, colours: Sequence[float]
    ) -> dict[str, object]:
        config = self._config
        return {
            "schema": STYLE_SCHEMA,
            "kind": STYLE_KIND,
            "version": destination.version,
            "created_at": destination.created_at,
            "licence": "that of the photos, the style picture and the features",
            "architecture": {
                "name": "johnson-change", "filters": config.filters, "blocks": config.blocks
            },
            "weights": {
                "file": f"{destination.version}.safetensors",
                "sha256": sha256(content).hexdigest(),
                "bytes": len(content),
            },
            "style": {"name": self._style.path.name, "sha256": self._style.digest},
            "training": {
                "side": config.side,
                "features": self._features.name,
                "pictures": len(self._photos),
                "updates": self.updates,
                "seconds": round(self.seconds, 1),
                "machine": f"{torch.get_num_threads()} thread(s) of a {platform.machine()} CPU"
                if self._features.device.type == "cpu"
                else self._features.device.type,
                "recipe": asdict(config),
            },
            "golden": {
                "seed": GOLDEN_SEED, "colours": list(colours), "tolerance": GOLDEN_TOLERANCE
            },
            "limits": [
                f"It paints one style, at about the scale of {config.side} pixels that it saw.",
                (f"{self.updates} updates of {config.batch} photos are few beside the paper's "
                "40,000: texture and colours follow the style, brush strokes hardly do."),
            ],
        }  # fmt: skip
