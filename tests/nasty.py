"""Files that strangers upload: broken, lying, hostile and merely odd ones, all made in code."""

import struct
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from zipfile import ZipFile

from PIL import Image

from tests.images import EXTENSIONS, encode, exif_with_place, many_scan_jpeg, photo, photo_file, png


@dataclass(frozen=True, slots=True)
class Nasty:
    """A file, the code it must be refused with at upload, or else by the sandbox, or neither."""

    name: str
    filename: str
    data: bytes
    refused: str = ""
    unrenderable: str = ""


@cache
def nasty_files() -> tuple[Nasty, ...]:
    """All of them, for `pytest.mark.parametrize` and for tests through HTTP."""
    return (*_cut_short(), *_foreign(), *_too_big(), *_lying(), *_corrupt(), *_odd_but_sound())


def _cut_short() -> list[Nasty]:
    cut = [
        Nasty(f"truncated {form}", f"cut.{end}", photo_file(format_=form)[:-200], "truncated")
        for form, end in EXTENSIONS.items()
    ]
    early = [
        Nasty(f"head of {form}", f"head.{end}", photo_file(format_=form)[:40], "truncated")
        for form, end in EXTENSIONS.items()
    ]
    return [Nasty("empty", "empty.jpg", b"", "empty_file"), *cut, *early]


def _foreign() -> list[Nasty]:
    refused = {
        "a drawing.svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        "paper.pdf": b"%PDF-1.7\n%%EOF",
        "figure.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n",
        "layers.psd": b"8BPS\0\1" + bytes(60),
        "old.bmp": encode(photo(), "BMP"),
        "film.mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(40),
        "canon.cr3": b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(40),
        "page.jpg": b"<!DOCTYPE html><script>alert(1)</script>",
        "noise.jpg": bytes(range(256)) * 8,
        "10000 frames.gif": many_frame_gif(10_000),
        "script.gif": b"GIF89a/*" + many_frame_gif(1)[8:] + b"*/=alert(1);",
        "archive.png": _zip(),
        "camera.dng": _raw_camera_file(),
    }
    return [Nasty(name, name, data, "unsupported_format") for name, data in refused.items()]


def _too_big() -> list[Nasty]:
    return [
        Nasty("50k x 50k", "bomb.png", png(50_000, 50_000, bytes(50_001)), "too_many_pixels"),
        Nasty("too wide", "line.png", png(20_000, 2, bytes(2 * 20_001)), "too_wide"),
    ]


def _lying() -> list[Nasty]:
    jpeg = photo_file()
    grown = bytearray(photo_file(format_="PNG"))
    grown[16:24] = struct.pack(">II", 5000, 5000)
    return [
        Nasty("wrong extension", "picture.jpg", photo_file(format_="PNG")),
        Nasty("JPEG and ZIP", "both.jpg", jpeg + _zip()),
        Nasty("PNG and HTML", "both.png", photo_file(format_="PNG") + b"<script>alert(1)</script>"),
        Nasty("size changed", "grown.png", bytes(grown), "broken_image"),
        Nasty("no pixels", "none.png", png(0, 0, b""), "broken_image"),
        Nasty("fewer lines", "short.png", png(64, 64, bytes(65 * 20))),
        Nasty("only markers", "markers.jpg", b"\xff\xd8\xff\xd9", "broken_image"),
        Nasty("circular pages", "circle.tif", _circular_tiff()),
    ]


def _corrupt() -> list[Nasty]:
    noise = bytes((7 * i * i + 13) % 256 for i in range(400))
    picture = photo_file(format_="PNG")
    film = photo_file(format_="AVIF")
    pixels = film.index(b"mdat") + 4
    still = encode(photo(), "WEBP", lossless=True)
    phone = photo_file(format_="HEIC")
    bits = phone.index(b"mdat") + 4
    damaged = {
        "pixels.png": picture[:-420] + noise + picture[-20:],
        "pixels.webp": still[:30] + noise + still[430:],
        "pixels.avif": film[:pixels] + bytes(len(film) - pixels),
    }
    return [
        Nasty("endless scans", "scans.jpg", many_scan_jpeg(64, 64, 2_000), "broken_image"),
        Nasty(
            "no pixels stored",
            "empty.heic",
            phone[:bits] + bytes(len(phone) - bits),
            "",
            "truncated",
        ),
        *(
            Nasty(f"damaged {name}", name, data, "", "broken_image")
            for name, data in damaged.items()
        ),
    ]


def _odd_but_sound() -> list[Nasty]:
    broken_exif = b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(range(200))
    frames = [photo(24, 16, seed) for seed in range(60)]
    pages = [photo(32, 24, seed) for seed in range(5)]
    odd = {
        "broken profile.jpg": encode(photo(), icc_profile=b"not a profile" * 20),
        "broken exif.jpg": encode(photo(), exif=broken_exif),
        "with place.jpg": encode(photo(), exif=exif_with_place()),
        "ink.jpg": encode(photo().convert("CMYK")),
        "ink.tif": encode(photo().convert("CMYK"), "TIFF"),
        "deep.png": encode(Image.linear_gradient("L").convert("I;16"), "PNG"),
        "palette.png": encode(photo().quantize(16), "PNG", transparency=3),
        "grey and clear.png": encode(photo().convert("LA"), "PNG"),
        "ink or not.png": encode(photo().convert("1"), "PNG"),
        "fax.tif": encode(photo().convert("1"), "TIFF", compression="group4"),
        "pages.tif": encode(pages[0], "TIFF", save_all=True, append_images=pages[1:]),
        "moving.png": encode(frames[0], "PNG", save_all=True, append_images=frames[1:]),
        "moving.webp": encode(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
        "one pixel.png": encode(photo(1, 1), "PNG"),
        "thread.png": encode(photo(9000, 1), "PNG"),
        "no end.jpg.": photo_file(format_="WebP"),
    }
    return [Nasty(name, name, data) for name, data in odd.items()]


def many_frame_gif(frames: int) -> bytes:
    """An animation of one-pixel frames."""
    head = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff"
    frame = b"\x21\xf9\4\0\1\0\0\0" + b"\x2c\0\0\0\0\1\0\1\0\0" + b"\2\2\x44\1\0"
    return head + frame * frames + b";"


def _zip() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("run.sh", "rm -rf /")
    return out.getvalue()


def _raw_camera_file() -> bytes:
    """A TIFF whose first page is only a preview, as in DNG and NEF."""
    return encode(photo(), "TIFF", tiffinfo={254: 1})


def _circular_tiff() -> bytes:
    """A TIFF whose first page names itself as the next."""
    data = bytearray(encode(photo(), "TIFF"))
    first = int.from_bytes(data[4:8], "little")
    entries = int.from_bytes(data[first : first + 2], "little")
    following = first + 2 + 12 * entries
    data[following : following + 4] = data[4:8]
    return bytes(data)
