"""Small class folders, paintings and cut-outs, for tests of the recogniser."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

COLOURS = {"drum": (210, 40, 40), "flute": (40, 60, 210), "harp": (40, 180, 60)}
SIDE = 48


def photo(name: str, seed: int) -> Image.Image:
    """A shape of the class' colour on a light ground, never twice the same."""
    rng = np.random.default_rng((seed, len(name)))
    picture = Image.new("RGB", (SIDE, SIDE), tuple(int(c) for c in rng.integers(225, 255, 3)))
    draw = ImageDraw.Draw(picture)
    x, y = (int(c) for c in rng.integers(4, 16, 2))
    w, h = (int(c) for c in rng.integers(16, 26, 2))
    shape = draw.ellipse if name == "drum" else draw.rectangle
    shape((x, y, x + w, y + h), fill=COLOURS[name])
    return picture


def scene(seed: int) -> Image.Image:
    """Grey patches: none of the classes."""
    noise = np.random.default_rng(seed).integers(60, 200, size=(4, 4, 1), dtype=np.uint8)
    return Image.fromarray(noise.repeat(3, axis=2)).resize((SIDE, SIDE))


def write_folders(folder: Path, *, count: int = 14) -> Path:
    """``photos/<class>``, ``none``, ``paintings``, ``cuts/<class>`` and ``styled`` below it."""
    for name in COLOURS:
        for number in range(count):
            _save(photo(name, number), folder / "photos" / name / f"{number}.png")
        cut = Image.new("RGBA", (20, 12), (*COLOURS[name], 255))
        _save(cut, folder / "cuts" / name / "one.png")
    for number in range(count):
        _save(scene(number), folder / "none" / f"{number}.png")
    for number in range(4):
        maker = "Old" if number < 2 else "New"
        _save(scene(100 + number), folder / "paintings" / f"{maker}_{number}.png")
    return folder


def write_styled(folder: Path, contents: list[tuple[Path, str]], style: str) -> Path:
    """Darkened copies of pictures with the table that `style pairs` writes."""
    rows = []
    for number, (path, label) in enumerate(contents):
        with Image.open(path) as picture:
            _save(picture.convert("RGB").point(lambda v: int(v * 0.8)), folder / f"{number}.png")
        rows.append((f"{number}.png", label, path.name, style))
    with (folder / "pairs.csv").open("w", newline="") as handle:
        table = csv.writer(handle)
        table.writerow(("file", "label", "content", "style"))
        table.writerows(rows)
    return folder


def _save(picture: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
