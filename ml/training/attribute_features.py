"""What the frozen backbone's blocks see in each picture, computed once and kept on disk."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ml.contracts.files import replace_file
from ml.data.opening import open_picture
from ml.data.samples import Panel
from ml.data.transforms import mirrored, to_pixels
from ml.evaluation.metrics import Array
from ml.inference.frozen import frozen, run_frozen
from ml.layers.merge import MergeLayer
from ml.models.backbone import Backbone
from ml.training.features import Features
from ml.training.pixels import cache_name, fingerprint

BATCH = 8


@dataclass(frozen=True, slots=True, eq=False)
class BlockFeatures:
    """Mean-pooled maps of all blocks, (n, F), of each picture and of its mirror image.

    ``channels``: of each block, shallow to deep.
    """

    upright: Features
    mirror: Features
    channels: tuple[int, ...]

    def merged(self) -> tuple[Array, Array]:
        """(n, F) merged features to learn from, the mean of both views, and upright ones."""
        views = [_merge(view, self.channels) for view in (self.upright, self.mirror)]
        return (views[0] + views[1]) / 2, views[0]

    def top(self) -> tuple[Array, Array]:
        """The same of the mean-pooled top map alone, (n, C)."""
        start = -self.channels[-1]
        views = [view[:, start:].astype(np.float64) for view in (self.upright, self.mirror)]
        return (views[0] + views[1]) / 2, views[0]


def block_features(
    panel: Panel,
    backbone: Backbone,
    *,
    side: int,
    cache: Path | None,
    on_progress: Callable[[int, int], None],
) -> BlockFeatures:
    """Extract, or read from ``cache`` when the same files met the same backbone before.

    ``on_progress(done, total)`` is told after every batch.
    """
    path = None
    if cache is not None:
        looked = fingerprint(panel.pictures, large=side, side=side)
        path = cache / f"blocks-{cache_name(looked, backbone.name, backbone.digest)}.npz"
    if path is not None and path.is_file():
        with np.load(path) as stored:
            return BlockFeatures(stored["upright"], stored["mirror"], backbone.block_channels)
    found = _extract(panel, backbone, side=side, on_progress=on_progress)
    if path is not None:
        packed = io.BytesIO()
        np.savez(packed, upright=found.upright, mirror=found.mirror)
        replace_file(path, packed.getvalue())
    return found


def _extract(
    panel: Panel, backbone: Backbone, *, side: int, on_progress: Callable[[int, int], None]
) -> BlockFeatures:
    network = frozen(backbone, device=torch.device("cpu"))

    def pool(pixels: Tensor) -> Tensor:
        return torch.cat([block.mean(dim=(2, 3)) for block in network.blocks(pixels)], dim=1)

    views: tuple[list[Features], list[Features]] = ([], [])
    total = len(panel.pictures)
    for start in range(0, total, BATCH):
        paths = [picture.path for picture in panel.pictures[start : start + BATCH]]
        pixels = to_pixels([open_picture(path, side) for path in paths], side=side)
        views[0].append(run_frozen(pool, pixels).numpy())
        views[1].append(run_frozen(pool, mirrored(pixels)).numpy())
        on_progress(min(start + BATCH, total), total)
    upright, mirror = (np.concatenate(view) for view in views)
    return BlockFeatures(upright, mirror, backbone.block_channels)


def _merge(pooled: Features, channels: tuple[int, ...]) -> Array:
    """A pooled map is a map of one pixel, so the layer of the network itself merges it."""
    parts = torch.split(torch.from_numpy(pooled).double(), list(channels), dim=1)
    merged: Array = MergeLayer()([part[:, :, None, None] for part in parts]).numpy()
    return merged
