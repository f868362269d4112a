"""Apply a recipe to a picture at full resolution, without torch: numpy and Pillow in strips.

The same operations as ``ml.coach.edits``, which optimises them; a test holds both together.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ml.coach.frame import Frame, frame_of
from ml.contracts.edits import Edits

# About 60 MB of temporary arrays, whatever the size of the picture.
STRIP_PIXELS = 1_000_000
SPOT = 0.3  # standard deviation of the dodged spot, as a share of each side
LUMA = (0.2126, 0.7152, 0.0722)  # Rec. 709
KNEE = 0.0031308  # IEC 61966-2-1: below it sRGB is linear
Tones = NDArray[np.float32]


class PictureModeError(ValueError):
    """The picture is not RGB: the caller must flatten it first."""


def apply(image: Image.Image, edits: Edits) -> Image.Image:
    """A new RGB picture. Straighten and crop make it smaller; doing nothing copies it exactly.

    Besides the picture and the result it holds one strip at a time. Raises PictureModeError.
    """
    if image.mode != "RGB":
        raise PictureModeError(f"a recipe is applied to RGB pictures, not to {image.mode}")
    frame = frame_of(edits, width=image.width, height=image.height)
    result = Image.new("RGB", (frame.width, frame.height))
    rows = max(1, STRIP_PIXELS // frame.width)
    for top in range(0, frame.height, rows):
        strip = _cut(image, edits, frame, top=top, rows=min(rows, frame.height - top))
        result.paste(_toned(strip, edits, frame, top=top), (0, top))
    return result


def changes_tones(edits: Edits) -> bool:
    """Whether the recipe changes any colour, and not only the frame."""
    tones = (edits.exposure, edits.contrast, edits.temperature, edits.tint)
    return any((*tones, edits.saturation, edits.vignette, edits.dodge))


def white_balance(edits: Edits) -> tuple[float, float, float]:
    """Gains of red, green and blue that keep the luminance of grey."""
    logs = (
        edits.temperature / 2 - edits.tint / 3,
        2 * edits.tint / 3,
        -edits.temperature / 2 - edits.tint / 3,
    )
    gains = np.exp(np.array(logs))
    red, green, blue = gains / (gains @ np.array(LUMA))
    return float(red), float(green), float(blue)


def _cut(image: Image.Image, edits: Edits, frame: Frame, *, top: int, rows: int) -> Image.Image:
    """Rows ``top`` to ``top + rows`` of the framed picture."""
    a, b, c, d, e, f = frame.matrix
    if not edits.straighten:
        # Whole pixels are copied, so that cropping costs no sharpness.
        left = min(round((c - a + 1) / 2 * image.width), image.width - frame.width)
        first = min(round((f - e + 1) / 2 * image.height), image.height - frame.height) + top
        return image.crop((left, first, left + frame.width, first + rows))
    half_w, half_h = image.width / 2, image.height / 2
    across, down = 2.0 / frame.width, 2.0 / frame.height
    start = down * top - 1.0  # v of the strip's upper edge; u starts at -1
    numbers = (
        half_w * a * across, half_w * b * down, half_w * (1 + c - a + b * start),
        half_h * d * across, half_h * e * down, half_h * (1 + f - d + e * start),
    )  # fmt: skip
    return image.transform(
        (frame.width, rows), Image.Transform.AFFINE, numbers, Image.Resampling.BICUBIC
    )


def _toned(strip: Image.Image, edits: Edits, frame: Frame, *, top: int) -> Image.Image:
    if not changes_tones(edits):
        return strip
    linear = _to_linear()[np.asarray(strip)]  # (rows, W, 3)
    gains = _stops(edits, frame, top=top, rows=strip.height)[..., None] * np.array(
        white_balance(edits), dtype=np.float32
    )
    # Above 1 the gain is rolled off so that white stays white and nothing is clipped.
    linear *= gains / (1.0 + np.maximum(gains - 1.0, 0.0) * linear)
    tones = _to_encoded(linear)
    tones += edits.contrast * (tones - 0.5) * 4.0 * tones * (1.0 - tones)
    luma = (tones @ np.array(LUMA, dtype=np.float32))[..., None]
    tones = luma + (1.0 + edits.saturation) * (tones - luma)
    return Image.fromarray((np.clip(tones, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8))


def _stops(edits: Edits, frame: Frame, *, top: int, rows: int) -> Tones:
    """(rows, W) gains in linear light of exposure, vignette and the dodged spot."""
    u = ((np.arange(frame.width, dtype=np.float32) + 0.5) / frame.width)[None, :]
    v = ((np.arange(top, top + rows, dtype=np.float32) + 0.5) / frame.height)[:, None]
    corner = ((2 * u - 1) ** 2 + (2 * v - 1) ** 2) / 2  # 1 in the corners
    spot = np.exp(-((u - edits.dodge_x) ** 2 + (v - edits.dodge_y) ** 2) / (2 * SPOT**2))
    stops = edits.exposure + edits.vignette * corner + edits.dodge * spot
    gains: Tones = np.exp2(stops).astype(np.float32)
    return gains


def _to_linear() -> Tones:
    """Linear light of each of the 256 levels of sRGB (IEC 61966-2-1)."""
    levels = np.arange(256, dtype=np.float64) / 255.0
    bent = ((levels + 0.055) / 1.055) ** 2.4
    return np.where(levels <= 12.92 * KNEE, levels / 12.92, bent).astype(np.float32)


def _to_encoded(linear: Tones) -> Tones:
    """Encoded sRGB in [0, 1] of linear light in [0, 1] (IEC 61966-2-1)."""
    bent = 1.055 * np.maximum(linear, KNEE) ** np.float32(1 / 2.4) - 0.055
    encoded: Tones = np.where(linear <= KNEE, linear * 12.92, bent)
    return encoded
