"""A person at a browser: signs in, looks at pages, and notes what the browser complains about."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import httpx
from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS, Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    StorageState,
    expect,
)

from tests.product import Product

OWNER = "owner@example.org"
PASSWORD = "a long enough sentence"
DESKTOP = {"width": 1440, "height": 900}
PATIENT_MS = 30_000  # a busy machine is not a fault
JUDGED_MS = 120_000
PHONE = {"width": 390, "height": 844}
DARK = "matchMedia('(prefers-color-scheme: dark)').matches"
CONTRAST = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}
#: Only what is wrong is sent here, as a page's whole result is large.
VIOLATIONS = """async options => (await axe.run(options)).violations
    .filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`)"""
#: What fades in has the contrast of its end only then; what never ends is not waited for.
AT_REST = """() => Promise.race([
    new Promise(done => setTimeout(done, 2000)),
    Promise.allSettled(document.getAnimations()
        .filter(one => one.playState === 'running' && one.effect.getComputedTiming().endTime < 2000)
        .map(one => one.finished)),
])"""


@dataclass
class Person:
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def axe(self) -> list[str]:
        """Serious and critical accessibility findings of the page as it stands, light and dark."""
        other = "light" if self.page.evaluate(DARK) else "dark"
        self.page.emulate_media(reduced_motion="reduce")
        found = self._violations(DEFAULT_OPTIONS)
        self.page.emulate_media(color_scheme=other)
        found += self._violations(CONTRAST)
        self.page.emulate_media(color_scheme="null", reduced_motion="null")
        return found

    def _violations(self, options: dict[str, list[str]]) -> list[str]:
        self.page.evaluate(AT_REST)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(Axe().axe_script)
        found: list[str] = self.page.evaluate(VIOLATIONS, options)
        return [f"{self.page.url} {each}" for each in found]


def visit(
    browser: Browser,
    product: Product,
    *,
    phone: bool = False,
    dark: bool = False,
    key: StorageState | None = None,
) -> Person:
    """A fresh browser window on the product, signed in when it has the `key` of one that is."""
    context = browser.new_context(
        base_url=product.url,
        viewport=PHONE if phone else DESKTOP,
        has_touch=phone,
        color_scheme="dark" if dark else "light",
        storage_state=key,
    )
    return _on_page(context)


def another(person: Person) -> Person:
    """The same person in a fresh tab, with no complaints yet."""
    return _on_page(person.context)


def _on_page(context: BrowserContext) -> Person:
    page = context.new_page()
    person = Person(context, page)
    page.on("console", person.note)
    page.on("pageerror", lambda error: person.complaints.append(str(error)))
    return person


def enter(person: Person, product: Product) -> None:
    """Make the owner account on the first visit, sign in on later ones."""
    page = person.page
    page.goto("/")
    if page.url.endswith("/setup/"):
        page.get_by_label("E-mail").fill(OWNER)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
    else:
        page.locator("input[name=login]").fill(OWNER)
        page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"{product.url}/")


def choose(person: Person, files: list[Path]) -> None:
    """Pick files on the upload page, as the button does."""
    with person.page.expect_file_chooser() as chooser:
        person.page.get_by_role("button", name="Choose pictures").first.click()
    chooser.value.set_files(files)


def hang(person: Person, files: list[Path]) -> list[str]:
    """Upload pictures and wait until each is judged; returns their addresses, in order."""
    page = person.page
    page.goto("/upload/")
    choose(person, files)
    for file in files:  # leaving earlier would lose what is not yet in the queue
        expect(page.get_by_text(file.name).first).to_be_visible()
    page.goto("/")
    addresses = []
    for file in files:
        tile = page.locator(f"a[href*='/artworks/'][aria-label*='{file.stem}']").first
        judged = re.compile("predicted mean")
        expect(tile).to_have_attribute("aria-label", judged, timeout=JUDGED_MS)
        addresses.append(tile.get_attribute("href") or "")
    return addresses


@cache
def owners_token(product: Product) -> str:
    """One for all tests, as the command that makes it takes long to start."""
    return product.token(OWNER)


def sent(product: Product, file: Path) -> None:
    """Have the owner's program upload a picture; the answer says that it is there."""
    headers = {"Authorization": f"Bearer {owners_token(product)}"}
    with httpx.Client(base_url=f"{product.url}/api/v1/", headers=headers) as client:
        client.post("artworks", files={"file": (file.name, file.read_bytes())}).raise_for_status()


def gather(product: Product, title: str, addresses: list[str]) -> str:
    """Put the owner's pictures at these addresses into a new album; returns its id."""
    headers = {"Authorization": f"Bearer {owners_token(product)}"}
    with httpx.Client(base_url=f"{product.url}/api/v1/", headers=headers) as client:
        album: str = client.post("albums", json={"title": title}).json()["id"]
        ids = [address.split("/")[2] for address in addresses]
        change = {"action": "add_to_album", "album": album, "ids": ids}
        client.post("artworks/bulk", json=change).raise_for_status()
    return album
