"""Rating with the real product: by keys, by thumb, without a network, and two at once."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PICTURES
from tests.browser.crowd import Organiser, given, sign_in, take_part
from tests.browser.pages import Person, visit
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LIVE_MS = 30_000
ALL_THERE = """pictures => performance.getEntriesByType('resource')
    .filter(entry => entry.name.includes('/media/') && entry.responseEnd).length >= pictures"""


@pytest.fixture(scope="module")
def rater(people: dict[str, str], chromium: Browser, product: Product) -> Iterator[Person]:
    """Somebody with an account who owns no pictures."""
    someone = sign_in(chromium, product, next(iter(people)))
    yield someone
    someone.context.close()
    assert someone.complaints == []


@pytest.fixture
def guest(chromium: Browser, product: Product) -> Iterator[Person]:
    """Somebody without an account, at a phone."""
    someone = visit(chromium, product, phone=True)
    yield someone
    someone.context.close()


def picture(page: Page, number: int) -> Locator:
    return page.get_by_role("img", name=f"Picture {number}", exact=True)


def step(page: Page, value: int) -> Locator:
    return page.get_by_role("radio", name=str(value), exact=True)


def values(votes: list[dict[str, object]]) -> list[object]:
    """What was given; a skip is its reason."""
    return [each["value"] or each["reason"] for each in votes]


def test_the_keyboard_alone_rates_undoes_and_skips(rater: Person, organiser: Organiser) -> None:
    campaign = organiser.campaign(title="By keys")
    page = rater.page
    page.goto(campaign["link"])
    assert rater.axe() == []
    page.get_by_label("I agree").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Take part").focus()
    page.keyboard.press("Enter")
    expect(picture(page, 1)).to_be_visible()
    assert rater.axe() == []
    assert "secret" not in page.content()
    expect(page.locator(".crowd")).to_have_count(0)
    page.get_by_role("button", name="About this campaign").press("Enter")
    page.get_by_role("button", name="When I say").press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("7")
    expect(step(page, 7)).to_be_checked()
    expect(page.locator(".crowd")).to_contain_text("You are the first to answer.")
    assert rater.axe() == []
    page.keyboard.press("Enter")
    expect(picture(page, 2)).to_be_visible()
    page.keyboard.press("0")
    page.keyboard.press("u")
    expect(step(page, 10)).to_be_checked()
    page.keyboard.press("4")
    expect(step(page, 4)).to_be_checked()
    page.keyboard.press("ArrowRight")
    expect(picture(page, 3)).to_be_visible()
    page.keyboard.press("s")
    expect(page.get_by_role("dialog", name="Skip this one")).to_be_visible()
    page.keyboard.press("2")
    expect(picture(page, 4)).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_text("Your vote; 0 is ten")).to_be_visible()
    page.keyboard.press("Escape")
    for number in range(4, PICTURES + 1):
        expect(picture(page, number)).to_be_visible()
        page.keyboard.press("5")
        expect(step(page, 5)).to_be_checked()
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="You have seen them all")).to_be_visible()
    assert rater.axe() == []
    assert values(given(rater, campaign, 8)) == [7, 4, "known", 5, 5, 5, 5, 5]


def test_a_guest_taps_and_slides_with_the_thumb(guest: Person, organiser: Organiser) -> None:
    campaign = organiser.campaign(title="By thumb", reveal="at_end")
    take_part(guest, campaign)
    page = guest.page
    expect(picture(page, 1)).to_be_visible()
    assert guest.axe() == []
    step(page, 8).tap()
    expect(picture(page, 2)).to_be_visible()
    page.get_by_role("button", name="Skip").tap()
    page.get_by_role("button", name="I cannot decide").tap()
    expect(picture(page, 3)).to_be_visible()
    slide(page, step(page, 3), step(page, 9))
    expect(picture(page, 4)).to_be_visible()
    # Chromium swallows a made-up tap that follows a made-up slide
    page.get_by_role("button", name="Back").click()
    expect(step(page, 9)).to_be_checked()
    page.get_by_role("button", name="Next").click()
    expect(picture(page, 4)).to_be_visible()
    assert values(given(guest, campaign, 3)) == [8, "unsure", 9]
    page.goto(campaign["link"])  # the browser remembers who it is
    expect(picture(page, 4)).to_be_visible()
    page.get_by_role("button", name="About this campaign").tap()
    page.get_by_text("Erase my votes here").tap()
    page.get_by_label("Type “erase”").fill("erase")
    page.get_by_role("button", name="Erase", exact=True).tap()
    expect(page.get_by_role("heading", name="Your votes are erased")).to_be_visible()
    assert organiser.send("GET", f"campaigns/{campaign['id']}")["counts"]["votes"] == 0


def slide(page: Page, start: Locator, end: Locator) -> None:
    """A finger that comes down on one step and leaves on another."""
    session = page.context.new_cdp_session(page)
    boxes = [each.bounding_box() for each in (start, end)]
    places = [
        {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        for box in boxes
        if box is not None
    ]
    for kind, points in (("Start", places[:1]), ("Move", places[1:]), ("End", [])):
        session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})


def test_votes_without_a_connection_are_kept_and_sent(rater: Person, organiser: Organiser) -> None:
    campaign = organiser.campaign(title="On a train", reveal="at_end")
    take_part(rater, campaign)
    page = rater.page
    expect(picture(page, 1)).to_be_visible()
    page.wait_for_function(ALL_THERE, arg=PICTURES)
    rater.context.set_offline(True)
    for number, key in enumerate("369", start=1):
        expect(picture(page, number)).to_be_visible()
        page.keyboard.press(key)
    expect(page.get_by_text("3 votes wait for the connection")).to_be_visible()
    assert rater.axe() == []
    rater.context.set_offline(False)
    expect(page.get_by_text("wait for the connection")).to_have_count(0)
    assert values(given(rater, campaign, 3)) == [3, 6, 9]
    rater.context.set_offline(True)
    page.keyboard.press("1")
    expect(page.get_by_text("1 vote waits for the connection")).to_be_visible()
    page.goto("about:blank")
    rater.context.set_offline(False)
    page.goto(f"/rate/{campaign['id']}/")
    expect(picture(page, 5)).to_be_visible()
    assert values(given(rater, campaign, 4)) == [3, 6, 9, 1]
    rater.complaints.clear()  # of the lost connection


def test_two_people_see_each_others_votes_arrive(
    chromium: Browser, product: Product, rater: Person, people: dict[str, str], organiser: Organiser
) -> None:
    campaign = organiser.campaign(title="Together")
    other = sign_in(chromium, product, list(people)[1], dark=True)
    for person in (rater, other):
        take_part(person, campaign)
        expect(picture(person.page, 1)).to_be_visible()
    for giver, watcher, total in ((rater, other, 1), (other, rater, 2)):
        giver.page.keyboard.press("6")
        facts = watcher.page.locator(".facts")
        expect(facts).to_contain_text(f"{total} vote", timeout=LIVE_MS)
        expect(facts).to_contain_text("2 raters")
    expect(rater.page.locator(".crowd").or_(picture(rater.page, 2)).first).to_be_visible()
    other.context.close()
    assert other.complaints == []


def test_the_end_of_a_campaign_is_told_in_the_middle_of_it(
    guest: Person, organiser: Organiser
) -> None:
    campaign = organiser.campaign(title="Ends early", reveal="at_end")
    take_part(guest, campaign)
    page = guest.page
    expect(picture(page, 1)).to_be_visible()
    organiser.send("POST", f"campaigns/{campaign['id']}/close")
    page.keyboard.press("8")
    expect(page.get_by_text("1 vote came after the end: kept, but not counted.")).to_be_visible()
    expect(page.get_by_role("heading", name="Voting has ended")).to_be_visible()
    assert guest.axe() == []
    assert [each["uncounted"] for each in given(guest, campaign, 1)] == ["late"]


def test_the_slower_of_two_tabs_shows_which_answer_counts(
    rater: Person, organiser: Organiser
) -> None:
    campaign = organiser.campaign(title="Two tabs", reveal="at_end")
    take_part(rater, campaign)
    other = rater.context.new_page()
    other.goto(rater.page.url)
    for page in (rater.page, other):
        expect(picture(page, 1)).to_be_visible()
    rater.page.keyboard.press("8")
    assert values(given(rater, campaign, 1)) == [8]
    expect(rater.page.get_by_text("1 done")).to_be_visible()
    other.keyboard.press("3")
    expect(other.get_by_text("that stands. You said 8.")).to_be_visible()
    assert values(given(rater, campaign, 1)) == [8]
    other.close()


def test_pairs_attributes_and_bursts_by_keys(rater: Person, organiser: Organiser) -> None:
    page = rater.page
    pairs = organiser.campaign(title="Pairs", mode="pairs", question="Which is better?")
    take_part(rater, pairs)
    expect(page.locator(".pair img")).to_have_count(2)
    page.keyboard.press("Space")
    expect(page.locator(".zoomed img").first).to_have_css("transform", re.compile("2.5"))
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="Left", exact=True, pressed=True)).to_be_visible()
    assert rater.axe() == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Question 2: the left picture")).to_be_visible()
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Equal", exact=True, pressed=True)).to_be_visible()
    assert [each["outcome"] for each in given(rater, pairs, 2)] == ["left", "tie"]

    light = organiser.campaign(title="Light", mode="attribute", attribute="light", reveal="at_end")
    take_part(rater, light)
    expect(picture(page, 1)).to_be_visible()
    assert rater.axe() == []
    page.keyboard.press("1")
    expect(picture(page, 2)).to_be_visible()
    assert [each["kind"] for each in given(rater, light, 1)] == ["attribute"]

    burst = organiser.campaign(title="Burst", mode="burst", bursts=True)
    take_part(rater, burst)
    tile = page.get_by_role("button", name=f"Picture 3 of {PICTURES} is the best")
    expect(tile).to_be_visible()
    assert rater.axe() == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Picture 1 is the best")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    expect(
        page.get_by_role("button", name=f"Picture 3 of {PICTURES}", pressed=True)
    ).to_be_visible()
    assert [each["kind"] for each in given(rater, burst, 1)] == ["best"]


def test_a_low_vote_is_asked_why(rater: Person, organiser: Organiser) -> None:
    campaign = organiser.campaign(title="Why", comment_at_most=3, reveal="at_end")
    take_part(rater, campaign)
    page = rater.page
    expect(picture(page, 1)).to_be_visible()
    page.keyboard.press("2")
    expect(page.get_by_label("What would make it better?")).to_be_focused()
    assert rater.axe() == []
    page.keyboard.type("Level the horizon.")
    page.keyboard.press("Enter")
    expect(picture(page, 2)).to_be_visible()
    page.keyboard.press("3")
    page.keyboard.press("Escape")
    expect(picture(page, 3)).to_be_visible()
    assert [each["comment"] for each in given(rater, campaign, 2)] == ["Level the horizon.", ""]


def test_my_ratings_can_be_taken_along_and_erased(rater: Person, organiser: Organiser) -> None:
    campaign = organiser.campaign(title="Mine", reveal="at_end")
    take_part(rater, campaign)
    page = rater.page
    expect(picture(page, 1)).to_be_visible()
    page.keyboard.press("9")
    expect(picture(page, 2)).to_be_visible()
    assert len(given(rater, campaign, 1)) == 1
    page.goto("/ratings/")
    part = page.get_by_role("listitem").filter(has=page.get_by_role("link", name="Mine"))
    expect(part).to_contain_text("1 vote")
    assert rater.axe() == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download (JSON)").click()
    assert "Mine" in download.value.path().read_text()
    part.get_by_text("Erase my votes here").click()
    expect(part.get_by_role("button", name="Erase")).to_be_disabled()
    part.get_by_label("Type “erase”").fill("erase")
    part.get_by_role("button", name="Erase").click()
    expect(part).to_have_count(0)
    assert page.request.get(f"/api/v1/campaigns/{campaign['id']}/me").status == 404
