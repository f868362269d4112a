"""Real campaigns for browser flows: an organiser's pictures, and people who rate them."""

import time
from dataclasses import dataclass
from typing import Any

import httpx
from playwright.sync_api import Browser, expect

from tests.browser.pages import PASSWORD, Person, owners_token, visit
from tests.images import photo_file
from tests.product import Product

DRAWN_S = 90
SENT_S = 60
_ACCOUNTS = """
from webapp.accounts.models import Scope, User
from webapp.accounts.services import create_token
for email in {emails!r}:
    user = User.objects.create_user(email, {password!r})
    print(create_token(user, name="browser", scopes=[Scope.READ, Scope.WRITE])[1])
"""


@dataclass(frozen=True)
class Organiser:
    """The owner of the product, by the API."""

    client: httpx.Client
    pictures: tuple[str, ...]

    def send(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.client.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def campaign(self, *, bursts: bool = False, **wish: Any) -> dict[str, Any]:
        """A published campaign of all pictures, without checks unless they are asked for."""
        usual = {"title": "Summer", "question": "How good?", "access": "link", "votes_wanted": 50}
        made = self.send("POST", "campaigns", {**usual, "gold_share": 0, "repeat_share": 0, **wish})
        some = {"bursts": [list(self.pictures)]} if bursts else {"artworks": list(self.pictures)}
        self.send("POST", f"campaigns/{made['id']}/entries", some)
        published: dict[str, Any] = self.send("POST", f"campaigns/{made['id']}/publish")
        return published


def at_api(product: Product, token: str) -> httpx.Client:
    """Whoever has that token, at the API."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"{product.url}/api/v1/", headers=headers, timeout=60)


def organise(product: Product, count: int) -> Organiser:
    """With so many pictures that have their display files."""
    client = at_api(product, owners_token(product))
    ids = [_upload(client, seed) for seed in range(300, 300 + count)]
    deadline = time.monotonic() + DRAWN_S
    while not all(client.get(f"artworks/{each}").json()["renditions"] for each in ids):
        assert time.monotonic() < deadline, "the pictures have no display files"
        time.sleep(0.5)
    return Organiser(client, tuple(ids))


def _upload(client: httpx.Client, seed: int) -> str:
    shape = (480, 320) if seed % 2 else (320, 440)
    file = (f"secret-{seed}.jpg", photo_file(*shape, seed=seed))
    artwork: str = client.post("artworks", files={"file": file}).json()["id"]
    return artwork


def accounts(product: Product, *emails: str) -> dict[str, str]:
    """New accounts, and their tokens by e-mail; all at once, as a command takes long to start."""
    said = product.manage("shell", "-c", _ACCOUNTS.format(emails=emails, password=PASSWORD))
    return dict(zip(emails, said.splitlines()[-len(emails) :], strict=True))


def sign_in(browser: Browser, product: Product, email: str, **look: bool) -> Person:
    """Somebody with one of those accounts, in a window of their own."""
    person = visit(browser, product, **look)
    person.page.goto("/accounts/login/")
    person.page.locator("input[name=login]").fill(email)
    person.page.locator("input[name=password]").fill(PASSWORD)
    person.page.locator("main form button[type=submit]").first.click()
    person.page.wait_for_url(f"{product.url}/")
    return person


def take_part(person: Person, campaign: dict[str, Any]) -> None:
    """From the link to the first picture."""
    page = person.page
    page.goto(campaign["link"])
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Take part").click()
    expect(page.get_by_role("radiogroup").or_(page.get_by_role("group")).first).to_be_visible()


def given(person: Person, campaign: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """The rater's own votes as the product has them, oldest first, once there are so many."""
    deadline = time.monotonic() + SENT_S
    while True:
        answer = person.page.request.get(f"/api/v1/ratings?campaign={campaign['id']}")
        assert answer.ok, answer.text()
        votes: list[dict[str, Any]] = answer.json()[::-1]
        if len(votes) >= count or time.monotonic() > deadline:
            return votes
        person.page.wait_for_timeout(100)
