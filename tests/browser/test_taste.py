"""Picking by key, seeing it on the wall, reading the badge, and being forgotten."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.pages import Person, another

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
TASTE = re.compile(r"/api/v1/taste$")
SHOWN = {
    "picks": 64, "liked": 40, "disliked": 24, "needed": 20, "of_a_kind": 5, "state": "shown",
    "badge": {
        "picks": 64, "liked": 40, "shown": True, "text": "We name the one you like in 81 of 100.",
        "own": {"value": 0.81, "low": 0.7, "high": 0.9},
        "crowd": {"value": 0.74, "low": 0.62, "high": 0.85},
        "gain": {"value": 0.07, "low": 0.01, "high": 0.13},
    },
}  # fmt: skip


def plant(page: Page, told: dict[str, object]) -> None:
    def answer(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(json=told)
        else:
            route.continue_()

    page.route(TASTE, answer)


def test_a_pick_by_key_is_kept_marked_on_the_wall_and_forgotten(
    owner: Person, pair: tuple[str, str]
) -> None:
    person = another(owner)
    page = person.page
    page.goto(f"/artworks/{pair[0]}/")
    picks = page.get_by_role("group", name="Your pick")
    like = picks.get_by_role("button", name="I like it")
    expect(like).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("l")
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text(re.compile(r"^1 of 20 picks\."))).to_be_visible()
    page.goto("/")
    tile = page.locator(f"a[href*='{pair[0]}']")
    expect(tile).to_have_attribute("aria-label", re.compile("you like it$"))
    tile.focus()
    page.keyboard.press("x")
    expect(page.get_by_text("Not for you. 1 of 20 picks.")).to_be_visible()
    expect(tile).to_have_attribute("aria-label", re.compile("not for you$"))
    assert page.get_by_label("Order").locator("option").all_inner_texts()[-1] != "For you"
    page.goto("/account/")
    page.get_by_role("button", name="Forget my taste").click()
    page.get_by_role("button", name="Forget it all").click()
    expect(page.get_by_text(re.compile("^Forgotten"))).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "0")
    assert person.complaints == []
    page.close()


def test_a_badge_leads_to_an_order_of_ones_own(owner: Person, pair: tuple[str, str]) -> None:
    person = another(owner)
    page = person.page
    plant(page, SHOWN)
    page.goto("/account/#taste")
    expect(page.get_by_text("We name the one you like in 81 of 100.")).to_be_visible()
    expect(page.get_by_role("definition").first).to_contain_text("81 (70 to 90)")
    assert person.axe() == []
    page.get_by_role("link", name="My pictures, for me").click()
    expect(page.get_by_label("Order")).to_have_value("-taste")
    expect(page.locator(f"a[href*='{pair[0]}']")).to_be_visible()
    assert person.complaints == []
    page.close()
