"""Small made-up vote data sets whose brightness decides the votes."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image


def write_oasis(folder: Path, *, count: int, seed: int = 1) -> Path:
    """A folder as ``read_oasis`` expects it: brighter photos get higher votes 1-7."""
    columns = [f"b{step}" for step in range(1, 8)]
    return _write(folder, "ratings.csv", "file", "images", columns, count=count, seed=seed)


def write_sophoappeal(folder: Path, *, count: int, seed: int = 2) -> Path:
    """A folder as ``read_sophoappeal`` expects it: brighter tiles get higher votes 1-5."""
    columns = [f"count_{step}" for step in range(1, 6)]
    return _write(folder, "labels.csv", "tile", "tiles80", columns, count=count, seed=seed)


def _write(
    folder: Path, table: str, key: str, images: str, columns: list[str], *, count: int, seed: int
) -> Path:
    generator = np.random.default_rng(seed)
    (folder / images).mkdir(parents=True)
    with (folder / table).open("w", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=[key, *columns])
        writer.writeheader()
        for number in range(count):
            brightness = number / (count - 1)
            noise = generator.integers(0, 40, size=(24, 32, 3))
            pixels = (noise + brightness * 200).astype(np.uint8)
            name = f"picture {number}.png"
            Image.fromarray(pixels).save(folder / images / name)
            writer.writerow({key: name, **_votes(columns, brightness, generator)})
    return folder


def _votes(columns: list[str], brightness: float, generator: np.random.Generator) -> dict[str, int]:
    steps = np.arange(len(columns))
    closeness = np.exp(-((steps - brightness * (len(columns) - 1)) ** 2))
    counts = generator.multinomial(60, closeness / closeness.sum())
    return {column: int(votes) for column, votes in zip(columns, counts, strict=True)}


def noise(number: int, *, brightness: float = 0.5, size: tuple[int, int] = (32, 24)) -> Image.Image:
    """A picture unlike every other number's, ``brightness`` in 0..1."""
    generator = np.random.default_rng(number)
    grains = generator.integers(0, 40, size=(size[1] // 4, size[0] // 4, 3))
    blocks = grains.repeat(4, axis=0).repeat(4, axis=1)
    return Image.fromarray((blocks + brightness * 200).astype(np.uint8))


def write_csv(folder: Path, header: str, rows: list[str], *, name: str = "ratings.csv") -> Path:
    """A table of the given lines, ``folder / name``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder / name
