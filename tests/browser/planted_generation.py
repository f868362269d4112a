"""A generator, its pictures and a history with known content, laid over what the product answers.

A real generator takes seconds and makes what it will; the page is tested against this.
"""

import json
import random
import re
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlparse

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter
from playwright.sync_api import Page, Route

from tests.browser.planted_campaigns import hump

API = re.compile(r"/api/v1/(generators|generations)(/|\?|$)")
MEDIA = re.compile(r"/planted/sample-(\d+)-([\d.]+)-(\d+)\.png")
FILM = "/planted/film.webp"
SIZE = 64
AT = "2026-01-03T10:{:02}:00Z"
ARTWORK = "0b5b0c5e-0000-4000-8000-0000000000aa"
CATEGORIES = (
    ("landscape", "Landscape", 412), ("people", "People", 231), ("animals", "Animals", 188),
    ("objects", "Objects", 170), ("painting", "Painting", 240),
)  # fmt: skip
# Before the islands read their props, which is when the page was parsed.
PROPS = """document.addEventListener('readystatechange', () => {
    const props = document.getElementById('props');
    if (props) props.textContent = JSON.stringify({ studio: %s });
});"""
Answer = dict[str, Any]


@cache
def picture(seed: int, asked: float, index: int) -> bytes:
    """The file of a sample: paler or brighter by what was asked; blended along a film."""
    mixed = Image.blend(_scene(seed), _scene(seed + 1), min(1.0, index / 24))
    out = BytesIO()
    ImageEnhance.Color(mixed).enhance(asked / 5.5).save(out, "PNG")
    return out.getvalue()


def _scene(seed: int) -> Image.Image:
    """Hills below a sky, as soft as a small generator makes them."""
    dice = random.Random(seed)
    sky, land = (tuple(dice.randrange(40, 230) for _ in range(3)) for _ in range(2))
    image = Image.new("RGB", (SIZE, SIZE), sky)
    draw = ImageDraw.Draw(image)
    for row in range(4):
        colour = tuple(round(part * (1 - row / 5)) for part in land)
        top = SIZE * (0.35 + 0.16 * row)
        peaks = [(x, top + dice.uniform(-9, 9)) for x in range(0, SIZE + 13, 12)]
        draw.polygon([(0, SIZE), *peaks, (SIZE, SIZE)], fill=colour)
    return image.filter(ImageFilter.GaussianBlur(1.5))


def judged(asked: float, seed: int) -> float:
    """A generator that obeys by a third, and errs."""
    return round(5.2 + (asked - 5.5) / 3 + ((seed * 37) % 17 - 8) / 11, 2)


@dataclass
class StudioServer:
    """What the planted server says next; tests change it."""

    active: bool = True
    left: int = 240
    refuses: Answer | None = None
    #: How many pictures a running generation has; None: it is done at once.
    made: int | None = None
    history: list[Answer] = field(default_factory=list)
    said: Answer = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def plant(self, page: Page) -> None:
        page.route(API, self._answer)
        page.route(MEDIA, _picture)
        page.route(f"**{FILM}*", lambda route: route.fulfill(body=b"", content_type="image/webp"))
        page.add_init_script(PROPS % json.dumps(self.studio()))

    def past(self) -> "StudioServer":
        """With a history of every kind."""
        wishes: list[Answer] = [
            {"kind": "samples", "category": "landscape", "dial": 7.0, "seed": 41, "count": 8},
            {"kind": "between", "category": "painting", "dial": 6.0, "seed": 5, "seed_to": 900,
             "count": 24},
            {"kind": "sweep", "category": "animals", "seed": 77, "count": 10},
            {"kind": "samples", "category": "people", "histogram": hump(3.2), "seed": 3,
             "count": 6},
            {"kind": "samples", "category": "objects", "dial": 5.0, "seed": 12, "count": 32,
             "keep_best": 4},
        ]  # fmt: skip
        for wish in reversed(wishes):
            self._make(wish)
        return self

    def studio(self) -> Answer:
        """What the page starts with."""
        text = "No generator is active here. Whoever runs this website must train or import one."
        reason = {"code": "no_generator", "text": text}
        return {
            "generator": _generator() if self.active else None,
            "reason": None if self.active else reason,
            "judge": "scorer-v2", "quota": {"limit": 256, "left": self.left}, "most": 64,
        }  # fmt: skip

    def shown(self, made: Answer) -> Answer:
        """A generation as far as it is."""
        live = made["state"] == "running" and self.made is not None
        count = min(self.made or 0, made["count"]) if live else made["made"]
        state = "done" if live and count == made["count"] else made["state"]
        samples = _samples(made, count)
        kept = [each for each in samples if each["kept"]]
        film = FILM if state == "done" and made["kind"] != "samples" else None
        covers = [each["url"] for each in kept[:4]]
        return made | {
            "made": count, "state": state, "samples": samples, "film": film, "covers": covers,
            "judge": "scorer-v2",
        }  # fmt: skip

    def _make(self, wish: Answer) -> Answer:
        shares = wish.get("histogram") or []
        if not shares and wish.get("dial") is not None:
            shares = hump(wish["dial"])
        mean = sum(share * (n + 1) for n, share in enumerate(shares)) if shares else None
        number = len(self.history) + 1
        made = {
            "id": f"0b5b0c5e-0000-4000-8000-{number:012}", "kind": wish.get("kind", "samples"),
            "category": wish["category"], "category_name": dict(_names())[wish["category"]],
            "dial": wish.get("dial"), "histogram": shares, "asked_mean": wish.get("dial") or mean,
            "seed": wish["seed"], "seed_to": wish.get("seed_to"),
            "truncation": wish.get("truncation", 1.0), "count": wish["count"],
            "keep_best": wish.get("keep_best"), "error": None, "created_at": AT.format(number),
            "model": {"name": "generator-v1", "active": True},
            "made": wish["count"] if self.made is None else 0,
            "state": "done" if self.made is None else "running",
        }  # fmt: skip
        self.history.insert(0, made)
        return made

    def _answer(self, route: Route) -> None:
        request = route.request
        address = urlparse(request.url)
        collection, *rest = address.path.split("/")[3:]
        self.asked.append(f"{request.method} {'/'.join([collection, *rest[1:2]])}")
        if collection == "generators":
            return route.fulfill(json=self.studio())
        if request.method != "GET":
            self.said = json.loads(request.post_data or "{}")
            return self._change(route, rest, request.method)
        if rest == ["judged"]:
            return route.fulfill(json={"results": self._judged(parse_qs(address.query)["of"][0])})
        if rest:
            return self._one(route, rest[0])
        parts = parse_qs(address.query)
        assert "after" not in parts, "the planted history has one part"
        brief = [{k: v for k, v in self.shown(each).items() if k not in ("samples", "judge")}
                 for each in self.history]  # fmt: skip
        return route.fulfill(json={"results": brief, "after": None})

    def _judged(self, of: str) -> list[Answer]:
        """Asked and judged of these generations."""
        return [
            {"id": each["id"], "generation": made["id"], "url": each["url"],
             "asked": each["asked_mean"], "judged": each["judged_mean"]}
            for made in self.history if made["id"] in of.split(",")
            for each in self.shown(made)["samples"] if made["kind"] != "between"
        ]  # fmt: skip

    def _change(self, route: Route, rest: list[str], method: str) -> None:
        if not rest:
            if self.refuses:
                return route.fulfill(status=self.refuses["status"], json=self.refuses)
            return route.fulfill(status=202, json=self.shown(self._make(self.said)))
        if method == "DELETE":
            self.history = [each for each in self.history if each["id"] != rest[0]]
            return route.fulfill(status=204)
        if rest[-1] == "keep":
            return route.fulfill(status=201, json={"artwork": ARTWORK})
        for each in self.history:
            if each["id"] == rest[0]:
                each |= {"made": self.made or 0, "state": "cancelled"}
        return self._one(route, rest[0])

    def _one(self, route: Route, pk: str) -> None:
        found = next((each for each in self.history if each["id"] == pk), None)
        if found is None:
            return route.fulfill(status=404, json={"code": "not_found", "status": 404})
        return route.fulfill(json=self.shown(found))


def _names() -> list[tuple[str, str]]:
    return [(key, name) for key, name, _ in CATEGORIES]


def _generator() -> Answer:
    figure = {"value": 0.41, "low": 0.35, "high": 0.47}
    chance = {"value": 0.01, "low": -0.06, "high": 0.08}
    return {
        "name": "generator-v1", "size": SIZE, "conditioning": "mixed",
        "categories": [
            {"key": k, "name": n, "pictures": p, "outcome": None} for k, n, p in CATEGORIES
        ],
        "dial": {"low": 3.4, "high": 6.9, "sd": 1.7}, "pictures": 1241,
        "sources": ["OASIS", "Sophoappeal"], "features": "efficientnet-lite0",
        "measures": [
            {"name": "Requested against judged mean (SRCC)", "value": figure, "samples": 600,
             "against": "conditions shuffled", "baseline": chance},
            {"name": "KID", "value": {"value": 0.082, "low": 0.071, "high": 0.094},
             "samples": 600, "against": "held-out pictures", "baseline": None},
        ],
        "limits": [
            "1,241 pictures are very few: many samples are textures rather than things.",
            "Faces and hands fail nearly always.",
        ],
        "licence": "CC BY-NC 4.0",
        "notice": "Mixed-conditional batch normalisation is the subject of US patent 12,141,700. "
        "Whoever runs this must see whether they may use it; a generator conditioned by FiLM does "
        "without it.",
    }  # fmt: skip


def _samples(made: Answer, count: int) -> list[Answer]:
    samples = [_sample(made, index) for index in range(count)]
    if made["keep_best"] is not None:
        best = sorted(samples, key=lambda each: -each["judged_mean"])[: made["keep_best"]]
        for each in samples:
            each["kept"] = each in best
    return samples


def _sample(made: Answer, index: int) -> Answer:
    swept = made["kind"] == "sweep"
    asked = 1 + 9 * index / (made["count"] - 1) if swept else made["asked_mean"]
    seed = made["seed"] + (index if made["kind"] == "samples" else 0)
    along = index if made["kind"] == "between" else 0
    mean = judged(asked, seed + along + (index if swept else 0))
    return {
        "id": f"{made['id'][:-12]}{made['id'][-6:]}{index:06}", "index": index,
        "url": f"/planted/sample-{seed}-{asked:.2f}-{along}.png", "width": SIZE, "height": SIZE,
        "latent_seed": None if made["kind"] == "between" else seed, "asked_mean": asked,
        "judged_mean": mean, "judged_distribution": hump(mean), "kept": True, "artwork": None,
    }  # fmt: skip


def _picture(route: Route) -> None:
    seed, asked, index = MEDIA.search(route.request.url).groups()  # type: ignore[union-attr]
    route.fulfill(body=picture(int(seed), float(asked), int(index)), content_type="image/png")
