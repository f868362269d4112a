"""The files of a batch as one zip, streamed: a folder per picture, a list of all, what failed."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Final

from zipstream import ZIP_STORED, ZipStream

from webapp.catalogue import blobs
from webapp.catalogue.validation import clean_filename
from webapp.cropping.models import BatchFile, CropBatch
from webapp.cropping.progress import problems

COLUMNS: Final = ("file", "artwork", "box", "focal", "score", "notes", "generated")
LIST, ERRORS = "manifest.csv", "errors.txt"
LONGEST_NAME: Final = 60  # letters of up to four bytes; file systems take 255 bytes
# What some system refuses in a name, and what a spreadsheet would take for a formula in front.
_REFUSED: Final = re.compile(r'[<>:"/\\|?*]')
_FORMULA: Final = "=+-@. "
_DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip that is read from the storage while it is sent; `size` in bytes."""

    name: str
    size: int
    body: Iterator[bytes]


def archive_of(batch: CropBatch) -> Archive:
    """Everything that was made of a batch, uncompressed: pictures do not shrink."""
    named = _named(batch, _files(batch))
    archive = ZipStream(compress_type=ZIP_STORED, sized=True)
    for name, file in named:
        archive.add(blobs.stream(file.blob), name, size=file.blob.size)
    archive.add(_manifest(named), LIST)
    failed = _errors(batch)
    if failed:
        archive.add(failed, ERRORS)
    return Archive(f"{_safe(batch.title)}-crops.zip", len(archive), iter(archive))


def _files(batch: CropBatch) -> list[BatchFile]:
    rows = BatchFile.objects.filter(picture__batch=batch).select_related("picture__artwork", "blob")
    return list(rows.order_by("picture__place", "picture_id", "place"))


def _named(batch: CropBatch, files: Sequence[BatchFile]) -> list[tuple[str, BatchFile]]:
    """Each with its path, `title/1x1-1080x1080.jpg`; no two differ in capitals alone."""
    shapes = [str(size.aspect).replace(":", "x") for size in batch.cut_sizes]
    folders: dict[int, str] = {}
    taken = {LIST, ERRORS}
    named = []
    for file in files:
        if file.picture_id not in folders:
            folders[file.picture_id] = _free(_safe(file.picture.title), "", taken)
        measures = f"{shapes[file.place]}-{file.file_width}x{file.file_height}"
        path = f"{folders[file.picture_id]}/{measures}"
        named.append((_free(path, f".{batch.format}", taken), file))
    return named


def _free(name: str, ending: str, taken: set[str]) -> str:
    found, count = f"{name}{ending}", 1
    while found.casefold() in taken:
        count += 1
        found = f"{name}-{count}{ending}"
    taken.add(found.casefold())
    return found


def _safe(title: str) -> str:
    """As the name of a folder on any system."""
    name = clean_filename(_REFUSED.sub("-", title)).lstrip(_FORMULA)[:LONGEST_NAME].rstrip(". ")
    device = _DEVICES.fullmatch(name.partition(".")[0].rstrip())  # whatever its ending is
    return f"_{name}" if device else name or "untitled"


def _manifest(named: Sequence[tuple[str, BatchFile]]) -> str:
    out = StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for name, file in named:
        focal = f"{file.focal_x:.4f},{file.focal_y:.4f}"
        row = (name, file.picture.artwork_id or "", file.box, focal, f"{file.score:.4f}")
        artwork = file.picture.artwork
        generated = artwork is not None and artwork.generated is not None
        table.writerow((*row, file.notes, int(generated)))
    return out.getvalue()


def _errors(batch: CropBatch) -> str:
    told = (problem for _, problem in problems([batch]))
    return "".join(f"{each.title}: {each.text} ({each.code})\n" for each in told)
