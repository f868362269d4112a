"""What the worker lays out for a run, what it caches beside, and what it sweeps away."""

import gzip
import os
import shutil

from PIL import Image

from ml.contracts.manifest import Manifest, ManifestRow, encode_manifest, read_manifest
from ml.contracts.retrain import read_request
from tests.images import encode
from tests.workers.training_runs import PASSES, settled, work
from tests.world import frozen
from webapp.catalogue import blobs
from webapp.training import runs, sealed
from workers.runtime import run_folder
from workers.runtime.weights import files_of


def test_a_workers_files_of_a_trained_version_come_from_the_database(start, made):
    run = start(PASSES)
    work()
    version = settled(run).version
    files = files_of(version)
    assert files.weights.read_bytes() == made.with_suffix(".safetensors").read_bytes()
    unknown = files.weights.parent.parent / ("e" * 64)
    unknown.mkdir()
    files.weights.write_bytes(b"rotten")
    assert files_of(version).weights.read_bytes() == made.with_suffix(".safetensors").read_bytes()
    assert not unknown.exists(), "nobody registered it"


def test_pictures_come_as_the_scorer_sees_them_and_those_in_the_trash_are_left_out(start, upload):
    run = start(PASSES)
    for colour in ("red", "blue"):
        artwork = upload(colour)
        data = encode(Image.new("RGB", (60, 40), colour), "WebP")
        artwork.renditions.create(
            size="medium", format="webp", width=60, height=40,
            blob=blobs.store(data, content_type="image/webp"),
        )  # fmt: skip
        run.snapshot.shown.create(
            sha256=artwork.original.sha256, artwork=artwork, part="test", voted=5
        )
    artwork.deleted_at = "2026-01-01T00:00Z"
    artwork.save()
    told: list[tuple[int, int]] = []
    folder = run_folder.lay_out(run, lambda done, of: told.append((done, of)))
    (file,) = (folder / "pictures").iterdir()
    assert Image.open(file).size == (60, 40)
    assert told[-1] == (1, 1)
    shutil.rmtree(folder)


def test_test_pictures_of_another_snapshot_come_with_it_and_earlier_challengers_by_digest(
    start, upload, monkeypatch
):
    monkeypatch.setattr(sealed, "FEWEST", 1)
    run = start(PASSES)
    work()
    first = settled(run).version
    artwork = upload("red")
    data = encode(Image.new("RGB", (60, 40), "red"), "WebP")
    artwork.renditions.create(
        size="medium", format="webp", width=60, height=40,
        blob=blobs.store(data, content_type="image/webp"),
    )  # fmt: skip
    other = frozen(run.snapshot.by, artwork)
    name = artwork.original.sha256
    rows = (
        ManifestRow(name, f"{name}.webp", (1.0, 2.0), "test"),
        ManifestRow("0" * 64, f"{'0' * 64}.webp", (1.0, 2.0), "train"),
    )
    other.name, other.manifest = (
        "Instruments",
        gzip.compress(encode_manifest(Manifest("Instruments", 2, rows))[0]),
    )
    other.save()
    repeated = runs.repeat(run.snapshot.by, run)
    repeated.champion = run.champion  # as the worker notes it when it begins
    folder = run_folder.lay_out(repeated, lambda done, of: None)
    request = read_request(folder / "request.json")
    assert request.others == {str(other.pk): "Instruments"}
    assert request.earlier == (first.digest,)
    kept = read_manifest(folder / "others" / f"{other.pk}.jsonl").rows
    assert [row.artwork for row in kept] == [name]
    assert (folder / "pictures" / f"{name}.webp").is_file()


def test_folders_of_runs_that_are_over_are_swept(start, settings):
    run, gone = start(PASSES), settings.RUNS_DIR / "00000000-0000-0000-0000-000000000000"
    gone.mkdir()
    run_folder.folder_of(run.pk).mkdir()
    old, new = (run_folder.cache_folder() / "net" / name for name in ("old", "new"))
    old.parent.mkdir(parents=True)
    for file in (old, new):
        file.write_bytes(b"features")
    os.utime(old, (0, 0))
    run_folder.sweep()
    assert not gone.exists()
    assert (old.exists(), new.exists()) == (False, True), "what nobody needed for a month goes"
    assert run_folder.folder_of(run.pk).exists()
    assert (settings.RUNS_DIR / "made").exists()
