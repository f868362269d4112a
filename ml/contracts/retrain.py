"""One training run as a folder: a request goes in; weights, card and report come out.

=======================  ========================================================================
request.json             ``RunRequest``
manifest.jsonl           the snapshot (``ml.contracts.manifest``); a row's file lies in pictures/
others/KEY.jsonl         test pictures of other snapshots of the same target (manifests)
pictures/                display files of all these artworks that are still there
champion.safetensors     the model to beat, with champion.json, its card
last.safetensors         where the run goes on after it was cut short
grids/*.jpg              samples of a generator while it learns, named by its updates
challenger.safetensors   what was learned, with challenger.json, its card
report.json              ``RunReport``: the gate's verdict and what moves
artefacts/               history, plots, architecture, predictions: whatever the recipe leaves
=======================  ========================================================================

While it runs it says one JSON object a line on standard output (``Said``). The exit status is 0
when a report was written, 3 when the run is refused for a reason that trying again does not mend,
4 when it was stopped; anything else is a crash, and the folder says how far it came.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any

from ml.contracts.fields import mapping, number, rows, text, values, whole
from ml.contracts.files import replace_file

MOST_GONE = 0.1  # of the pictures of a snapshot; with more it is trained no more
OVERALL = "overall"  # the target that is no attribute: the distribution of ratings
SCALE = 10


class RequestError(ValueError):
    """The request names something unknown: whoever wrote it must correct it."""


class RunRecipe(StrEnum):
    """How a challenger is made.

    ``refine``: the champion, moved by the new votes where it erred. ``head``: a fresh head on
    features of the champion's backbones. ``fine-tune``: head, then the whole network. ``scratch``:
    the whole network from random weights. The first two have no epochs; attributes have only these.
    ``generator``: what makes pictures, of the overall target only; it is judged by asking.
    """

    REFINE = "refine"
    HEAD = "head"
    FINE_TUNE = "fine-tune"
    SCRATCH = "scratch"
    GENERATOR = "generator"


class RunExit(IntEnum):
    """Exit status of the process that trains."""

    DONE = 0
    REFUSED = 3
    STOPPED = 4


class SaidKind(StrEnum):
    """What a line is about.

    ``step``: where it stands. ``epoch``: a point of the curves. ``mistakes``: validation pictures
    that it is most wrong about. ``samples``: a picture file to look at. ``note``: a line of the
    log. ``refused``: why it ends.
    """

    STEP = "step"
    EPOCH = "epoch"
    MISTAKES = "mistakes"
    SAMPLES = "samples"
    NOTE = "note"
    REFUSED = "refused"


class RefusalCode(StrEnum):
    """Why a run ends without a challenger. People read the sentence that comes with it."""

    TOO_FEW_PICTURES = "too_few_pictures"
    ONE_CLASS = "one_class"  # all pictures have the same votes: nothing to tell apart
    PICTURES_GONE = "pictures_gone"  # too many were deleted since the snapshot was frozen
    NOT_FINITE = "not_finite"  # the loss became NaN
    DISK_FULL = "disk_full"
    OUT_OF_MEMORY = "out_of_memory"
    DEVICE_LOST = "device_lost"
    CHAMPION_UNFIT = "champion_unfit"  # the recipe cannot start from this champion
    BAD_REQUEST = "bad_request"


@dataclass(frozen=True, slots=True)
class DataSource:
    """A part of the snapshot, for the card. ``licence`` as its owner stated it, perhaps empty."""

    name: str
    title: str
    licence: str
    pictures: int
    votes: int


@dataclass(frozen=True, slots=True)
class Gate:
    """What a challenger must do. See ``ml.evaluation.gate``.

    ``level``: of the intervals. ``margin``: SRCC that a slice may lose before it vetoes, and
    ``emd_margin`` the same in EMD (r = 2). ``fewest``: pictures that a slice needs to have a say.
    ``coverage_slack``: how far the 80 % interval may be off. ``slowest``, ``largest``: ratios of
    time and memory to the champion's that are still taken.
    """

    level: float = 0.95
    margin: float = 0.05
    emd_margin: float = 0.02
    fewest: int = 20
    coverage_slack: float = 0.1
    slowest: float = 1.5
    largest: float = 2.0
    resamples: int = 2000


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Everything that decides a run besides the pictures. Equal requests give equal weights on CPU.

    ``target``: `overall`, or the key of an attribute whose values lie in [``low``, ``high``].
    ``changes``: fields of ``ml.contracts.recipe.Recipe`` for networks that learn epoch by epoch,
    of ``ml.contracts.generator_recipe`` for a generator.
    ``slices``: tags of the manifest that get a row of the slice table, by key, with their titles.
    ``others``: names of other snapshots whose test pictures get one, by key. ``earlier``: digests
    of the weights of challengers that were judged before against the same champion on this test,
    in that order.
    """

    run: str
    version: str  # what the challenger will be called
    created_at: str
    recipe: RunRecipe
    target: str = OVERALL
    low: float = 1.0
    high: float = 10.0
    seed: int = 1
    snapshot: str = ""  # digest of the manifest
    sources: tuple[DataSource, ...] = ()
    slices: Mapping[str, str] = field(default_factory=dict, hash=False)
    others: Mapping[str, str] = field(default_factory=dict, hash=False)
    earlier: tuple[str, ...] = ()
    changes: Mapping[str, object] = field(default_factory=dict, hash=False)
    gate: Gate = Gate()

    def attempt(self, digest: str) -> int:
        """Which challenger on this test it is, from 1; the same weights again are no new one."""
        known = list(dict.fromkeys(self.earlier))
        return known.index(digest) + 1 if digest in known else len(known) + 1


@dataclass(frozen=True, slots=True)
class Mistake:
    """A picture of the validation part, and how far the model in training is off, in points."""

    artwork: str
    said: float
    voted: float


@dataclass(frozen=True, slots=True)
class Said:
    """One line of standard output. Which fields are filled depends on the kind.

    ``epoch``: ``phase``, ``done`` of ``total`` epochs (rounds of a head: shares of the pictures),
    ``loss``, and ``srcc``, ``emd_r2`` and ``coverage`` of so many validation pictures as
    ``watched`` says. ``eta_s``: seconds left in this phase, estimated. A generator has instead, in
    the phase ``duel``, the losses of both networks and ``kid``, the distance of samples from
    pictures that it never learns from, and ``done`` of ``total`` are updates. ``samples``: ``text``
    is a JPEG below ``grids/`` of the folder after ``done`` updates, the same latents in every such
    picture: squares without a margin, a row for each category in ``rows``, a column for each mean
    score asked for in ``columns``.
    """

    kind: SaidKind
    text: str = ""
    phase: str = ""
    done: int = 0
    total: int = 0
    loss: float | None = None
    discriminator: float | None = None
    kid: float | None = None
    watched: int | None = None
    srcc: float | None = None
    emd_r2: float | None = None
    coverage: float | None = None
    images_per_s: float | None = None
    eta_s: float | None = None
    code: str = ""
    mistakes: tuple[Mistake, ...] = ()
    rows: tuple[str, ...] = ()
    columns: tuple[float, ...] = ()

    def line(self) -> str:
        """As it is printed: JSON without what is empty, and a newline."""
        filled = {key: value for key, value in asdict(self).items() if value not in (None, "", ())}
        return json.dumps(filled) + "\n"


def write_request(path: Path, request: RunRequest) -> None:
    """Write by an atomic rename."""
    replace_file(path, (json.dumps(asdict(request), indent=2, sort_keys=True) + "\n").encode())


def read_request(path: Path) -> RunRequest:
    """Raises RequestError naming the first field that is wrong."""
    try:
        fields = mapping(json.loads(path.read_text(encoding="utf-8")))
        return _request(fields)
    except KeyError as missing:
        raise RequestError(f"{path.name} lacks {missing}") from missing
    except (OSError, TypeError, ValueError) as error:
        raise RequestError(f"{path.name} cannot be used: {error}") from error


def parse_said(line: str) -> Said | None:
    """What a line says; None for one that is not ours (a library's warning, for example)."""
    try:
        fields = mapping(json.loads(line))
        found: dict[str, Any] = {**fields, "kind": SaidKind(text(fields["kind"]))}
        found["mistakes"] = tuple(_mistake(each) for each in rows(fields.get("mistakes", [])))
        found["rows"] = tuple(text(each) for each in values(fields.get("rows", [])))
        found["columns"] = tuple(number(each) for each in values(fields.get("columns", [])))
        return Said(**found)
    except (KeyError, TypeError, ValueError):
        return None


def _request(fields: Mapping[str, Any]) -> RunRequest:
    gate: dict[str, Any] = {
        name: int(number(value)) if name in ("fewest", "resamples") else number(value)
        for name, value in mapping(fields.get("gate", {})).items()
    }
    return RunRequest(
        run=text(fields["run"]),
        version=text(fields["version"]),
        created_at=text(fields["created_at"]),
        recipe=RunRecipe(text(fields["recipe"])),
        target=text(fields.get("target", OVERALL)),
        low=number(fields.get("low", 1.0)),
        high=number(fields.get("high", 10.0)),
        seed=whole(fields.get("seed", 1), least=0),
        snapshot=text(fields.get("snapshot", "")),
        sources=tuple(_source(each) for each in rows(fields.get("sources", []))),
        slices=_titles(fields.get("slices", {})),
        others=_titles(fields.get("others", {})),
        earlier=tuple(text(each) for each in values(fields.get("earlier", []))),
        changes=mapping(fields.get("changes", {})),
        gate=Gate(**gate),
    )


def _titles(value: object) -> dict[str, str]:
    return {key: text(title) for key, title in mapping(value).items()}


def _source(fields: Mapping[str, object]) -> DataSource:
    name, title, licence = (text(fields[key]) for key in ("name", "title", "licence"))
    pictures, votes = (whole(fields[key], least=0) for key in ("pictures", "votes"))
    return DataSource(name, title, licence, pictures, votes)


def _mistake(fields: Mapping[str, object]) -> Mistake:
    return Mistake(text(fields["artwork"]), number(fields["said"]), number(fields["voted"]))
