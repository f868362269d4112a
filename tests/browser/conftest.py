"""A running product and a Chromium for the browser flows."""

import shutil
from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, StorageState, expect, sync_playwright

from tests.browser.crowd import Organiser, accounts, organise
from tests.browser.pages import PATIENT_MS, Person, another, enter, hang, visit
from tests.images import photo_file
from tests.product import Product, running

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PEOPLE = ("ann@example.org", "bob@example.org")
PICTURES = 8
expect.set_options(timeout=PATIENT_MS)


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
def key(chromium: Browser, product: Product) -> StorageState:
    """What a browser keeps once the owner has signed in."""
    first = visit(chromium, product)
    enter(first, product)
    kept = first.context.storage_state()
    first.context.close()
    return kept


@pytest.fixture(scope="package")
def organiser(key: StorageState, product: Product) -> Organiser:
    """The owner at the API, with eight pictures that nobody else owns."""
    return organise(product, PICTURES)


@pytest.fixture(scope="package")
def pair(
    chromium: Browser,
    product: Product,
    key: StorageState,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[str, str]:
    """The ids of a wide and a tall picture of the owner's, both judged."""
    folder = tmp_path_factory.mktemp("pair")
    files = [folder / "Wide.jpg", folder / "Tall.jpg"]
    for file, (width, height) in zip(files, ((900, 600), (600, 800)), strict=True):
        file.write_bytes(photo_file(width, height, seed=width + height))
    someone = visit(chromium, product, key=key)
    wide, tall = (address.split("/")[2] for address in hang(someone, files))
    someone.context.close()
    return wide, tall


@pytest.fixture(scope="package")
def people(organiser: Organiser, product: Product) -> dict[str, str]:
    """Two accounts beside the owner's: their tokens by e-mail."""
    return accounts(product, *PEOPLE)


@pytest.fixture(scope="module")
def owner(chromium: Browser, product: Product, key: StorageState) -> Iterator[Person]:
    """The owner of the product, in one window for all tests of a file."""
    someone = visit(chromium, product, key=key)
    yield someone
    someone.context.close()


@pytest.fixture
def person(owner: Person) -> Iterator[Person]:
    """The owner in a fresh tab, which may complain of nothing."""
    fresh = another(owner)
    yield fresh
    fresh.page.close()
    assert fresh.complaints == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A report of what failed ends with what the product said last."""
    report = yield
    started = getattr(item, "funcargs", {}).get("product")
    if report.failed and isinstance(started, Product):
        report.sections.append(("the product's log", started.last_words()))
    return report
