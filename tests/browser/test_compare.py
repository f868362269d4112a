"""Two pictures side by side: zoomed as one, one map on both, curves and attributes on one scale."""

import re

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser.pages import Person, visit
from tests.browser.planted import Stage
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SETTLE_MS = 60_000
CENTRE = """stage => {
    const picture = stage.querySelector('.picture').getBoundingClientRect();
    const frame = stage.getBoundingClientRect();
    return [(frame.x + frame.width / 2 - picture.x) / picture.width,
            (frame.y + frame.height / 2 - picture.y) / picture.height,
            picture.width / parseFloat(stage.querySelector('.picture').style.width)];
}"""


def centres(page: Page) -> list[list[float]]:
    """For each stage: the point of its picture in its middle, and how much it is enlarged."""
    return [page.get_by_role("group", name=f"Picture {n}").evaluate(CENTRE) for n in "AB"]


def test_two_selected_pictures_can_be_compared(person: Person, pair: tuple[str, str]) -> None:
    page = person.page
    page.goto("/")
    page.locator("a[href*='/artworks/']").first.focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("link", name="Compare")).to_have_count(0)
    page.keyboard.press("Shift+ArrowRight")
    link = page.get_by_role("link", name="Compare")
    expect(link).to_have_attribute("href", re.compile(r"^/compare/\?a=[0-9a-f-]{36}&b="))
    link.click()
    expect(page.get_by_role("heading", name="What people would say")).to_be_visible()


def test_both_pictures_zoom_and_pan_as_one(person: Person, pair: tuple[str, str]) -> None:
    planted = Stage(tilts={pair[1]: -0.4})
    planted.plant(person.page)
    page = person.page
    page.goto(f"/compare/?a={pair[0]}&b={pair[1]}")
    expect(page.locator(".stage img")).to_have_count(4, timeout=SETTLE_MS)
    first = page.get_by_role("group", name="Picture A").bounding_box()
    assert first is not None
    page.mouse.move(first["x"] + 0.6 * first["width"], first["y"] + 0.5 * first["height"])
    page.mouse.wheel(0, -700)
    page.wait_for_timeout(400)
    a, b = centres(page)
    assert a[2] > 3
    assert b == pytest.approx(a, abs=0.02)
    page.keyboard.press("0")
    page.wait_for_timeout(400)
    assert [scale for _, _, scale in centres(page)] == pytest.approx([1, 1], abs=0.01)
    page.keyboard.press("m")
    expect(page.locator(".map canvas")).to_have_count(2)
    expect(page.get_by_text("Where they differ")).to_be_visible()
    light = page.get_by_role("button", name=re.compile("^Light A"))
    expect(light).to_have_accessible_name(
        "Light A: above 80 of 100 \N{MIDDLE DOT} +0.20 "
        "B: above 40 of 100 \N{MIDDLE DOT} \N{MINUS SIGN}0.60"
    )
    light.click()
    expect(page.get_by_label("Map", exact=True)).to_have_value("merge:light")


def test_one_picture_twice_is_refused_kindly(person: Person, pair: tuple[str, str]) -> None:
    person.page.goto(f"/compare/?a={pair[0]}&b={pair[0]}")
    expect(person.page.get_by_role("alert")).to_contain_text("one picture twice")


@pytest.mark.parametrize("phone", [False, True])
def test_the_comparison_is_accessible_and_fits(
    chromium: Browser, product: Product, pair: tuple[str, str], phone: bool, key: StorageState
) -> None:
    person = visit(chromium, product, phone=phone, key=key)
    Stage().plant(person.page)
    page = person.page
    page.goto(f"/compare/?a={pair[0]}&b={pair[1]}")
    expect(page.get_by_role("heading", name="Where they differ")).to_be_visible()
    expect(page.locator(".stage img")).to_have_count(4, timeout=SETTLE_MS)
    page.keyboard.press("m")
    expect(page.locator(".map canvas")).to_have_count(2)
    tops = [page.get_by_role("group", name=f"Picture {n}").bounding_box() for n in "AB"]
    assert tops[0] is not None and tops[1] is not None
    assert (tops[1]["y"] > tops[0]["y"]) == phone, "stacked on phones, side by side elsewhere"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    findings = person.axe()
    person.context.close()
    assert findings == []
    assert person.complaints == []
