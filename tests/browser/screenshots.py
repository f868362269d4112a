"""`python -m tests.browser.screenshots FOLDER`: take the pictures of docs/screenshots.

FOLDER holds pictures that may be published; they hang beside the demo pictures.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.pages import choose, enter, visit
from tests.product import ROOT, Product, running

TARGET = ROOT / "docs" / "screenshots"
PAGES = {"gallery": "/", "viewer": "", "upload": "/upload/", "jobs": "/jobs/"}


def main(folder: Path) -> None:
    """Fill a library, then walk through it on desktop and phone, light and dark."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with running() as product, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        _fill(browser, product, sorted(folder.glob("*.jpg")))
        for device in ("desktop", "phone"):
            for scheme in ("light", "dark"):
                _walk(browser, product, device, scheme)
        browser.close()


def _fill(browser: Browser, product: Product, files: list[Path]) -> None:
    person = visit(browser, product)
    enter(person, product)
    person.page.goto("/upload/")
    choose(person, files)
    person.page.wait_for_timeout(2_000 + 500 * len(files))
    product.manage("demo")
    person.page.wait_for_timeout(15_000)
    person.context.close()


def _walk(browser: Browser, product: Product, device: str, scheme: str) -> None:
    person = visit(browser, product, phone=device == "phone", dark=scheme == "dark")
    enter(person, product)
    tile = person.page.locator("a[href*='/artworks/']").first
    tile.wait_for()
    pages = {**PAGES, "viewer": tile.get_attribute("href") or "/"}
    for name, path in pages.items():
        person.page.goto(path)
        person.page.wait_for_load_state("networkidle")
        person.page.wait_for_timeout(2500)
        person.page.screenshot(
            path=TARGET / f"{name}-{device}-{scheme}.jpg", type="jpeg", quality=80
        )
    person.context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
