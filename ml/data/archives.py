"""Unpack a data set that came from elsewhere: plain files below one folder, and nothing else."""

import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from ml.data.samples import DataSetError

_CHUNK = 1 << 20
_CUT = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError)


class ArchiveError(DataSetError):
    """The archive is broken, too large, or would write elsewhere: bring another."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What may come out of an archive: ``most_bytes`` in ``most_files``."""

    most_bytes: int
    most_files: int = 2_000_000


@dataclass(frozen=True, slots=True)
class _InZip:
    """A regular file in a .zip."""

    archive: zipfile.ZipFile
    name: str

    def open(self) -> IO[bytes]:
        return self.archive.open(self.name)


@dataclass(frozen=True, slots=True)
class _InTar:
    """A regular file in a .tar."""

    archive: tarfile.TarFile
    member: tarfile.TarInfo

    @property
    def name(self) -> str:
        return self.member.name

    def open(self) -> IO[bytes]:
        content = self.archive.extractfile(self.member)
        if content is None:
            raise ArchiveError(f"{self.name} holds no bytes")
        return content


_Member = _InZip | _InTar


def unpack(archive: Path, folder: Path, limits: Limits) -> None:
    """Write the files of a .zip or a .tar, however packed, into the new ``folder``.

    Names lead below the folder; links, devices and encrypted files are refused, not skipped.
    Raises ArchiveError, after which the folder holds rubbish; OSError when the disk is full.
    """
    folder.mkdir(parents=True)
    left = limits.most_bytes
    try:
        for count, member in enumerate(_members(archive), start=1):
            if count > limits.most_files:
                raise ArchiveError(f"{archive.name} holds more than {limits.most_files:,} files")
            left -= _write(member, folder / _place(member.name), left)
    except _CUT as error:
        raise ArchiveError(f"{archive.name} is no intact archive: {error}") from error


def root_of(folder: Path) -> Path:
    """Where the data set begins: below the one folder that an archive often wraps it in."""
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


def _members(path: Path) -> Iterator[_Member]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from _of_zip(archive)
        return
    with tarfile.open(path) as packed:
        for member in packed:
            if member.isfile():
                yield _InTar(packed, member)
            elif not member.isdir():
                raise ArchiveError(f"{member.name} is a link or a device, not a file")


def _of_zip(archive: zipfile.ZipFile) -> Iterator[_Member]:
    for info in archive.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.flag_bits & 1:
            raise ArchiveError(f"{info.filename} is encrypted")
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise ArchiveError(f"{info.filename} is a link or a device, not a file")
        if not info.is_dir():
            yield _InZip(archive, info.filename)


def _place(name: str) -> Path:
    """The name as a path below a folder. Raises ArchiveError."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or not path.parts:
        raise ArchiveError(f"{name!r} leads out of the folder")
    return Path(*path.parts)


def _write(member: _Member, path: Path, most: int) -> int:
    """How many bytes it had. A name that comes twice is refused, for the first would be lost."""
    written = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with member.open() as content, path.open("xb") as handle:
            while chunk := content.read(_CHUNK):
                written += len(chunk)
                if written > most:
                    raise ArchiveError("unpacked it is larger than allowed")
                handle.write(chunk)
    except (FileExistsError, NotADirectoryError) as error:
        raise ArchiveError(f"{member.name!r} stands in the way of another file") from error
    except (NotImplementedError, RuntimeError) as error:
        raise ArchiveError(f"{member.name!r} is packed in a way that cannot be read") from error
    return written
