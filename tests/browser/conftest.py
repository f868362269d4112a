"""A running product and a Chromium for the browser flows."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.crowd import Organiser, accounts, organise
from tests.browser.pages import Person, another, enter, visit
from tests.product import Product, running

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PEOPLE = ("ann@example.org", "bob@example.org")
PICTURES = 8


@pytest.fixture(scope="package")
def product() -> Iterator[Product]:
    with running() as started:
        yield started


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "No Chromium: `make test` installs it as root, else ask the operator for it."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def organiser(chromium: Browser, product: Product) -> Organiser:
    """The owner at the API, with eight pictures that nobody else owns."""
    first = visit(chromium, product)
    enter(first, product)
    first.context.close()
    return organise(product, PICTURES)


@pytest.fixture(scope="package")
def people(organiser: Organiser, product: Product) -> dict[str, str]:
    """Two accounts beside the owner's: their tokens by e-mail."""
    return accounts(product, *PEOPLE)


@pytest.fixture(scope="module")
def owner(chromium: Browser, product: Product) -> Iterator[Person]:
    """The owner of the product, signed in once for all tests of a file."""
    someone = visit(chromium, product)
    enter(someone, product)
    yield someone
    someone.context.close()


@pytest.fixture
def person(owner: Person) -> Iterator[Person]:
    """The owner in a fresh tab, which may complain of nothing."""
    fresh = another(owner)
    yield fresh
    fresh.page.close()
    assert fresh.complaints == []
