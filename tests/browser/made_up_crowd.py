"""A crowd made up for pictures of the product: habits and tastes by dice, votes by the API."""

import random
import time
from typing import Any

import httpx

from tests.browser.crowd import Organiser, accounts, at_api
from tests.browser.pages import OWNER
from tests.product import Product

PEOPLE = ("ann", "bob", "cem", "dora", "eve", "finn", "gita", "hugo", "ines", "jon")
TOGETHER = 10
FUSED_S = 120
Answer = dict[str, Any]


def campaign_with_votes(product: Product, title: str) -> Answer:
    """An open campaign of all the owner's pictures, with a vote of each person on most.

    The owner may rate none of their own pictures.
    """
    client = at_api(product, product.token(OWNER))
    cards = client.get("artworks", params={"limit": 100}).json()["results"]
    means = {card["id"]: card["score"]["mean"] for card in cards if card["score"]}
    organiser = Organiser(client, tuple(means))
    campaign = organiser.campaign(title=title, votes_wanted=8, narrow_enough=0.8)
    tastes = _tastes(client, campaign["id"], means)
    tokens = accounts(product, *(f"{name}@example.org" for name in PEOPLE)).values()
    for seed, token in enumerate(tokens):
        rate(at_api(product, token), campaign, tastes, random.Random(seed))
    _wait(client, campaign["id"])
    return campaign


def _tastes(client: httpx.Client, campaign: str, means: dict[str, float]) -> dict[str, float]:
    """What the crowd thinks of each entry: near the model, now and then far from it."""
    dice = random.Random(5)
    entries = client.get(f"campaigns/{campaign}/entries").json()["results"]
    return {one["id"]: 1.5 * means[one["artwork"]] - 3 + dice.gauss(0, 0.9) for one in entries}


def rate(
    client: httpx.Client, campaign: Answer, tastes: dict[str, float], dice: random.Random
) -> None:
    """One person with a habit of their own."""
    bias, spread = dice.gauss(0, 0.8), dice.uniform(0.8, 1.2)
    body = {"consent": True, "token": campaign["link"].split("/")[2]}
    client.post(f"campaigns/{campaign['id']}/join", json=body).raise_for_status()
    while asked := _asked(client, campaign["id"]):
        votes: list[Answer] = []
        for each in asked:
            taste = tastes[each["entries"][0]["entry"]]
            value = round(5.5 + spread * (taste - 5.5) + bias + dice.gauss(0, 1.1))
            votes.append({
                "token": each["token"], "kind": "score", "value": max(1, min(10, value)),
                "dwell_ms": dice.randrange(900, 5000),
            })  # fmt: skip
        client.post("ratings", json={"votes": votes}).raise_for_status()


def _asked(client: httpx.Client, campaign: str) -> list[Answer]:
    body = {"campaign": campaign, "count": TOGETHER}
    asked: list[Answer] = client.post("assignments", json=body).json()["assignments"]
    return asked


def _wait(client: httpx.Client, campaign: str) -> None:
    deadline = time.monotonic() + FUSED_S
    while client.get(f"campaigns/{campaign}/dashboard").json()["stale"]:
        assert time.monotonic() < deadline, "the votes were not weighed"
        time.sleep(1)
