"""The crop studio: the list follows the focal point, the frame the keys; every state says so."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, StorageState, expect

from tests.browser.pages import Person, visit
from tests.browser.planted_crops import CropServer
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def address(pair: tuple[str, str]) -> str:
    """The studio of a judged picture of 900 x 600 pixels."""
    return f"/artworks/{pair[0]}/crop/"


@pytest.fixture
def server(person: Person, address: str) -> CropServer:
    """The studio with planted crops; tests go on from there."""
    planted = CropServer()
    planted.plant(person.page)
    person.page.goto(address)
    expect(rows(person.page)).to_have_count(5)
    return planted


def rows(page: Page) -> Locator:
    return page.locator("ol > li > button")


def frame(page: Page) -> str:
    """What the frame on the picture is called: its size in pixels."""
    return page.locator(".frame").get_attribute("aria-label") or ""


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def places(page: Page, *shares: tuple[float, float]) -> list[tuple[float, float]]:
    """Where in the window those shares of the picture are."""
    picture = page.locator(".clipped").bounding_box()
    assert picture is not None
    left, top, width, height = (picture[side] for side in ("x", "y", "width", "height"))
    return [(left + x * width, top + y * height) for x, y in shares]


def test_dragging_the_focal_point_ranks_anew_and_undo_brings_back(
    person: Person, server: CropServer
) -> None:
    page = person.page
    before = frame(page)
    start, end = places(page, (0.5, 0.5), (0.8, 0.4))
    drag(page, start, end)  # the first crop is about the middle, and so is the model's point
    expect(page.get_by_role("button", name="Focal point: 80 % from the left")).to_be_visible()
    expect(page.locator(".frame")).not_to_have_attribute("aria-label", before)
    page.get_by_role("button", name="Keep for every size").click()
    expect(page.get_by_text("kept for every size")).to_be_visible()
    assert server.kept == {"x": pytest.approx(0.8, abs=0.01), "y": pytest.approx(0.4, abs=0.01)}
    page.get_by_role("button", name="Forget it").click()
    expect(page.locator(".frame")).to_have_attribute("aria-label", before)
    page.keyboard.press("Control+z")
    expect(page.locator(".frame")).not_to_have_attribute("aria-label", before)
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".frame")).to_have_attribute("aria-label", before)


def test_a_drag_inside_moves_the_frame_and_a_click_sets_the_focal_point(
    person: Person, server: CropServer
) -> None:
    page = person.page
    hint = page.get_by_text("Drag to move the frame, click to set the focal point.")
    page.evaluate("localStorage.removeItem('connoisseur.crop-hint')")
    page.reload()
    expect(hint).to_be_visible()
    before = page.locator(".frame").bounding_box()
    start, end = places(page, (0.3, 0.3), (0.27, 0.27))
    drag(page, start, end)
    own = page.get_by_role("button", name=re.compile("Your own"))
    expect(own).to_have_attribute("aria-pressed", "true")
    after = page.locator(".frame").bounding_box()
    assert before is not None and after is not None
    assert after["x"] < before["x"] and after["y"] < before["y"]
    assert after["width"] == pytest.approx(before["width"], abs=1)
    expect(page.get_by_role("button", name="chosen by the model")).to_be_visible()
    page.mouse.click(*start)
    expect(page.get_by_role("button", name="Focal point: 30 % from the left")).to_be_visible()
    page.reload()
    expect(rows(page)).to_have_count(5)
    expect(hint).to_have_count(0)


def test_a_shape_that_cannot_be_is_told_and_the_focus_comes_back(
    person: Person, server: CropServer
) -> None:
    page = person.page
    page.get_by_role("button", name="Custom…").click()
    width = page.get_by_label("Width of the shape")
    width.fill("7.5")
    page.get_by_role("button", name="Use").click()
    expect(page.get_by_role("alert")).to_have_text("Two whole numbers, 1 to 20,000.")
    width.fill("7")
    page.get_by_role("button", name="Use").click()
    expect(page.get_by_role("button", name="7:5")).to_be_focused()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert "aspect=7:5" in page.url.replace("%3A", ":")


def test_opinions_fill_in_once_the_list_has_settled(person: Person, server: CropServer) -> None:
    page = person.page
    expect(page.get_by_role("heading", name="What people would say")).to_be_visible()
    expect(page.locator("ol .mean")).to_have_count(5)
    assert server.asked.count("POST opinions") == 1


def test_keys_choose_nudge_scale_and_save(person: Person, server: CropServer) -> None:
    page = person.page
    page.get_by_role("button", name="1:1").click()
    page.keyboard.press("3")
    expect(rows(page).nth(2)).to_have_attribute("aria-pressed", "true")
    page.locator(".frame").focus()
    page.keyboard.press("+")
    own = page.get_by_role("button", name=re.compile("Your own"))
    expect(own).to_have_attribute("aria-pressed", "true")
    width, height = re.findall(r"\d+", frame(page))[:2]
    assert width == height, "a scaled crop keeps its shape"
    for key, guide in (("g", "Thirds"), ("g", "Golden section"), ("g", "Diagonals")):
        page.keyboard.press(key)
        expect(page.get_by_role("button", name=f"Grid: {guide}")).to_be_visible()
    page.keyboard.down("b")
    expect(page.locator(".frame")).to_have_count(0)
    page.keyboard.up("b")
    expect(page.locator(".frame")).to_be_focused()
    page.keyboard.press("s")
    expect(page.get_by_text("Saving…").first).to_be_visible()
    assert server.saved[0]["box"][2:] == [int(width), int(height)]
    server.saved[0] |= {"state": "saved", "artwork": "01fad662-9dda-4549-b322-bf19910af528"}
    expect(page.get_by_role("link", name="Open it")).to_be_visible(timeout=10_000)


def test_a_look_that_failed_is_told_and_tried_again(person: Person, address: str) -> None:
    server = CropServer(state="failed")
    server.plant(person.page)
    page = person.page
    page.goto(address)
    expect(page.get_by_role("alert")).to_contain_text("ran out of memory")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("looks at the picture once")).to_be_visible()
    server.state = "ready"
    expect(rows(page)).to_have_count(5, timeout=10_000)


def test_without_a_cropper_one_can_still_crop_by_hand(person: Person, address: str) -> None:
    CropServer(state="none", cropper=None).plant(person.page)
    page = person.page
    page.goto(address)
    page.get_by_role("button", name="16:9").click()
    page.get_by_role("button", name="Crop by hand").click()
    expect(page.locator(".frame")).to_have_attribute("aria-label", re.compile("896 . 504 px"))
    expect(page.get_by_role("button", name="Save as a version")).to_be_enabled()


@pytest.mark.parametrize("phone", [False, True])
def test_the_studio_is_accessible_and_fits(
    chromium: Browser, product: Product, address: str, phone: bool, key: StorageState
) -> None:
    person = visit(chromium, product, phone=phone, key=key)
    CropServer(judged=True).plant(person.page)
    page = person.page
    page.goto(address)
    expect(rows(page)).to_have_count(5)
    page.get_by_text("For other software").click()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    findings = person.axe()
    person.context.close()
    assert findings == []
    assert person.complaints == []
