"""The folder of a training run: lay it out, read what came of it, throw it away.

What lies in it is said by `ml.contracts.retrain`. It is kept while the run may go on.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from ml.contracts.card import check_digest, read_document
from ml.contracts.files import replace_file
from ml.contracts.manifest import read_manifest, write_manifest
from ml.contracts.retrain import RunRecipe, RunRequest, Said, write_request
from ml.contracts.verdict import read_report
from webapp.catalogue import blobs
from webapp.catalogue.chunks import MissingBytesError
from webapp.catalogue.models import Rendition
from webapp.inference.services import SCORED_SIZE
from webapp.registry.models import LARGEST_WEIGHTS
from webapp.registry.services import identity
from webapp.training.models import LIVE_RUNS, TrainingRun
from webapp.training.recording import Artefact, Grid, Learned
from webapp.training.sealed import OtherTest, judged_before, other_tests
from webapp.training.snapshots import data_sources, kind_in, manifest_of, slices, target_in
from webapp.training.usable import usable
from workers.runtime import weights

AT_ONCE: Final = 200
CACHE: Final = "cache"  # features of pictures, shared by all runs
UNUSED_S: Final = 30 * 86400
LARGEST_CACHE: Final = 20 * 1024**3
LARGEST_FILE: Final = 32 * 1024 * 1024
LARGEST_GRID: Final = 2 * 1024 * 1024
MOST_FILES: Final = 60
_TYPES: Final = {
    ".json": "application/json", ".jsonl": "application/x-ndjson", ".csv": "text/csv",
    ".svg": "image/svg+xml", ".txt": "text/plain", ".md": "text/markdown", ".jpg": "image/jpeg",
}  # fmt: skip


class BadResultError(Exception):
    """The process said that it is done, and left something unusable: a fault of ours."""

    code = "bad_result"


class TooLargeError(BadResultError):
    """The challenger cannot be kept: staff must train a smaller one."""

    code = "too_large"


def folder_of(run_id: UUID) -> Path:
    """Where everything of one run lies."""
    return Path(settings.RUNS_DIR) / str(run_id)


def cache_folder() -> Path:
    """Where features are kept that the next run needs again."""
    return Path(settings.RUNS_DIR) / CACHE


def lay_out(run: TrainingRun, tell: Callable[[int, int], None]) -> Path:
    """Write what is not there yet; `tell` hears how many pictures of how many are.

    Raises OSError when the disk is full, ModelFilesError when the champion's files are lost.
    """
    folder = folder_of(run.pk)
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / "manifest.jsonl", manifest_of(run.snapshot))
    if run.champion is not None:
        files = weights.files_of(run.champion)
        shutil.copyfile(files.weights, folder / "champion.safetensors")
        shutil.copyfile(files.card, folder / "champion.json")
    others = tuple(other_tests(run))
    for other in others:
        _write_other(other, folder / "others" / f"{other.snapshot.pk}.jsonl")
    elsewhere = {pk: sha256 for other in others for pk, sha256 in other.files.items()}
    _write_pictures(_own_files(run) | elsewhere, folder / "pictures", tell)
    write_request(folder / "request.json", request_of(run, others))
    return folder


def request_of(run: TrainingRun, others: Sequence[OtherTest]) -> RunRequest:
    """All that decides the run; what is learned is the same whenever it is laid out."""
    target = target_in(run.snapshot)
    return RunRequest(
        run=str(run.pk),
        version=version_name(run),
        created_at=run.created_at.date().isoformat(),
        recipe=RunRecipe(run.recipe),
        target=target.key,
        low=target.low,
        high=target.high,
        seed=run.seed,
        snapshot=run.snapshot.digest,
        sources=data_sources(run.snapshot),
        slices=slices(run.snapshot),
        others={str(other.snapshot.pk): other.snapshot.name for other in others},
        earlier=judged_before(run),
        changes=run.changes,
    )


def version_name(run: TrainingRun) -> str:
    """What the challenger is called."""
    generates = run.recipe == RunRecipe.GENERATOR
    what = "generator" if generates else run.snapshot.attribute_id or "scorer"
    return f"{what}-{run.created_at:%Y%m%d}-{run.pk.hex[:6]}"


def grid(folder: Path, said: Said) -> Grid | None:
    """The samples that a line tells of; None for what is not there or too large to keep."""
    path = folder / "grids" / Path(said.text).name
    if not path.is_file() or path.stat().st_size > LARGEST_GRID:
        return None
    return Grid(said.done, path.read_bytes(), said.rows, said.columns)


def learned(run: TrainingRun) -> Learned:
    """What the run left, checked as far as that needs no torch.

    Raises BadResultError, and TooLargeError, which is one.
    """
    folder = folder_of(run.pk)
    weights_file = folder / "challenger.safetensors"
    try:
        card = read_document(folder / "challenger.json")
        kind, _, digest = identity(card)
        check_digest(weights_file, expected=digest)
        read_report(folder / "report.json")
        report = read_document(folder / "report.json")
        size = weights_file.stat().st_size
        if size > LARGEST_WEIGHTS:
            raise TooLargeError(_too_large(size))
        data = weights_file.read_bytes()
        json.dumps([card, report], allow_nan=False)  # what Postgres would not hold
    except (OSError, ValueError) as error:
        raise BadResultError(f"What the run left cannot be used: {error}") from error
    if kind != kind_in(run.snapshot, run.recipe):
        raise BadResultError(f"The run left a model of the kind {kind}.")
    return Learned(digest, data, card, report, tuple(_artefacts(folder)))


def throw_away(run_id: UUID) -> None:
    """The run will not go on."""
    shutil.rmtree(folder_of(run_id), ignore_errors=True)


def sweep() -> None:
    """Folders of runs that ended elsewhere or were deleted, and what nobody needed for long."""
    root = Path(settings.RUNS_DIR)
    found = {each.name for each in root.iterdir()} if root.is_dir() else set()
    named = {pk for name in found if (pk := _uuid(name)) is not None}
    live = TrainingRun.objects.filter(pk__in=named, state__in=LIVE_RUNS)
    for pk in named - set(live.values_list("pk", flat=True)):
        throw_away(pk)
    for folder in (cache_folder(), weights.folder()):
        _prune(folder, now=time.time())


def _prune(folder: Path, *, now: float) -> None:
    """All of it can be made again: keep what was read lately, as far as there is room."""
    files = ((path, path.stat()) for path in folder.rglob("*") if path.is_file())
    newest = sorted(files, key=lambda each: -max(each[1].st_atime, each[1].st_mtime))
    kept = 0
    for path, facts in newest:
        kept += facts.st_size
        if kept > LARGEST_CACHE or now - max(facts.st_atime, facts.st_mtime) > UNUSED_S:
            path.unlink(missing_ok=True)


def _own_files(run: TrainingRun) -> dict[UUID, str]:
    """Pictures of the snapshot that are still there, by artwork."""
    there = usable(run.snapshot).order_by("sha256")
    return {pk: sha256 for pk, sha256 in there.values_list("artwork_id", "sha256") if pk}


def _write_other(other: OtherTest, path: Path) -> None:
    """Its manifest, with these pictures alone."""
    path.parent.mkdir(exist_ok=True)
    replace_file(path, manifest_of(other.snapshot))
    manifest, kept = read_manifest(path), set(other.files.values())
    rows = tuple(row for row in manifest.rows if row.artwork in kept)
    write_manifest(path, replace(manifest, rows=rows))


def _write_pictures(
    named: Mapping[UUID, str], folder: Path, tell: Callable[[int, int], None]
) -> None:
    """The display files that judging sees, named as in the manifest; what is gone is left out."""
    folder.mkdir(exist_ok=True)
    wanted = [pk for pk, sha256 in named.items() if not _path(folder, sha256).exists()]
    done = len(named) - len(wanted)
    for part in _parts(wanted):
        tell(done, len(named))
        files = Rendition.objects.filter(artwork__in=part, size=SCORED_SIZE, format="webp")
        for file in files.select_related("blob"):
            try:
                data = blobs.read(file.blob)
            except MissingBytesError:
                continue  # as if it were deleted; the doctor makes it again
            replace_file(_path(folder, named[file.artwork_id]), data)
        done += len(part)
    tell(done, len(named))
    for gone in {each.name for each in folder.iterdir()} - {
        f"{each}.webp" for each in named.values()
    }:
        (folder / gone).unlink()


def _path(folder: Path, sha256: str) -> Path:
    return folder / f"{sha256}.webp"


def _parts(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _too_large(size: int) -> str:
    most = LARGEST_WEIGHTS / 1024**2
    return f"Its weights take {size / 1024**2:.0f} MiB, and at most {most:.0f} MiB can be kept."


def _artefacts(folder: Path) -> Iterator[Artefact]:
    """What people may want to look at, of the types that we know."""
    found = {path.name: path for path in [folder / "request.json", *folder.glob("artefacts/*")]}
    for _, path in sorted(found.items())[:MOST_FILES]:
        kind = _TYPES.get(path.suffix)
        if kind and path.is_file() and path.stat().st_size <= LARGEST_FILE:
            yield Artefact(path.name[:80], kind, path.read_bytes())


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None
