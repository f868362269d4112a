"""A stranger's first minutes: owner account, pictures in, curves arriving, keys, links, trouble."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.pages import Person, choose, enter, sent, visit
from tests.images import photo_file
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SETTLE_MS = 60_000
POST = """async ([path, body]) => (await fetch(path, {
    method: 'POST', body: JSON.stringify(body),
    headers: {'content-type': 'application/json',
              'x-csrftoken': document.cookie.match(/csrftoken=([^;]+)/)[1]},
})).json()"""


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "Harbour at noon.jpg"
    path.write_bytes(photo_file(900, 600, seed=3))
    return path


def test_a_dropped_picture_gets_its_curve_without_a_reload(owner: Person, picture: Path) -> None:
    page = owner.page
    page.goto("/upload/")
    choose(owner, [picture])
    page.get_by_role("link", name="Gallery").first.click()  # the upload survives leaving the page
    page.evaluate("window.stillHere = true")
    judged = re.compile(r"Harbour at noon.*predicted mean \d+\.\d")
    expect(page.get_by_role("link", name=judged)).to_be_visible(timeout=SETTLE_MS)
    assert page.evaluate("window.stillHere"), "the page was loaded again"


def test_the_artwork_page_tells_the_models_judgement_from_peoples(owner: Person) -> None:
    page = owner.page
    page.goto("/")
    page.locator("a[href*='/artworks/']").first.click()
    expect(page.get_by_text(re.compile("The model.s judgement"))).to_be_visible()
    expect(page.get_by_text("80 % interval of the mean")).to_be_visible(timeout=SETTLE_MS)
    expect(page.get_by_text("No votes yet")).to_be_visible()
    page.keyboard.press("7")
    expect(page.get_by_text("No votes yet")).to_be_hidden()
    table = page.get_by_text("As a table")
    table.click()
    expect(page.locator("main table").first).to_be_visible()


def test_a_duplicate_costs_no_bytes_and_says_so(
    owner: Person, product: Product, tmp_path: Path
) -> None:
    there = tmp_path / "already there.jpg"
    there.write_bytes(photo_file(600, 400, seed=5))
    sent(product, there)
    page = owner.page
    page.goto("/upload/")
    uploads: list[str] = []
    page.on("request", lambda r: uploads.append(r.method) if r.url.endswith("/uploads") else None)
    choose(owner, [there])
    expect(page.get_by_text("already here").first).to_be_visible(timeout=SETTLE_MS)
    assert uploads == []


def test_a_broken_file_is_refused_with_its_reason(owner: Person, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(photo_file(600, 400, seed=4)[:5000])
    owner.page.goto("/upload/")
    choose(owner, [broken])
    expect(owner.page.get_by_text("broken.jpg").first).to_be_visible()
    reason = re.compile("ends too early|incomplete|truncated|cut off", re.IGNORECASE)
    expect(owner.page.get_by_text(reason).first).to_be_visible(timeout=SETTLE_MS)
    owner.complaints.clear()  # the browser logs the 4xx itself


def test_a_deleted_artwork_comes_back(owner: Person, picture: Path) -> None:
    page = owner.page
    page.goto("/")
    page.locator("a[href*='/artworks/']").first.click()
    page.get_by_role("button", name="Delete").first.click()
    page.get_by_role("button", name="Undo").click()
    page.goto("/")
    expect(page.locator("a[href*='/artworks/']").first).to_be_visible(timeout=SETTLE_MS)


def test_a_page_that_was_offline_shows_what_a_fresh_page_shows(
    owner: Person, product: Product, tmp_path: Path
) -> None:
    page = owner.page
    page.goto("/")
    expect(page.locator("a[href*='/artworks/']").first).to_be_visible(timeout=SETTLE_MS)
    owner.context.set_offline(True)
    missed = tmp_path / "missed.jpg"
    missed.write_bytes(photo_file(600, 400, seed=6))
    sent(product, missed)
    page.wait_for_timeout(1500)
    owner.context.set_offline(False)
    fresh = owner.context.new_page()
    fresh.goto("/")
    shown = "main :text-matches('\\\\d+ artworks')"
    expect(fresh.locator(shown).first).to_be_visible(timeout=SETTLE_MS)
    expected = fresh.locator(shown).first.inner_text()
    expect(page.locator(shown).first).to_have_text(expected, timeout=SETTLE_MS)
    fresh.close()
    owner.complaints.clear()  # the browser logs that it was offline


@pytest.mark.parametrize("phone", [False, True])
def test_no_page_has_serious_findings_or_breaks_the_content_policy(
    chromium: Browser, product: Product, owner: Person, phone: bool
) -> None:
    person = visit(chromium, product, phone=phone)
    person.page.goto("/accounts/login/")
    findings = person.axe()
    enter(person, product)
    artwork = person.page.locator("a[href*='/artworks/']").first
    expect(artwork).to_be_visible(timeout=SETTLE_MS)
    address = artwork.get_attribute("href") or ""
    for path in (
        "/",
        address,
        "/upload/",
        "/albums/",
        "/jobs/",
        "/account/",
        "/accounts/2fa/",
        "/models/",
    ):
        person.page.goto(path)
        person.page.wait_for_load_state("networkidle")
        findings += person.axe()
        overflow = person.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, f"{path} is {overflow} px too wide"
    person.context.close()
    assert findings == []
    assert person.complaints == []


def test_a_visitor_sees_the_shared_album_and_nothing_else(
    chromium: Browser, product: Product, owner: Person
) -> None:
    page = owner.page
    page.goto("/")
    first = page.evaluate("async () => (await (await fetch('/api/v1/artworks?limit=1')).json())")
    album = page.evaluate(POST, ["/api/v1/albums", {"title": "For you"}])
    chosen = [first["results"][0]["id"]]
    body = {"action": "add_to_album", "album": album["id"], "ids": chosen}
    page.evaluate(POST, ["/api/v1/artworks/bulk", body])
    link = page.evaluate(POST, [f"/api/v1/albums/{album['id']}/shares", {}])
    visitor = visit(chromium, product)
    visitor.page.goto(link["url"])
    expect(visitor.page.get_by_text("For you").first).to_be_visible()
    expect(visitor.page.locator("main img").first).to_be_visible(timeout=SETTLE_MS)
    assert visitor.axe() == []
    visitor.page.goto("/")
    assert "/accounts/login/" in visitor.page.url
    assert visitor.complaints == []
    visitor.context.close()
