"""Uploads are looked at without being decoded, and refused with a reason."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.images import EXTENSIONS, encode, oriented, photo, photo_file, png
from tests.nasty import Nasty, nasty_files
from webapp.catalogue.validation import (
    ImageFormat,
    ImageLimits,
    RefusedImage,
    clean_filename,
    inspect,
    sniff,
)

ROOT = Path(__file__).resolve().parents[3]
LIMITS = ImageLimits(max_bytes=20_000_000, max_pixels=60_000_000, max_side=16_000)


def refusal(data: bytes, limits: ImageLimits = LIMITS) -> RefusedImage:
    with pytest.raises(RefusedImage) as caught:
        inspect(BytesIO(data), limits=limits)
    return caught.value


def code_of(data: bytes) -> str:
    try:
        inspect(BytesIO(data), limits=LIMITS)
    except RefusedImage as error:
        return error.code
    return "accepted"


@pytest.mark.parametrize("format_", EXTENSIONS)
def test_every_accepted_format_is_recognised_with_its_size(format_: str) -> None:
    data = photo_file(120, 90, format_=format_)

    facts = inspect(BytesIO(data), limits=LIMITS)

    assert (facts.format, facts.width, facts.height) == (format_, 120, 90)
    assert facts.content_type == f"image/{format_.lower()}"
    assert (facts.bytes, facts.frames, facts.orientation) == (len(data), 1, 1)


def test_the_file_is_left_at_its_start() -> None:
    file = BytesIO(photo_file())

    inspect(file, limits=LIMITS)

    assert file.tell() == 0


@pytest.mark.parametrize("nasty", nasty_files(), ids=lambda nasty: nasty.name)
def test_nasty_files_are_refused_with_their_code_or_accepted(nasty: Nasty) -> None:
    if nasty.refused:
        assert refusal(nasty.data).code == nasty.refused
    else:
        assert inspect(BytesIO(nasty.data), limits=LIMITS).width > 0


@pytest.mark.parametrize("format_", EXTENSIONS)
def test_a_file_cut_anywhere_is_refused_at_once(format_: str) -> None:
    data = photo_file(format_=format_)

    for kept in range(1, len(data) - 2, 97):
        assert refusal(data[:kept]).code in ("truncated", "unsupported_format", "broken_image")


@pytest.mark.parametrize("format_", EXTENSIONS)
def test_damaged_headers_never_raise_anything_else(format_: str) -> None:
    sound = photo_file(format_=format_)

    outcomes = {
        code_of(sound[:at] + bytes([value]) + sound[at + 1 :])
        for at in range(min(len(sound), 400))
        for value in (0, 0x7F, 0xFF)
    }

    assert "accepted" in outcomes and len(outcomes) > 1


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"progressive": True}, "JPEG"),
        ({"save_all": True, "append_images": [photo(96, 64, 1)]}, "MPO"),
        ({"lossless": True}, "WEBP"),
        ({"exif": b"Exif\0\0", "quality": 50}, "WEBP"),
        ({"compression": "tiff_deflate"}, "TIFF"),
        ({"big_tiff": True}, "TIFF"),
        ({"compression": "jpeg"}, "TIFF"),
        ({"save_all": True, "append_images": [photo(96, 64, 1)]}, "AVIF"),
    ],
)
def test_variants_of_the_formats_are_read(options: dict[str, object], kind: str) -> None:
    facts = inspect(BytesIO(encode(photo(), kind, **options)), limits=LIMITS)

    assert (facts.width, facts.height) == (96, 64)


@pytest.mark.parametrize(("kind", "frames"), [("PNG", 7), ("WEBP", 7), ("TIFF", 7), ("MPO", 7)])
def test_frames_are_counted(kind: str, frames: int) -> None:
    others = [photo(96, 64, seed) for seed in range(1, frames)]
    data = encode(photo(), kind, save_all=True, append_images=others)

    assert inspect(BytesIO(data), limits=LIMITS).frames == frames


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_sizes_are_upright(kind: str, orientation: int) -> None:
    stored, exif = oriented(orientation)

    facts = inspect(BytesIO(encode(stored, kind, exif=exif)), limits=LIMITS)

    assert (facts.orientation, facts.width, facts.height) == (orientation, 96, 64)


@pytest.mark.parametrize(
    ("limits", "code", "status"),
    [
        (ImageLimits(1000, 60_000_000, 16_000), "too_large", 413),
        (ImageLimits(20_000_000, 6_000, 16_000), "too_many_pixels", 400),
        (ImageLimits(20_000_000, 60_000_000, 95), "too_wide", 400),
    ],
)
@pytest.mark.parametrize("format_", EXTENSIONS)
def test_limits_hold_for_every_format(
    format_: str, limits: ImageLimits, code: str, status: int
) -> None:
    error = refusal(photo_file(format_=format_), limits)

    assert (error.code, error.status) == (code, status)


def test_a_picture_exactly_at_the_limits_is_accepted() -> None:
    data = photo_file(format_="PNG")

    inspect(BytesIO(data), limits=ImageLimits(len(data), 96 * 64, 96))


def test_a_foreign_format_is_named_together_with_the_accepted_ones() -> None:
    error = refusal(b"GIF89a" + bytes(40))

    assert error.status == 415
    assert "GIF" in error.detail and "JPEG" in error.detail and "HEIC" in error.detail


def test_a_png_of_endless_chunks_is_refused_quickly() -> None:
    endless = b"\0\0\0\0tEXt\0\0\0\0" * 1_000_000
    data = png(8, 8, bytes(72), more=endless)

    assert refusal(data).code == "broken_image"


def test_a_tiff_cannot_make_us_read_more_than_its_size() -> None:
    entry = (256).to_bytes(2, "little") + b"\4\0" + b"\xff\xff\xff\x7f" + b"\x08\0\0\0"
    data = b"II*\0\x08\0\0\0" + b"\xe8\x03" + entry * 1000 + bytes(4)

    assert refusal(data).code == "broken_image"


def test_offsets_that_no_file_can_have_count_as_truncated() -> None:
    data = b"II+\0\x08\0\0\0" + b"\xff" * 8 + bytes(20)

    assert refusal(data).code == "truncated"


def test_the_media_types_come_from_our_table() -> None:
    assert {it.content_type for it in ImageFormat} == {
        "image/jpeg", "image/png", "image/webp", "image/avif", "image/tiff", "image/heic",
    }  # fmt: skip


def test_the_first_bytes_suffice_to_know_the_format() -> None:
    assert sniff(photo_file(format_="HEIC")[:64]) is ImageFormat.HEIC


def test_looking_at_files_loads_no_image_library() -> None:
    program = (
        "import sys, webapp.catalogue.validation;"
        "print([m for m in ('PIL', 'pillow_heif', 'numpy', 'torch', 'django') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ran.stdout.strip() == "[]"


def test_the_largest_item_of_a_tiled_heic_counts() -> None:
    boxes = b"".join(
        b"\0\0\0\x14ispe\0\0\0\0" + side.to_bytes(4, "big") * 2 for side in (512, 4096, 320)
    )
    properties = _box(b"iprp", _box(b"ipco", boxes))
    file = _box(b"ftyp", b"heic\0\0\0\0mif1heic") + _box(b"meta", bytes(4) + properties)
    facts = inspect(BytesIO(file + _box(b"mdat", bytes(8))), limits=LIMITS)

    assert (facts.width, facts.height) == (4096, 4096)


def _box(kind: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + kind + body


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("holiday.jpg", "holiday.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\Bild.png", "Bild.png"),
        ("/absolute/path.tif", "path.tif"),
        ("folder/", "folder"),
        ("..", "untitled"),
        (".", "untitled"),
        ("", "untitled"),
        ("///", "untitled"),
        (".htaccess", "htaccess"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("a\u2066b\u2069.jpg", "ab.jpg"),
        ("nul\0byte\x1b[31m.jpg", "nulbyte[31m.jpg"),
        ("two\r\nlines.jpg", "twolines.jpg"),
        ("  much \t space .jpg", "much space .jpg"),
        ("cafe\u0301.jpg", "caf\u00e9.jpg"),
        ("lone\ud800surrogate.jpg", "lonesurrogate.jpg"),
        ("\u200b\ufeff", "untitled"),
        ("семья 👩\u200d👩\u200d👧.jpg", "семья 👩\u200d👩\u200d👧.jpg"),
        ("日本の庭.heic", "日本の庭.heic"),
        ("<img src=x onerror=alert(1)>.jpg", "<img src=x onerror=alert(1)>.jpg"),
    ],
)
def test_file_names_become_harmless_text(given: str, shown: str) -> None:
    assert clean_filename(given) == shown


@pytest.mark.parametrize("name", ["x" * 400 + ".jpeg", "é" * 400, "a." + "b" * 400, "." * 400])
def test_long_file_names_are_cut_to_255_characters(name: str) -> None:
    shown = clean_filename(name)

    assert 0 < len(shown) <= 255
    assert shown.endswith(".jpeg") == name.endswith(".jpeg")


def test_hand_reading_agrees_with_the_decoder() -> None:
    for number, (width, height) in enumerate([(1, 1), (3, 500), (257, 31), (640, 480)]):
        for format_ in ("JPEG", "PNG", "WebP", "TIFF", "AVIF"):
            data = photo_file(width, height, number, format_)
            facts = inspect(BytesIO(data), limits=LIMITS)
            assert (facts.width, facts.height) == Image.open(BytesIO(data)).size
