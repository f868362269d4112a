"""What lies around the work in a reproduction: plain margins, frames, rulers, colour panels.

Each side is peeled strip by strip from outside. A strip is plain where it hardly varies; a ruler
where dark ticks come at an even pace along it; a colour panel where it is made of a few even
patches of different colours. A frame is four straight edges that run along all four sides at about
the same depth, with what lies outside of them unlike the work. The rules are simple and their
limits are known: a round frame is not found, nor one that a work's own edge hides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ml.contracts.objects import Edges, Margin, MarginKind

SIDES = ("top", "bottom", "left", "right")
LOOK = 400  # pixels of the longer side while looking
DEEPEST = 0.3  # of the picture, at one side
LEAST_KEPT = 0.4  # of each side; a picture that would lose more is left whole
_PLAIN = 7.0  # levels: how much a plain strip varies
_THICKNESSES = (0.05, 0.08, 0.12, 0.18)  # of rulers and panels, of the shorter side
_TICKS = 0.6  # autocorrelation of a ruler's profile
_TICK_STEP = 60.0  # levels
_BETWEEN = 0.1
_FEWEST_TICKS = 10
_PATCHES = (4, 40)
_PATCHED = 0.8  # of a panel's length lies in even patches
_LINE = 0.9  # of a side's length shows a frame's edge
_LINE_STEP = 24.0  # levels
_FRAME_DEPTHS = (0.02, 0.16)

Pixels = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kept:
    """``box``: of what is left, in pixels of the picture; ``margins``: what was left out."""

    box: Edges
    margins: tuple[Margin, ...]

    def of(self, picture: Image.Image) -> Image.Image:
        """The picture without its margins."""
        x, y, width, height = self.box
        return picture.crop((x, y, x + width, y + height))


def without_margins(picture: Image.Image) -> Kept:
    """Find what to leave out of an RGB picture; nothing where too little would be kept."""
    scale = min(1.0, LOOK / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    pixels = np.asarray(picture.resize(size, Image.Resampling.BOX)).astype(np.float64)
    whole = Kept((0, 0, picture.width, picture.height), ())
    if min(size) < 32:
        return whole
    found: list[tuple[str, int, MarginKind]] = []
    edges = dict.fromkeys(SIDES, 0)
    for side in SIDES:
        depth, kinds = _peeled(_turned(pixels, side))
        edges[side] = depth
        found += [(side, share, kind) for share, kind in kinds]
    inner = _inside(pixels, edges)
    for side, depth in zip(SIDES, _frame(inner), strict=True):
        if depth:
            edges[side] += depth
            found.append((side, depth, MarginKind.FRAME))
    return _kept(picture.size, size, edges, found) or whole


def _kept(
    full: tuple[int, int],
    small: tuple[int, int],
    edges: dict[str, int],
    found: Sequence[tuple[str, int, MarginKind]],
) -> Kept | None:
    across, down = full[0] / small[0], full[1] / small[1]
    left, right = round(edges["left"] * across), round(edges["right"] * across)
    top, bottom = round(edges["top"] * down), round(edges["bottom"] * down)
    width, height = full[0] - left - right, full[1] - top - bottom
    if not found or width < LEAST_KEPT * full[0] or height < LEAST_KEPT * full[1]:
        return None
    margins = tuple(
        Margin(side, round(depth * (down if side in SIDES[:2] else across)), kind)
        for side, depth, kind in found
    )
    return Kept((left, top, width, height), margins)


def _peeled(pixels: Pixels) -> tuple[int, list[tuple[int, MarginKind]]]:
    """How many rows from the first on are no part of the work, and what they are."""
    deepest, depth = int(DEEPEST * len(pixels)), 0
    kinds: list[tuple[int, MarginKind]] = []
    while depth < deepest:
        plain = _plain_rows(pixels[depth:deepest])
        if plain >= 2:
            kinds.append((plain, MarginKind.PLAIN))
            depth += plain
            continue
        thick, kind = _strip(pixels[depth:], deepest - depth)
        if kind is None:
            break
        kinds.append((thick, kind))
        depth += thick
    plain = all(kind is MarginKind.PLAIN for _, kind in kinds)
    if plain and not _ends(pixels, depth):
        return 0, []
    return depth, kinds


def _plain_rows(pixels: Pixels) -> int:
    """How many rows from the first on are of the first one's colour, all along."""
    colour = np.median(pixels[0], axis=0) if len(pixels) else np.zeros(3)
    apart = np.abs(pixels - colour).max(axis=2)  # (rows, columns)
    even = (np.quantile(apart, 0.98, axis=1) <= _PLAIN * 2) & (apart.mean(axis=1) <= _PLAIN)
    return int(np.argmin(even)) if not even.all() else len(even)


def _ends(pixels: Pixels, depth: int) -> bool:
    """Whether a plain margin ends in an edge along most of the side: else it is ground or sky."""
    if depth + 3 >= len(pixels):
        return False
    colour = np.median(pixels[max(depth - 2, 0)], axis=0)
    inside = pixels[depth + 1 : depth + 4].mean(axis=0)
    return bool((np.abs(inside - colour).max(axis=1) > _LINE_STEP / 2).mean() >= 0.7)


def _strip(pixels: Pixels, room: int) -> tuple[int, MarginKind | None]:
    """A ruler or a colour panel that begins at the first row: how thick, and which."""
    for share in _THICKNESSES:
        thick = round(share * min(pixels.shape[:2]))
        if not 3 <= thick <= room:
            continue
        strip = pixels[:thick]
        if _is_panel(strip) and not _is_panel(pixels[thick : 2 * thick]):
            return _until(pixels, thick, room), MarginKind.COLOUR_PANEL
        if _is_ruler(strip) and not _is_ruler(pixels[2 * thick : 3 * thick]):
            return thick, MarginKind.RULER
    return 0, None


def _until(pixels: Pixels, thick: int, room: int) -> int:
    """How far the patches of a panel that begins at the first row reach."""
    first = pixels[: max(thick // 2, 1)].mean(axis=0)  # (columns, 3)
    apart = np.abs(pixels[:room] - first).max(axis=2)
    same = (apart <= 2 * _PLAIN).mean(axis=1) >= _PATCHED
    return max(thick, int(np.argmin(same)) if not same.all() else room)


def _is_panel(strip: Pixels) -> bool:
    """Even patches side by side, of at least four different colours."""
    if strip.size == 0:
        return False
    middle = strip[len(strip) // 4 : max(len(strip) * 3 // 4, len(strip) // 4 + 1)]
    even = middle.std(axis=0).max(axis=1) <= _PLAIN  # (columns,)
    row = middle.mean(axis=0)
    steps = np.abs(np.diff(row, axis=0)).max(axis=1) > _LINE_STEP
    cuts = np.flatnonzero(steps)
    starts, ends = np.append(0, cuts + 1), np.append(cuts + 1, len(row))
    length = len(row)
    patches = [
        row[a:b].mean(axis=0)
        for a, b in zip(starts, ends, strict=True)
        if b - a >= 0.02 * length and row[a:b].std(axis=0).max() <= _PLAIN
    ]
    covered = sum(b - a for a, b in zip(starts, ends, strict=True) if b - a >= 0.02 * length)
    if not _PATCHES[0] <= len(patches) <= _PATCHES[1] or covered < _PATCHED * length:
        return False
    hues = {tuple((patch // 32).astype(int)) for patch in patches}
    return bool(even.mean() >= _PATCHED) and len(hues) >= _PATCHES[0]


def _is_ruler(strip: Pixels) -> bool:
    """Dark ticks at an even pace along nearly all of the strip, on a ground of one colour."""
    if strip.size == 0:
        return False
    grey = strip.mean(axis=2)
    ground = np.median(grey)
    profile = np.abs(grey - ground).max(axis=0)
    ticked = (profile > _TICK_STEP).mean()
    if (np.abs(grey - ground) < 3 * _PLAIN).mean() < 0.5 or not 0.05 < ticked < 0.8:
        return False
    centred = profile - profile.mean()
    spectrum = np.abs(np.fft.rfft(centred, 2 * len(centred))) ** 2
    alike = np.fft.irfft(spectrum)[: len(centred) // _FEWEST_TICKS]
    alike = alike / max(alike[0], 1e-9)
    fallen = np.flatnonzero(alike < _BETWEEN)  # what varies slowly never falls so soon
    return bool(len(fallen)) and bool(alike[fallen[0] :].max() >= _TICKS)


def _frame(pixels: Pixels) -> tuple[int, int, int, int]:
    """Depth of the frame at each of ``SIDES``, all 0 unless there is one at all four."""
    depths = [_line_depth(_turned(pixels, side)) for side in SIDES]
    if not all(depths) or max(depths) > 2.5 * min(depths):
        return (0, 0, 0, 0)
    return (depths[0], depths[1], depths[2], depths[3])


def _line_depth(pixels: Pixels) -> int:
    """The deepest row before which an edge runs along nearly the whole side, 0 without one."""
    size = min(pixels.shape[:2])
    first, last = max(2, round(_FRAME_DEPTHS[0] * size)), round(_FRAME_DEPTHS[1] * size)
    found = 0
    for depth in range(first, last):
        inset = slice(depth, max(pixels.shape[1] - depth, depth + 1))
        outside, inside = pixels[depth - 2 : depth, inset], pixels[depth : depth + 2, inset]
        step = np.abs(inside.mean(axis=0) - outside.mean(axis=0)).max(axis=1)
        if (step >= _LINE_STEP).mean() >= _LINE:
            found = depth
    return found


def _turned(pixels: Pixels, side: str) -> Pixels:
    """So that ``side`` is at the top."""
    if side == "top":
        return pixels
    if side == "bottom":
        return pixels[::-1]
    return pixels.transpose(1, 0, 2)[:: 1 if side == "left" else -1]


def _inside(pixels: Pixels, edges: dict[str, int]) -> Pixels:
    height, width = pixels.shape[:2]
    return pixels[edges["top"] : height - edges["bottom"], edges["left"] : width - edges["right"]]
