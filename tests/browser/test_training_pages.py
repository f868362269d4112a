"""Pages of training with planted runs: what is chosen, watched, decided; for staff alone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, StorageState, expect

from tests.browser.pages import Person, another, visit
from tests.browser.planted_training import OTHER, RUN, SNAPSHOT, TrainingServer
from tests.product import Product

# Before the islands read their props, which is when the page was parsed.
FRAMED = """document.addEventListener('readystatechange', () => {
    const one = location.pathname.match(/\\/training\\/(run|snapshot)s\\/([0-9a-f-]+)\\/$/);
    const island = document.querySelector('[data-island=training]');
    if (!island) return;
    const runs = new URLSearchParams(location.search).get('runs');
    if (one) island.dataset.island = one[1];
    if (runs) island.dataset.island = 'run-compare';
    const props = one ? { id: one[2] } : runs ? { runs: runs.split(',') } : {};
    document.getElementById('props').textContent = JSON.stringify(props);
});"""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
FRAMELESS = re.compile(r"/training/(runs/|snapshots/|compare/)")
RUN_PAGE = f"/training/runs/{RUN}/"
SNAPSHOT_PAGE = f"/training/snapshots/{SNAPSHOT}/"


@pytest.fixture
def server() -> TrainingServer:
    return TrainingServer()


@pytest.fixture
def page(owner: Person, server: TrainingServer) -> Iterator[Page]:
    """A fresh tab with the planted server; the browser may complain of nothing."""
    fresh = another(owner)
    planted(fresh.page, server)
    yield fresh.page
    fresh.page.close()
    assert fresh.complaints == []


def planted(page: Page, server: TrainingServer) -> None:
    """The product knows neither run nor snapshot, so its list lends their pages the frame."""
    server.plant(page)
    page.add_init_script(FRAMED)
    page.route(FRAMELESS, _lend)


def _lend(route: Route) -> None:
    base = route.request.url.split("/training/")[0]
    route.continue_(url=f"{base}/training/")


def test_sources_are_counted_while_they_are_chosen_and_then_frozen(
    page: Page, server: TrainingServer
) -> None:
    server.problem = True
    page.goto("/training/")
    page.get_by_role("link", name="New snapshot").click()
    page.get_by_role("heading", name="From whom").wait_for()
    freeze = page.get_by_role("button", name="Freeze it")
    expect(freeze).to_be_disabled()
    expect(page.get_by_role("checkbox", name="AVA landscapes")).to_be_disabled()
    page.get_by_role("checkbox", name="Between two lights").check()
    expect(page.get_by_role("alert")).to_contain_text("at least 30 are needed")
    expect(freeze).to_be_disabled()
    server.problem = False
    page.get_by_role("checkbox", name="Summer in the harbour").check()
    expect(page.get_by_text("sealed for the gate")).to_be_visible()
    expect(freeze).to_be_enabled()
    freeze.click()
    expect(page.get_by_role("heading", name="Train a challenger")).to_be_visible()
    assert server.said["campaigns"] == ["c3", "c1"]
    assert server.said["name"].startswith("Summer in the harbour and Between two lights")


def test_without_votes_the_page_says_how_to_get_some(page: Page, server: TrainingServer) -> None:
    server.votes = False
    page.goto("/training/new/")
    expect(page.get_by_role("heading", name="Ask a crowd first")).to_be_visible()
    expect(page.get_by_role("link", name="Start a campaign")).to_be_visible()


def test_one_recipe_of_a_snapshot_is_trained_and_one_that_does_not_fit_says_why(
    page: Page, server: TrainingServer
) -> None:
    server.state = "running"
    page.goto(SNAPSHOT_PAGE)
    expect(page.get_by_role("radio", name="Train from nothing")).to_be_disabled()
    expect(page.get_by_text("far too few for this")).to_be_visible()
    expect(page.get_by_text("would have leaked")).to_be_visible()
    page.get_by_role("radio", name="A fresh head").press("Space")
    page.get_by_role("button", name="Train").press("Enter")
    expect(page.get_by_text("Round 3 of 5")).to_be_visible()
    assert server.said == {"snapshot": SNAPSHOT, "recipe": "head"}


def test_a_run_is_watched_and_stopped_only_after_a_question(
    page: Page, server: TrainingServer
) -> None:
    server.state, server.epochs = "running", 3
    page.goto(RUN_PAGE)
    expect(page.get_by_text("Round 3 of 5: 40 % of the pictures, about 12 s left")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^SRCC over time"))).to_be_visible()
    expect(page.get_by_role("heading", name="What it gets wrong")).to_be_visible()
    page.get_by_text("Log", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("9 of them for the test")
    page.get_by_role("button", name="Stop it").click()
    dialog = page.get_by_role("dialog", name="Stop this run?")
    dialog.get_by_role("button", name="Let it run").click()
    assert server.state == "running"
    page.get_by_role("button", name="Stop it").click()
    dialog.get_by_role("button", name="Stop it").click()
    expect(page.get_by_role("button", name="Repeat")).to_be_visible()
    assert server.state == "cancelled"


def test_a_failed_run_says_why_and_that_nothing_changed(page: Page, server: TrainingServer) -> None:
    server.state = "failed"
    page.goto(RUN_PAGE)
    expect(page.get_by_role("alert")).to_contain_text(
        "The loss became NaN in epoch 3. The champion goes on judging. Try another recipe"
    )


def test_a_passed_challenger_is_promoted_and_rolled_back(
    page: Page, server: TrainingServer
) -> None:
    page.goto(RUN_PAGE)
    expect(page.get_by_role("heading", name="Yes, the challenger is better.")).to_be_visible()
    page.get_by_role("button", name="Promote…").click()
    page.get_by_role("dialog", name="Let it judge?").get_by_role("button", name="Promote").click()
    expect(page.get_by_text("Judges now", exact=True)).to_be_visible()
    expect(
        page.get_by_text(re.compile("20 of 42 pictures have a score by .*, about 31 s left"))
    ).to_be_visible()
    page.get_by_role("button", name="Roll back…").click()
    page.get_by_role("dialog", name="Roll back?").get_by_role("button", name="Roll back").click()
    expect(page.get_by_role("button", name="Promote…")).to_be_visible()


def test_a_refused_challenger_needs_a_reason_and_somebody_else(
    page: Page, server: TrainingServer
) -> None:
    server.passed = False
    page.goto(RUN_PAGE)
    expect(page.get_by_role("heading", name=re.compile("^No: nothing proves"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Dark.*veto"))).to_be_visible()
    promote = page.get_by_role("button", name="Promote…")
    expect(promote).to_be_disabled()
    page.get_by_role("button", name="Override the gate…").click()
    dialog = page.get_by_role("dialog", name="Override the gate?")
    write = dialog.get_by_role("button", name="Write it down")
    expect(write).to_be_disabled()
    dialog.get_by_label("Reason, kept with the decision").fill("The crowd changed its mind")
    write.click()
    expect(page.get_by_text("The crowd changed its mind")).to_be_visible()
    expect(page.get_by_text("somebody else promotes")).to_be_visible()
    expect(promote).to_be_disabled()
    server.own_override = False
    page.reload()
    expect(promote).to_be_enabled()


def test_what_moves_can_be_looked_through_by_keyboard(page: Page, server: TrainingServer) -> None:
    page.goto(RUN_PAGE)
    moved = page.locator("section:has(> .figure-head #flips) li")
    expect(moved).to_have_count(12)
    page.get_by_role("slider", name="Show").press("End")
    expect(moved).to_have_count(24)
    page.get_by_role("button", name="Never learned from").press("Enter")
    expect(moved).to_have_count(6)
    expect(page.get_by_text("Largest errors of the challenger")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_text("Largest errors of the champion")).to_be_visible()
    page.get_by_role("button", name="Curves (EMD)").press("Enter")
    expect(page.get_by_text("a loss of more than 0.02")).to_be_visible()
    page.get_by_role("button", name="Open an arena").press("Enter")
    expect(page.get_by_text("15 of 21 choices follow the challenger")).to_be_visible()


def test_a_generator_is_asked_for_with_its_patent_in_sight(
    page: Page, server: TrainingServer
) -> None:
    server.making, server.state = True, "running"
    page.goto(SNAPSHOT_PAGE)
    page.get_by_role("radio", name="A picture generator").press("Space")
    patent = page.get_by_text("US patent 12,141,700")
    expect(patent).to_be_visible()
    page.get_by_role("radio", name="FiLM").check()
    expect(patent).to_be_hidden()
    page.get_by_role("radio", name="learns fastest").check()
    page.get_by_label("Minutes to learn").fill("5")
    page.get_by_role("button", name="Train").click()
    expect(page.get_by_role("heading", name="What it makes now")).to_be_visible()
    assert server.said["recipe"] == "generator"
    assert server.said["changes"] == {"conditioning": "film", "size": 32, "minutes": 5}


def test_samples_are_looked_through_in_time_while_a_generator_learns(
    page: Page, server: TrainingServer
) -> None:
    server.making, server.state, server.epochs = True, "running", 6
    page.goto(RUN_PAGE)
    sheet = page.get_by_role("img", name=re.compile("^Samples after"))
    expect(sheet).to_have_attribute("alt", re.compile("2,400 updates: Sand, Water, Sky, Fire"))
    page.keyboard.press("ArrowLeft")
    expect(sheet).to_have_attribute("alt", re.compile("2,000 updates"))
    time = page.get_by_role("slider", name="Samples over time")
    time.press("Home")
    expect(sheet).to_have_attribute("alt", re.compile("400 updates"))
    page.get_by_role("button", name="back to the newest").click()
    expect(time).to_have_attribute("aria-valuetext", "after 2,400 updates")
    for name in ("KID", "Generator", "Discriminator"):
        expect(page.get_by_role("img", name=f"{name} over time: now")).to_be_visible()


def test_a_generator_is_judged_by_whether_it_obeys_and_then_makes_the_pictures(
    page: Page, server: TrainingServer
) -> None:
    server.making, server.epochs = True, 14
    page.goto(RUN_PAGE)
    expect(page.get_by_role("heading", name="Yes, the challenger does better")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("SRCC of asked and judged"))).to_be_visible()
    expect(page.get_by_text("off by 1.06 points on average")).to_be_visible()
    page.get_by_role("button", name="Promote…").click()
    dialog = page.get_by_role("dialog", name="Let it make pictures?")
    dialog.get_by_role("button", name="Promote").click()
    expect(page.get_by_text("Makes pictures now", exact=True)).to_be_visible()
    server.passed, server.promoted = False, False
    page.reload()
    expect(page.get_by_role("heading", name="No: it repeats pictures")).to_be_visible()


def test_two_runs_are_laid_side_by_side(page: Page, server: TrainingServer) -> None:
    page.goto("/training/")
    for recipe in ("A fresh head", "Fine-tune"):
        page.get_by_role("checkbox", name=f"Compare {recipe}").check()
    page.get_by_role("link", name="Compare 2 runs").click()
    page.wait_for_url(f"**/training/compare/?runs={RUN},{OTHER}")
    expect(page.get_by_role("row", name=re.compile("Gain in SRCC"))).to_contain_text("+0.061")
    expect(page.get_by_role("img", name=re.compile("over time"))).to_have_count(4)


def test_what_is_wanted_less_often_unfolds_in_the_header(page: Page) -> None:
    page.goto("/training/")
    more = page.locator("nav summary")
    more.press("Enter")
    link = page.get_by_role("link", name="Attributes")
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(more).to_be_focused()


@pytest.mark.parametrize("phone", [False, True])
def test_the_pages_are_accessible_and_fit(
    chromium: Browser, product: Product, server: TrainingServer, phone: bool, key: StorageState
) -> None:
    person = visit(chromium, product, phone=phone, key=key)
    page = person.page
    planted(page, server)
    server.arena = True
    compare = f"/training/compare/?runs={RUN},{OTHER}"
    findings = []
    narrow = ("/training/", SNAPSHOT_PAGE, compare, "/models/") if phone else ()
    for path in (*narrow, "/training/new/", RUN_PAGE):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        if path.endswith("/new/"):
            page.get_by_role("checkbox", name="Summer in the harbour").check()
            expect(page.get_by_text("sealed for the gate")).to_be_visible()
        findings += person.axe()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    server.state, server.epochs = "running", 3
    page.goto(RUN_PAGE)
    expect(page.get_by_role("heading", name="What it gets wrong")).to_be_visible()
    findings += person.axe()
    server.making = True
    page.reload()
    expect(page.get_by_role("heading", name="What it makes now")).to_be_visible()
    findings += person.axe()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    person.context.close()
    assert findings == []
    assert person.complaints == []
