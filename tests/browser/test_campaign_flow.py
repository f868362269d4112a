"""Campaigns with the real product: made from an album, watched while votes come, revealed."""

import re
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.crowd import Organiser, at_api
from tests.browser.pages import Person
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LIVE_MS = 45_000
ALBUM = "Summer show"


@dataclass(frozen=True)
class Voter:
    """Somebody who rates by the API."""

    client: httpx.Client

    def vote(self, campaign: str, values: list[int], comment: str = "") -> None:
        """Join, and give these scores to whatever is asked."""
        self._post(f"campaigns/{campaign}/join", {"consent": True})
        asked = self._post("assignments", {"campaign": campaign, "count": len(values)})
        votes = [
            {"token": each["token"], "kind": "score", "value": value, "comment": comment}
            for each, value in zip(asked["assignments"], values, strict=True)
        ]
        heard = self._post("ratings", {"votes": votes})
        assert {each["status"] for each in heard["results"]} == {"counted"}

    def _post(self, path: str, body: Any) -> Any:
        answer = self.client.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def album(organiser: Organiser) -> None:
    """The organiser's pictures, gathered."""
    made = organiser.send("POST", "albums", {"title": ALBUM})["id"]
    change = {"action": "add_to_album", "album": made, "ids": list(organiser.pictures)}
    organiser.send("POST", "artworks/bulk", change)


@pytest.fixture(scope="module")
def voters(people: dict[str, str], product: Product) -> list[Voter]:
    """Two people who own none of the pictures."""
    return [Voter(at_api(product, token)) for token in people.values()]


def identity(page: Page) -> str:
    """Of the campaign whose page this is."""
    found = re.search(r"/campaigns/([0-9a-f-]{36})/", page.url)
    assert found, page.url
    return found[1]


def number(page: Page) -> Any:
    """The count of votes on the dashboard."""
    return page.locator("[data-number=votes]")


@pytest.mark.usefixtures("album")
def test_an_album_becomes_a_campaign_and_the_dashboard_follows_its_votes(
    person: Person, voters: list[Voter]
) -> None:
    page = person.page
    page.goto("/campaigns/")
    page.get_by_role("link", name="New campaign").click()
    page.get_by_label("Title").fill("Which stay on the wall")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("alert")).to_contain_text("Add pictures.")
    page.get_by_text(re.compile(f"^{ALBUM}")).click()
    page.get_by_role("button", name="Everybody with an account here").click()
    page.get_by_label("Votes each picture gets at least").fill("2")
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url(re.compile(r"/campaigns/[0-9a-f-]{36}/$"))
    expect(number(page)).to_have_text("0")
    page.evaluate("window.stillHere = true")
    voters[0].vote(identity(page), [9, 4, 6, 7])
    expect(number(page)).to_have_text("4", timeout=LIVE_MS)
    voters[1].vote(identity(page), [5, 5, 5, 5])
    expect(number(page)).to_have_text("8", timeout=LIVE_MS)
    first = page.get_by_role("button", name=re.compile("1st, "))
    expect(first).to_be_visible(timeout=LIVE_MS)
    assert page.evaluate("window.stillHere"), "the page was loaded again"
    rows = page.get_by_role("table", name="Raters").locator("tbody tr")
    expect(rows).to_have_count(2)
    assert "example.org" not in page.get_by_role("table", name="Raters").inner_text()
    rows.first.get_by_role("button", name=re.compile("^Set .* aside")).click()
    page.get_by_label("Reason, kept with the decision").fill("Looks like a script")
    page.get_by_role("dialog").get_by_role("button", name="Set aside").click()
    expect(rows.filter(has_text="Set aside: Looks like a script")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(rows.filter(has_text="Set aside:")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="Votes as CSV").click()
    table = download.value.path().read_text()
    assert len(table.strip().splitlines()) == 9
    assert "example.org" not in table


def test_a_challenge_ends_in_a_reveal_night(
    person: Person, organiser: Organiser, voters: list[Voter]
) -> None:
    page = person.page
    page.goto("/campaigns/new/?kind=challenge")
    page.get_by_label("Title").fill("Between two lights")
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url(re.compile(r"/campaigns/[0-9a-f-]{36}/$"))
    challenge = identity(page)
    page.get_by_role("button", name="Hand in a picture").click()
    picker = page.get_by_role("dialog", name="Hand in")
    picker.get_by_role("listitem").first.click()
    picker.get_by_role("button", name="Take 1 picture").click()
    expect(page.get_by_role("button", name=re.compile("^Take .* back"))).to_be_visible()
    others = organiser.pictures[:2]
    organiser.send("POST", f"campaigns/{challenge}/entries", {"artworks": list(others)})
    window = {"submissions_close_at": "2020-01-01T20:00:00Z", "opens_at": None}
    organiser.send("PATCH", f"campaigns/{challenge}", window)
    entries = organiser.send("GET", f"campaigns/{challenge}")["counts"]["entries"]
    voters[0].vote(challenge, [8] * entries, comment="Holds together.")
    voters[1].vote(challenge, [7] * entries)
    expect(number(page)).to_have_text(str(2 * entries), timeout=LIVE_MS)
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Reveal…").click()
    page.get_by_role("dialog").get_by_role("button", name="Reveal", exact=True).click()
    start = page.get_by_role("button", name="Start the reveal")
    expect(start).to_be_visible(timeout=LIVE_MS)
    page.emulate_media(reduced_motion="reduce")
    start.click()
    night = page.get_by_role("dialog", name="Reveal night")
    expect(night).to_contain_text(f"of {entries}")
    for _ in range(entries - 1):
        page.keyboard.press("ArrowRight")
    expect(night).to_contain_text("1st")
    night.get_by_role("button", name="See all results").click()
    expect(night).to_have_count(0)
    # the page asks again while the last votes are weighed, and the browser notes each refusal
    person.complaints[:] = [each for each in person.complaints if "409" not in each]
