"""Folders of runs with made-up pictures whose votes follow something that a tiny network sees."""

import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from shutil import copyfile

import numpy as np
from PIL import Image

from ml.cli.__main__ import main
from ml.contracts.manifest import Manifest, ManifestRow, read_manifest, write_manifest
from ml.contracts.retrain import (
    DataSource,
    Gate,
    RunRecipe,
    RunRequest,
    Said,
    SaidKind,
    parse_said,
    read_request,
    write_request,
)
from ml.contracts.verdict import RunReport, read_report
from ml.training.challenger.folder import RunFolder
from tests.workers.tiny import write_tiny_scorer

PARTS = ("train",) * 6 + ("validation",) * 2 + ("test",) * 2
GATE = Gate(resamples=200, fewest=10, slowest=100.0, largest=100.0)
TINY_CHANGES: dict[str, object] = {
    "input_side": 16,
    "resize_side": 18,
    "dropout": 0.1,
    "batch": 16,
    "accumulate": 1,
    "head_epochs": 2,
    "head_rate": 0.05,
    "all_epochs": 2,
    "all_rate": 0.01,
    "cached_views": 2,
}


@dataclass(frozen=True)
class Ran:
    """How the command ended and what it said."""

    status: int
    said: Sequence[Said] = field(default_factory=tuple)

    def of(self, kind: SaidKind) -> list[Said]:
        return [each for each in self.said if each.kind is kind]


def write_run(
    path: Path,
    recipe: RunRecipe,
    *,
    count: int = 80,
    champion: bool = True,
    seed: int = 1,
    changes: dict[str, object] | None = None,
    alike: bool = False,
) -> RunFolder:
    """Everything that the command needs: bright pictures got high votes, unless ``alike``."""
    folder = RunFolder(path)
    folder.pictures.mkdir(parents=True)
    rows = [_row(folder, number, count, alike=alike) for number in range(count)]
    digest = write_manifest(folder.manifest, Manifest("snapshot", 10, tuple(rows)))
    if champion:
        write_tiny_scorer(path, name="champion")
    write_request(folder.request, _request(recipe, digest, seed, changes or {}))
    return folder


def show_elsewhere(folder: RunFolder, key: str) -> set[str]:
    """Test pictures of another snapshot, like these, whose crowd likes the opposite."""
    manifest = read_manifest(folder.manifest)
    rows = [_opposite(folder, row) for row in manifest.rows if row.part == "test"]
    folder.other(key).parent.mkdir(exist_ok=True)
    write_manifest(folder.other(key), Manifest("elsewhere", manifest.steps, tuple(rows)))
    change_request(folder, read_request(folder.request), others={key: "Instruments"})
    return {row.artwork for row in rows}


def change_request(folder: RunFolder, request: RunRequest, **fields: object) -> None:
    write_request(folder.request, replace(request, **fields))  # type: ignore[arg-type]


def retrain(folder: RunFolder, *, cache: Path | None = None) -> Ran:
    """Run the command in this process."""
    arguments = ["--threads", "1", "retrain", str(folder.path)]
    if cache is not None:
        arguments += ["--cache", str(cache)]
    text = io.StringIO()
    with redirect_stdout(text):
        status = main(arguments)
    return Ran(status, said_in(text.getvalue()))


def said_in(text: str) -> list[Said]:
    """The lines that are ours."""
    return [said for line in text.splitlines() if (said := parse_said(line)) is not None]


def report_of(folder: RunFolder) -> RunReport:
    return read_report(folder.report)


def _opposite(folder: RunFolder, row: ManifestRow) -> ManifestRow:
    artwork = sha256(row.artwork.encode()).hexdigest()
    copyfile(folder.pictures / row.file, folder.pictures / f"{artwork}.webp")
    request = read_request(folder.request)
    turned = {key: request.low + request.high - value for key, value in row.attributes.items()}
    return replace(
        row,
        artwork=artwork,
        file=f"{artwork}.webp",
        counts=row.counts[::-1],
        group="",
        attributes=turned,
    )


def _request(recipe: RunRecipe, digest: str, seed: int, changes: dict[str, object]) -> RunRequest:
    return RunRequest(
        run="1",
        version="scorer-new",
        created_at="2026-11-21T23:00:00+00:00",
        recipe=recipe,
        seed=seed,
        snapshot=digest,
        sources=(DataSource("campaign:1", "Autumn", "own pictures", 80, 1600),),
        slices={"campaign:1": "Autumn"},
        changes=changes,
        gate=GATE,
    )


def _row(folder: RunFolder, number: int, count: int, *, alike: bool) -> ManifestRow:
    brightness = number / (count - 1)
    generator = np.random.default_rng(number)
    pixels = generator.integers(0, 40, size=(24, 32, 3)) + brightness * 200
    artwork = sha256(f"artwork {number}".encode()).hexdigest()
    picture = Image.fromarray(pixels.astype(np.uint8))
    picture.save(folder.pictures / f"{artwork}.webp", lossless=True, method=0)
    steps = np.arange(1, 11)
    likely = np.exp(-((steps - (5 if alike else 2 + 7 * brightness)) ** 2) / 4)
    votes = generator.multinomial(20, likely / likely.sum()) if not alike else likely
    return ManifestRow(
        artwork=artwork,
        file=f"{artwork}.webp",
        counts=tuple(float(each) for each in votes),
        part=PARTS[(number * 7) % 10],
        tags=("photo", "campaign:1") if number % 2 else ("photo",),
        group=artwork[:12],
    )
