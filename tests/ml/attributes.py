"""Made pictures with attributes: brightness decides the light, nothing decides the luck."""

from pathlib import Path

import numpy as np
from PIL import Image

from ml.cli.__main__ import main

ROWS = 48


def write_labelled(folder: Path, *, count: int = ROWS, seed: int = 3) -> Path:
    """A folder with images/ and ratings.csv: votes, light, luck, and three ratings of mood."""
    generator = np.random.default_rng(seed)
    (folder / "images").mkdir(parents=True)
    lines = ["file,n1,n2,n3,n4,n5,attribute_light,attribute_luck,attribute_mood"]
    for number in range(count):
        brightness = number / (count - 1)
        grains = generator.integers(0, 60, size=(6, 8, 3)).repeat(4, axis=0).repeat(4, axis=1)
        name = f"{number:03}.png"
        Image.fromarray((grains + brightness * 190).astype(np.uint8)).save(folder / "images" / name)
        step = min(int(brightness * 5), 4)
        votes = [9 if at == step else 1 for at in range(5)]
        luck = float(generator.uniform(0, 1))
        mood = "7" if number < 3 else ""
        light = f"{2 * brightness - 1:.3f}"
        lines.append(",".join([name, *map(str, votes), light, f"{luck:.3f}", mood]))
    (folder / "ratings.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def learn_tiny(data: Path, out: Path, *more: str) -> int:
    """Run the command on the tiny backbone. Returns its exit status."""
    return main(
        [
            "attributes", "--data", f"csv={data}", "--out", str(out), "--version", "tiny",
            "--backbone", "tiny", "--sides", "16", "--repeats", "2", "--resamples", "80", *more,
        ]
    )  # fmt: skip
