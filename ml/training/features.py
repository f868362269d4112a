"""Features of a panel's pictures, computed once by the frozen backbone and kept on disk."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ml.contracts.files import replace_file
from ml.data.opening import open_picture
from ml.data.samples import Panel
from ml.data.transforms import mirrored, to_pixels
from ml.inference.frozen import frozen, run_frozen
from ml.models.scorer import Scorer
from ml.training.pixels import cache_name, fingerprint

BATCH = 8
Features = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PanelFeatures:
    """Two views of every picture, rows in the panel's order: (n, F) as it is, (n, F) mirrored."""

    upright: Features
    mirror: Features


def panel_features(
    panel: Panel,
    scorer: Scorer,
    *,
    side: int,
    cache: Path | None,
    on_progress: Callable[[int, int], None],
) -> PanelFeatures:
    """Extract, or read from ``cache`` when the same files met the same backbone before.

    ``on_progress(done, total)`` is told after every batch.
    """
    path = None
    if cache is not None:
        looked = fingerprint(panel.pictures, large=side, side=side)
        path = cache / f"scorer-{cache_name(looked, scorer.identity)}.npz"
    if path is not None and path.is_file():
        with np.load(path) as stored:
            return PanelFeatures(upright=stored["upright"], mirror=stored["mirror"])
    features = _extract(panel, scorer, side=side, on_progress=on_progress)
    if path is not None:
        packed = io.BytesIO()
        np.savez(packed, upright=features.upright, mirror=features.mirror)
        replace_file(path, packed.getvalue())
    return features


def _extract(
    panel: Panel, scorer: Scorer, *, side: int, on_progress: Callable[[int, int], None]
) -> PanelFeatures:
    network = frozen(scorer, device=torch.device("cpu"))
    upright: list[Features] = []
    mirror: list[Features] = []
    total = len(panel.pictures)
    for start in range(0, total, BATCH):
        paths = [picture.path for picture in panel.pictures[start : start + BATCH]]
        pixels = to_pixels([open_picture(path, side) for path in paths], side=side)
        upright.append(run_frozen(network.features, pixels).numpy())
        mirror.append(run_frozen(network.features, mirrored(pixels)).numpy())
        on_progress(min(start + BATCH, total), total)
    return PanelFeatures(upright=np.concatenate(upright), mirror=np.concatenate(mirror))
