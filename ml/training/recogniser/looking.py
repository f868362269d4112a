"""What the frozen part of a recogniser sees of views, computed once and kept on disk."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ml.contracts.files import replace_file
from ml.data.opening import open_picture
from ml.data.transforms import on_white, to_pixels
from ml.data.views import View
from ml.inference.frozen import run_frozen
from ml.models.recogniser import Recogniser
from ml.training.progress import Callbacks, Progress, TrainingStoppedError

SIDE = 224
SMALL_SIDE = 96
_BATCH = 16


@dataclass(frozen=True, slots=True)
class Look:
    """One view of one picture: a file, or pixels that were made (``name`` says which)."""

    name: str
    open: Callable[[], Image.Image]
    view: View

    def picture(self) -> Image.Image:
        """The view in RGB. Raises OSError, UnusablePictureError."""
        return self.view.of(on_white(self.open()))


def file_look(path: Path, view: View) -> Look:
    """A view of a file; the name follows the file's content."""
    digest = sha256(path.read_bytes()).hexdigest()[:24]
    return Look(f"{digest} {view}", lambda: open_picture(path, SIDE), view)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Rows are views. ``maps``: (n, C, h, w) halves; ``small``: (n, 3, S, S) bytes."""

    maps: Tensor
    small: Tensor

    def only(self, rows: Sequence[int] | np.ndarray[tuple[int], np.dtype[np.intp]]) -> "Seen":
        """Some of the views."""
        places = torch.as_tensor(np.asarray(rows), dtype=torch.long)
        return Seen(self.maps[places], self.small[places])


def look_at(
    looks: Sequence[Look],
    network: Recogniser,
    *,
    side: int = SIDE,
    cache: Path | None,
    callbacks: Callbacks[Progress],
    step: str,
) -> Seen:
    """What the frozen part says of each view, or what ``cache`` holds of the very same ones.

    Raises TrainingStoppedError, OSError, UnusablePictureError.
    """
    backbone = network.backbone
    if not looks:
        return Seen(torch.empty(0), torch.empty(0, dtype=torch.uint8))
    names = "\n".join(look.name for look in looks)
    facts = f"{names}|{backbone.name}{backbone.digest}{network.start}|{side}{SMALL_SIDE}"
    kept = cache and cache / f"recogniser-{sha256(facts.encode()).hexdigest()[:24]}.npz"
    if kept and kept.is_file():
        with np.load(kept) as stored:
            return Seen(torch.from_numpy(stored["maps"]), torch.from_numpy(stored["small"]))
    maps: list[Tensor] = []
    small: list[Tensor] = []
    for batch in _batches(looks):
        if callbacks.should_stop():
            raise TrainingStoppedError("training was stopped")
        pictures = [look.picture() for look in batch]
        maps.append(run_frozen(network.lower, to_pixels(pictures, side=side)).half())
        small.append(to_pixels(pictures, side=min(side, SMALL_SIDE)).round().clamp(0, 255).byte())
        callbacks.on_progress(Progress(step, len(batch) + _BATCH * (len(maps) - 1), len(looks)))
    seen = Seen(torch.cat(maps), torch.cat(small))
    if kept:
        packed = io.BytesIO()
        np.savez(packed, maps=seen.maps.numpy(), small=seen.small.numpy())
        replace_file(kept, packed.getvalue())
    return seen


def _batches(looks: Sequence[Look]) -> Iterator[Sequence[Look]]:
    for start in range(0, len(looks), _BATCH):
        yield looks[start : start + _BATCH]
