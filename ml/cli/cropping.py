"""``cropping``: measure every way to crop on held-out pictures, and write the page and the card."""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ml.cli.options import add_panels, at_least, panels, tell, write
from ml.contracts.builtin import BUILTIN_CROPPER, BUILTIN_SCORER
from ml.contracts.card import read_document
from ml.contracts.engine import Engine
from ml.contracts.files import replace_file
from ml.data.crop_sets import CropSample, read_fcdb, read_fcdb_pairs, read_flms, read_gaicd
from ml.evaluation.cropping import Outcome, centre_scale, outcomes
from ml.evaluation.cropping_methods import Array, Judge, Ways
from ml.evaluation.cropping_page import figures, heads_table, published_table, section
from ml.evaluation.cropping_pictures import CropPictures, crop_pictures
from ml.evaluation.cropping_published import label_facts, measured_on
from ml.evaluation.cropping_scenes import HELD_OUT, Surroundings
from ml.evaluation.cropping_trials import Lookout, trials
from ml.evaluation.marked_section import put_into
from ml.inference.cropping import LoadedCropper, load_cropper
from ml.inference.scoring import load_scorer

_VALIDATION_SEED, _TEST_SEED = 11, 12
_TOLD_EVERY = 20


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("cropping", help=__doc__)
    add_panels(parser)
    parser.add_argument("--paintings", type=Path, help="folder of paintings to test on too")
    parser.add_argument("--weights", type=Path, default=BUILTIN_CROPPER.weights)
    parser.add_argument("--card", type=Path, default=BUILTIN_CROPPER.card)
    parser.add_argument(
        "--into",
        type=Path,
        help="Markdown file whose marked section to replace; the card gets the figures too",
    )
    parser.add_argument("--pictures", type=at_least(1), help="no more test pictures than this")
    parser.add_argument("--no-scorer", action="store_true", help="leave the scorer out")
    parser.add_argument("--cache", type=Path, help="folder that keeps what was done")
    parser.add_argument("--gaicd", type=Path, help="folder of GAICD, with its pictures")
    parser.add_argument("--fcdb", type=Path, help="folder of FCDB's label files")
    parser.add_argument("--fcdb-images", type=Path, help="folder of FCDB's pictures")
    parser.add_argument("--flms", type=Path, help="folder of FLMS, with its pictures")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure; print the tables, or write them where told and the figures into the card."""
    sets, labels = _sets(options), _labels(options)  # a damaged file is told of at once
    cropper = load_cropper(options.weights, options.card, device="cpu")
    pictures = crop_pictures(panels(options), options.paintings)
    ways = _ways(options, cropper, pictures)
    done = _tested(options, cropper, pictures, ways)
    published = dict(_published(sets, labels, cropper, ways))
    written = section(done, facts=tuple(_facts(cropper, ways)), published=published)
    if options.into is None:
        write(written)
        return 0
    text = put_into(options.into.read_text(encoding="utf-8"), written)
    card = {**read_document(options.card), "figures": figures(done)}
    replace_file(options.card, f"{json.dumps(card, indent=2, ensure_ascii=False)}\n".encode())
    replace_file(options.into, text.encode())
    return 0


def _ways(options: argparse.Namespace, cropper: LoadedCropper, pictures: CropPictures) -> Ways:
    """The centre crop as good as validation makes it, and the scorer."""
    kinds = [kind for kind in Surroundings if kind is not HELD_OUT]
    lookout = _lookout(cropper)
    seen = trials(pictures.validation, kinds, lookout, seed=_VALIDATION_SEED, cache=options.cache)
    return Ways(centre_scale(seen), None if options.no_scorer else _judge())


def _tested(
    options: argparse.Namespace, cropper: LoadedCropper, pictures: CropPictures, ways: Ways
) -> tuple[Outcome, ...]:
    chosen = pictures.test[: options.pictures]
    kinds = [*Surroundings, None]
    total = len(chosen) * len(kinds)

    def told(done: int) -> None:
        if done % _TOLD_EVERY == 0 or done == total:
            tell(f"scenes: {done} of {total}")

    lookout = _lookout(cropper)
    found = trials(chosen, kinds, lookout, seed=_TEST_SEED, cache=options.cache)
    return outcomes(found, ways, on_progress=told, cache=options.cache, name=lookout.name)


def _lookout(cropper: LoadedCropper) -> Lookout:
    return Lookout(cropper.field, f"{cropper.digest} {cropper.card.mix}")


def _judge() -> Judge:
    scorer = load_scorer(
        BUILTIN_SCORER.weights, BUILTIN_SCORER.card, device="cpu", engine=Engine.OPENVINO
    )

    def judge(pictures: Sequence[Image.Image]) -> Array:
        return np.array([result.mean for result in scorer.predict_batch(pictures)])

    return judge


def _facts(cropper: LoadedCropper, ways: Ways) -> Iterator[str]:
    mix = cropper.card.mix
    yield (
        f"{cropper.version}. Mix: view {mix.view:g}, size {mix.size:g}, energy {mix.energy:g}, "
        f"kept {mix.kept:g}, cut {mix.cut:g}."
    )
    yield f"The centre crop has {ways.centre_scale:.0%} of the sides that fit."


def _sets(options: argparse.Namespace) -> dict[str, Sequence[CropSample]]:
    """The data sets that were given, by name. Raises DataSetError."""
    found: dict[str, Sequence[CropSample]] = {}
    if options.gaicd:
        found["GAICD"] = read_gaicd(options.gaicd)
    if options.fcdb:
        found["FCDB"] = read_fcdb(options.fcdb, options.fcdb_images)
    if options.flms:
        found["FLMS"] = read_flms(options.flms)
    return found


def _labels(options: argparse.Namespace) -> str:
    """What FCDB's labels say by themselves; nothing without them. Raises DataSetError."""
    if not options.fcdb:
        return ""
    parts = (read_fcdb(options.fcdb, None, part=part) for part in ("train", "test"))
    facts = label_facts(read_fcdb_pairs(options.fcdb), tuple(chain.from_iterable(parts)))
    return "; ".join(f"{name} {_number(value)}" for name, value in facts.items()) + "."


def _published(
    sets: Mapping[str, Sequence[CropSample]], labels: str, cropper: LoadedCropper, ways: Ways
) -> Iterator[tuple[str, str]]:
    """Heads that were tried, and what the data sets that somebody has say: headings and texts."""
    if cropper.card.heads:
        yield "Heads, on validation scenes", heads_table(cropper.card.heads)
    if labels:
        yield "FCDB, its labels alone", labels
    for name, samples in sets.items():
        count, rows = measured_on(
            samples, cropper.field, ways, on_progress=lambda at, of: tell(f"{at} of {of}")
        )
        if rows:
            yield f"{name}: {count} of {len(samples)} pictures", published_table(rows)


def _number(value: float) -> str:
    """A count as it is, a share with three digits."""
    return f"{value:,.0f}" if value.is_integer() else f"{value:.3f}"
