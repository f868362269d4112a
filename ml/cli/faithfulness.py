"""``faithfulness``: test the maps of the explainer on held-out pictures, beside empty maps."""

import argparse
import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ml.cli.options import at_least, panels, tell, write
from ml.contracts.builtin import BUILTIN_ATTRIBUTES, BUILTIN_SCORER
from ml.contracts.card import file_digest, read_document
from ml.contracts.config import TrainConfig
from ml.contracts.engine import Engine
from ml.contracts.files import replace_file
from ml.data.opening import open_picture
from ml.data.readers import KINDS
from ml.data.samples import Panel, VotedPicture
from ml.data.splits import held_out
from ml.data.transforms import to_pixels
from ml.evaluation.bootstrap import RESAMPLES
from ml.evaluation.faithfulness import Bench, Pair, judge_maps
from ml.evaluation.faithfulness_asymmetry import (
    CHANGE,
    LIMIT,
    STRIDE,
    asymmetry,
    search_both_ways,
)
from ml.evaluation.faithfulness_figures import figures
from ml.evaluation.faithfulness_judges import mapper_judge, scorer_judge
from ml.evaluation.faithfulness_page import (
    map_rows,
    section,
    tested_facts,
    with_figures,
)
from ml.evaluation.marked_section import put_into
from ml.explain.drawing import Sides
from ml.explain.explainer import Explainer, load_explainer
from ml.inference.attributes import load_attribute_mapper
from ml.inference.scoring import load_scorer

_TIMED = 20


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("faithfulness", help=__doc__)
    parser.add_argument(
        "--data",
        nargs="+",
        action="append",
        metavar=("KIND=PATH", "IMAGES"),
        help=f"a data set with its pictures, any number of times; kinds: {', '.join(KINDS)}; "
        "without one nothing is tested, and the tables are those of the card as it is",
    )
    parser.add_argument(
        "--card", type=Path, default=BUILTIN_ATTRIBUTES.card, help="attribute card to fill in"
    )
    parser.add_argument("--scorer", type=Path, default=BUILTIN_SCORER.card, help="a scorer's card")
    parser.add_argument("--into", type=Path, help="Markdown file whose marked section to replace")
    parser.add_argument("--pictures", type=at_least(4), default=120, help="under the curves")
    parser.add_argument("--moved", type=at_least(1), default=200, help="for the asymmetry")
    parser.add_argument("--cache", type=Path, help="folder that keeps the moves between runs")
    parser.add_argument("--resamples", type=at_least(1), default=RESAMPLES, help="of each interval")
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--engine", type=Engine, choices=list(Engine), default=Engine.TORCH, help="of the scorer"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write figures into the card, where there is data, and its tables."""
    document = read_document(options.card)
    if options.data is not None:
        document = _tested(options, document)
        text = json.dumps(document, indent=2, ensure_ascii=False)
        replace_file(options.card, f"{text}\n".encode())
    written = section(document)
    if options.into is None:
        write(written)
    else:
        text = options.into.read_text(encoding="utf-8")
        replace_file(options.into, put_into(text, written).encode())
    return 0


def _tested(options: argparse.Namespace, document: dict[str, Any]) -> dict[str, Any]:
    data = panels(options)
    explainer, bench = _bench(options)
    liked = _ranked(data)
    pairs = _pairs(liked, options.pictures, side=bench.sides.scorer)
    start = perf_counter()

    def told(done: int) -> None:
        tell(f"{done} of {len(pairs)} pairs of pictures, {perf_counter() - start:.0f} s")

    found = figures(judge_maps(bench, pairs, on_pair=told), resamples=options.resamples)
    tell(f"moving {min(options.moved, len(liked))} pictures up and down")
    sizes = _sizes(options, bench, liked[: options.moved])
    uneven = asymmetry(sizes, resamples=options.resamples)
    facts = tested_facts(
        found,
        uneven=uneven,
        data=" and ".join(panel.name for panel in data),
        set_milliseconds=_set_milliseconds(explainer, liked[:_TIMED], side=bench.sides.scorer),
    )
    return with_figures(document, maps=map_rows(found), facts=facts)


def _sizes(
    options: argparse.Namespace, bench: Bench, pictures: Sequence[VotedPicture]
) -> NDArray[np.float64]:
    """How far each picture must be changed to raise and to lower its mean, kept between runs."""
    search = f"{CHANGE} {STRIDE} {LIMIT}"
    keys = "\n".join([search, file_digest(options.scorer), *(one.key for one in pictures)])
    kept = options.cache and options.cache / f"moved-{sha256(keys.encode()).hexdigest()[:16]}.npy"
    if kept and kept.exists():
        found: NDArray[np.float64] = np.load(kept)
        return found
    squares = _squares(pictures, side=bench.sides.scorer, device=options.device)
    found = search_both_ways(bench.drawer.mean, squares)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, found)
    return found


def _bench(options: argparse.Namespace) -> tuple[Explainer, Bench]:
    weights, scorer = (path.with_suffix(".safetensors") for path in (options.card, options.scorer))
    explainer = load_explainer(weights, options.card, scorer, options.scorer, device=options.device)
    mapper, facts = load_attribute_mapper(weights, options.card, device=options.device)
    judged = load_scorer(scorer, options.scorer, device=options.device, engine=options.engine)
    bench = Bench(
        drawer=explainer.drawer,
        sides=Sides(mapper=facts.input_side, scorer=judged.input_side),
        keys=mapper.keys,
        mapper=mapper_judge(mapper),
        scorer=scorer_judge(judged.runtime),
    )
    return explainer, bench


def _ranked(data: Sequence[Panel]) -> list[VotedPicture]:
    """The held-out pictures, of all panels in turn, in an order drawn once."""
    config = TrainConfig()
    drawn: list[tuple[float, VotedPicture]] = []
    for panel in data:
        split = held_out(panel, seed=config.split_seed, share=config.test_share)
        order = np.random.default_rng(config.seed).permutation(split.test)
        drawn += [(place / len(order), panel.pictures[index]) for place, index in enumerate(order)]
    return [picture for _, picture in sorted(drawn, key=lambda one: (one[0], one[1].key))]


def _pairs(pictures: Sequence[VotedPicture], count: int, *, side: int) -> list[Pair]:
    """The first ``count`` pictures, the more liked half beside the less liked one."""
    taken = sorted(pictures[:count], key=lambda picture: -picture.mean)
    half = len(taken) // 2
    opened = [_opened(picture, side) for picture in taken[: 2 * half]]
    return list(zip(opened[:half], opened[half:], strict=True))


def _opened(picture: VotedPicture, side: int) -> Image.Image:
    return open_picture(picture.path, side)


def _squares(pictures: Sequence[VotedPicture], *, side: int, device: str) -> Iterator[Tensor]:
    for picture in pictures:
        yield to_pixels([_opened(picture, side)], side=side).to(device)


def _set_milliseconds(
    explainer: Explainer, pictures: Sequence[VotedPicture], *, side: int
) -> float:
    """Median over some pictures of the time from an open picture to its explanation."""
    taken: list[float] = []
    for picture in pictures:
        image = _opened(picture, side)
        start = perf_counter()
        explainer.explain(image)
        taken.append(1000 * (perf_counter() - start))
    return median(taken)
