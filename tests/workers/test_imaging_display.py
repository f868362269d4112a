"""Display files: their boxes, their bytes, and what of the original is not in them."""

import base64
from io import BytesIO

import pytest
import thumbhash
from PIL import ExifTags, Image

from tests.images import (
    QUADRANTS,
    display_p3,
    encode,
    exif_with_place,
    photo,
    photo_file,
    quadrants,
)
from tests.workers.rendering import (
    LIMITS,
    SMALL,
    shown,
)
from webapp.inference.services import SCORED_SIZE
from workers.runtime.imaging.renderer import Renderer
from workers.runtime.imaging.results import (
    EVERYTHING,
    FIRST,
    REST,
    Encoding,
    Size,
    Wants,
)


def test_every_wanted_display_file_is_made_within_its_box(renderer: Renderer) -> None:
    rendered = renderer.render(photo_file(2000, 1500), wants=EVERYTHING, limits=LIMITS)

    made = {(it.size, it.format): (it.width, it.height) for it in rendered.renditions}
    sizes = {"small": (427, 320), "medium": (853, 640), "large": (1600, 1200)}
    assert made == {(size, form): sizes[size] for size in Size for form in Encoding}
    assert (rendered.width, rendered.height) == (2000, 1500)
    for it in rendered.renditions:
        image = Image.open(BytesIO(it.data))
        assert (image.format, image.size) == (it.format.upper(), (it.width, it.height))


@pytest.mark.parametrize(
    ("size", "small"), [((3000, 300), (640, 64)), ((300, 3000), (32, 320)), ((90, 60), (90, 60))]
)
def test_display_files_keep_the_aspect_and_are_never_enlarged(
    renderer: Renderer, size: tuple[int, int], small: tuple[int, int]
) -> None:
    rendered = renderer.render(photo_file(*size), wants=SMALL, limits=LIMITS)

    assert shown(rendered).size == small


def test_the_two_passes_together_make_everything_once() -> None:
    assert sorted(FIRST.renditions + REST.renditions) == sorted(set(EVERYTHING.renditions))
    assert len(EVERYTHING.renditions) == len(Size) * len(Encoding)


def test_the_first_pass_makes_what_the_scorer_reads() -> None:
    assert (SCORED_SIZE, "webp") in FIRST.renditions


def test_rendering_is_deterministic(renderer: Renderer) -> None:
    data = photo_file(500, 400)

    first = renderer.render(data, wants=EVERYTHING, limits=LIMITS)

    assert renderer.render(BytesIO(data), wants=EVERYTHING, limits=LIMITS) == first


def test_the_thumbhash_decodes_to_the_picture_in_small(renderer: Renderer) -> None:
    rendered = renderer.render(encode(quadrants()), wants=Wants(()), limits=LIMITS)

    code = list(base64.b64decode(rendered.thumbhash))
    red, green, blue, _ = thumbhash.thumb_hash_to_average_rgba(code)
    means = [sum(colour[channel] for colour in QUADRANTS) / 4 / 255 for channel in range(3)]
    assert (red, green, blue) == pytest.approx(means, abs=0.05)
    assert thumbhash.thumb_hash_to_approximate_aspect_ratio(code) == pytest.approx(1.5, abs=0.3)


def test_no_metadata_leaves_the_original(renderer: Renderer) -> None:
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF"):
        options = {"exif": exif_with_place(), "icc_profile": display_p3()}
        data = encode(photo(), kind, **options)
        assert b"SecretCamera" in data

        rendered = renderer.render(data, wants=EVERYTHING, limits=LIMITS)

        assert len(rendered.renditions) == 6
        for it in rendered.renditions:
            image = Image.open(BytesIO(it.data))
            assert not image.getexif() and not {"exif", "icc_profile", "xmp"} & set(image.info)
            for trace in (b"SecretCamera", b"Exif", b"EXIF", b"ICCP", b"XMP", b"A wide screen"):
                assert trace not in it.data


def test_the_time_of_capture_is_kept_with_its_zone(renderer: Renderer) -> None:
    data = encode(photo(), exif=exif_with_place())

    rendered = renderer.render(data, wants=Wants((), thumbhash=False), limits=LIMITS)

    assert rendered.captured_at is not None
    assert rendered.captured_at.isoformat() == "2024-05-06T07:08:09+02:00"
    assert rendered.renditions == () and rendered.thumbhash == ""


@pytest.mark.parametrize(
    ("taken", "offset"),
    [("0001:01:01 00:00:00", "+14:00"), ("9999:12:31 23:59:59", "-14:00"), ("0000:00:00 0", "")],
)
def test_a_time_of_capture_outside_of_all_years_is_none(
    renderer: Renderer, taken: str, offset: str
) -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif).update(
        {ExifTags.Base.DateTimeOriginal: taken, ExifTags.Base.OffsetTimeOriginal: offset}
    )

    rendered = renderer.render(encode(photo(), exif=exif.tobytes()), wants=SMALL, limits=LIMITS)

    assert rendered.captured_at is None


# Orientation, colour, depth, transparency
