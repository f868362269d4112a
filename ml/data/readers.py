"""The one door to vote data sets: ``read_source`` reads any of them, checked and reported.

Labels are never taken as they stand, and pictures never unseen: whatever cannot be used is in
the report with its reason.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from ml.data.joining import join, labels_alone
from ml.data.rows import Labels, limited
from ml.data.samples import DataSetError, Panel, Reading
from ml.data.sources import aadb, ava, idealo, oasis, plain, snapshot, sophoappeal
from ml.data.spec import SourceSpec

OASIS = oasis.NAME
SOPHOAPPEAL = sophoappeal.NAME

KINDS: Mapping[str, Callable[[SourceSpec], Labels]] = {
    aadb.NAME: aadb.read,
    ava.NAME: ava.read,
    plain.NAME: plain.read,
    idealo.NAME: idealo.read,
    oasis.NAME: oasis.read,
    snapshot.NAME: snapshot.read,
    sophoappeal.NAME: sophoappeal.read,
}


def read_source(spec: SourceSpec, *, limit: int | None = None) -> Reading:
    """Read, check, and join with the pictures where there are any.

    ``limit``: look at no more than this many rows, drawn evenly from all.
    Raises DataSetError when the source is not what it should be, or nothing in it can be used.
    """
    labels = limited(read_labels(spec), limit)
    images = spec.images or labels.images
    return labels_alone(labels) if images is None else join(labels, images)


def read_labels(spec: SourceSpec) -> Labels:
    """The checked table alone: no picture is looked at. Raises DataSetError."""
    if spec.kind not in KINDS:
        raise DataSetError(f"{spec.kind!r} is no kind of data set; there are {', '.join(KINDS)}")
    return KINDS[spec.kind](spec)


def read_panel(spec: SourceSpec) -> Panel:
    """What training takes. Raises DataSetError, also when the source has no pictures."""
    return read_source(spec).required_panel


def read_oasis(folder: Path) -> Panel:
    """The folder holds ratings.csv and images/. Raises DataSetError."""
    return read_panel(SourceSpec(kind=OASIS, path=folder))


def read_sophoappeal(folder: Path) -> Panel:
    """The folder holds labels.csv and tiles80/. Raises DataSetError."""
    return read_panel(SourceSpec(kind=SOPHOAPPEAL, path=folder))
