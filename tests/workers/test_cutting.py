"""Pictures are cut in the sandbox to several sizes: the right part, upright, never enlarged."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from ml.contracts.crops import Aspect, Box, CropError
from tests.workers.rendering import LIMITS
from webapp.cropping.sizes import Cut, CutSize, FileFormat
from workers.runtime.imaging.exporter import Exporter
from workers.runtime.imaging.results import Unrenderable


@pytest.fixture(scope="module")
def exporter() -> Iterator[Exporter]:
    with Exporter() as shared:
        yield shared


def quarters(*, orientation: int = 1) -> bytes:
    """120 x 80 as it is stored: red, green above blue, white; EXIF with a place."""
    picture = Image.new("RGB", (120, 80), "white")
    for colour, corner in (("red", (0, 0)), ("lime", (60, 0)), ("blue", (0, 40))):
        picture.paste(colour, (*corner, corner[0] + 60, corner[1] + 40))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Maker"
    out = BytesIO()
    picture.save(out, "PNG", exif=exif.tobytes())
    return out.getvalue()


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_every_part_is_cut_and_scaled_in_the_order_of_asking(exporter, file_format):
    cuts = [Cut(Box(0, 0, 60, 40), 30, 20), Cut(Box(60, 0, 40, 40), 40, 40)]

    small, square = exporter.cut(quarters(), cuts=cuts, file_format=file_format, limits=LIMITS)

    shown = [Image.open(BytesIO(data)) for data in (small, square)]
    assert [picture.size for picture in shown] == [(30, 20), (40, 40)]
    red, green = (picture.convert("RGB").getpixel((10, 10)) for picture in shown)
    assert red[0] > 240 and red[1] < 20
    assert green[1] > 240 and green[0] < 20
    assert not any(picture.getexif() for picture in shown)


def test_boxes_are_of_the_upright_picture(exporter):
    lying = quarters(orientation=6)  # stored lying: upright it is 80 x 120, with blue at the top

    [data] = exporter.cut(
        lying, cuts=[Cut(Box(0, 0, 40, 60), 40, 60)], file_format=FileFormat.PNG, limits=LIMITS
    )

    assert Image.open(BytesIO(data)).getpixel((20, 20)) == (0, 0, 255)


@pytest.mark.parametrize(
    ("data", "box", "code"),
    [
        (b"no picture at all", Box(0, 0, 8, 8), "unsupported_format"),
        (quarters()[:200], Box(0, 0, 8, 8), "truncated"),
        (quarters(), Box(100, 0, 40, 40), "box_outside"),
    ],
)
def test_what_cannot_be_cut_is_refused_by_name(exporter, data, box, code):
    with pytest.raises(Unrenderable) as refused:
        exporter.cut(data, cuts=[Cut(box, 8, 8)], file_format=FileFormat.JPG, limits=LIMITS)

    assert refused.value.code == code


def test_files_are_never_larger_than_the_crop():
    size = CutSize(Aspect(1, 1), 1080)
    assert (size.of(Box(0, 0, 3000, 3000)), size.of(Box(5, 5, 700, 700))) == (
        (1080, 1080), (700, 700),
    )  # fmt: skip
    assert size.falls_short((700, 700)) and not size.falls_short((1080, 1080))
    free = CutSize(Aspect(), 1000)
    assert (free.of(Box(0, 0, 3000, 1500)), free.of(Box(0, 0, 300, 600))) == (
        (1000, 500), (300, 600),
    )  # fmt: skip
    assert free.falls_short((300, 600)) and not free.falls_short((500, 1000))


@pytest.mark.parametrize(
    ("aspect", "width"), [((1, 1), 0), ((1, 1), 4097), ((1, 20), 4000), ((2000, 1), 900)]
)
def test_a_size_that_no_file_should_have_is_refused(aspect, width):
    with pytest.raises(CropError) as refused:
        CutSize(Aspect(*aspect), width)
    assert refused.value.code == "bad_size"
