"""Web-size and camera-size JPEGs made from a seed, so that every run judges the same bytes."""

import io
import random

from PIL import Image, ImageDraw, ImageFilter

WEB = (1200, 800)
CAMERA = (4000, 3000)


def jpeg(size: tuple[int, int], seed: int) -> bytes:
    """A picture with gradients, shapes and grain; about as heavy as a real photo of its size."""
    random_ = random.Random(seed)
    small = Image.effect_noise((size[0] // 8, size[1] // 8), 60).resize(size)
    grain = Image.effect_noise(size, 14)
    base = Image.merge("RGB", [Image.blend(small, grain, random_.uniform(0.2, 0.5))] * 3)
    draw = ImageDraw.Draw(base)
    for _ in range(12):
        x, y = random_.randrange(size[0]), random_.randrange(size[1])
        radius = random_.randrange(20, max(21, size[1] // 4))
        colour = tuple(random_.randrange(256) for _ in range(3))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    out = io.BytesIO()
    base.filter(ImageFilter.GaussianBlur(1)).save(out, "JPEG", quality=88)
    return out.getvalue()
