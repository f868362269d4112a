"""Shared originals keep their pixels and lose what they tell about place, time and camera."""

from functools import cache
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageCms, PngImagePlugin

from tests.images import encode, exif_with_place, oriented, photo, photo_file
from webapp.catalogue.privacy import CannotStripError, strip_gps

STRIPPABLE = ("JPEG", "PNG", "WebP")
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>48,51N</exif:GPSLatitude></x:xmpmeta>'
SECRETS = (b"SecretCamera", b"2024:05:06", b"GPSLatitude", b"photoshop-place", b"a remark")


@cache  # two of them differ by the second in which they were made
def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def telling(format_: str) -> bytes:
    """A picture that carries every kind of metadata its format knows."""
    options = {"exif": exif_with_place(), "icc_profile": profile(), "xmp": XMP}
    if format_ == "JPEG":
        plain = encode(photo(), "JPEG", comment="a remark", progressive=True, **options)
        iptc = b"Photoshop 3.0\0photoshop-place"
        return plain[:2] + segment(0xED, iptc) + plain[2:] + b"second picture: SecretCamera"
    if format_ == "PNG":
        said = PngImagePlugin.PngInfo()
        said.add_text("Comment", "a remark")
        said.add_itxt("XML:com.adobe.xmp", XMP.decode())
        return encode(photo(), "PNG", pnginfo=said, exif=options["exif"], icc_profile=profile())
    return encode(photo(), "WebP", lossless=True, **options)


def segment(marker: int, payload: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(payload) + 2).to_bytes(2, "big") + payload


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def same_pixels(one: bytes, other: bytes) -> bool:
    return (
        ImageChops.difference(opened(one).convert("RGB"), opened(other).convert("RGB")).getbbox()
        is None
    )


@pytest.mark.parametrize("format_", STRIPPABLE)
def test_nothing_is_told_and_no_pixel_changes(format_: str) -> None:
    data = telling(format_)
    assert b"SecretCamera" in data, "the test picture must have something to hide"
    stripped = strip_gps(data, format_)
    for secret in SECRETS:
        assert secret not in stripped
    assert same_pixels(stripped, data)
    image = opened(stripped)
    assert image.format == format_.upper()
    assert not image.getexif()
    assert image.info["icc_profile"] == profile()


@pytest.mark.parametrize("format_", STRIPPABLE)
@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_the_orientation_stays(format_: str, turn: int) -> None:
    stored, exif = oriented(turn)
    stripped = strip_gps(encode(stored, format_, exif=exif), format_)
    assert opened(stripped).getexif().get(0x0112, 1) == turn


@pytest.mark.parametrize("format_", STRIPPABLE)
def test_a_plain_picture_stays_as_it_is(format_: str) -> None:
    data = photo_file(format_=format_)
    assert same_pixels(strip_gps(data, format_), data)
    assert strip_gps(strip_gps(data, format_), format_) == strip_gps(data, format_)


def test_cmyk_jpegs_keep_the_segment_that_tells_their_colours() -> None:
    data = encode(photo().convert("CMYK"), "JPEG", exif=exif_with_place())
    assert opened(strip_gps(data, "JPEG")).tobytes() == opened(data).tobytes()


@pytest.mark.parametrize("format_", ["PNG", "WebP"])
def test_moving_pictures_keep_moving(format_: str) -> None:
    frames = [photo(seed=seed) for seed in range(3)]
    data = encode(
        frames[0], format_, save_all=True, append_images=frames[1:], exif=exif_with_place()
    )
    stripped = opened(strip_gps(data, format_))
    assert stripped.n_frames == 3
    assert not stripped.getexif()


@pytest.mark.parametrize("format_", ["PNG", "WebP"])
def test_transparency_stays(format_: str) -> None:
    image = photo().convert("RGBA")
    image.putalpha(77)
    data = encode(image, format_, exif=exif_with_place())
    assert opened(strip_gps(data, format_)).convert("RGBA").getpixel((3, 3))[3] == 77


@pytest.mark.parametrize("format_", ["TIFF", "HEIC", "AVIF", "GIF", ""])
def test_formats_that_would_need_decoding_are_refused(format_: str) -> None:
    with pytest.raises(CannotStripError):
        strip_gps(b"anything", format_)


@pytest.mark.parametrize("format_", STRIPPABLE)
def test_broken_files_are_refused_wherever_they_are_cut(format_: str) -> None:
    data = telling(format_).removesuffix(b"second picture: SecretCamera")
    for length in (0, 1, 3, 12, 30, len(data) // 2, len(data) - 3):
        with pytest.raises(CannotStripError):
            strip_gps(data[:length], format_)


@pytest.mark.parametrize("format_", STRIPPABLE)
def test_damage_never_lets_a_secret_through(format_: str) -> None:
    """Whatever one byte is changed to: refused, or still nothing is told."""
    data = telling(format_)
    for at in range(0, min(len(data), 3000), 7):
        damaged = data[:at] + bytes([data[at] ^ 0x5A]) + data[at + 1 :]
        try:
            stripped = strip_gps(damaged, format_)
        except CannotStripError:
            continue
        assert b"SecretCamera" not in stripped, f"byte {at}"
