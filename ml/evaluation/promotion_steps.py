"""A crowd's votes arrive; after each part of them challengers are made and the gate decides.

Each challenger is made by the very command that the product runs, from a folder of the same form.
The test pictures are the same in every snapshot and keep all of their votes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from shutil import copyfile

import numpy as np

from ml.contracts.manifest import Manifest, ManifestRow, write_manifest
from ml.contracts.retrain import DataSource, RunRecipe, RunRequest, write_request
from ml.contracts.verdict import RunReport, Verdict
from ml.data.samples import DataSetError, Panel
from ml.data.splits import picture_groups

SHARES = (0.1, 0.25, 0.5, 1.0)
RECIPES = (RunRecipe.HEAD, RunRecipe.REFINE)
_TEST, _VALIDATION = 0.2, 0.3
_UNIT = 2**32
_CREATED_AT = "2026-11-21T00:00:00+00:00"

Tell = Callable[[str], None]
Votes = Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Model:
    """Files of a version that may serve."""

    name: str
    weights: Path
    card: Path


@dataclass(frozen=True, slots=True)
class Step:
    """A challenger: its recipe, the ``share`` of the votes and how many that is, the verdict.

    ``champion``: the name of what it had to beat.
    """

    recipe: RunRecipe
    share: float
    votes: int
    champion: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Parted:
    """A crowd's pictures: by their order the ``digests`` of their files, and their ``parts``."""

    panel: Panel
    digests: tuple[str, ...]
    parts: tuple[str, ...]


def parted(panel: Panel) -> Parted:
    """By a hash of the smallest digest of a group of near-duplicates, in a snapshot's shares."""
    digests = tuple(sha256(one.path.read_bytes()).hexdigest() for one in panel.pictures)
    groups = picture_groups(panel, by_subject=False).tolist()
    smallest: dict[int, str] = {}
    for group, digest in zip(groups, digests, strict=True):
        smallest[group] = min(digest, smallest.get(group, digest))
    return Parted(panel, digests, tuple(_part_of(smallest[group]) for group in groups))


def steps(
    crowd: Parted,
    first: Model,
    *,
    folder: Path,
    train: Callable[[Path], RunReport],
    seed: int,
    tell: Tell,
) -> tuple[Step, ...]:
    """All challengers of both recipes, each recipe in a line of its own that begins with ``first``.

    ``train``: runs the command on a folder. Raises DataSetError where single votes are not known.
    """
    done = []
    for recipe in RECIPES:
        champion = first
        refused: list[str] = []
        for share in SHARES:
            name = f"{recipe}-{round(100 * share)}"
            tell(f"steps: {name} against {champion.name}")
            run = folder / name
            early = _early(crowd.panel, share, seed=seed)
            request = request_of(name, recipe, seed=seed)
            votes = write_run(run, crowd, early, replace(request, earlier=tuple(refused)))
            for source, kind in ((champion.weights, "safetensors"), (champion.card, "json")):
                copyfile(source, run / f"champion.{kind}")
            verdict = train(run).verdict
            done.append(Step(recipe, share, votes, champion.name, verdict))
            made = Model(name, run / "challenger.safetensors", run / "challenger.json")
            if verdict.passed:
                champion, refused = made, []
            else:
                refused.append(sha256(made.weights.read_bytes()).hexdigest())
    return tuple(done)


def _part_of(digest: str) -> str:
    place = int(sha256(digest.encode()).hexdigest()[:8], 16) / _UNIT
    if place < _TEST:
        return "test"
    return "validation" if place < _VALIDATION else "train"


def write_run(run: Path, crowd: Parted, early: Votes, request: RunRequest) -> int:
    """Everything that the command needs but the champion.

    Returns how many votes came of pictures to learn from and to watch.

    ``early``: votes of these pictures, by key; test pictures have all of theirs.
    """
    pictures = run / "pictures"
    pictures.mkdir(parents=True)
    rows, learned = [], 0.0
    for picture, digest, part in zip(crowd.panel.pictures, crowd.digests, crowd.parts, strict=True):
        counts = picture.counts if part == "test" else early.get(picture.key, ())
        if not sum(counts):
            continue
        learned += 0.0 if part == "test" else sum(counts)
        file = f"{digest}{picture.path.suffix}"
        (pictures / file).symlink_to(picture.path.resolve())
        rows.append(ManifestRow(digest, file, tuple(counts), part, ("photo",)))
    name, scale = crowd.panel.name, crowd.panel.steps
    snapshot = write_manifest(run / "manifest.jsonl", Manifest(name, scale, tuple(rows)))
    source = DataSource(f"set:{name}", name, "", len(rows), round(learned))
    write_request(run / "request.json", replace(request, snapshot=snapshot, sources=(source,)))
    return round(learned)


def request_of(name: str, recipe: RunRecipe, *, seed: int) -> RunRequest:
    """A request with the gate as it is by default."""
    return RunRequest(run=name, version=name, created_at=_CREATED_AT, recipe=recipe, seed=seed)


def _early(panel: Panel, share: float, *, seed: int) -> Votes:
    """Votes of the raters that came, in an order drawn from ``seed``, until ``share`` were in."""
    votes = panel.single_votes
    if votes is None:
        raise DataSetError(f"{panel.name} does not say who gave which vote")
    order = np.random.default_rng(seed).permutation(len(votes.raters))
    given = np.cumsum(np.bincount(votes.rater, minlength=len(order))[order])
    came = order[: int(np.searchsorted(given, share * given[-1])) + 1]
    mine = np.isin(votes.rater, came)
    table = np.zeros((len(votes.keys), panel.steps))
    np.add.at(table, (votes.picture[mine], votes.vote[mine] - 1), 1)
    return {key: tuple(row) for key, row in zip(votes.keys, table.tolist(), strict=True)}
