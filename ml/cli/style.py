"""``style``: paint pictures in a style, learn one, map styles, and measure all of it."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from ml.cli.options import at_least, tell, write
from ml.cli.stopping import stopping
from ml.cli.style_features import add_features, features_of
from ml.cli.style_report import add_report
from ml.data.samples import DataSetError
from ml.style.arbitrary import open_arbitrary
from ml.style.fast import load_fast
from ml.style.pairs import PairPlan, drawn_pairs, labelled, make_pairs, require_budget, used_mib
from ml.style.pictures import read_picture
from ml.style.slow import Optimiser, SlowSettings, Start, Stroke, paint
from ml.style.space import (
    COMPONENTS,
    NOISE,
    SIDE,
    Clusters,
    by_density,
    by_hierarchy,
    distances,
    distortion,
    nearest,
    projected,
    style_points,
)
from ml.training.progress import Callbacks
from ml.training.run import Destination
from ml.training.style_fast import (
    FastBudget,
    FastConfig,
    Lesson,
    StyleSource,
    learn_style,
    photos_in,
)

WAYS = ("slow", "fast", "arbitrary")
_TOLD_EVERY = 25


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command and what it can do."""
    parser = commands.add_parser("style", help=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    _add_paint(actions)
    _add_train(actions)
    _add_map(actions)
    _add_pairs(actions)
    add_report(actions)


def _add_paint(actions: "argparse._SubParsersAction[Any]") -> None:
    parser = actions.add_parser("paint", help="one picture in the style of another")
    parser.add_argument("content", type=Path)
    parser.add_argument("style", type=Path, help="a picture; for --way fast the card of a network")
    parser.add_argument("--into", type=Path, required=True, help="picture file to write")
    parser.add_argument("--way", choices=WAYS, default="arbitrary")
    parser.add_argument("--side", type=at_least(16), default=384, help="longer side in pixels")
    parser.add_argument(
        "--style-side", type=at_least(16), help="that of the style picture, if another"
    )
    parser.add_argument("--strength", type=_share, default=1.0, help="arbitrary: 0 to 1")
    defaults = SlowSettings()
    parser.add_argument("--steps", type=at_least(1), default=defaults.steps)
    for term in ("content", "style", "smooth"):
        parser.add_argument(f"--{term}-weight", type=float, default=getattr(defaults, term))
    parser.add_argument(
        "--optimiser", type=Optimiser, choices=list(Optimiser), default=defaults.optimiser
    )
    parser.add_argument("--start", type=Start, choices=list(Start), default=defaults.start)
    parser.add_argument("--seed", type=at_least(0), default=defaults.seed)
    parser.add_argument("--memory-mib", type=at_least(1), default=defaults.memory_mib)
    add_features(parser)
    parser.set_defaults(run=run_paint)


def _add_train(actions: "argparse._SubParsersAction[Any]") -> None:
    parser = actions.add_parser("train-fast", help="learn one style in a folder, or go on there")
    parser.add_argument("style", type=Path, help="the picture whose style is learned")
    parser.add_argument("--photos", type=Path, required=True, help="folder of pictures to paint")
    parser.add_argument("--into", type=Path, required=True, help="folder of the run")
    parser.add_argument("--name", required=True, help="what weights and card are called")
    parser.add_argument("--minutes", type=float, default=15.0, help="of learning, in all")
    parser.add_argument("--updates", type=at_least(1), default=2000, help="at most")
    defaults = FastConfig()
    parser.add_argument("--side", type=at_least(64), default=defaults.side)
    parser.add_argument("--batch", type=at_least(1), default=defaults.batch)
    parser.add_argument("--filters", type=at_least(2), default=defaults.filters)
    parser.add_argument("--style-weight", type=float, default=defaults.style)
    parser.add_argument("--rate", type=float, default=defaults.rate)
    parser.add_argument("--seed", type=at_least(0), default=defaults.seed)
    add_features(parser)
    parser.set_defaults(run=run_train)


def _add_map(actions: "argparse._SubParsersAction[Any]") -> None:
    parser = actions.add_parser("map", help="clusters of the styles in a folder")
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--like", type=Path, help="a picture in it: what is in a style like this?")
    parser.add_argument("--count", type=at_least(1), default=5, help="how many for --like")
    parser.add_argument("--side", type=at_least(32), default=SIDE)
    parser.add_argument("--components", type=at_least(2), default=COMPONENTS)
    parser.add_argument("--neighbours", type=at_least(1), default=4, help="DBSCAN's")
    parser.add_argument("--least", type=at_least(2), help="HDBSCAN with such clusters instead")
    parser.add_argument("--seed", type=at_least(0), default=0)
    add_features(parser)
    parser.set_defaults(run=run_map)


def _add_pairs(actions: "argparse._SubParsersAction[Any]") -> None:
    parser = actions.add_parser("pairs", help="photos in the styles of paintings, as a data set")
    parser.add_argument("--contents", type=Path, required=True, help="folder, a folder a label")
    parser.add_argument("--styles", type=Path, required=True, help="folder of style pictures")
    parser.add_argument("--into", type=Path, required=True, help="folder to make or go on with")
    parser.add_argument("--budget-mib", type=float, required=True, help="room they may take")
    parser.add_argument("--each", type=at_least(1), default=1, help="styles for each content")
    parser.add_argument("--side", type=at_least(16), default=224)
    parser.add_argument("--strength", type=_share, default=1.0)
    parser.add_argument("--seed", type=at_least(0), default=0)
    parser.set_defaults(run=run_pairs)


def run_paint(options: argparse.Namespace) -> int:
    """Write the painted picture."""
    content = read_picture(options.content, side=options.side)
    with stopping() as asked:
        made = _painters(asked.is_set)[options.way](content, options)
    options.into.parent.mkdir(parents=True, exist_ok=True)
    made.save(options.into)
    write(str(options.into))
    return 0


def run_train(options: argparse.Namespace) -> int:
    """Learn until the time is up; SIGTERM stops it with its state kept."""

    def said(lesson: Lesson) -> None:
        if lesson.updates % _TOLD_EVERY == 0:
            tell(
                f"update {lesson.updates}, {lesson.seconds:.0f} s: content {lesson.content:.3f}, "
                f"style {lesson.style:.3f}, smooth {lesson.smooth:.3f}"
            )

    config = FastConfig(
        side=options.side, batch=options.batch, rate=options.rate, style=options.style_weight,
        filters=options.filters, seed=options.seed,
    )  # fmt: skip
    today = datetime.now(tz=UTC).date().isoformat()  # noqa: TID251
    with stopping() as asked:
        weights, card = learn_style(
            options.into,
            photos_in(options.photos),
            StyleSource(options.style),
            features_of(options),
            config,
            budget=FastBudget(options.updates, 60 * options.minutes),
            destination=Destination(options.into, options.name, today),
            callbacks=Callbacks(said, asked.is_set),
        )
    write(f"{weights}\n{card}")
    return 0


def run_map(options: argparse.Namespace) -> int:
    """Print clusters with their medoids, or what is near to one picture."""
    paths = [path for path, _ in labelled(options.pictures)]
    exact = style_points(paths, features_of(options), side=options.side, told=_told)
    points = projected(exact, components=options.components, seed=options.seed)
    lost = distortion(exact, points)
    tell(f"projection: distances off by {lost.mean:.1%} in the mean, 95 % below {lost.high:.1%}")
    if options.like is not None:
        row = _row_of(options.like, paths)
        for other, away in nearest(points, row, count=options.count):
            write(f"{away:.5f}  {paths[other]}")
        return 0
    apart = distances(points)
    found = (
        by_density(apart, neighbours=options.neighbours)
        if options.least is None
        else by_hierarchy(apart, least=options.least)
    )
    _write_clusters(found, paths)
    return 0


def run_pairs(options: argparse.Namespace) -> int:
    """Make what is missing; the room is told before and after."""
    pairs = drawn_pairs(
        labelled(options.contents),
        [path for path, _ in labelled(options.styles)],
        each=options.each,
        seed=options.seed,
    )
    plan = PairPlan(pairs, side=options.side, strength=options.strength)
    tell(
        f"{len(pairs)} pictures, up to {plan.expected_mib:,.1f} MiB; "
        f"{used_mib(plan, options.into):,.1f} MiB are there"
    )
    require_budget(plan, options.budget_mib)  # before the networks take their time
    with stopping() as asked:
        done = make_pairs(
            plan,
            options.into,
            open_arbitrary(threads=options.threads),
            budget_mib=options.budget_mib,
            told=_told,
            should_stop=asked.is_set,
        )
    tell(f"{done.made} made, {done.found} found, {done.mib:,.1f} MiB in all")
    write(str(done.table))
    return 0


def _painters(
    should_stop: Callable[[], bool],
) -> dict[str, Callable[[Image.Image, argparse.Namespace], Image.Image]]:
    def style_of(options: argparse.Namespace) -> Image.Image:
        return read_picture(options.style, side=options.style_side or options.side)

    def slow(content: Image.Image, options: argparse.Namespace) -> Image.Image:
        settings = SlowSettings(
            steps=options.steps, content=options.content_weight, style=options.style_weight,
            smooth=options.smooth_weight, optimiser=options.optimiser, start=options.start,
            seed=options.seed, memory_mib=options.memory_mib,
        )  # fmt: skip
        features = features_of(options)
        return paint(
            content, style_of(options), features, settings,
            on_progress=_said, should_stop=should_stop,
        )  # fmt: skip

    def fast(content: Image.Image, options: argparse.Namespace) -> Image.Image:
        weights = options.style.with_suffix(".safetensors")
        return load_fast(weights, options.style, device=options.device).painted(content)

    def arbitrary(content: Image.Image, options: argparse.Namespace) -> Image.Image:
        engine = open_arbitrary(threads=options.threads)
        code = engine.code(style_of(options))
        return engine.painted(content, code, strength=options.strength)

    return dict(zip(WAYS, (slow, fast, arbitrary), strict=True))


def _write_clusters(found: Clusters, paths: list[Path]) -> None:
    if found.epsilon is not None:
        tell(f"epsilon {found.epsilon:.5f}")
    for cluster, medoid in enumerate(found.medoids):
        members = [
            path for path, label in zip(paths, found.labels, strict=True) if label == cluster
        ]
        write(f"cluster {cluster}: {len(members)}, in the middle {paths[medoid]}")
        for path in members:
            write(f"  {path}")
    write(f"in none: {int((found.labels == NOISE).sum())}")


def _row_of(picture: Path, paths: list[Path]) -> int:
    places = [path.resolve() for path in paths]
    if picture.resolve() not in places:
        raise DataSetError(f"{picture} is not among the pictures")
    return places.index(picture.resolve())


def _said(stroke: Stroke) -> None:
    if stroke.done % _TOLD_EVERY == 0 or stroke.done == stroke.total:
        tell(
            f"{stroke.done} of {stroke.total}: content {stroke.content:.3f}, "
            f"style {stroke.style:.3f}, smooth {stroke.smooth:.3f}"
        )


def _told(done: int, of: int) -> None:
    if done % _TOLD_EVERY == 0 or done == of:
        tell(f"{done} of {of}")


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{value} is not in 0 to 1")
    return value
