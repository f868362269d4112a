"""One's own answers to the questions of attributes, given where the panel shows them."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import Person, another, visit
from tests.browser.planted import Stage
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SHARED_DETAIL = re.compile(r"/s/[^/]+/api/artworks/[0-9a-f-]{36}$")
ANSWER = re.compile(r"/attributes/light/rating$")
POST = """async ([path, body]) => (await fetch(path, {
    method: 'POST', body: JSON.stringify(body),
    headers: {'content-type': 'application/json',
              'x-csrftoken': document.cookie.match(/csrftoken=([^;]+)/)[1]},
})).json()"""


@pytest.fixture(scope="module")
def artwork(pair: tuple[str, str]) -> str:
    """The id of a judged picture."""
    return pair[0]


@pytest.fixture
def page(owner: Person, artwork: str) -> Iterator[Page]:
    """The artwork's page with planted readings; the product keeps the answers."""
    fresh = another(owner)
    Stage().plant(fresh.page)
    fresh.page.goto(f"/artworks/{artwork}/")
    expect(fresh.page.get_by_role("heading", name="Why")).to_be_visible()
    yield fresh.page
    fresh.page.close()
    assert [each for each in fresh.complaints if "503" not in each] == []


def test_an_open_row_takes_an_answer_keeps_it_and_gives_it_back(page: Page) -> None:
    light = page.get_by_role("button", name=re.compile("^Light: "))
    question = page.get_by_role("group", name=re.compile("^Your answer: Light"))
    expect(question).to_have_count(0)
    light.click()
    expect(light).to_have_attribute("aria-expanded", "true")
    expect(question.get_by_role("status")).to_have_text("No votes yet")
    question.get_by_role("button", name="+0.50").click()
    expect(question.get_by_role("status")).to_have_text("1 vote, yours: +0.50")
    with page.expect_response(ANSWER) as changed:
        question.get_by_role("button", name="+1.00, striking").click()
    assert changed.value.ok
    page.reload()
    expect(light).to_contain_text("You said +1.00, striking")
    light.click()
    expect(question.get_by_role("status")).to_have_text("1 vote, yours: +1.00, striking")
    question.get_by_role("button", name="Take it back").click()
    expect(question.get_by_role("status")).to_have_text("No votes yet")
    light.click()
    expect(question).to_have_count(0)


def test_what_has_no_number_is_answered_by_keys_alone(page: Page) -> None:
    where = page.url
    page.get_by_text("without a number").click()
    expect(page.get_by_text("Nobody has rated this yet")).to_be_visible()
    row = page.get_by_role("button", name="Creativity")
    row.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    status = page.get_by_role("group", name=re.compile("Creativity")).get_by_role("status")
    expect(status).to_have_text("1 vote, yours: 3 of 10")
    page.keyboard.press("Delete")
    expect(status).to_have_text("No votes yet")
    assert page.url == where
    expect(page.get_by_text("Artwork deleted")).to_have_count(0)


def test_of_choices_one_is_selected(page: Page) -> None:
    page.get_by_role("button", name="Primary colour").click()
    question = page.get_by_role("group", name=re.compile("Primary colour"))
    question.get_by_role("combobox").select_option("cyan")
    expect(question.get_by_role("status")).to_have_text("1 vote, yours: cyan")
    question.get_by_role("combobox").select_option("")
    expect(question.get_by_role("status")).to_have_text("No votes yet")


def test_an_answer_that_cannot_be_kept_is_told_and_undone(page: Page) -> None:
    page.route(ANSWER, lambda route: route.fulfill(status=503, json={}))
    page.get_by_role("button", name=re.compile("^Light: ")).click()
    question = page.get_by_role("group", name=re.compile("^Your answer: Light"))
    question.get_by_role("button", name="0.00").first.click()
    expect(page.locator(".toast")).to_be_visible()
    expect(question.get_by_role("status")).to_have_text("No votes yet")


def test_a_visitor_of_a_share_link_is_not_asked(
    chromium: Browser, product: Product, owner: Person, artwork: str
) -> None:
    owner.page.goto("/albums/")
    album = owner.page.evaluate(POST, ["/api/v1/albums", {"title": "To look at"}])
    body = {"action": "add_to_album", "album": album["id"], "ids": [artwork]}
    owner.page.evaluate(POST, ["/api/v1/artworks/bulk", body])
    link = owner.page.evaluate(POST, [f"/api/v1/albums/{album['id']}/shares", {}])
    visitor = visit(chromium, product)
    stage = Stage()
    stage.plant(visitor.page)
    visitor.page.route(SHARED_DETAIL, stage.detail)
    visitor.page.goto(f"{link['url'].rstrip('/')}/{artwork}/")
    light = visitor.page.get_by_role("button", name=re.compile("^Light: "))
    expect(light).to_be_visible()
    light.click()
    expect(light).to_have_attribute("aria-pressed", "true")
    visitor.page.get_by_text("without a number").click()
    expect(visitor.page.get_by_text("Nobody has rated this yet")).to_be_visible()
    expect(visitor.page.get_by_role("group", name=re.compile("^Your answer"))).to_have_count(0)
    expect(visitor.page.get_by_role("button", name="Creativity")).to_have_count(0)
    visitor.context.close()
