"""The lists that come with AVA: names by number, photographic styles, published parts.

styles.txt numbers 14 styles. Training pictures (train.jpgl) have one style each (train.lab);
test pictures (test.jpgl) have 14 cells of 0 or 1 each (test.multilab).
"""

from pathlib import Path

from ml.data.samples import DataSetError
from ml.data.tables import read_lines

_PARTS = {"generic_ls_train.jpgl": "train", "generic_test.jpgl": "test"}


def read_names(path: Path) -> dict[str, str]:
    """Lines of a number and a name, as {number: name}. Raises DataSetError."""
    names: dict[str, str] = {}
    for line in read_lines(path):
        number, _, name = line.partition(" ")
        if not number.isdigit() or not name.strip():
            raise DataSetError(f"{path}: {line!r} is not a number and a name")
        names[number] = name.strip().replace("_", " ")
    return names


def styles_by_id(folder: Path) -> dict[str, dict[str, float]]:
    """Styles of each image id, 1 has it and 0 has not; empty without the folder.

    A training picture names the one style it has and says nothing about the others. Raises
    DataSetError when two lists that belong together differ in length.
    """
    table = next((folder / n for n in ("styles.txt", "style.txt") if (folder / n).is_file()), None)
    if table is None:
        return {}
    names = read_names(table)
    found: dict[str, dict[str, float]] = {}
    for key, label in _paired(folder / "train.jpgl", folder / "train.lab"):
        found.setdefault(key, {})[_style(label, names, table)] = 1.0
    for key, cells in _paired(folder / "test.jpgl", folder / "test.multilab"):
        flags = cells.split()
        if len(flags) != len(names):
            raise DataSetError(f"{folder}: {key} has {len(flags)} cells for {len(names)} styles")
        found[key] = {name: float(flag) for name, flag in zip(names.values(), flags, strict=True)}
    return found


def published_parts(folder: Path) -> dict[str, str]:
    """Train or test for each image id in the large-scale lists; empty without the folder."""
    return {
        key: part
        for name, part in _PARTS.items()
        if (folder / name).is_file()
        for key in read_lines(folder / name)
    }


def _paired(keys: Path, labels: Path) -> list[tuple[str, str]]:
    if not keys.is_file() or not labels.is_file():
        return []
    left, right = list(read_lines(keys)), list(read_lines(labels))
    if len(left) != len(right):
        raise DataSetError(f"{keys} has {len(left)} lines, {labels.name} has {len(right)}")
    return list(zip(left, right, strict=True))


def _style(label: str, names: dict[str, str], table: Path) -> str:
    if label not in names:
        raise DataSetError(f"{table} does not name the style {label!r}")
    return names[label]
