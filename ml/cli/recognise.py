"""``recognise``: learn what pictures hold from class folders, find it in art, measure it."""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from shutil import copyfile
from typing import Any

from PIL import Image

from ml.cli.options import at_least, tell, write
from ml.cli.recognising import add_folders, add_material, callbacks, labelled_data, material_of
from ml.cli.sections import add_page, beside, write_sections
from ml.contracts.builtin import BUILTIN_RECOGNISER
from ml.contracts.files import replace_file
from ml.contracts.objects import NONE_LABEL, NONE_NAME
from ml.data.labelled_folders import drawn_parts
from ml.data.opening import open_picture
from ml.evaluation.bootstrap import RESAMPLES
from ml.evaluation.marked_section import Section
from ml.evaluation.recognition_page import section
from ml.explain.object_sheet import sheet
from ml.explain.objects import find
from ml.inference.recognition import LoadedRecogniser, load_recogniser
from ml.training.recogniser.card import Figures, opened, recogniser_card, ship
from ml.training.recogniser.material import Material
from ml.training.recogniser.recipes import RecogniserConfig, Way
from ml.training.recogniser.reporting import (
    Rows,
    boxes_of,
    card_figures,
    class_figures,
    masters,
    measured,
    page_of,
)
from ml.training.recogniser.run import Taught, box_level, box_threshold, by_seeds, chosen, rounded
from ml.training.run import Destination

SHEET = "recognition-old-masters.jpg"
_SHEET_BYTES = 400_000
_DRAFT_LEVEL = 0.5


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command and what it can do."""
    parser = commands.add_parser("recognise", help=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    _add_parts(actions)
    _add_train(actions)
    _add_find(actions)
    _add_report(actions)


def _add_parts(actions: "argparse._SubParsersAction[Any]") -> None:
    parser = actions.add_parser(
        "parts", help="copy the pictures of each part into class folders, for `style pairs`"
    )
    add_folders(parser)
    parser.add_argument("--into", type=Path, required=True)
    parser.set_defaults(run=run_parts)


def _add_train(actions: "argparse._SubParsersAction[Any]") -> None:
    parser = actions.add_parser("train", help="learn by one way, write weights and card")
    add_material(parser)
    parser.add_argument(
        "--way", type=Way, choices=[way for way in Way if way is not Way.SCRATCH],
        default=Way.STYLES,
    )  # fmt: skip
    parser.add_argument("--seed", type=at_least(0), default=RecogniserConfig().seed)
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and card")
    parser.set_defaults(run=run_train)


def _add_find(actions: "argparse._SubParsersAction[Any]") -> None:
    parser = actions.add_parser("find", help="say what pictures hold, and where")
    parser.add_argument("pictures", type=Path, nargs="+")
    parser.add_argument("--weights", type=Path, default=BUILTIN_RECOGNISER.weights)
    parser.add_argument("--card", type=Path, default=BUILTIN_RECOGNISER.card)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--draw", type=Path, help="a JPEG with all boxes and what speaks for them")
    parser.set_defaults(run=run_find)


def _add_report(actions: "argparse._SubParsersAction[Any]") -> None:
    parser = actions.add_parser("report", help="teach and measure every way, write the page")
    add_material(parser)
    add_page(parser)
    parser.add_argument("--art", type=Path, help="folder of pictures of art to search and show")
    parser.add_argument("--seeds", nargs="+", type=at_least(0), default=[1, 2, 3])
    parser.add_argument("--out", type=Path, help="folder for the best one's weights and card")
    parser.add_argument("--resamples", type=at_least(1), default=RESAMPLES, help="of each interval")
    parser.set_defaults(run=run_report)


def run_parts(options: argparse.Namespace) -> int:
    """Copy, a folder a part. Returns 0."""
    data = labelled_data(options)
    for part, rows in drawn_parts(data.pictures, seed=options.split_seed).items():
        for row in rows:
            picture = data.pictures[row]
            label = picture.labels[0]
            folder = NONE_NAME if label == NONE_LABEL else data.classes[label]
            target = options.into / part / folder / picture.copy_name
            target.parent.mkdir(parents=True, exist_ok=True)
            copyfile(picture.path, target)
        tell(f"{part}: {len(rows)} pictures in {options.into / part}")
    return 0


def run_train(options: argparse.Namespace) -> int:
    """Learn by one way with one seed, and ship it. Returns 0."""
    config, material = material_of(options)
    taught = by_seeds([options.way], material, config, [options.seed], callbacks=callbacks())
    one = taught[options.way][0]
    finished = _finished(options, config, material, one, rows={})
    write("\n".join(str(path) for path in _shipped(options, finished, options.out)))
    return 0


def run_find(options: argparse.Namespace) -> int:
    """One line an object; a picture without any says so. Returns 0."""
    recogniser = load_recogniser(options.weights, options.card, device=options.device)
    drawn = []
    for path in options.pictures:
        picture = _upright(path)
        found = find(recogniser, picture)
        said = found.recognition
        for margin in said.margins:
            write(
                f"{path.name}: {margin.kind} at the {margin.side} cut away, {margin.pixels} pixels"
            )
        for one in said.objects:
            write(f"{path.name}: {one.name} {one.confidence:.2f} {list(one.box)}")
        if not said.objects:
            write(f"{path.name}: {_as_a_whole(recogniser, said.labels)}")
        drawn.append((picture.convert("RGB"), found))
    if options.draw is not None:
        replace_file(options.draw, sheet(drawn, most_bytes=_SHEET_BYTES))
    return 0


def run_report(options: argparse.Namespace) -> int:
    """Every way with every seed, boxes of the best one, page and weights. Returns 0."""
    config, material = material_of(options)
    ways = _possible(material)
    taught = by_seeds(ways, material, config, options.seeds, callbacks=callbacks())
    rows = measured(taught, material, resamples=options.resamples)
    one = chosen(taught, material)
    network, card = _finished(options, config, material, one, rows=rows)
    recogniser = opened(network, card)
    boxes = boxes_of(
        recogniser, material, resamples=options.resamples,
        on_progress=lambda done, total: tell(f"boxes: {done} of {total}"),
    )  # fmt: skip
    art = masters(recogniser, _art(options.art))
    folder = beside(options)
    page = page_of(
        material, rows, one, recogniser.card, boxes, art, resamples=options.resamples,
        picture=f"{folder}/{SHEET}" if folder and art.pictures else "",
    )  # fmt: skip
    if options.plots is not None and art.pictures:
        drawn = [(picture, found) for _, picture, found in art.pictures]
        replace_file(options.plots / SHEET, sheet(drawn, most_bytes=_SHEET_BYTES))
    write_sections(options, [Section(section(page), {})])
    if options.out is not None:
        for path in _shipped(options, (network, card), options.out):
            tell(f"wrote {path}")
    return 0


def _possible(material: Material) -> list[Way]:
    """All ways that there are pictures for."""
    lacking = set()
    if not len(material.lesson.styled_rows):
        lacking.add(Way.STYLES)
    if not len(material.lesson.paintings.maps):
        lacking.add(Way.ADVERSARIAL)
    return [way for way in Way if way not in lacking]


def _finished(
    options: argparse.Namespace,
    config: RecogniserConfig,
    material: Material,
    one: Taught,
    *,
    rows: Rows,
) -> tuple[Any, dict[str, object]]:
    """The network to be shipped and its card, the box level chosen by check composites."""
    network = rounded(one, material.network)
    figures = Figures(class_figures(one, material), card_figures(rows))

    def card(level: float, threshold: float) -> dict[str, object]:
        return recogniser_card(
            one, network, material, config, domain=options.domain,
            destination=_destination(options), box_level=level, box_threshold=threshold,
            figures=figures,
        )  # fmt: skip

    threshold = one.deciding.threshold
    composites = material.check_composites
    if not any(each.placed for each in composites):
        return network, card(_DRAFT_LEVEL, threshold)
    level = box_level(opened(network, card(_DRAFT_LEVEL, threshold)), composites)
    draft = opened(network, card(level, threshold))
    threshold = box_threshold(draft, composites, callbacks=callbacks())
    tell(f"evidence is cut at {level:.0%} of its highest place, boxes told from {threshold} on")
    return network, card(level, threshold)


def _shipped(
    options: argparse.Namespace, finished: tuple[Any, dict[str, object]], folder: Path
) -> tuple[Path, Path]:
    network, card = finished
    return ship(network, card, _destination(options, folder))


def _destination(options: argparse.Namespace, folder: Path | None = None) -> Destination:
    today = time.strftime("%Y-%m-%d", time.gmtime())
    return Destination(folder or Path(), options.version, today)


def _art(folder: Path | None) -> Sequence[Path]:
    return sorted(folder.glob("*.jpg")) if folder is not None else []


def _as_a_whole(recogniser: LoadedRecogniser, labels: Sequence[int]) -> str:
    if labels[0] == NONE_LABEL:
        return NONE_NAME
    return f"{', '.join(recogniser.card.classes[label] for label in labels)}, no box"


def _upright(path: Path) -> Image.Image:
    """Decoded whole: boxes are in pixels of the original."""
    return open_picture(path, 100_000)
