"""The studio with the generator that ships and true workers: ask, sweep, recall, call off, name."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import PATIENT_MS, Person

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
MADE_MS = 90_000  # the worker may have to load its models first
PAIR = re.compile(r": asked \d+\.\d, judged \d+\.\d")
STAYS = re.compile(r"Cancelled: (\d+) of 64 made, and they stay")


@pytest.fixture
def patient(person: Person) -> Iterator[Person]:
    """Waits for workers wherever it looks."""
    person.page.set_default_timeout(MADE_MS)
    expect.set_options(timeout=MADE_MS)
    yield person
    expect.set_options(timeout=PATIENT_MS)


def test_pictures_are_made_judged_swept_recalled_called_off_and_their_category_named(
    patient: Person,
) -> None:
    page = patient.page
    page.goto("/studio/")
    number = page.get_by_role("slider", name=re.compile("^Pictures"))
    number.press("Home")
    for _ in range(3):
        number.press("ArrowRight")
    page.get_by_role("button", name="Make 4 pictures").click()
    made = page.get_by_role("list", name="Pictures", exact=True).get_by_role("button", name=PAIR)
    expect(made).to_have_count(4)
    seed = page.get_by_role("spinbutton", name="Seed").input_value()
    _sweep(page)
    page.get_by_role("button", name=f"seed {seed}, 4 pictures").click()
    expect(made).to_have_count(4)
    expect(page.get_by_role("slider", name=re.compile("^Pictures"))).to_have_value("4")
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value(seed)
    _call_off(page)
    _name(patient)


def _sweep(page: Page) -> None:
    page.get_by_role("button", name=PAIR).first.click()
    page.get_by_role("button", name="Sweep the dial from it").click()
    strip = page.get_by_role("list", name="Film strip").get_by_role("button")
    expect(strip).to_have_count(10)
    film = page.get_by_role("link", name="Film as WebP")
    answer = page.request.get(film.get_attribute("href") or "")
    assert (answer.headers["content-type"], answer.body()[:4]) == ("image/webp", b"RIFF")


def _call_off(page: Page) -> None:
    """In the middle of it; what is there stays."""
    page.get_by_role("button", name="Make 64, keep the best 4").click()
    expect(page.get_by_text(re.compile(r"^[1-9]\d* of 64 made$"))).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    told = page.get_by_text(STAYS).first
    expect(told).to_be_visible()
    found = STAYS.search(told.inner_text())
    assert found
    made = int(found[1])
    assert 0 < made < 64
    best = page.get_by_role("list", name=re.compile("^The best")).get_by_role("button")
    folded = page.get_by_role("list", name="Others", include_hidden=True)
    expect(best).to_have_count(min(4, made))
    expect(folded.get_by_role("button", include_hidden=True)).to_have_count(max(0, made - 4))
    expect(page.get_by_role("button", name=f"Make the other {64 - made}")).to_be_visible()


def _name(staff: Person) -> None:
    """What a category is called stands in the studio, and can be taken back."""
    page = staff.page
    page.get_by_role("link", name="What it can and cannot, category by category").click()
    page.get_by_role("button", name="Make samples of each category").click()
    samples = page.get_by_role("list", name=re.compile("^Samples of")).get_by_role("img")
    expect(samples).to_have_count(32)
    assert staff.axe() == []
    field = page.get_by_label("Name", exact=True).first
    before = field.input_value()
    field.fill("Sunset")
    field.press("Enter")
    expect(page.get_by_role("heading", name="Sunset")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name=before)).to_be_visible()
    field.fill("Sunset")
    field.press("Enter")
    expect(page.get_by_role("heading", name="Sunset")).to_be_visible()
    page.goto("/studio/")
    expect(page.get_by_role("radio", name="Sunset")).to_be_visible()
