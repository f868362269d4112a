"""A style space of 10,000 paintings clustered, pair by pair and by one product, projected or not.

`python -m bench.styles`; the Grams are made up: styles of their own with a little noise, as
large as those of Lite0 by default. The loop is timed on a few rows and reckoned up to all of them.
"""

import argparse
import time
from collections.abc import Callable, Sequence

import numpy as np

from ml.style.space import Points, by_density, by_hierarchy, distances, distortion, projected

_LOOPED = 20  # rows


def made_up(*, paintings: int, numbers: int, styles: int, seed: int) -> Points:
    """(paintings, numbers): each near the middle of one of the styles."""
    random = np.random.default_rng(seed)
    middles = random.normal(size=(styles, numbers)).astype(np.float32)
    points = middles[random.integers(styles, size=paintings)]
    for start in range(0, paintings, 500):
        rows = points[start : start + 500]
        rows += 0.35 * random.standard_normal(rows.shape, dtype=np.float32)
    return points


def looped(points: Points) -> None:
    """Distances of some rows to all others, one pair at a time."""
    for row in points[:_LOOPED]:
        for other in points:
            float(np.sqrt(np.square(row - other).sum()))


def _timed(what: Callable[[], Points]) -> tuple[float, Points]:
    began = time.perf_counter()
    found = what()
    return time.perf_counter() - began, found


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paintings", type=int, default=10_000)
    parser.add_argument("--numbers", type=int, default=8_000)
    parser.add_argument("--styles", type=int, default=40)
    asked = parser.parse_args(arguments)
    points = made_up(paintings=asked.paintings, numbers=asked.numbers, styles=asked.styles, seed=1)
    print(f"\n{asked.paintings:,} paintings, Grams of {asked.numbers:,} numbers")
    began = time.perf_counter()
    looped(points)
    loop = (time.perf_counter() - began) * asked.paintings / _LOOPED
    exact, _ = _timed(lambda: distances(points))
    project, near = _timed(lambda: projected(points))
    product, apart = _timed(lambda: distances(near))
    lost = distortion(points, near)
    print(f"  pair by pair        {loop:9.1f} s  (reckoned)")
    print(f"  one product, exact  {exact:9.1f} s  ratio {loop / exact:,.0f}")
    whole = project + product
    print(f"  projected           {whole:9.1f} s  ratio {loop / whole:,.0f}")
    print(f"    of these for the projection {project:.1f} s, for the product {product:.1f} s")
    print(f"  distances off by {lost.mean:.1%} in the mean, 95 % below {lost.high:.1%}")
    for name, way in (("DBSCAN", by_density), ("HDBSCAN", by_hierarchy)):
        began = time.perf_counter()
        found = way(apart)
        seconds = time.perf_counter() - began
        groups, alone = len(found.medoids), int((found.labels < 0).sum())
        print(f"  {name:7} {seconds:6.1f} s, with all before it {whole + seconds:6.1f} s")
        print(f"    {groups} clusters of {asked.styles} styles, {alone} paintings in none")


if __name__ == "__main__":
    main()
