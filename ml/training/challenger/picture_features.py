"""Features of pictures one by one, kept by what was looked at and what looked at it.

A picture and its mirror image are one batch whatever else is asked for, so that features are the
same to the last bit however many of them were already known.
"""

import io
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ml.contracts.files import replace_file
from ml.contracts.retrain import RefusalCode
from ml.data.opening import open_picture
from ml.data.samples import VotedPicture
from ml.data.transforms import mirrored, to_pixels
from ml.inference.frozen import frozen, run_frozen
from ml.models.scorer import Scorer
from ml.training.challenger.block_pools import BlockPools
from ml.training.challenger.refusals import FULL, RunRefusedError
from ml.training.features import PanelFeatures
from ml.training.pixels import cache_name

Views = NDArray[np.float32]


def picture_features(
    pictures: Sequence[VotedPicture],
    scorer: Scorer | BlockPools,
    *,
    side: int,
    device: torch.device,
    cache: Path | None,
    told: Callable[[int, int], None],
) -> PanelFeatures:
    """(n, F) of every picture and of its mirror image. ``told(done, total)`` after each.

    ``cache``: a folder that any number of runs may share. The scorer comes back to the CPU.
    Raises RunRefusedError for a file that cannot be decoded.
    """
    shelf = None if cache is None else cache / cache_name("features", scorer.identity, side)
    network = frozen(scorer, device=device)
    views: list[Views] = []
    for done, picture in enumerate(pictures, start=1):
        views.append(_kept(picture, network, side=side, device=device, shelf=shelf))
        told(done, len(pictures))
    frozen(scorer, device=torch.device("cpu"))
    both = np.stack(views)  # (n, 2, F)
    return PanelFeatures(upright=both[:, 0], mirror=both[:, 1])


def _kept(
    picture: VotedPicture,
    network: Scorer | BlockPools,
    *,
    side: int,
    device: torch.device,
    shelf: Path | None,
) -> Views:
    if shelf is None:
        return _looked(picture, network, side=side, device=device)
    name = sha256(picture.path.read_bytes()).hexdigest()
    path = shelf / name[:2] / f"{name}.npy"
    if path.is_file():
        known: Views = np.load(path)
        return known
    views = _looked(picture, network, side=side, device=device)
    packed = io.BytesIO()
    np.save(packed, views)
    replace_file(path, packed.getvalue())
    return views


def _looked(
    picture: VotedPicture, network: Scorer | BlockPools, *, side: int, device: torch.device
) -> Views:
    """(2, F): upright and mirrored."""
    try:
        opened = open_picture(picture.path, side)
    except OSError as error:
        if error.errno in FULL:
            raise
        raise RunRefusedError(
            RefusalCode.PICTURES_GONE, f"The picture {picture.path.name} cannot be read: {error}."
        ) from error
    pixels = to_pixels([opened], side=side)
    pair = torch.cat([pixels, mirrored(pixels)]).to(device)
    views: Views = run_frozen(network.features, pair).numpy()
    return views
