"""The pages of a campaign with a planted crowd: for who runs it, and for who looks at results."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser.crowd import Organiser
from tests.browser.pages import Person, another, visit
from tests.browser.planted_campaigns import NAMES, CrowdServer
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def campaign(organiser: Organiser) -> str:
    """The id of a draft, over which a crowd is planted."""
    identity: str = organiser.send("POST", "campaigns", {"title": "Planted"})["id"]
    return identity


@pytest.fixture
def crowd(campaign: str) -> CrowdServer:
    return CrowdServer(campaign)


@pytest.fixture
def page(owner: Person, crowd: CrowdServer) -> Iterator[Page]:
    """A fresh tab with the planted crowd; it may complain of what it is made to fail at."""
    fresh = another(owner)
    crowd.plant(fresh.page)
    yield fresh.page
    fresh.page.close()
    assert [each for each in fresh.complaints if "503" not in each] == []


def shown(page: Page, crowd: CrowdServer) -> None:
    page.goto(f"/campaigns/{crowd.campaign_id}/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_pictures_are_ordered_by_what_is_asked_of_them(page: Page, crowd: CrowdServer) -> None:
    shown(page, crowd)
    tiles = page.locator("button.tile")
    expect(tiles.first).to_have_accessible_name(re.compile("1st, 8.1, 80 % interval"))
    expect(tiles.last).to_have_accessible_name(re.compile("24th, .*mostly expected: 1 vote$"))
    page.get_by_role("button", name="Model was wrong").click()
    expect(tiles.first).to_have_accessible_name(re.compile("(above|below) what the model expects"))
    page.get_by_role("button", name="Divided").click()
    expect(tiles.first).to_have_accessible_name(re.compile("divided 5. %"))


def test_a_picture_becomes_a_check_and_is_disqualified_by_keys(
    page: Page, crowd: CrowdServer
) -> None:
    shown(page, crowd)
    page.locator("button.tile").first.press("Enter")
    dialog = page.get_by_role("dialog", name="Harbour at noon")
    dialog.get_by_text("Use as a check").press("Enter")
    dialog.get_by_role("spinbutton", name="from").fill("7")
    dialog.get_by_role("button", name="Make it a check").press("Enter")
    expect(dialog.get_by_text("A check: 7.0 to 10.0")).to_be_visible()
    assert crowd.gold == {"entry-0": [7, 10]}
    dialog.get_by_role("button", name="Disqualify…").press("Enter")
    reason = page.get_by_label("Reason, kept with the decision")
    expect(reason).to_be_visible()
    reason.fill("Not from this summer")
    reason.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert crowd.disqualified == {"entry-0": "Not from this summer"}
    page.keyboard.press("z")
    expect(page.locator("button.tile").first).to_have_accessible_name(re.compile("1st"))
    assert crowd.disqualified == {}


def test_the_largest_differences_are_a_list_beside_the_plane(
    page: Page, crowd: CrowdServer
) -> None:
    shown(page, crowd)
    plane = page.get_by_role("img", name=re.compile("^23 pictures: what the model expects"))
    expect(plane).to_be_visible()
    first = page.locator("ol button", has_text="the model expects").first
    first.focus()
    expect(plane.locator(".on image")).to_have_count(1)
    before = plane.locator("image").first.get_attribute("width")
    page.get_by_role("button", name="Zoom in").click()
    assert plane.locator("image").first.get_attribute("width") != before
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_role("button", name="Show all")).to_be_disabled()
    first.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("The model expected")


def test_doubtful_raters_come_first_and_are_set_aside_with_a_reason(
    page: Page, crowd: CrowdServer
) -> None:
    shown(page, crowd)
    rows = page.get_by_role("table", name="Raters").locator("tbody tr")
    expect(rows.first).to_contain_text(f"{NAMES[3]}")
    expect(rows.first).to_contain_text("Always the same answer.")
    rows.first.get_by_role("button").click()
    page.get_by_label("Reason, kept with the decision").fill("Presses five")
    page.keyboard.press("Enter")
    expect(rows.first).to_contain_text("Set aside: Presses five")
    rows.first.get_by_role("button", name="Count").click()
    expect(rows.first).to_contain_text("Always the same answer.")
    assert crowd.aside == {}


def test_a_server_that_is_away_is_said_and_asked_again(page: Page, crowd: CrowdServer) -> None:
    crowd.fails = True
    page.goto(f"/campaigns/{crowd.campaign_id}/")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was lost")
    crowd.fails = False
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-number=votes]")).to_have_text("312")


def test_a_reveal_night_stops_for_the_keyboard_and_may_be_skipped(
    page: Page, crowd: CrowdServer
) -> None:
    crowd.kind, crowd.state, crowd.organiser = "challenge", "revealed", False
    crowd.disqualified = {"entry-5": "A logo on it"}
    crowd.plant_visitor(page)
    shown(page, crowd)
    expect(page.get_by_text("A logo on it")).to_be_visible()
    expect(page.get_by_role("heading", name="Most reliable raters")).to_be_visible()
    page.get_by_role("button", name="Start the reveal").click()
    night = page.get_by_role("dialog", name="Reveal night")
    expect(night).to_contain_text("24th")
    expect(night).to_contain_text("23rd", timeout=10_000)  # by itself
    page.keyboard.press("ArrowLeft")
    expect(night).to_contain_text("24th")
    expect(night.get_by_role("button", name="Play")).to_be_visible()
    night.get_by_role("button", name="Skip to the winner").click()
    expect(night).to_contain_text("1st")
    page.keyboard.press("Escape")
    expect(night).to_have_count(0)


def test_a_rater_sees_their_part_and_no_numbers_before_the_reveal(
    page: Page, crowd: CrowdServer
) -> None:
    crowd.kind, crowd.organiser = "challenge", False
    crowd.plant_visitor(page)
    shown(page, crowd)
    expect(page.get_by_text("You run 0.8 harsh and are 92 % consistent.")).to_be_visible()
    expect(page.get_by_role("link", name="Go on rating")).to_be_visible()
    expect(page.get_by_text("Vote on at least 20 % of the pictures")).to_be_visible()
    assert crowd.asked.count("GET dashboard") == crowd.asked.count("GET entries") == 0


@pytest.mark.parametrize("phone", [False, True])
def test_the_pages_are_accessible_and_fit(
    chromium: Browser, product: Product, crowd: CrowdServer, phone: bool, key: StorageState
) -> None:
    person = visit(chromium, product, phone=phone, key=key)
    page = person.page
    crowd.plant(page)
    findings = []
    address = f"/campaigns/{crowd.campaign_id}/"
    for path in ("/campaigns/", "/campaigns/new/", "/campaigns/new/?kind=challenge", address):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        findings += person.axe()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    page.locator("button.tile").nth(3).click()
    expect(page.get_by_text("The horizon leans.")).to_be_visible()
    findings += person.axe()
    crowd.kind, crowd.state, crowd.organiser = "challenge", "revealed", False
    crowd.plant_visitor(page)
    page.goto(address)
    page.get_by_role("button", name="Start the reveal").click()
    page.get_by_role("button", name="Pause").click()
    findings += person.axe()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    person.context.close()
    assert findings == []
    assert person.complaints == []
