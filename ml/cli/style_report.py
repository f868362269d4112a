"""``style report``: paint the same pairs in every way, cluster paintings, write the page."""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ml.cli.options import at_least, tell
from ml.cli.sections import add_page, beside, write_sections
from ml.contracts.card import file_digest
from ml.contracts.files import replace_file
from ml.data.opening import open_picture
from ml.data.squares import middle_square
from ml.evaluation.style_agreement import SpaceFigures, painter_of, space_figures
from ml.evaluation.style_looks import Looks, Way, looks
from ml.evaluation.style_page import SHEET, StyleStudy, section
from ml.inference.features import FrozenFeatures
from ml.style.arbitrary import open_arbitrary
from ml.style.fast import FastStyle, load_fast
from ml.style.features import DEFAULT, BackboneStyle, open_features
from ml.style.pairs import labelled
from ml.style.pictures import read_picture
from ml.style.slow import SlowSettings, paint
from ml.style.space import (
    COMPONENTS,
    Distortion,
    Points,
    distortion,
    projected,
    style_points,
)


def add_report(actions: "argparse._SubParsersAction[Any]") -> None:
    """Declare it."""
    parser = actions.add_parser("report", help="measure, and write docs/style-figures.md")
    add_page(parser)
    parser.add_argument("--impressionists", type=Path, required=True, help="PAINTER_name.jpg files")
    parser.add_argument("--contents", type=Path, nargs="+", required=True, help="photos to paint")
    parser.add_argument("--styles", type=Path, nargs="+", required=True, help="styles to paint in")
    parser.add_argument("--fast", type=Path, nargs="*", default=[], help="cards of fast networks")
    parser.add_argument("--vgg", type=Path, help="VGG16 or 19 to hold our backbone against")
    parser.add_argument("--side", type=at_least(64), default=160, help="of painted pictures")
    parser.add_argument("--space-side", type=at_least(64), default=160, help="of the style space")
    parser.add_argument("--steps", type=at_least(1), default=60, help="of the slow way")
    parser.add_argument("--neighbours", type=at_least(1), default=4)
    parser.add_argument("--least", type=at_least(2), default=4)
    parser.set_defaults(run=run_report)


def run_report(options: argparse.Namespace) -> int:
    """Write tables, sheet and plot."""
    backends = [open_features(DEFAULT)]
    if options.vgg is not None:
        backends.append(open_features(weights=options.vgg))
    nets = [load_fast(card.with_suffix(".safetensors"), card) for card in options.fast]
    painted = _painted(options, backends, nets)
    paths = [path for path, _ in labelled(options.impressionists)]
    painters = [painter_of(path) for path in paths]
    spaces, lost = [], dict[str, Distortion]()
    for name, points in _spaces(options, paths, backends):
        tell(f"clusters: {name}")
        lost[name] = distortion(points, projected(points))
        spaces.append(_figures(options, name, points, painters))
    study = StyleStudy(
        spaces=spaces,
        distortions=lost,
        components=COMPONENTS,
        neighbours=options.neighbours,
        least=options.least,
        painters=dict(sorted(Counter(painters).items())),
        looks=painted,
        taught=[_taught(net) for net in nets],
        settings=(
            f"Photos: {len(options.contents)}; styles: {len(options.styles)}; longer side "
            f"{options.side} pixels, {options.threads} thread(s). The slow way takes "
            f"{options.steps} steps of L-BFGS from the content."
        ),
        folder=beside(options),
    )
    if options.plots is not None:
        replace_file(options.plots / SHEET, painted.sheet)
    write_sections(options, [section(study)])
    return 0


def _painted(
    options: argparse.Namespace, backends: Sequence[BackboneStyle], nets: Sequence[FastStyle]
) -> Looks:
    styles = {path: read_picture(path, side=options.side) for path in options.styles}
    contents = [read_picture(path, side=options.side) for path in options.contents]
    known = {net.card.style_digest: net for net in nets}
    learned = {id(styles[path]): known.get(file_digest(path)) for path in options.styles}
    arbitrary = open_arbitrary(threads=options.threads)

    def fast(content: Image.Image, style: Image.Image) -> Image.Image | None:
        net = learned[id(style)]
        return None if net is None else net.painted(content)

    def any_style(content: Image.Image, style: Image.Image) -> Image.Image:
        return arbitrary.painted(content, arbitrary.code(style))

    ways: dict[str, Way] = {f"Gatys, {each.name}": _slow(options, each) for each in backends}
    ways |= {"Johnson": fast, "arbitrary": any_style}
    pairs = [(content, style) for style in styles.values() for content in contents]
    return looks(pairs, ways, backends[-1], side=options.side, told=tell)


def _slow(options: argparse.Namespace, features: BackboneStyle) -> Way:
    settings = SlowSettings(steps=options.steps)

    def way(content: Image.Image, style: Image.Image) -> Image.Image:
        return paint(content, style, features, settings)

    return way


def _spaces(
    options: argparse.Namespace, paths: Sequence[Path], backends: Sequence[BackboneStyle]
) -> Iterator[tuple[str, Points]]:
    """Grams of each backend, then the plain features that generated pictures are judged by."""
    for features in backends:
        yield f"Grams of {features.name}", style_points(paths, features, side=options.space_side)
    plain = FrozenFeatures()
    squares = np.stack([middle_square(open_picture(path, 256), 256) for path in paths])
    rows = plain.of(squares)
    spread = rows.std(axis=0)
    yield "plain features", (rows - rows.mean(axis=0)) / np.where(spread > 0, spread, 1.0)


def _figures(
    options: argparse.Namespace, name: str, points: Points, painters: Sequence[str]
) -> SpaceFigures:
    return space_figures(name, points, painters, neighbours=options.neighbours, least=options.least)


def _taught(net: FastStyle) -> str:
    card = net.card
    return (
        f"Johnson's network for {card.style}: {card.updates:,} updates on {card.pictures:,} photos "
        f"at {card.side} pixels, taught by {card.features} in {card.seconds / 60:.0f} minutes "
        f"({card.machine})."
    )
