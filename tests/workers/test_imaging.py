"""Untrusted pictures are decoded beside the worker and come back upright, sRGB and small."""

import base64
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
import thumbhash
from PIL import ExifTags, Image, ImageChops, ImageStat

from tests.images import (
    EXTENSIONS,
    QUADRANTS,
    display_p3,
    encode,
    exif_with_place,
    heavy_png,
    oriented,
    photo,
    photo_file,
    quadrants,
    slow_jpeg,
)
from tests.nasty import Nasty, nasty_files
from webapp.catalogue.validation import ImageLimits
from webapp.inference.services import SCORED_SIZE
from workers.runtime.imaging.renderer import Renderer
from workers.runtime.imaging.results import (
    EVERYTHING,
    FIRST,
    REST,
    Encoding,
    Rendered,
    SandboxLimits,
    Size,
    Unrenderable,
    Wants,
)

ROOT = Path(__file__).resolve().parents[2]
LIMITS = ImageLimits(max_bytes=20_000_000, max_pixels=60_000_000, max_side=16_000)
SMALL = Wants(((Size.SMALL, Encoding.WEBP),))


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as shared:
        yield shared


def shown(rendered: Rendered) -> Image.Image:
    """The first display file, decoded."""
    return Image.open(BytesIO(rendered.renditions[0].data)).convert("RGB")


def failure(renderer: Renderer, data: bytes, limits: ImageLimits = LIMITS) -> Unrenderable:
    with pytest.raises(Unrenderable) as caught:
        renderer.render(data, wants=SMALL, limits=limits)
    return caught.value


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean absolute difference per channel, 0-255."""
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def eventually(check: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


# What comes back


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


@pytest.mark.parametrize("nasty", nasty_files(), ids=lambda nasty: nasty.name)
def test_nasty_files_get_their_code_or_a_picture(renderer: Renderer, nasty: Nasty) -> None:
    expected = nasty.refused or nasty.unrenderable

    if expected:
        assert failure(renderer, nasty.data).code == expected
    else:
        assert renderer.render(nasty.data, wants=FIRST, limits=LIMITS).thumbhash


def test_the_sandbox_applies_the_limits_itself(renderer: Renderer) -> None:
    limits = ImageLimits(20_000_000, 6_000, 16_000)

    assert failure(renderer, photo_file(), limits).code == "too_many_pixels"


@pytest.mark.parametrize(
    ("hostile", "limits", "code"),
    [
        (heavy_png, SandboxLimits(memory_bytes=200 << 20), "decode_memory"),
        (slow_jpeg, SandboxLimits(wall_seconds=0.3), "decode_timeout"),
        (slow_jpeg, SandboxLimits(cpu_seconds=1), "decode_timeout"),
    ],
)
def test_a_hostile_picture_is_stopped_and_the_next_one_rendered(
    hostile: Callable[[], bytes], limits: SandboxLimits, code: str
) -> None:
    with Renderer(sandbox=limits) as renderer:
        error = failure(renderer, hostile())
        assert (error.code, error.worth_retrying) == (code, True)
        pid = renderer.sandbox_pid
        assert renderer.render(photo_file(), wants=Wants(()), limits=LIMITS).width == 96
        assert renderer.sandbox_pid == pid


# The life of the sandbox


def test_a_killed_sandbox_is_replaced_unnoticed(renderer: Renderer) -> None:
    renderer.start()
    killed = renderer.sandbox_pid
    assert killed
    os.kill(killed, signal.SIGKILL)

    assert renderer.render(photo_file(), wants=SMALL, limits=LIMITS).width == 96
    assert renderer.sandbox_pid != killed


def test_a_sandbox_killed_at_work_is_replaced_and_the_work_done_again() -> None:
    with Renderer() as renderer:
        renderer.start()
        killed = renderer.sandbox_pid
        assert killed
        timer = threading.Timer(0.2, os.kill, (killed, signal.SIGKILL))
        timer.start()

        rendered = renderer.render(heavy_png(), wants=SMALL, limits=LIMITS)

        timer.join()
        assert rendered.width == 5_000
        assert renderer.sandbox_pid != killed


def test_close_leaves_no_process(renderer: Renderer) -> None:
    with Renderer() as other:
        other.start()
        pid = other.sandbox_pid
        assert pid and is_alive(pid)

    assert not is_alive(pid)


def test_a_fork_of_the_worker_starts_its_own_sandbox(renderer: Renderer) -> None:
    renderer.start()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            rendered = renderer.render(photo_file(), wants=SMALL, limits=LIMITS)
            os.write(writing, f"{rendered.width} {renderer.sandbox_pid}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    width, pid = os.read(reading, 100).split()
    os.close(reading)

    assert width == b"96" and int(pid) != renderer.sandbox_pid
    assert renderer.render(photo_file(), wants=SMALL, limits=LIMITS).width == 96
    assert eventually(lambda: not is_alive(int(pid)))


WORKER = """
import sys, threading
from tests.images import slow_jpeg
from webapp.catalogue.validation import ImageLimits
from workers.runtime.imaging.renderer import Renderer
from workers.runtime.imaging.results import FIRST

renderer = Renderer()
renderer.start()
print(renderer.sandbox_pid, flush=True)
while True:
    renderer.render(slow_jpeg(), wants=FIRST, limits=ImageLimits(10**8, 10**8, 10**5))
"""


def children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


def test_nothing_outlives_a_worker_killed_at_work() -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with worker:
        assert worker.stdout
        sandbox = int(worker.stdout.readline())
        assert eventually(lambda: bool(children_of(sandbox)))
        decoding = children_of(sandbox)[0]
        worker.kill()

    assert eventually(lambda: not is_alive(sandbox) and not is_alive(decoding))


# What the sandbox may do


def test_the_sandbox_starts_without_secrets_and_without_the_product(renderer: Renderer) -> None:
    renderer.start()
    pid = renderer.sandbox_pid

    assert Path(f"/proc/{pid}/environ").read_bytes() == b""
    loaded = Path(f"/proc/{pid}/maps").read_text()
    for foreign in ("numpy", "torch", "psycopg", "_ssl"):
        assert foreign not in loaded


CONFINED = """
import ctypes, os, socket, sys
from workers.runtime.imaging import confine
from workers.runtime.imaging.results import SandboxLimits

network = confine.leave_network()
parent, answer = os.getpid(), os.dup(1)
tries = {
    "read": lambda: open("/etc/passwd").read(),
    "write": lambda: os.write(answer, b"") or open("/tmp/left-behind", "w").write("x"),
    "fork": lambda: os._exit(0) if os.fork() == 0 else None,
    "signal": lambda: os.kill(parent, 0),
    "connect": lambda: socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1),
    "memory": lambda: bytearray(300 << 20),
}
child = os.fork()
if child == 0:
    confine.confine(SandboxLimits(memory_bytes=250 << 20), keep=(answer,), parent=parent)
    for name, attempt in tries.items():
        try:
            attempt()
        except (OSError, MemoryError):
            continue
        os.write(answer, f"{name} ".encode())
    os._exit(0)
os.waitpid(child, 0)
os.write(answer, f"{confine.isolation()} {network}".encode())
"""


def test_a_confined_process_can_do_nothing_but_compute() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ran = subprocess.run(
            [sys.executable, "-c", CONFINED, str(server.getsockname()[1])],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip

    # On a kernel that offers seccomp, as all supported ones do, every attempt fails.
    assert ran.stdout.startswith("{")
    assert "'seccomp': True" in ran.stdout
