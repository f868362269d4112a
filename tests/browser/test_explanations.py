"""Why a picture was judged so: attributes, maps that follow the picture, and the coach."""

import json
import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, StorageState, expect

from tests.browser.pages import Person, hang, visit
from tests.browser.planted import Stage
from tests.images import photo_file
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SETTLE_MS = 60_000


@pytest.fixture(scope="module")
def address(owner: Person, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where a judged picture of 900 x 600 pixels hangs."""
    path = tmp_path_factory.mktemp("pictures") / "Explained.jpg"
    path.write_bytes(photo_file(900, 600, seed=41))
    return hang(owner, [path])[0]


@pytest.fixture
def stage(person: Person, address: str) -> Stage:
    """The artwork's page, explained by planted maps; tests go on from there."""
    planted = Stage()
    planted.plant(person.page)
    person.page.goto(address)
    expect(person.page.get_by_role("heading", name="Why")).to_be_visible()
    return planted


def box(part: Locator) -> tuple[float, float, float, float]:
    found = part.bounding_box()
    assert found is not None
    return found["x"], found["y"], found["width"], found["height"]


def shown_percent(person: Person) -> int:
    said = person.page.locator(".strip output").inner_text()
    return int(re.sub(r"\D", "", said) or -1)


def test_a_fresh_picture_is_explained_without_a_reload(person: Person, address: str) -> None:
    page = person.page
    page.goto(address)
    expect(page.get_by_text("Measured in the picture")).to_be_visible(timeout=2 * SETTLE_MS)
    page.keyboard.press("m")
    expect(page.locator(".map canvas")).to_be_visible()
    expect(page.get_by_role("group", name="Main colours")).to_be_visible()


def test_a_map_lies_exactly_over_the_picture_also_when_zoomed(person: Person, stage: Stage) -> None:
    page = person.page
    page.keyboard.press("m")
    overlay, picture = page.locator(".map canvas"), page.locator(".stage img").first
    expect(overlay).to_be_visible()
    assert box(overlay) == pytest.approx(box(picture), abs=0.5)
    before = box(picture)
    page.keyboard.press("+")
    page.wait_for_timeout(400)
    assert box(picture)[2] > 1.2 * before[2]
    assert box(overlay) == pytest.approx(box(picture), abs=0.5)
    page.keyboard.press("m")
    expect(overlay).to_have_count(0)


def test_the_value_under_the_cursor_is_the_maps_there(person: Person, stage: Stage) -> None:
    page = person.page
    page.keyboard.press("m")
    expect(page.locator(".map canvas")).to_be_visible()
    left, top, width, height = box(page.locator(".stage img").first)
    for share in (0.25, 0.8):
        page.mouse.move(left + share * width, top + 0.5 * height)
        expect(page.locator(".strip output")).to_contain_text("% of the strongest spot")
        assert shown_percent(person) == pytest.approx(100 * share, abs=2)
    page.mouse.wheel(0, -600)  # zooming into the cursor keeps what is under it
    page.wait_for_timeout(300)
    page.mouse.move(left + 0.8 * width + 1, top + 0.5 * height)
    assert shown_percent(person) == pytest.approx(80, abs=2)


def test_the_opacity_is_ones_own_choice(person: Person, stage: Stage) -> None:
    page = person.page
    page.keyboard.press("m")
    slider = page.get_by_label("Opacity")
    slider.fill("0.3")
    expect(page.locator(".map canvas")).to_have_css("opacity", "0.3")


def test_the_arrow_keys_read_a_focused_map_aloud(person: Person, stage: Stage) -> None:
    page = person.page
    page.keyboard.press("m")
    overlay = page.get_by_role("application")
    expect(page.locator(".map canvas")).to_be_visible()
    overlay.focus()
    page.keyboard.press("Home")
    spoken = overlay.locator("[aria-live]")
    expect(spoken).to_have_text(re.compile("100 % of the strongest spot, top right"))
    where = page.url
    for _ in range(3):
        page.keyboard.press("Shift+ArrowLeft")
    expect(spoken).to_have_text(re.compile(r"6\d % of the strongest spot, top centre"))
    assert page.url == where


def test_an_attribute_says_where_it_comes_from_and_shows_its_map(
    person: Person, stage: Stage
) -> None:
    page = person.page
    light = page.get_by_role("button", name=re.compile("^Light: "))
    source = (
        "learned from 116 pictures \N{MULTIPLICATION SIGN} 5 raters, "
        "rank correlation .42 on 29 it had not seen"
    )
    expect(light).to_contain_text(source)
    expect(light).to_contain_text("above 80 of 100")
    light.focus()
    page.keyboard.press("Enter")
    expect(light).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Map", exact=True)).to_have_value("merge:light")
    expect(page.locator(".strip")).to_contain_text("beat a random map and a blob")
    page.get_by_text("How well tested?").click()
    expect(page.locator(".strip")).to_contain_text("Merge-layer map")
    expect(page.locator(".strip")).to_contain_text("found the planted subject in 71 %")
    expect(page.locator(".strip")).to_contain_text("a random map 22 %, the centre 35 %")
    light.click()
    expect(page.locator(".map")).to_have_count(0)


def test_a_map_that_failed_its_test_warns(person: Person, stage: Stage) -> None:
    page = person.page
    page.keyboard.press("m")
    expect(page.locator(".strip strong")).to_have_count(0)
    page.get_by_label("Map", exact=True).select_option("lower:overall")
    expect(page.locator(".strip strong")).to_contain_text("Do not trust it")


def test_what_has_no_number_is_told_apart_and_folded_away(person: Person, stage: Stage) -> None:
    page = person.page
    unrated = page.get_by_text("Nobody has rated this yet")
    expect(unrated).to_be_hidden()
    page.get_by_text("without a number").click()
    expect(unrated).to_be_visible()
    expect(page.get_by_text("Not proven")).to_be_visible()
    expect(page.get_by_text("Measured in the picture")).to_be_visible()
    expect(page.locator("dd").filter(has_text="red")).to_be_visible()


def test_a_map_and_the_whole_explanation_can_be_taken_home(person: Person, stage: Stage) -> None:
    page = person.page
    page.keyboard.press("m")
    expect(page.locator(".map canvas")).to_be_visible()
    with page.expect_download() as png:
        page.get_by_role("button", name="PNG").click()
    picture = Image.open(BytesIO(Path(png.value.path()).read_bytes()))
    assert picture.size[0] / picture.size[1] == pytest.approx(1.5, abs=0.01)
    with page.expect_download() as whole:
        page.get_by_role("button", name="JSON").click()
    told = json.loads(Path(whole.value.path()).read_text())
    assert told["maps"][0]["faithfulness"]["pointing"]["value"] == 0.71
    assert {"attributes", "palette", "score", "explanation"} <= told.keys()


def test_an_explanation_can_be_asked_for_and_its_failure_is_told(
    person: Person, stage: Stage
) -> None:
    page = person.page
    stage.explanation = "none"
    page.reload()
    page.get_by_role("button", name="Explain now").click()
    expect(page.get_by_text("Looking for reasons")).to_be_visible()
    assert stage.asked == ["explain"]
    stage.explanation = "failed"
    page.reload()
    expect(page.get_by_text("The worker ran out of memory.")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_the_coach_shows_before_and_after_and_saves_a_version(
    person: Person, stage: Stage, address: str
) -> None:
    page = person.page
    page.get_by_role("button", name="What would people like better?").click()
    expect(page.get_by_text("Looking for small changes")).to_be_visible()
    stage.coach = "ready"
    together = page.get_by_role("button", name=re.compile("brighten by 0.3 stops, straighten"))
    expect(together).to_have_attribute("aria-pressed", "true", timeout=15_000)
    expect(together).to_contain_text("5.8 → 6.3")
    expect(together).to_contain_text("gain +0.5, likely +0.1 to +0.6")
    expect(together).to_contain_text("its own estimate +0.50, an independent check +0.30")
    expect(page.get_by_text("no person did")).to_be_visible()
    alone = page.get_by_role("button", name=re.compile(r"^brighten by 0.3 stops 5\.8"))
    expect(alone).to_contain_text("does not agree")
    handle = page.get_by_role("slider", name="Before and after")
    handle.focus()
    page.keyboard.press("ArrowRight")
    expect(handle).to_have_attribute("aria-valuenow", "52")
    left, top, width, height = box(page.locator(".frame"))
    page.mouse.move(left + 0.52 * width, top + height / 2)
    page.mouse.down()
    page.mouse.move(left + 0.2 * width, top + height / 2, steps=4)
    page.mouse.up()
    expect(handle).to_have_attribute("aria-valuenow", re.compile("^(19|20|21)$"))
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_role("button", name="Saving…")).to_be_disabled()
    stage.saved_as = address.split("/")[2]
    link = page.get_by_role("link", name="Open it")
    expect(link).to_have_attribute("href", f"/artworks/{stage.saved_as}/", timeout=15_000)
    page.get_by_role("button", name=re.compile("^As it is")).click()
    expect(handle).to_have_count(0)


@pytest.mark.parametrize(
    ("state", "words"),
    [("nothing", "No change proposed. Nothing modest helps."), ("failed", "The worker was lost.")],
)
def test_a_coach_without_advice_says_why(
    person: Person, stage: Stage, state: str, words: str
) -> None:
    stage.coach = state
    person.page.reload()
    expect(person.page.get_by_text(words)).to_be_visible()


@pytest.mark.parametrize("phone", [False, True])
def test_the_screens_are_accessible_and_fit(
    chromium: Browser, product: Product, address: str, phone: bool, key: StorageState
) -> None:
    person = visit(chromium, product, phone=phone, key=key)
    Stage(coach="ready").plant(person.page)
    page = person.page
    page.goto(address)
    expect(page.get_by_role("heading", name="Why")).to_be_visible()
    page.keyboard.press("m")
    expect(page.locator(".map canvas")).to_be_visible()
    findings = person.axe()
    page.get_by_role("button", name=re.compile("brighten by 0.3 stops, straighten")).click()
    expect(page.get_by_role("slider", name="Before and after")).to_be_in_viewport()
    findings += person.axe()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    person.context.close()
    assert findings == []
    assert person.complaints == []
