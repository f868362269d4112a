"""AVA (Murray, Marchesotti & Perronnin, CVPR 2012): votes 1-10, tags, challenges, styles.

The release holds AVA.txt (index, image id, ten counts, two tag ids, challenge id), tags.txt,
challenges.txt, style_image_lists/ and aesthetics_image_lists/; pictures are named ID.jpg. The
same votes as a CSV with the columns image_id, n1..n10, tag1, tag2, challenge are read too.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ml.data.faults import FaultReason
from ml.data.rows import Labels, RawRow, RowError, gather
from ml.data.samples import VoteRow
from ml.data.sources.ava_styles import published_parts, read_names, styles_by_id
from ml.data.sources.cells import cells_of
from ml.data.spec import SourceSpec
from ml.data.tables import find_table, read_lines, read_rows

NAME = "ava"
STEPS = 10
FIELDS = 15
COLUMNS = tuple(f"n{step}" for step in range(1, STEPS + 1))
_NOTHING = ("", "0")


@dataclass(frozen=True, slots=True)
class _Names:
    """What the numbers in the table stand for, all by id as text."""

    tags: Mapping[str, str] = field(default_factory=dict)
    challenges: Mapping[str, str] = field(default_factory=dict)
    styles: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)


def read(spec: SourceSpec) -> Labels:
    """``path``: the release's folder, its AVA.txt, or the CSV form. Raises DataSetError."""
    table = find_table(spec.path, names=("AVA.txt", "AVA_dataset/AVA.txt"))
    names = _names(table.parent)
    rows = _official(table, names) if table.suffix == ".txt" else _csv(table, names)
    images = next(
        (table.parent / n for n in ("images", "image") if (table.parent / n).is_dir()), None
    )
    return gather(NAME, rows, steps=STEPS, images=images)


def _official(table: Path, names: _Names) -> Iterator[RawRow]:
    for line in read_lines(table):
        fields = line.split()
        if len(fields) != FIELDS:
            problem = RowError(
                FaultReason.WRONG_LENGTH, f"{len(fields)} fields where a line has {FIELDS}"
            )
            yield RawRow(
                VoteRow(key=fields[1] if len(fields) > 1 else line, counts=()), (), problem
            )
            continue
        yield _row(fields[1], fields[2:12], fields[12:14], fields[14], names)


def _csv(table: Path, names: _Names) -> Iterator[RawRow]:
    for row in read_rows(table, required={"image_id", *COLUMNS}):
        tags = [row.get(name, "") for name in ("tag1", "tag2")]
        challenge = row.get("challenge", "")
        yield _row(row.get("image_id", ""), cells_of(row, COLUMNS), tags, challenge, names)


def _row(
    key: str, cells: Sequence[str], tags: Sequence[str], challenge: str, names: _Names
) -> RawRow:
    key = key.strip()
    label = VoteRow(
        key=key,
        counts=(),
        tags=tuple(names.tags.get(tag, f"tag {tag}") for tag in tags if tag not in _NOTHING),
        challenge="" if challenge in _NOTHING else names.challenges.get(challenge, challenge),
        attributes=names.styles.get(key, {}),
        file=f"{key}.jpg",
        part=names.parts.get(key, ""),
    )
    return RawRow(label, cells)


def _names(folder: Path) -> _Names:
    """Everything the release says beside the votes; what is not there stays empty."""
    return _Names(
        tags=_first(folder, ("tags.txt", "ava_tags.txt"), read_names),
        challenges=_first(folder, ("challenges.txt", "ava_challenges.txt"), read_names),
        styles=styles_by_id(folder / "style_image_lists"),
        parts=published_parts(folder / "aesthetics_image_lists"),
    )


def _first(
    folder: Path, names: Sequence[str], reader: Callable[[Path], dict[str, str]]
) -> dict[str, str]:
    return next((reader(folder / name) for name in names if (folder / name).is_file()), {})
