"""Whatever the format, depth, profile or orientation, the picture comes back upright and sRGB."""

from collections.abc import Iterator

import pytest
from PIL import Image

from tests.images import (
    EXTENSIONS,
    QUADRANTS,
    display_p3,
    encode,
    oriented,
    photo,
    quadrants,
)
from tests.workers.rendering import LIMITS, SMALL, difference, shown
from workers.runtime.imaging.renderer import Renderer


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_all_orientations_give_the_same_upright_picture(
    renderer: Renderer, kind: str, orientation: int
) -> None:
    stored, exif = oriented(orientation)

    rendered = renderer.render(encode(stored, kind, exif=exif), wants=SMALL, limits=LIMITS)

    assert (rendered.width, rendered.height) == (96, 64)
    assert difference(shown(rendered), quadrants()) < 8


def test_a_large_turned_jpeg_is_scaled_by_its_upright_sides(renderer: Renderer) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encode(photo(1600, 800), exif=exif.tobytes())

    rendered = renderer.render(data, wants=SMALL, limits=LIMITS)

    assert (rendered.width, rendered.height) == (800, 1600)
    assert shown(rendered).size == (160, 320)


def test_display_p3_becomes_srgb(renderer: Renderer) -> None:
    # (200, 100, 50) at gamma 2.2 is linear P3 (.586, .128, .028), thus linear sRGB (.689, .108,
    # .009) by the matrices of both standards, thus (216, 93, 24) encoded.
    data = encode(Image.new("RGB", (64, 64), (200, 100, 50)), "PNG", icc_profile=display_p3())

    rendered = renderer.render(data, wants=SMALL, limits=LIMITS)

    assert rendered.flags == ()
    assert shown(rendered).getpixel((32, 32)) == pytest.approx((216, 93, 24), abs=3)


def test_a_broken_profile_is_ignored_and_flagged(renderer: Renderer) -> None:
    data = encode(quadrants(), "PNG", icc_profile=display_p3()[:200])

    rendered = renderer.render(data, wants=SMALL, limits=LIMITS)

    assert rendered.flags == ("icc_ignored",)
    assert difference(shown(rendered), quadrants()) < 8


def test_a_profile_for_another_colour_space_is_ignored(renderer: Renderer) -> None:
    data = encode(quadrants().convert("CMYK"), icc_profile=display_p3())

    assert renderer.render(data, wants=SMALL, limits=LIMITS).flags == ("icc_ignored",)


def test_broken_exif_is_ignored_and_flagged(renderer: Renderer) -> None:
    data = encode(quadrants(), exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(range(200)))

    assert renderer.render(data, wants=SMALL, limits=LIMITS).flags == ("exif_ignored",)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_printing_inks_become_colours(renderer: Renderer, kind: str) -> None:
    data = encode(quadrants().convert("CMYK"), kind)

    assert difference(shown(renderer.render(data, wants=SMALL, limits=LIMITS)), quadrants()) < 8


def grey_ramp(mode: str) -> bytes:
    """Left to right from black to white in the mode's own scale, as TIFF or PNG."""
    ramp = Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90)
    if mode == "I;16":
        deep = ramp.convert("I").point(lambda value: value * 257).convert("I;16")
        return encode(deep, "PNG")
    if mode == "I":
        return encode(ramp.convert("I").point(lambda value: value * 257), "TIFF")
    scale = {"F unit": 1 / 255, "F bytes": 1.0, "F wide": 300.0}.get(mode)
    if scale is not None:
        factor = scale
        return encode(ramp.convert("F").point(lambda value: value * factor + 0), "TIFF")
    return encode(ramp.convert(mode), "TIFF" if mode == "LAB" else "PNG")


@pytest.mark.parametrize("mode", ["L", "LA", "I;16", "I", "F unit", "F bytes", "F wide", "RGBA"])
def test_every_depth_keeps_its_tones(renderer: Renderer, mode: str) -> None:
    ramp = shown(renderer.render(grey_ramp(mode), wants=SMALL, limits=LIMITS))

    for x in (4, 64, 128, 192, 251):
        assert ramp.getpixel((x, 128)) == pytest.approx((x, x, x), abs=4)


def test_a_fax_has_black_and_white(renderer: Renderer) -> None:
    fax = Image.new("1", (64, 64), 1)
    fax.paste(0, (0, 0, 32, 64))

    for data in (encode(fax, "PNG"), encode(fax, "TIFF", compression="group4")):
        page = shown(renderer.render(data, wants=SMALL, limits=LIMITS))
        assert page.getpixel((8, 32)) == pytest.approx((0, 0, 0), abs=4)
        assert page.getpixel((56, 32)) == pytest.approx((255, 255, 255), abs=4)


def see_through() -> Iterator[bytes]:
    """Left half clear, right half black, in four ways."""
    mask = Image.new("L", (64, 64), 0)
    mask.paste(255, (32, 0, 64, 64))
    colour = Image.new("RGB", (64, 64), "black")
    colour.putalpha(mask)
    yield encode(colour, "PNG")
    yield encode(colour, "WEBP", lossless=True)
    yield encode(colour.convert("LA"), "PNG")
    indexed = Image.new("P", (64, 64), 0)
    indexed.putpalette([200, 0, 0, 0, 0, 0])
    indexed.paste(1, (32, 0, 64, 64))
    yield encode(indexed, "PNG", transparency=0)
    keyed = Image.new("RGB", (64, 64), (200, 0, 0))
    keyed.paste("black", (32, 0, 64, 64))
    yield encode(keyed, "PNG", transparency=(200, 0, 0))


def test_clear_parts_are_put_on_white_and_flagged(renderer: Renderer) -> None:
    for data in see_through():
        rendered = renderer.render(data, wants=SMALL, limits=LIMITS)
        assert rendered.flags == ("flattened",)
        assert shown(rendered).getpixel((8, 32)) == pytest.approx((255, 255, 255), abs=4)
        assert shown(rendered).getpixel((56, 32)) == pytest.approx((0, 0, 0), abs=4)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF", "MPO"])
def test_of_many_frames_the_first_is_taken_and_all_are_counted(
    renderer: Renderer, kind: str
) -> None:
    others = [Image.new("RGB", (96, 64), colour) for colour in QUADRANTS]
    data = encode(quadrants(), kind, save_all=True, append_images=others)

    rendered = renderer.render(data, wants=SMALL, limits=LIMITS)

    assert (rendered.frames, rendered.flags) == (5, ("first_frame",))
    assert difference(shown(rendered), quadrants()) < 8


@pytest.mark.parametrize("format_", EXTENSIONS)
def test_every_accepted_format_is_rendered_faithfully(renderer: Renderer, format_: str) -> None:
    rendered = renderer.render(encode(quadrants(), format_), wants=SMALL, limits=LIMITS)

    assert difference(shown(rendered), quadrants()) < 8


# Refusals
