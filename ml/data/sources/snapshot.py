"""The project's own snapshots: a hashed manifest, and the pictures by name."""

from ml.contracts.manifest import ManifestError, ManifestRow, read_manifest
from ml.data.rows import Labels, RawRow, check_steps, gather
from ml.data.samples import DataSetError, VoteRow
from ml.data.spec import SourceSpec

NAME = "snapshot"
FILE = "manifest.jsonl"


def read(spec: SourceSpec) -> Labels:
    """``path``: the manifest, or the folder with manifest.jsonl and images/.

    Every picture must have the bytes that the manifest names. Raises DataSetError.
    """
    path = spec.path / FILE if spec.path.is_dir() else spec.path
    try:
        manifest = read_manifest(path)
    except ManifestError as error:
        raise DataSetError(str(error)) from error
    images = path.parent / "images"
    return gather(
        manifest.name,
        (RawRow(_label(row), row.counts) for row in manifest.rows),
        steps=check_steps(manifest.steps),
        images=images if images.is_dir() else None,
        digests={row.artwork: row.artwork for row in manifest.rows},
    )


def _label(row: ManifestRow) -> VoteRow:
    return VoteRow(
        key=row.artwork,
        counts=(),
        tags=row.tags,
        attributes=row.attributes,
        file=row.file,
        part=row.part,
        group=row.group,
    )
