"""A campaign with known content, laid over what the running product answers.

Real votes take minutes to become a crowd; the pages are tested against this one.
"""

import json
import random
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Page, Route

from tests.images import photo_file

API = re.compile(r"/api/v1/(campaigns|challenges)/[0-9a-f-]{36}(/.*)?(\?.*)?$")
MEDIA = re.compile(r"/campaigns/[0-9a-f-]{36}/media/entry-(\d+)/(small|medium|large)\.webp$")
SHAPES = ((900, 600), (600, 800), (900, 506), (700, 700))
TITLES = (
    "Harbour at noon", "Two windows", "The long field", "After rain", "A chair", "Salt",
    "Morning train", "Lamp and orange", "Low tide", "Stairs", "Wires", "Last bus",
)  # fmt: skip
NAMES = ("amber heron 42", "quiet maple 7", "copper wren 19", "pale tide 88", "green loom 3")
# Before the islands read their props, which is when the page was parsed.
NOT_THE_ORGANISER = """document.addEventListener('readystatechange', () => {
    const props = document.getElementById('props');
    if (!props) return;
    props.textContent = props.textContent.replace('"organiser": true', '"organiser": false');
});"""
Answer = dict[str, Any]


@cache
def picture(number: int) -> bytes:
    """The file of an entry."""
    width, height = SHAPES[number % len(SHAPES)]
    return photo_file(width // 2, height // 2, seed=200 + number)


def hump(mean: float, sd: float = 1.5) -> list[float]:
    """Shares of 1 to 10 about a mean."""
    weights = [2.718 ** (-(((vote - mean) / sd) ** 2) / 2) for vote in range(1, 11)]
    return [each / sum(weights) for each in weights]


@dataclass
class CrowdServer:
    """What the planted server says next; tests change it."""

    campaign_id: str
    kind: str = "campaign"
    state: str = "open"
    organiser: bool = True
    size: int = 24
    votes: int = 312
    fails: bool = False
    aside: dict[str, str] = field(default_factory=dict)
    disqualified: dict[str, str] = field(default_factory=dict)
    gold: dict[str, list[float]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def plant(self, page: Page) -> None:
        page.route(API, self._answer)
        page.route(MEDIA, self._picture)

    @staticmethod
    def plant_visitor(page: Page) -> None:
        """From now on pages are those of somebody who does not run the campaign."""
        page.add_init_script(NOT_THE_ORGANISER)

    @staticmethod
    def _picture(route: Route) -> None:
        number = MEDIA.search(urlparse(route.request.url).path)
        assert number
        route.fulfill(body=picture(int(number[1])), content_type="image/jpeg")

    def _answer(self, route: Route) -> None:
        request = route.request
        address = urlparse(request.url)
        steps = address.path.split("/")[5:]
        self.asked.append(f"{request.method} {'/'.join(steps)}")
        if self.fails:
            return route.fulfill(status=503, json={})
        if request.method != "GET":
            self._change(steps, json.loads(request.post_data or "{}"))
            return route.fulfill(json=self._after(steps))
        return route.fulfill(json=self._read(steps, parse_qs(address.query)))

    def _read(self, steps: list[str], query: dict[str, list[str]]) -> Any:
        if not steps:
            return self.campaign()
        if steps == ["entries"]:
            sort, limit = query["sort"][0], int(query["limit"][0])
            return {"count": self.size, "results": self.sorted_entries(sort)[:limit]}
        if steps[-1] == "comments":
            return [{"pseudonym": NAMES[0], "value": 3.0, "comment": "The horizon leans."}]
        answers = {
            "dashboard": self.dashboard, "raters": self.raters, "results": self.results,
            "submissions": list,
        }  # fmt: skip
        return answers[steps[0]]()

    def _change(self, steps: list[str], said: Answer) -> None:
        if steps[0] in ("close", "reopen", "reveal", "publish"):
            states = {"close": "closed", "reopen": "open", "reveal": "revealed"}
            self.state = states.get(steps[0], "open")
        elif steps[-1] == "quarantine":
            self.aside[steps[1]] = said["reason"]
        elif steps[-1] == "lift":
            self.aside.pop(steps[1], None)
        elif steps[-1] == "disqualify":
            self.disqualified[steps[1]] = said["reason"]
        elif steps[-1] == "requalify":
            self.disqualified.pop(steps[1], None)
        elif "gold" in said:
            self.gold[steps[1]] = said["gold"]

    def _after(self, steps: list[str]) -> Any:
        if steps[0] == "entries":
            return next(each for each in self.entries() if each["id"] == steps[1])
        return self.campaign()

    def campaign(self) -> Answer:
        """The campaign itself."""
        challenge = self.kind == "challenge"
        return {
            "id": self.campaign_id, "kind": self.kind, "mode": "score", "state": self.state,
            "title": "Between two lights" if challenge else "Summer in the harbour",
            "description": "Pictures made in the hour when the lamps are lit and the sky is not "
            "dark yet. Colours may be worked on; nothing is put in that was not there.",
            "question": "How good is this picture?", "consent": "", "attribute": None,
            "access": "link", "guests": True, "sampling": "active", "reveal": "at_end",
            "votes_wanted": 10, "narrow_enough": 1.0, "gold_share": 0.1, "repeat_share": 0.05,
            "most_per_rater": None, "least_dwell_ms": 400,
            "submissions_close_at": "2026-01-02T20:00:00Z" if challenge else None,
            "most_submissions": 1, "must_vote_share": 0.2 if challenge else 0,
            "comment_at_most": 3 if challenge else 0, "published_at": "2026-01-01T10:00:00Z",
            "opens_at": None, "closes_at": None, "revealed_at": None,
            "organiser": self.organiser, "link": "/join/signed/" if self.organiser else None,
            "emails": [] if self.organiser else None,
            "counts": {"entries": self.size, "raters": 5, "votes": self.votes, "settled": 7},
            "me": None if self.organiser else self.me(), "covers": [],
        }  # fmt: skip

    def me(self) -> Answer:
        """A rater on the way."""
        return {
            "rater": "r", "pseudonym": NAMES[1], "consented": True, "votes": 14, "skipped": 1,
            "left": 9, "cap": None, "checks": {"seen": 10, "met": 9},
            "must": {"needed": 5, "done": 14} if self.kind == "challenge" else None,
            "card": {
                "votes": 14, "bias": -0.8, "spread": 1.1, "consistency": 0.92, "side": 0.0,
                "words": "You run 0.8 harsh and are 92 % consistent.",
            },
        }  # fmt: skip

    def entries(self) -> list[Answer]:
        """Best first."""
        return [self._entry(number) for number in range(self.size)]

    def _entry(self, number: int) -> Answer:
        dice = random.Random(number)
        mean = 8.1 - 5.2 * number / self.size
        votes = 10 + dice.randrange(8) if number < self.size - 1 else 1
        half = 1.1 / (1 + votes / 12)
        name = f"entry-{number}"
        width, height = SHAPES[number % len(SHAPES)]
        reason = self.disqualified.get(name)
        return {
            "id": name, "artwork": None, "title": TITLES[number % len(TITLES)], "role": "entry",
            "maker": NAMES[number % 5] if self.state == "revealed" else None, "burst": None,
            "gold": self.gold.get(name), "votes": votes, "mean": mean, "votes_mean": mean,
            "sd": half / 1.28,
            "low": mean - half, "high": mean + half, "distribution": hump(mean),
            "divisive": dice.random() * 0.6, "place": None if reason else number + 1,
            "settled": number % 4 == 0,
            "prior": {"mean": 5.4 + 0.35 * (mean - 5.4) + dice.gauss(0, 0.5), "sd": 0.7},
            "disqualified": {"at": "2026-01-03T10:00:00Z", "reason": reason} if reason else None,
            "mine": False, "comments": 1 if number == 3 else 0,
            "medium": {
                "src": f"/campaigns/{self.campaign_id}/media/{name}/medium.webp",
                "width": width, "height": height, "thumbhash": "",
            },
        }  # fmt: skip

    def sorted_entries(self, sort: str) -> list[Answer]:
        """In one of the orders of the API."""
        keys = {
            "place": lambda one: one["place"] or 1e9,
            "divisive": lambda one: -one["divisive"],
            "votes": lambda one: -one["votes"],
            "gap": lambda one: one["votes"] < 3 or -abs(one["votes_mean"] - one["prior"]["mean"]),
        }
        return sorted(self.entries(), key=keys[sort])

    def raters(self) -> list[Answer]:
        """One of them always says five, and may be set aside."""
        found = []
        for number, name in enumerate(NAMES):
            lazy = number == 3
            reason = self.aside.get(f"rater-{number}")
            doubts = [{"code": "constant", "words": "Always the same answer."}] if lazy else []
            found.append({
                "id": f"rater-{number}", "pseudonym": name, "guest": number == 4,
                "votes": 80 - 12 * number, "bias": (-0.8, 0.4, 0.0, 0.9, -0.2)[number],
                "spread": 1.0, "noise": 0.9, "consistency": (0.92, 0.81, 0.74, 0.03, 0.88)[number],
                "side": None, "weight": 0.02 if lazy else 1.0, "doubts": doubts,
                "median_dwell_ms": 420 if lazy else 2100 + 300 * number,
                "checks": {"seen": 10, "met": 3 if lazy else 9},
                "quarantined": {"at": "2026-01-03T10:00:00Z", "reason": reason} if reason else None,
            })  # fmt: skip
        return found

    def dashboard(self) -> Answer:
        """The organiser's view."""
        per_minute = [random.Random(i).randrange(12) if i > 12 else 0 for i in range(30)]
        return {
            "campaign": self.campaign(),
            "progress": {
                "votes": self.votes, "wanted": 240, "entries": self.size, "reached": 19,
                "settled": 7, "raters": 5, "saved": 143, "per_minute": per_minute,
                "per_day": [["2026-01-01", 120], ["2026-01-02", self.votes - 120]],
            },
            "agreement": {
                "alpha": 0.42, "level": "interval", "split_half": 0.81, "votes": self.votes,
                "words": "Raters agree moderately: alpha 0.42.",
            },
            "distribution": hump(5.6, 2.0),
            "pace": {"fast": self.raters()[3:4], "slow": [], "median_ms": 2300},
            "flagged": self.raters()[3:4], "divisive": self.sorted_entries("divisive")[:12],
            "top": self.entries()[:12], "model": {"srcc": 0.63, "n": self.size},
            "curves": self.curves(), "fused_at": "2026-01-03T10:00:00Z", "stale": False,
        }  # fmt: skip

    def curves(self) -> Answer:
        """By mean score, with the three fits."""
        bins = [
            {
                "bin": at, "entries": 3 + at % 3, "distribution": hump(at, 1.6),
                "gaussian": hump(at, 1.5), "gamma": hump(at - 0.4, 1.7),
                "gamma_reversed": hump(at + 0.3, 1.4),
                "rmse": {
                    "gaussian": 0.012 + 0.004 * (at % 3), "gamma": 0.02, "gamma_reversed": 0.017,
                },
            }
            for at in range(3, 9)
        ]  # fmt: skip
        spread = [[one["mean"], 1.2 + one["divisive"]] for one in self.entries()]
        return {"by_mean": bins, "spread": spread}

    def results(self) -> Answer:
        """Of a challenge."""
        found = self.entries()
        return {
            "entries": [one for one in found if one["place"]],
            "disqualified": [one for one in found if one["disqualified"]],
            "curves": self.curves(),
            "statistics": {
                "entries": self.size, "votes": self.votes, "raters": 5, "void": 4, "mean": 5.61,
                "alpha": 0.42,
            },
            "raters": [
                {"pseudonym": name, "consistency": 0.95 - 0.05 * i, "votes": 40 - i}
                for i, name in enumerate(NAMES)
            ],
        }  # fmt: skip
