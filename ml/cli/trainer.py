"""``trainer``: fetch or take a data set, check it, train, leave the files, and stop.

This is what the container of the compose profile ``train`` runs, once. Status 0: the files are
there; 3: the data cannot be used, and trying again does not mend that; 2: something else that the
person at the command line can mend; anything else is a crash.
"""

import argparse
import hashlib
import shutil
import time
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import numpy as np

from ml.cli.options import at_least, checked_panel, tell, write
from ml.cli.recipes import add_changes, add_machine, context_of, environment, recipe_of, weights_of
from ml.cli.train import config_of, say
from ml.contracts.config import TrainConfig
from ml.contracts.retrain import RunExit
from ml.data.archives import ArchiveError, Limits, root_of, unpack
from ml.data.readers import KINDS
from ml.data.samples import DataSetError, Panel
from ml.data.spec import SourceSpec
from ml.data.transforms import UnusablePictureError
from ml.losses.weighting import NoWeightError
from ml.training.ddp import joined
from ml.training.fit_run import fit_and_write
from ml.training.kernel_fit import KernelFitError
from ml.training.progress import Callbacks
from ml.training.run import Destination, train_and_ship

HEAD = "head"
HERE = ("localhost", "127.0.0.1", "::1")
LARGEST_MIB = 50_000
_MIB = 1 << 20
_CHUNK = 1 << 20
_PATIENCE_S = 60.0
_DIGEST = 64
_UNUSABLE = (DataSetError, KernelFitError, NoWeightError, UnusablePictureError)


class OrderError(OSError):
    """What was asked for makes no sense: whoever wrote the settings must correct them."""


class CutOffError(OSError):
    """The sender broke off: start it again."""


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command. Empty values count as left out, as compose writes them."""
    parser = commands.add_parser("trainer", help=__doc__)
    parser.add_argument("--kind", choices=list(KINDS), default="csv", help="form of the data set")
    parser.add_argument("--url", default="", help="https address of a .zip or .tar of it")
    parser.add_argument("--sha256", default="", help="digest of that archive, in hexadecimal")
    parser.add_argument("--folder", type=Path, help="the data set, where it is not downloaded")
    parser.add_argument("--path", default="", help="its table or folder inside of that")
    parser.add_argument("--images", default="", help="its picture folder inside of that")
    parser.add_argument("--store", type=Path, help="folder that keeps downloads")
    parser.add_argument(
        "--largest-mib", type=at_least(1), default=LARGEST_MIB, help="of the archive, and unpacked"
    )
    parser.add_argument(
        "--http-from-here", action="store_true", help="allow http from this machine, for tests"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for what training leaves")
    parser.add_argument("--version", default="scorer-trained", help="name of a head's files")
    parser.add_argument(
        "--recipe", default=HEAD, help=f"{HEAD}, or a recipe of ``fit``: a name or a JSON file"
    )
    parser.add_argument("--backbones", nargs="+", metavar="NAME", help="what a head looks through")
    parser.add_argument("--seed", type=at_least(0), default=TrainConfig().seed, help="of a head")
    add_changes(parser)
    add_machine(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Returns 0 or 3; raises what ends with status 2."""
    try:
        panel = _read(options, _data_set(options))
        if options.recipe == HEAD:
            _train_head(options, panel)
        else:
            _fit(options, panel)
    except _UNUSABLE as error:
        tell(f"refused: {type(error).__name__}: {error}")
        return RunExit.REFUSED
    write(str(options.out))
    return RunExit.DONE


def _data_set(options: argparse.Namespace) -> Path:
    """The folder where the data set lies. Raises OrderError, DataSetError, OSError."""
    if options.url:
        return _downloaded(_order(options))
    if options.folder is None or not options.folder.is_dir() or not any(options.folder.iterdir()):
        raise OrderError("name a data set: the address of an archive, or a folder that holds one")
    folder: Path = options.folder
    return folder


def _read(options: argparse.Namespace, folder: Path) -> Panel:
    """The checked panel; what cleaning left out is told. Raises DataSetError."""
    images = _below(folder, options.images) if options.images else None
    panel = checked_panel(SourceSpec(options.kind, _below(folder, options.path), images))
    if np.ptp([picture.mean for picture in panel.pictures]) <= 0:
        raise DataSetError("all pictures have the same votes: there is nothing to tell apart")
    return panel


def _below(folder: Path, inside: str) -> Path:
    path = (folder / inside).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise OrderError(f"{inside} leads out of the data set")
    return path


def _train_head(options: argparse.Namespace, panel: Panel) -> None:
    """As ``train`` does."""
    if options.changes:
        raise OrderError(f"the recipe {HEAD} has no fields to set")
    train_and_ship(
        config_of(options, panel=panel.name),
        [panel],
        destination=Destination(options.out, options.version, _today()),
        cache=options.cache,
        callbacks=Callbacks(on_progress=say),
    )


def _fit(options: argparse.Namespace, panel: Panel) -> None:
    """As ``fit`` does: a run that was cut short goes on."""
    recipe = recipe_of(options)
    with joined(environment()) as world:
        fit_and_write(
            recipe,
            panel,
            options.out,
            source=weights_of(options),
            context=context_of(options, world=world),
            created_at=_today(),
            config=TrainConfig(),
        )


def _today() -> str:
    return time.strftime("%Y-%m-%d", time.gmtime())


@dataclass(frozen=True, slots=True)
class _Order:
    """An archive to fetch into ``store``, at most ``most`` bytes of it."""

    url: str
    digest: str
    store: Path
    most: int
    http_from_here: bool


def _order(options: argparse.Namespace) -> _Order:
    digest = options.sha256.lower()
    if len(digest) != _DIGEST or not set(digest) <= set("0123456789abcdef"):
        raise OrderError("a download needs its sha256, 64 hexadecimal digits")
    if options.store is None:
        raise OrderError("a download needs a folder to be kept in")
    most = options.largest_mib * _MIB
    return _Order(options.url, digest, options.store, most, options.http_from_here)


def _downloaded(order: _Order) -> Path:
    """The unpacked archive; one that was fetched before is not fetched again."""
    folder = order.store / order.digest
    if not folder.is_dir():
        draft, archive = (order.store / f".{order.digest}.{end}" for end in ("draft", "part"))
        order.store.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(draft, ignore_errors=True)
        try:
            _fetch(order, archive)
            tell("unpacking")
            unpack(archive, draft, Limits(order.most))
            draft.rename(folder)
        finally:
            archive.unlink(missing_ok=True)
            shutil.rmtree(draft, ignore_errors=True)
    return root_of(folder)


def _fetch(order: _Order, path: Path) -> None:
    """Raises DataSetError for other bytes than were ordered, OSError when none arrive."""
    _require_safe(order.url, http_from_here=order.http_from_here)
    opener = build_opener(_Redirects(http_from_here=order.http_from_here))
    tell(f"fetching from {urlsplit(order.url).hostname}")
    try:
        with opener.open(order.url, timeout=_PATIENCE_S) as answer, path.open("wb") as handle:
            digest, count = _copy(answer, handle, most=order.most)
            promised = answer.headers.get("Content-Length")
    except HTTPException as error:
        raise CutOffError(f"the sender broke off: {error!r}") from error
    if promised is not None and count != int(promised):
        raise CutOffError(f"the sender broke off after {count:,} of {int(promised):,} bytes")
    if digest != order.digest:
        raise DataSetError(f"the archive has sha256 {digest}, not {order.digest}")


def _copy(source: IO[bytes], target: IO[bytes], *, most: int) -> tuple[str, int]:
    """sha256 and number of bytes. Raises ArchiveError."""
    digest, count = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        count += len(chunk)
        if count > most:
            raise ArchiveError(f"the archive is larger than {most // _MIB:,} MiB")
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest(), count


class _Redirects(HTTPRedirectHandler):
    """Follows to safe addresses only."""

    def __init__(self, *, http_from_here: bool) -> None:
        self._http_from_here = http_from_here

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """Raises OrderError."""
        _require_safe(newurl, http_from_here=self._http_from_here)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _require_safe(url: str, *, http_from_here: bool) -> None:
    parts = urlsplit(url)
    near = http_from_here and parts.scheme == "http" and parts.hostname in HERE
    if not (parts.scheme == "https" and parts.hostname) and not near:
        raise OrderError(f"data sets come by https, not from {parts.scheme}://{parts.hostname}")
