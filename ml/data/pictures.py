"""Look at picture files one by one: decode each fully, and name what is wrong with it."""

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from ml.data.faults import Fault, FaultReason
from ml.data.samples import Fingerprint, PictureFacts

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
MIN_SIDE = 8
MAX_PIXELS = 100_000_000
WORKERS = 2
_THUMB = 8
# What Pillow's decoders are known to raise on broken files.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)


def examine_all(
    files: Iterable[tuple[str, Path]], *, workers: int = WORKERS
) -> Iterator[PictureFacts | Fault]:
    """Facts or a fault for each (name, path), in the order given.

    Files are decoded by ``workers`` threads and let go at once: memory holds one picture a
    thread, whatever the size of the folder.
    """
    with ThreadPoolExecutor(max_workers=workers) as pool:
        yield from pool.map(lambda item: examine(item[1], name=item[0]), files)


def examine(path: Path, *, name: str) -> PictureFacts | Fault:
    """Decode one file completely and describe it under ``name``, or say why it cannot be used."""
    try:
        with Image.open(path) as picture:
            if fault := _measured(picture, name):
                return fault
            pixels = picture.convert("RGB")
            return PictureFacts(
                file=name,
                bytes=path.stat().st_size,
                width=picture.width,
                height=picture.height,
                fingerprint=fingerprint(pixels, digest=_digest(path)),
            )
    except Image.DecompressionBombError as error:
        return Fault(name, FaultReason.TOO_MANY_PIXELS, str(error))
    except _BROKEN as error:
        reason = FaultReason.CORRUPT_FILE
        if "truncated" in str(error).lower():
            reason = FaultReason.TRUNCATED_FILE
        return Fault(name, reason, str(error) or type(error).__name__)


def fingerprint(pixels: Image.Image, *, digest: str) -> Fingerprint:
    """What tells an RGB picture apart from others, also after another compression or size.

    The outline is the difference hash of Krawetz (2013): 9 x 8 grey means, each compared with
    its right neighbour, 64 bits.
    """
    thumb = pixels.resize((_THUMB, _THUMB), Image.Resampling.BOX)
    grey = np.asarray(pixels.convert("L").resize((_THUMB + 1, _THUMB), Image.Resampling.BOX))
    brighter = grey[:, :-1] > grey[:, 1:]  # (8, 8)
    outline = int.from_bytes(np.packbits(brighter).tobytes(), "big")
    return Fingerprint(digest=digest, outline=outline, thumb=thumb.tobytes())


def _measured(picture: Image.Image, name: str) -> Fault | None:
    """What the header alone says against a picture."""
    size = f"{picture.width} x {picture.height} pixels"
    if picture.width * picture.height > MAX_PIXELS:
        return Fault(name, FaultReason.TOO_MANY_PIXELS, size)
    if min(picture.size) < MIN_SIDE:
        return Fault(name, FaultReason.TOO_SMALL, f"{size}; a side has at least {MIN_SIDE}")
    return None


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
