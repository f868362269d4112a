"""A panel's pictures decoded once: uint8 tensors in memory, or in mapped files when large."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ml.data.opening import open_picture
from ml.data.samples import VotedPicture
from ml.data.transforms import to_pixels

Stored = NDArray[np.uint8]
_BATCH = 32


@dataclass(frozen=True, slots=True)
class PixelStore:
    """Both views of every picture, RGB, rows in the order given.

    ``large``: (n, 3, R, R), from which training cuts. ``whole``: (n, 3, S, S), the picture as
    it is judged in service. ``identity``: sha256 over keys, bytes and sides.
    """

    large: Tensor
    whole: Tensor
    identity: str


def load_pixels(
    pictures: Sequence[VotedPicture], *, large: int, side: int, cache: Path | None
) -> PixelStore:
    """Decode the pictures at both sides, or map what ``cache`` holds of the very same files.

    Without a cache folder the pixels stay in memory: 345 kB a picture at 256 and 224.
    """
    identity = fingerprint(pictures, large=large, side=side)
    tensors = [_stored(pictures, edge, identity=identity, cache=cache) for edge in (large, side)]
    return PixelStore(large=tensors[0], whole=tensors[1], identity=identity)


def fingerprint(pictures: Sequence[VotedPicture], *, large: int, side: int) -> str:
    """sha256 over the sides, and the key and bytes of every picture."""
    digest = sha256(f"{large}|{side}".encode())
    for picture in pictures:
        digest.update(picture.key.encode())
        digest.update(sha256(picture.path.read_bytes()).digest())
    return digest.hexdigest()


def _stored(
    pictures: Sequence[VotedPicture], edge: int, *, identity: str, cache: Path | None
) -> Tensor:
    shape = (len(pictures), 3, edge, edge)
    if cache is None:
        return _filled(pictures, np.empty(shape, dtype=np.uint8), edge=edge)
    path = cache / f"pixels-{identity[:24]}-{edge}.npy"
    if not path.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        mapped = np.lib.format.open_memmap(draft, mode="w+", dtype=np.uint8, shape=shape)
        _filled(pictures, mapped, edge=edge)
        mapped.flush()
        draft.replace(path)
    # Copy-on-write: torch wants writable memory, and nothing that is written reaches the file.
    return torch.from_numpy(np.load(path, mmap_mode="c"))


def _filled(pictures: Sequence[VotedPicture], target: Stored, *, edge: int) -> Tensor:
    for start in range(0, len(pictures), _BATCH):
        chunk = [open_picture(picture.path, edge) for picture in pictures[start : start + _BATCH]]
        pixels = to_pixels(chunk, side=edge).to(torch.uint8)
        target[start : start + len(chunk)] = pixels.numpy()
    return torch.from_numpy(target)


def cache_name(*parts: object) -> str:
    """A file name that stands for ``parts``: the same for equal parts."""
    return sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()[:32]
