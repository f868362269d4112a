"""The studio with a planted generator: ask, sweep the dial, recall, call off, keep, delete."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser.pages import Person, another, visit
from tests.browser.planted_generation import ARTWORK, StudioServer
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def server() -> StudioServer:
    return StudioServer()


@pytest.fixture
def page(owner: Person, server: StudioServer) -> Iterator[Page]:
    """A fresh tab with the planted generator; the browser may complain of nothing."""
    fresh = another(owner)
    server.plant(fresh.page)
    yield fresh.page
    fresh.page.close()
    assert fresh.complaints == []


def test_the_form_warns_where_the_generator_has_seen_nothing_and_the_address_holds_the_wish(
    page: Page, server: StudioServer
) -> None:
    page.goto("/studio/")
    expect(page.get_by_role("heading", name="Nothing made yet")).to_be_visible()
    page.get_by_role("radio", name="People").press("Space")
    dial = page.get_by_role("slider", name="Aesthetic dial")
    dial.press("End")
    expect(page.get_by_text("Above what it has seen")).to_be_visible()
    server.made = 2
    page.get_by_role("button", name="Make 8 pictures").click()
    expect(page.get_by_text("2 of 8 made")).to_be_visible()
    assert (server.said["category"], server.said["dial"]) == ("people", 10)
    assert parse_qs(urlparse(page.url).query)["seed"] == [str(server.said["seed"])]


def test_pictures_are_leafed_through_by_key_and_swept_from_where_one_stands(
    page: Page, server: StudioServer
) -> None:
    server.past()
    page.goto("/studio/")
    page.get_by_role("button", name="Landscape 3:").click()
    dialog = page.get_by_role("dialog", name="Landscape, generated")
    dialog.press("ArrowRight")
    expect(dialog.get_by_text("4 of 8")).to_be_visible()
    dialog.get_by_role("button", name="Sweep the dial from it").click()
    page.get_by_role("button", name="Picture 10: asked 10.0, judged").press("Enter")
    expect(page.locator("figcaption", has_text="asked 10.0")).to_be_visible()
    assert (server.said["kind"], server.said["seed"]) == ("sweep", 44)
    assert "dial" not in server.said
    expect(page.get_by_role("img", name=re.compile("of this sweep against"))).to_be_visible()


def test_a_film_stands_still_for_whoever_wants_less_motion(
    page: Page, server: StudioServer
) -> None:
    server.past()
    page.emulate_media(reduced_motion="reduce")
    page.goto("/studio/")
    page.get_by_role("button", name="Recall").nth(1).click()
    expect(page.get_by_role("button", name="Play the film")).to_be_enabled()
    expect(page.get_by_role("slider", name="Picture of the film")).to_have_value("0")


def test_the_history_brings_every_parameter_back_and_the_address_holds_them(
    page: Page, server: StudioServer
) -> None:
    server.past()
    page.goto("/studio/")
    page.get_by_role("button", name="Recall").nth(3).click()
    expect(page.get_by_role("radio", name="People")).to_be_checked()
    expect(page.get_by_role("button", name="Draw", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("3")
    address = page.url
    page.goto("/upload/")
    page.goto(address)
    expect(page.get_by_role("heading", name="People samples")).to_be_visible()
    page.get_by_role("button", name="Make 6 pictures").click()
    expect(page.get_by_role("button", name="Recall")).to_have_count(6)
    drawn = server.history[4]["histogram"]
    assert server.said["seed"] == 3
    assert sum(server.said["histogram"]) == pytest.approx(1, abs=1e-9)
    assert server.said["histogram"] == pytest.approx(drawn, abs=1e-4)


def test_a_histogram_is_drawn_by_keys_and_by_hand(page: Page, server: StudioServer) -> None:
    page.goto("/studio/")
    page.get_by_role("button", name="Draw", exact=True).click()
    bar = page.get_by_role("slider", name="People who would rate it 7")
    before = int(bar.get_attribute("aria-valuenow") or 0)
    bar.press("End")
    bar.press("PageUp")
    assert int(bar.get_attribute("aria-valuenow") or 0) > before
    bar.press("ArrowRight")
    expect(page.get_by_role("slider", name="People who would rate it 8")).to_be_focused()
    plot = page.get_by_role("group", name="How people would rate it, drawn").bounding_box()
    assert plot is not None
    width, height = plot["width"], plot["height"]
    page.mouse.move(plot["x"] + 0.05 * width, plot["y"] + 0.1 * height)
    page.mouse.down()
    page.mouse.move(plot["x"] + 0.95 * width, plot["y"] + 0.99 * height)
    page.mouse.up()
    page.get_by_role("button", name="Make 8 pictures").click()
    expect(page.get_by_role("button", name="Recall")).to_have_count(1)
    shares = server.said["histogram"]
    assert sum(shares) == pytest.approx(1, abs=1e-9)
    assert shares == sorted(shares, reverse=True)


def test_the_best_few_stand_first_and_one_is_kept(page: Page, server: StudioServer) -> None:
    page.goto("/studio/")
    page.get_by_role("button", name="Make 64, keep the best 4").click()
    best = page.get_by_role("list", name="The best 4").get_by_role("button")
    expect(best).to_have_count(4)
    assert (server.said["count"], server.said["keep_best"]) == (64, 4)
    page.get_by_text("60 others that were judged lower").click()
    expect(page.get_by_role("list", name="Others").get_by_role("button")).to_have_count(60)
    best.first.click()
    page.get_by_role("button", name="a painting").click()
    page.get_by_role("button", name="Add to my pictures").click()
    inside = page.get_by_role("link", name="In your pictures")
    expect(inside).to_have_attribute("href", f"/artworks/{ARTWORK}/")
    assert server.said == {"medium": "painting"}


def test_a_deleted_generation_comes_back_until_it_is_too_late(
    page: Page, server: StudioServer
) -> None:
    server.past()
    page.goto("/studio/")
    recall = page.get_by_role("button", name="Recall")
    expect(recall).to_have_count(5)
    delete = page.get_by_role("button", name=re.compile("^Delete .*seed 41"))
    delete.click()
    expect(recall).to_have_count(4)
    page.get_by_role("button", name="Undo").click()
    expect(recall).to_have_count(5)
    delete.click()
    page.get_by_role("button", name="Dismiss").last.click()  # that of the first may still be there
    page.wait_for_timeout(300)
    assert [each["seed"] for each in server.history] == [5, 77, 3, 12]


def test_a_refusal_says_who_must_act(owner: Person, server: StudioServer) -> None:
    person = another(owner)
    page = person.page
    server.past().plant(page)
    text = "You may have 256 pictures made in 24 hours and 3 are left. 8 are too many now."
    server.refuses = {"status": 429, "code": "over_generation_quota", "detail": text}
    page.goto("/studio/")
    server.left = 3
    page.get_by_role("button", name="Make 8 pictures").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("whoever runs this website can grant more")
    server.refuses = None
    page.get_by_role("button", name="Ask for 3").click()
    expect(alert).to_be_hidden()
    page.get_by_role("button", name="Make 3 pictures").click()
    expect(page.get_by_role("button", name="Recall")).to_have_count(6)
    page.close()
    assert [each for each in person.complaints if "429" not in each] == []


def test_the_studio_is_accessible(chromium: Browser, product: Product, key: StorageState) -> None:
    person = visit(chromium, product, key=key)
    page = person.page
    StudioServer().past().plant(page)
    page.goto("/studio/")
    page.get_by_role("button", name="Recall").nth(2).click()
    page.get_by_role("heading", name="The lie detector").scroll_into_view_if_needed()
    expect(page.get_by_text("rank correlation (SRCC)")).to_be_visible()
    findings = person.axe()
    page.get_by_role("button", name="Recall").nth(4).click()
    page.get_by_role("list", name="The best 4").get_by_role("button").first.click()
    findings += person.axe()
    page.close()
    empty = another(person)
    StudioServer(active=False).plant(empty.page)
    empty.page.goto("/studio/")
    expect(empty.page.get_by_text("must train or import")).to_be_visible()
    findings += empty.axe()
    person.context.close()
    assert findings == []
    assert person.complaints + empty.complaints == []


def test_the_studio_fits_a_phone(chromium: Browser, product: Product, key: StorageState) -> None:
    person = visit(chromium, product, phone=True, key=key)
    page = person.page
    StudioServer().past().plant(page)
    page.goto("/studio/")
    for number in range(5):
        page.get_by_role("button", name="Recall").nth(number).click()
        expect(page.get_by_role("button", name="Recall").nth(number)).to_have_attribute(
            "aria-current", "true"
        )
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    findings = person.axe()
    person.context.close()
    assert findings == []
    assert person.complaints == []
