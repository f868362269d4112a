"""The manifest of a snapshot: which artworks, with which votes, in which part of the split.

JSON lines. The first is the header, {"schema", "kind", "name", "steps", "rows", "sha256"}, whose
sha256 is that of all bytes after it; every further line is one artwork. So a manifest is written
once, compared by its digest, and a changed or cut one is noticed before anything learns from it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from math import isfinite
from pathlib import Path

from ml.contracts.files import replace_file

SCHEMA = 1
KIND = "votes"
_DIGEST_LENGTH = 64


class ManifestError(ValueError):
    """The file is no intact manifest: the operator must export the snapshot again."""


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One artwork, named by the sha256 of its bytes in hexadecimal.

    ``counts``: votes for the steps 1.. of the scale. ``part``: train, validation or test.
    ``group``: artworks of one group stay in one part.
    """

    artwork: str
    file: str
    counts: tuple[float, ...]
    part: str
    tags: tuple[str, ...] = ()
    group: str = ""
    attributes: Mapping[str, float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A snapshot's name, the length of its scale, and its rows."""

    name: str
    steps: int
    rows: tuple[ManifestRow, ...]


def write_manifest(path: Path, manifest: Manifest) -> str:
    """Write by an atomic rename. Returns the digest that names this snapshot.

    Raises ManifestError for counts that JSON cannot hold.
    """
    content, digest = encode_manifest(manifest)
    replace_file(path, content)
    return digest


def encode_manifest(manifest: Manifest) -> tuple[bytes, str]:
    """The bytes of the file, and the digest of its rows. Equal manifests give equal bytes.

    Raises ManifestError.
    """
    body = b"".join(_line(_as_json(row)) for row in manifest.rows)
    digest = sha256(body).hexdigest()
    header = {
        "schema": SCHEMA,
        "kind": KIND,
        "name": manifest.name,
        "steps": manifest.steps,
        "rows": len(manifest.rows),
        "sha256": digest,
    }
    return _line(header) + body, digest


def read_manifest(path: Path) -> Manifest:
    """Read and verify. Raises ManifestError naming what is wrong and where."""
    try:
        first, _, body = path.read_bytes().partition(b"\n")
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error}") from error
    header = _object(first, where=f"{path}, line 1")
    if header.get("schema") != SCHEMA or header.get("kind") != KIND:
        raise ManifestError(f"{path} is no manifest of schema {SCHEMA}")
    if (actual := sha256(body).hexdigest()) != header.get("sha256"):
        raise ManifestError(f"{path} was changed or cut: its rows have sha256 {actual}")
    lines = body.splitlines()
    if len(lines) != header.get("rows"):
        raise ManifestError(f"{path} has {len(lines)} rows, its header says {header.get('rows')}")
    rows = [_row(line, where=f"{path}, line {at}") for at, line in enumerate(lines, start=2)]
    steps = header.get("steps")
    if not isinstance(steps, int):
        raise ManifestError(f"{path} names no length of its scale")
    return Manifest(name=str(header.get("name", "")), steps=steps, rows=tuple(rows))


def _as_json(row: ManifestRow) -> dict[str, object]:
    if any(not isfinite(count) for count in (*row.counts, *row.attributes.values())):
        raise ManifestError(f"{row.artwork} has a count or an attribute that is not finite")
    return {
        "artwork": row.artwork,
        "file": row.file,
        "counts": list(row.counts),
        "part": row.part,
        "tags": list(row.tags),
        "group": row.group,
        "attributes": dict(row.attributes),
    }


def _line(fields: Mapping[str, object]) -> bytes:
    text = json.dumps(fields, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return text.encode() + b"\n"


def _object(line: bytes, *, where: str) -> dict[str, object]:
    try:
        fields = json.loads(line)
    except ValueError as error:
        raise ManifestError(f"{where}: not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise ManifestError(f"{where}: not an object")
    return fields


def _row(line: bytes, *, where: str) -> ManifestRow:
    fields = _object(line, where=where)
    try:
        row = ManifestRow(
            artwork=str(fields["artwork"]),
            file=str(fields["file"]),
            counts=tuple(_number(count) for count in _list(fields["counts"])),
            part=str(fields["part"]),
            tags=tuple(str(tag) for tag in _list(fields.get("tags", []))),
            group=str(fields.get("group", "")),
            attributes={k: _number(v) for k, v in _mapping(fields.get("attributes", {})).items()},
        )
    except KeyError as missing:
        raise ManifestError(f"{where}: lacks {missing}") from missing
    except TypeError as error:
        raise ManifestError(f"{where}: {error}") from error
    if len(row.artwork) != _DIGEST_LENGTH or not set(row.artwork) <= set("0123456789abcdef"):
        raise ManifestError(f"{where}: {row.artwork!r} is no sha256")
    return row


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list, found {value!r}")
    return value


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, found {value!r}")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, found {value!r}")
    return float(value)
