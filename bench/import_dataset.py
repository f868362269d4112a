"""How long AVA's labels take to come in: a made-up AVA.txt of its size, without pictures.

`python -m bench.import_dataset`. The votes are drawn; the form and the number of rows are AVA's.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.product import running

ROWS = 255_530


def write(path: Path, rows: int, *, seed: int = 1) -> None:
    """Lines of AVA.txt: index, image id, ten counts, two tags, a challenge."""
    random = np.random.default_rng(seed)
    curves = random.dirichlet(np.array([1, 2, 5, 12, 22, 22, 14, 7, 3, 2]), size=rows)
    counts = np.rint(curves * random.integers(78, 549, size=(rows, 1))).astype(int)
    tags, challenges = random.integers(0, 67, (rows, 2)), random.integers(1, 1400, rows)
    with path.open("w") as file:
        for at in range(rows):
            votes = " ".join(map(str, counts[at]))
            file.write(
                f"{at + 1} {at + 10_000} {votes} {tags[at, 0]} {tags[at, 1]} {challenges[at]}\n"
            )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what the command says and how long it took, start of Python included."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    options = parser.parse_args(arguments)
    with running() as product, tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "AVA.txt"
        write(table, options.rows)
        began = time.perf_counter()
        told = product.manage("import_dataset", "ava", str(table), "--name", "made-up AVA")
        print(told.splitlines()[-1])
        print(f"import of {options.rows:,} rows: {time.perf_counter() - began:.1f} s in all")


if __name__ == "__main__":
    main()
