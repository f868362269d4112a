"""`python -m tests.browser.screenshots [FOLDER]`: take the pictures of the product in the docs.

With a FOLDER of pictures that may be published, which hang beside the demo pictures, those of
docs/screenshots; without one those of the studio and of training in docs/images.
"""

import re
import sys
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.crowd import sign_in, take_part
from tests.browser.made_up_crowd import Answer, campaign_with_votes
from tests.browser.made_up_run import STUDIO, trained
from tests.browser.pages import choose, enter, gather, visit
from tests.product import ROOT, Product, running

TARGET = ROOT / "docs" / "screenshots"
IMAGES = ROOT / "docs" / "images"
WIDE = {"width": 1280, "height": 1000}
LARGEST = 150 * 1024  # bytes
QUALITIES = range(85, 40, -5)
TO_TOP = "element => element.scrollIntoView()"
PAGES = {
    "gallery": "/",
    "viewer": "",
    "map": "",
    "compare": "",
    "crop": "",
    "crops": "",
    "campaigns": "/campaigns/",
    "campaign": "",
    "upload": "/upload/",
    "jobs": "/jobs/",
}
EXPLAINED_MS = 240_000
MADE_MS = 240_000


def main(folder: Path | None) -> None:
    """Take the one set or the other, from a product of its own."""
    with running() as product, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        if folder is None:
            _for_docs(browser, product)
        else:
            _for_all(browser, product, folder)
        browser.close()


def _for_all(browser: Browser, product: Product, folder: Path) -> None:
    """Fill a library, then walk through it on desktop and phone, light and dark."""
    TARGET.mkdir(parents=True, exist_ok=True)
    album = _fill(browser, product, sorted(folder.glob("*.jpg")))
    campaign = campaign_with_votes(product, "Which of these stay on the wall")
    known = {"crops": f"/albums/{album}/crops/", "campaign": f"/campaigns/{campaign['id']}/"}
    for device in ("desktop", "phone"):
        for scheme in ("light", "dark"):
            _walk(browser, product, device, scheme, known, campaign)


def _fill(browser: Browser, product: Product, files: list[Path]) -> str:
    """Hang the pictures; returns the id of an album that holds the newest."""
    person = visit(browser, product)
    enter(person, product)
    person.page.goto("/upload/")
    choose(person, files)
    person.page.wait_for_timeout(2_000 + 500 * len(files))
    product.manage("demo")
    person.page.wait_for_timeout(15_000)
    _wait_for_reasons(person.page)
    newest = _addresses(person.page)[:4]
    for address in newest:
        person.page.goto(_studio(address))
        person.page.locator("ol .mean").first.wait_for(timeout=EXPLAINED_MS)
    person.context.close()
    return gather(product, "Summer show", newest)


def _wait_for_reasons(page: Page) -> None:
    """Explanations are made when nothing else waits; ask for those that are shown."""
    for address in _addresses(page)[:2]:
        page.goto(address)
        now = page.get_by_role("button", name="Explain now")
        if now.count():
            now.click()
        page.get_by_text("Measured in the picture").wait_for(timeout=EXPLAINED_MS)


def _addresses(page: Page) -> list[str]:
    page.goto("/")
    tiles = page.locator("a[href*='/artworks/']")
    tiles.first.wait_for()
    return [tile.get_attribute("href") or "" for tile in tiles.all()]


def _studio(address: str) -> str:
    return address.split("?")[0] + "crop/"


def _walk(
    browser: Browser,
    product: Product,
    device: str,
    scheme: str,
    known: Mapping[str, str],
    campaign: Answer,
) -> None:
    person = visit(browser, product, phone=device == "phone", dark=scheme == "dark")
    enter(person, product)
    first, second = _addresses(person.page)[:2]
    pair = f"/compare/?a={first.split('/')[2]}&b={second.split('/')[2]}"
    pages = {
        **PAGES, **known, "viewer": first, "map": first, "compare": pair,
        "crop": f"{_studio(first)}?aspect=4:5",
    }  # fmt: skip
    for name, path in pages.items():
        person.page.goto(path)
        person.page.wait_for_load_state("networkidle")
        person.page.wait_for_timeout(2500)
        if name == "map":
            person.page.keyboard.press("m")
            person.page.wait_for_timeout(800)
        _take(person.page, f"{name}-{device}-{scheme}")
    person.context.close()
    guest = visit(browser, product, phone=device == "phone", dark=scheme == "dark")
    take_part(guest, campaign)
    guest.page.keyboard.press("7")
    guest.page.wait_for_timeout(700)
    _take(guest.page, f"rate-{device}-{scheme}")
    guest.context.close()


def _for_docs(browser: Browser, product: Product) -> None:
    """The studio with what its generator makes and can, a run with its verdict, the versions."""
    person = visit(browser, product)
    enter(person, product)
    person.page.set_viewport_size(WIDE)
    person.page.emulate_media(reduced_motion="reduce")
    _studio_at_work(person.page)
    person.context.close()
    made = trained(product)
    staff = sign_in(browser, product, STUDIO).page
    staff.set_viewport_size(WIDE)
    staff.goto(f"/training/runs/{made.run}/")
    staff.locator("#verdict").evaluate(TO_TOP)
    _keep(staff, "training-verdict")
    staff.goto("/models/")
    _keep(staff, "training-models")


def _studio_at_work(page: Page) -> None:
    """A few samples of the generator that ships, a sweep from the first, and its categories."""
    page.goto("/studio/")
    page.get_by_role("button", name="Make an example").click()
    page.get_by_text("8 pictures, judged by").wait_for(timeout=MADE_MS)
    page.get_by_role("list", name="Pictures").get_by_role("button").first.click()
    page.get_by_role("button", name="Sweep the dial from it").click()
    page.get_by_role("link", name="Film as WebP").wait_for(timeout=MADE_MS)
    _keep(page, "studio-sweep")
    page.get_by_role("link", name="What it can and cannot").click()
    page.get_by_role("button", name="Make samples of each category").click()
    samples = page.get_by_role("list", name=re.compile("^Samples of"))
    samples.last.get_by_role("img").nth(7).wait_for(timeout=MADE_MS)
    page.get_by_role("heading", name="What it can and cannot").evaluate(TO_TOP)
    _keep(page, "studio-categories")


def _keep(page: Page, name: str) -> None:
    """As a WebP of the best quality that is small enough."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2500)
    picture = Image.open(BytesIO(page.screenshot()))
    for quality in QUALITIES:
        picture.save(IMAGES / f"{name}.webp", quality=quality, method=6)
        if (IMAGES / f"{name}.webp").stat().st_size <= LARGEST:
            return


def _take(page: Page, name: str) -> None:
    page.screenshot(path=TARGET / f"{name}.jpg", type="jpeg", quality=80)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
