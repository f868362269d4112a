"""What the tests of the decode sandbox share: limits, and how to look at what came out."""

import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from webapp.catalogue.validation import ImageLimits
from workers.runtime.imaging.renderer import Renderer
from workers.runtime.imaging.results import (
    Encoding,
    Rendered,
    Size,
    Unrenderable,
    Wants,
)

ROOT = Path(__file__).resolve().parents[2]
LIMITS = ImageLimits(max_bytes=20_000_000, max_pixels=60_000_000, max_side=16_000)
SMALL = Wants(((Size.SMALL, Encoding.WEBP),))


def shown(rendered: Rendered) -> Image.Image:
    """The first display file, decoded."""
    return Image.open(BytesIO(rendered.renditions[0].data)).convert("RGB")


def failure(renderer: Renderer, data: bytes, limits: ImageLimits = LIMITS) -> Unrenderable:
    with pytest.raises(Unrenderable) as caught:
        renderer.render(data, wants=SMALL, limits=limits)
    return caught.value


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean absolute difference per channel, 0-255."""
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def eventually(check: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


# What comes back
