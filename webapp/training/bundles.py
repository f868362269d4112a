"""A version of a model as one file, to carry it elsewhere: card, weights, checksums; nothing else.

Taking one in is strict: exactly these members, stored as they are, within limits, digests right, a
card that we can read, tensors that lie where the header of the file says. Nothing is executed:
weights are safetensors, and whatever else (a pickle, say) is refused.
"""

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from io import BytesIO
from typing import IO, Any, Final
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.conf import settings
from django.db import connection, transaction

from webapp.accounts.models import User
from webapp.common.errors import ApplicationError, Conflict
from webapp.registry.models import LARGEST_WEIGHTS, ModelVersion, StoredWeights
from webapp.registry.services import identity
from webapp.training import proving
from webapp.training.telling import tell_staff

CARD: Final = "card.json"
WEIGHTS: Final = "weights.safetensors"
SUMS: Final = "SHA256SUMS"
LARGEST: Final = {CARD: 4 * 1024**2, WEIGHTS: LARGEST_WEIGHTS, SUMS: 1024}
LARGEST_BUNDLE: Final = sum(LARGEST.values()) + 4096
LARGEST_HEADER: Final = 16 * 1024**2
LONGEST_NAME: Final = 80
AGAIN: Final = "Have it exported again, and send the file as it comes."
PACK: Final = f"Pack them with `zip -0 -X model.zip {CARD} {WEIGHTS} {SUMS}`."
_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # equal versions give equal files
_NAMES_LOCK: Final = 0x6E616D6573  # the key of the advisory lock
_BYTES_OF: Final = {
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8,
    "U32": 4, "U16": 2, "U8": 1, "BOOL": 1,
}  # fmt: skip


class BadBundle(ApplicationError):
    """Whoever sent the file must send one that this product exported, unchanged."""

    code = "bad_bundle"


def export(version: ModelVersion) -> bytes:
    """The zip. Raises Conflict `weights_gone` when its files are no longer there."""
    members = {CARD: _pretty(version.card), WEIGHTS: _weights(version)}
    members[SUMS] = _sums(members)
    out = BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(ZipInfo(name, _EPOCH), data)
    return out.getvalue()


def take_in(by: User, file: IO[bytes]) -> ModelVersion:
    """Register what the zip holds, and have a worker see whether it answers as its card says.

    It judges nothing before somebody overrides and promotes it. Raises BadBundle with a code, and
    Conflict `already_there` or `name_taken`.
    """
    members = _members(file)
    _require_sums(members)
    card = _card(members[CARD])
    kind, name, digest = _identity(card)
    if sha256(members[WEIGHTS]).hexdigest() != digest:
        text = f"{CARD} describes other weights than those of {WEIGHTS}. {AGAIN}"
        raise BadBundle(text, code="wrong_digest")
    check_tensors(members[WEIGHTS])
    with transaction.atomic():
        version, new = ModelVersion.objects.get_or_create(
            kind=kind, digest=digest, defaults={"name": name, "card": card}
        )
        if not new:
            text = f"These weights are here already, as {version.name}."
            raise Conflict(text, code="already_there", version=str(version.pk))
        _require_free(version)
        StoredWeights.objects.create(version=version, data=members[WEIGHTS])
        proving.ask_for(version, owner_id=by.pk)
        tell_staff([version.pk])
    return version


def check_tensors(data: bytes) -> None:
    """That a safetensors file is sound: a JSON header, and tensors that fill the rest exactly.

    Raises BadBundle `bad_weights`.
    """
    try:
        _require_filled(*_header(data))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        text = f"{WEIGHTS} is no sound safetensors file: {_said(error)}. {AGAIN}"
        raise BadBundle(text, code="bad_weights") from error


def _require_filled(header: Mapping[str, Any], body: int) -> None:
    at = 0
    for begin, end, size in sorted(map(_span, header.values())):
        if begin != at or end - begin != size:
            raise ValueError("tensors overlap, leave gaps or have another size than they say")
        at = end
    if at != body:
        raise ValueError(f"its tensors take {at:,} bytes, and {body:,} are there")


def _header(data: bytes) -> tuple[dict[str, Any], int]:
    """The tensors by name, and how many bytes they share."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or not 2 <= length <= min(LARGEST_HEADER, len(data) - 8):
        raise ValueError("its header is cut or too long")
    header = json.loads(data[8 : 8 + length])
    if not isinstance(header, dict):
        raise TypeError("its header is no object")
    header.pop("__metadata__", None)
    return header, len(data) - 8 - length


def _span(tensor: Mapping[str, Any]) -> tuple[int, int, int]:
    """Where a tensor begins and ends, and how many bytes its shape needs."""
    begin, end = tensor["data_offsets"]
    size = _BYTES_OF[tensor["dtype"]]
    for side in tensor["shape"]:
        if not isinstance(side, int) or isinstance(side, bool) or side < 0:
            raise ValueError("a shape is wrong")
        size *= side
    if not (isinstance(begin, int) and isinstance(end, int)):
        raise TypeError("an offset is no number")
    return begin, end, size


def _members(file: IO[bytes]) -> dict[str, bytes]:
    if not file.read(1):
        raise BadBundle("The file is empty: it holds nothing at all.", code="empty_file")
    file.seek(0)
    try:
        with ZipFile(file) as archive:
            infos = archive.infolist()
            if sorted(info.filename for info in infos) != sorted(LARGEST):
                raise BadBundle(_other_members(infos), code="wrong_members")
            return {info.filename: _member(archive, info) for info in infos}
    except (BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise BadBundle(f"It is no intact zip. {AGAIN}", code="bad_zip") from error


def _other_members(infos: Sequence[ZipInfo]) -> str:
    """What is wrong with what the zip holds."""
    held = sorted(info.filename for info in infos)
    text = (
        f"It must hold {CARD}, {WEIGHTS} and {SUMS} alone, not {', '.join(held[:5]) or 'nothing'}."
    )
    if sorted(each.rpartition("/")[2] for each in held if not each.endswith("/")) == sorted(
        LARGEST
    ):
        text += " They must not lie in a folder."
    return f"{text} {PACK}"


def _member(archive: ZipFile, info: ZipInfo) -> bytes:
    """Stored as it is: what is small cannot unfold into what is large."""
    if info.compress_type != ZIP_STORED or info.file_size != info.compress_size:
        text = f"{info.filename} is compressed, and must lie in the zip as it is. {PACK}"
        raise BadBundle(text, code="wrong_members")
    if info.flag_bits & 1:
        raise BadBundle(f"{info.filename} is encrypted. {PACK}", code="wrong_members")
    if info.file_size > LARGEST[info.filename]:
        most = f"{LARGEST[info.filename]:,} bytes are taken"
        text = f"{info.filename} has {info.file_size:,} bytes; up to {most}."
        raise BadBundle(text, code="too_large", status=413)
    return archive.read(info)


def _card(data: bytes) -> dict[str, Any]:
    try:
        card = json.loads(data)
        json.dumps(card, allow_nan=False, ensure_ascii=False).encode()  # a lone surrogate is none
    except (ValueError, RecursionError) as error:
        raise BadBundle(f"{CARD} is no JSON: {error}.", code="bad_card") from error
    if not isinstance(card, dict) or "\\u0000" in json.dumps(card):
        raise BadBundle(f"{CARD} holds no card.", code="bad_card")
    return card


def _identity(card: dict[str, Any]) -> tuple[str, str, str]:
    try:
        kind, name, digest = identity(card)
    except ValueError as error:
        raise BadBundle(f"{CARD} cannot be read: {error}. {AGAIN}", code="bad_card") from error
    if len(name) > LONGEST_NAME:
        text = f"Its name (`version` in {CARD}) has {len(name)} letters; up to {LONGEST_NAME} do."
        raise BadBundle(text, code="bad_card")
    if not _NAME.fullmatch(name):
        text = (
            f"Its name (`version` in {CARD}) may have letters from A to Z, digits, dots, _ and -,"
            " and begins with a letter or digit."
        )
        raise BadBundle(text, code="bad_card")
    return kind, name, digest


def _require_free(made: ModelVersion) -> None:
    """No name of another version, of whatever kind: pages and people call versions by it.

    Two imports of one name wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NAMES_LOCK])
    if ModelVersion.objects.filter(name__iexact=made.name).exclude(pk=made.pk).exists():
        text = f"Another version is called {made.name}. Export this one under a name of its own."
        raise Conflict(text, code="name_taken")


def _weights(version: ModelVersion) -> bytes:
    if not version.builtin:
        stored = StoredWeights.objects.filter(version=version).first()
        if stored is not None:
            return bytes(stored.data)
    path = settings.WEIGHTS_DIR / f"{version.builtin}.safetensors"
    if not version.builtin or not path.is_file():
        raise Conflict("Its weights are no longer here.", code="weights_gone")
    data: bytes = path.read_bytes()
    return data


def _require_sums(members: Mapping[str, bytes]) -> None:
    """Raises BadBundle `wrong_sums` naming the file that is another than was summed."""
    files = {name: members[name] for name in (CARD, WEIGHTS)}
    if members[SUMS] == _sums(files):
        return
    told = members[SUMS].splitlines()
    wrong = [name for name in files if _sums({name: files[name]}).rstrip() not in told]
    text = (
        f"{' and '.join(wrong)} changed since it was exported: its sum in {SUMS} is another."
        if wrong
        else f"{SUMS} must hold the sums of {CARD} and {WEIGHTS} alone, as `sha256sum` writes them."
    )
    raise BadBundle(f"{text} {AGAIN}", code="wrong_sums")


def _said(error: Exception) -> str:
    """A missing key has no words of its own."""
    return f"{error} is missing or unknown" if isinstance(error, KeyError) else str(error)


def _pretty(card: object) -> bytes:
    return (json.dumps(card, indent=2, sort_keys=True) + "\n").encode()


def _sums(members: Mapping[str, bytes]) -> bytes:
    """As `sha256sum` writes and checks them."""
    lines = (f"{sha256(members[name]).hexdigest()}  {name}\n" for name in sorted(members))
    return "".join(lines).encode()
