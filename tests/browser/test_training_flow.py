"""From votes to a model that judges, and back, with real engines and tiny models, in Chromium."""

import hashlib
import random
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import ImageStat
from playwright.sync_api import Browser, Page, expect

from tests.browser.crowd import Organiser, accounts, at_api
from tests.browser.made_up_crowd import rate
from tests.browser.pages import OWNER, Person, enter, visit
from tests.images import encode, photo
from tests.product import Product, running
from tests.workers.tiny import write_tiny_scorer
from webapp.training.parts import Part, part_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
CHAMPION = "scorer-tiny-1"
ROOM = (
    64  # points that the champion knows: as many as a challenger may learn, so that sizes compare
)
WANTED = {Part.TRAIN: 16, Part.VALIDATION: 4, Part.TEST: 21}
PEOPLE = ("ann@example.org", "bob@example.org", "cem@example.org", "dora@example.org")
SLOW_MS = 120_000
SLOW_S = 120


@dataclass(frozen=True)
class Shown:
    """A picture, and how bright it is from 0 to 1."""

    file: bytes
    brightness: float


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """With a champion that has learned nothing."""
    weights = tmp_path_factory.mktemp("weights")
    write_tiny_scorer(weights, name=CHAMPION, support=ROOM)
    with running(WEIGHTS_DIR=str(weights)) as started:
        yield started


@pytest.fixture(scope="module")
def owner(chromium: Browser, product: Product) -> Iterator[Person]:
    someone = visit(chromium, product)
    enter(someone, product)
    yield someone
    someone.context.close()


@pytest.fixture(scope="module")
def organiser(owner: Person, product: Product) -> Organiser:
    """With pictures that fall into the parts of a split as the gate needs them."""
    client = at_api(product, product.token(OWNER))
    made = Organiser(client, ())
    ids = {_sent(made, shown.file): shown.brightness for shown in _pictures()}
    deadline = time.monotonic() + SLOW_S
    while not all(_drawn(made, each) for each in ids):
        assert time.monotonic() < deadline, "the pictures have no display files"
        time.sleep(1)
    return Organiser(client, tuple(ids))


@pytest.fixture(scope="module")
def crowds(organiser: Organiser, product: Product) -> dict[str, str]:
    """Two campaigns over the same pictures: a crowd that likes light, and one that rolls dice."""
    bright = dict(zip(organiser.pictures, (each.brightness for each in _pictures()), strict=True))
    dice = random.Random(3)
    tastes = {
        "Friends of light": {each: 2 + 7 * value for each, value in bright.items()},
        "Friends of dice": {each: dice.uniform(2, 9) for each in bright},
    }
    tokens = accounts(product, *PEOPLE).values()
    return {title: _asked(organiser, product, title, by, tokens) for title, by in tastes.items()}


def _asked(
    organiser: Organiser, product: Product, title: str, by: Mapping[str, float], tokens: Any
) -> str:
    campaign = organiser.campaign(title=title, votes_wanted=len(tokens), for_training=True)
    entries = organiser.send("GET", f"campaigns/{campaign['id']}/entries?limit=100")["results"]
    tastes = {each["id"]: by[each["artwork"]] for each in entries}
    for seed, token in enumerate(tokens):
        rate(at_api(product, token), campaign, tastes, random.Random(seed))
    identity: str = campaign["id"]
    return identity


def _pictures() -> Iterator[Shown]:
    """The same every time; which part a picture falls into, its hash decides."""
    wanted, seed = dict(WANTED), 0
    while any(wanted.values()):
        seed += 1
        level = random.Random(seed).uniform(0.1, 1)
        image = photo(72, 48, seed=seed).point(lambda value, level=level: int(value * level))
        file = encode(image, quality=90)
        part = part_of(hashlib.sha256(file).hexdigest())
        if wanted[part]:
            wanted[part] -= 1
            yield Shown(file, sum(ImageStat.Stat(image).mean) / 3 / 160)


def _sent(organiser: Organiser, file: bytes) -> str:
    name = f"{hashlib.sha256(file).hexdigest()[:8]}.jpg"
    answer = organiser.client.post("artworks", files={"file": (name, file)})
    identity: str = answer.raise_for_status().json()["id"]
    return identity


def _drawn(organiser: Organiser, artwork: str) -> bool:
    return bool(organiser.send("GET", f"artworks/{artwork}")["renditions"])


def judge_of_a_new_picture(organiser: Organiser, seed: int) -> str:
    """Who judges what is uploaded now."""
    artwork = _sent(organiser, encode(photo(80, 60, seed=seed), quality=90))
    deadline = time.monotonic() + SLOW_S
    while not (score := organiser.send("GET", f"artworks/{artwork}")["score"]):
        assert time.monotonic() < deadline, "nobody judged it"
        time.sleep(0.5)
    name: str = score["model"]
    return name


def trained(page: Page, campaign: str) -> None:
    """From the choice of a crowd to a verdict, without ever loading a page again."""
    page.goto("/training/new/")
    page.get_by_role("checkbox", name=campaign).check()
    expect(page.get_by_role("alert")).to_contain_text("looks careless", timeout=SLOW_MS)
    page.get_by_role("checkbox", name="Leave out raters").uncheck()  # they vote by a program
    page.get_by_role("button", name="Freeze it").click()
    recipe = page.get_by_role("radio", name="A fresh head")
    page.locator("label").filter(has=recipe).click(timeout=SLOW_MS)  # as a person does
    expect(recipe).to_be_checked()
    page.get_by_role("button", name="Train").click()
    page.wait_for_url(re.compile(r"/training/runs/[0-9a-f-]{36}/$"))
    page.evaluate("window.stillHere = true")
    expect(page.get_by_role("img", name=re.compile("^SRCC over time"))).to_be_visible(
        timeout=SLOW_MS
    )
    expect(page.locator("#verdict")).to_be_visible(timeout=SLOW_MS)
    assert page.evaluate("window.stillHere"), "the page was loaded again"


@pytest.mark.usefixtures("crowds")
def test_a_truly_better_model_is_promoted_judges_what_comes_and_is_rolled_back(
    person: Person, organiser: Organiser
) -> None:
    page = person.page
    trained(page, "Friends of light")
    expect(page.get_by_role("heading", name="Yes, the challenger is better.")).to_be_visible()
    page.get_by_role("button", name="Promote…").click()
    page.get_by_role("dialog").get_by_role("button", name="Promote").click()
    expect(page.get_by_text("Judges now", exact=True)).to_be_visible()
    name = page.locator("h1 .version").inner_text()
    assert judge_of_a_new_picture(organiser, 9001) == name
    expect(page.get_by_text(re.compile("All .* of the library have a score by"))).to_be_visible(
        timeout=SLOW_MS
    )
    page.goto("/models/")
    champion = page.get_by_role("article").filter(has_text="Champion")
    expect(champion).to_contain_text(name)
    champion.get_by_role("button", name="Roll back…").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(champion).to_contain_text(CHAMPION)
    assert judge_of_a_new_picture(organiser, 9002) == CHAMPION


@pytest.mark.usefixtures("crowds")
def test_a_model_that_learned_from_dice_is_refused(person: Person) -> None:
    page = person.page
    trained(page, "Friends of dice")
    expect(page.get_by_role("heading", name=re.compile("^No:"))).to_be_visible()
    expect(page.get_by_role("button", name="Promote…")).to_be_disabled()
    expect(page.get_by_role("button", name="Override the gate…")).to_be_visible()
