"""Test the maps of an explainer on pictures: every map beside a random one and a centre blob."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

from ml.contracts.attributes import OVERALL
from ml.contracts.explanations import MapKind
from ml.data.transforms import to_squares
from ml.evaluation.faithfulness_composites import PLANT_OF, Plant, any_box, hits, planted
from ml.evaluation.faithfulness_curves import Areas, Ends, Judge, Square, areas, blurred, ends
from ml.evaluation.faithfulness_judges import SCORER_KINDS, column
from ml.evaluation.faithfulness_rivals import centre_blob, same_spectrum
from ml.evaluation.metrics import Array
from ml.explain.drawing import Drawer, DrawnMap, Sides
from ml.explain.grids import on_grid
from ml.explain.rendering import TILE_SIDE

RIVALS = ("own", "random", "centre")
_ATTRIBUTE_KINDS = frozenset({MapKind.MERGE, MapKind.ATTAM})
_SEED = 2026


@dataclass(frozen=True, slots=True)
class Bench:
    """What is tested, and who answers. ``keys``: the heads of the mapper, in order."""

    drawer: Drawer
    sides: Sides
    keys: tuple[str, ...]
    mapper: Judge
    scorer: Judge


@dataclass(slots=True)
class Tally:
    """What was found for one kind. One row a picture, columns as ``RIVALS``.

    ``deletion`` and ``insertion`` are areas above the blurred picture's answer and ``drop`` what
    the blur takes away, summed over the maps of the picture; ``hits`` are shares of its plants.
    """

    deletion: list[list[float]] = field(default_factory=list)
    insertion: list[list[float]] = field(default_factory=list)
    drop: list[float] = field(default_factory=list)
    hits: list[list[float]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


Tallies = Mapping[MapKind, Tally]
Pair = tuple[Image.Image, Image.Image]


def judge_maps(
    bench: Bench, pairs: Sequence[Pair], *, on_pair: Callable[[int], None] | None = None
) -> Tallies:
    """Curves and pointing on each (well-liked, little-liked) pair of pictures.

    Curves are taken over both pictures of a pair; the first is planted into the second.
    """
    generator = np.random.default_rng(_SEED)
    tallies = {kind: Tally() for kind in MapKind}
    for place, (good, poor) in enumerate(pairs):
        for turn, picture in enumerate((good, poor)):
            _curves(bench, picture, tallies, generator, turn=2 * place + turn)
        _pointing(bench, good, poor, tallies, generator)
        if on_pair is not None:
            on_pair(place + 1)
    return tallies


def _curves(
    bench: Bench,
    picture: Image.Image,
    tallies: Tallies,
    generator: np.random.Generator,
    *,
    turn: int,
) -> None:
    """One row of areas for every kind that the picture says anything about."""
    by_kind = _timed(bench.drawer, picture, tallies)
    scenes = {
        True: _Scene.of(bench.scorer, picture, bench.sides.scorer),
        False: _Scene.of(bench.mapper, picture, bench.sides.mapper),
    }
    for kind, drawn in by_kind.items():
        scene = scenes[kind in SCORER_KINDS]
        rows = [
            row
            for one in _taken(drawn, turn)
            if (row := scene.row(one, column(kind, one.key, bench.keys), generator)) is not None
        ]
        if rows:
            deletion, insertion, drop = (np.sum(part, axis=0) for part in zip(*rows, strict=True))
            tallies[kind].deletion.append(deletion.tolist())
            tallies[kind].insertion.append(insertion.tolist())
            tallies[kind].drop.append(float(drop))


def _timed(drawer: Drawer, picture: Image.Image, tallies: Tallies) -> dict[MapKind, list[DrawnMap]]:
    """All maps by kind; what each kind costs beyond the forwards is noted, for one map."""
    look = drawer.look(picture)
    by_kind: dict[MapKind, list[DrawnMap]] = {}
    for kind in MapKind:
        if kind is MapKind.LOWER:
            continue  # drawn together with the other way
        start = perf_counter()
        drawn = drawer.draw_kind(look, kind)
        seconds = (perf_counter() - start) / max(1, len(drawn))
        for one in drawn:
            by_kind.setdefault(one.kind, []).append(one)
        for found in {one.kind for one in drawn}:
            tallies[found].seconds.append(seconds)
    return by_kind


def _taken(drawn: Sequence[DrawnMap], turn: int) -> Iterator[DrawnMap]:
    """The overall map, and one of the attributes', another one from picture to picture."""
    others = [one for one in drawn if one.key != OVERALL]
    yield from (one for one in drawn if one.key == OVERALL)
    if others:
        yield others[turn % len(others)]


@dataclass(frozen=True, slots=True)
class _Scene:
    """One picture before one judge, with what all curves over it share."""

    judge: Judge
    square: Square
    ground: Square
    at: Ends
    centre: Areas

    @classmethod
    def of(cls, judge: Judge, picture: Image.Image, side: int) -> "_Scene":
        square = to_squares([picture], side=side)[0]
        ground = blurred(square)
        at = ends(judge, square, ground)
        blob = centre_blob(side)
        return cls(judge, square, ground, at, areas(judge, square, ground, blob, at=at))

    def row(
        self, drawn: DrawnMap, answer: int, generator: np.random.Generator
    ) -> tuple[Array, Array, Array] | None:
        """Deletion (3,), insertion (3,) and drop (); None where the blur takes nothing away."""
        drop = self.at.drop[answer]
        if drop <= 0:
            return None
        shown = as_shown(drawn)
        found = [self._areas(shown), self._areas(same_spectrum(shown, generator)), self.centre]
        deletion = np.array([one.deletion[answer] for one in found])
        insertion = np.array([one.insertion[answer] for one in found])
        return deletion, insertion, np.array(drop)

    def _areas(self, shown: Array) -> Areas:
        values = _stretched(shown, self.square.shape[0])
        return areas(self.judge, self.square, self.ground, values, at=self.at)


def _pointing(
    bench: Bench,
    good: Image.Image,
    poor: Image.Image,
    tallies: Tallies,
    generator: np.random.Generator,
) -> None:
    """One row of hits for every kind: its share of the plants that it was asked about."""
    side = max(bench.sides.mapper, bench.sides.scorer)
    first, second = to_squares([good, poor], side=side)
    rows: dict[MapKind, list[list[float]]] = {}
    for plant in Plant:
        made = planted(plant, first, second, any_box(generator))
        look = bench.drawer.look(Image.fromarray(made.picture))
        for kind in _asked(plant):
            for one in bench.drawer.draw_kind(look, kind):
                if PLANT_OF.get(one.key) is plant:
                    shown = as_shown(one)
                    maps = (shown, same_spectrum(shown, generator), centre_blob(TILE_SIDE))
                    found = [float(hits(values, made.box)) for values in maps]
                    rows.setdefault(one.kind, []).append(found)
    for kind, found_rows in rows.items():
        tallies[kind].hits.append(np.mean(found_rows, axis=0).tolist())


def _asked(plant: Plant) -> Iterator[MapKind]:
    """Only merge and AttAM maps have anything to say of single attributes."""
    for kind in MapKind:
        if kind is not MapKind.LOWER and (plant is Plant.PHOTO or kind in _ATTRIBUTE_KINDS):
            yield kind


def as_shown(drawn: DrawnMap) -> Array:
    """The map on the grid of its tile, nothing below 0: what the page shows."""
    grid = on_grid(drawn.values.float().cpu()[None, None], TILE_SIDE)[0, 0]
    return np.asarray(functional.relu(grid).numpy(), dtype=np.float64)


def _stretched(shown: Array, side: int) -> Array:
    """(64, 64) -> (side, side), as a page stretches a tile."""
    values = torch.from_numpy(shown)[None, None]
    return np.asarray(on_grid(values, side)[0, 0].numpy(), dtype=np.float64)
