"""Crops with known content, laid over what the running product answers about one picture."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Page, Route

CROPS = re.compile(r"/api/v1/artworks/[0-9a-f-]{36}/(crops(/\w+)?(\?.*)?|focal|addresses/revoke)$")
WIDTH, HEIGHT = 900, 600
SHARES = (
    (0.8, 0.5, 0.5),
    (0.62, 0.38, 0.4),
    (0.5, 0.66, 0.45),
    (0.9, 0.45, 0.55),
    (0.55, 0.5, 0.7),
)
LOSSES = (
    ("attention", "Keeps 64 % of the picture and 91 % of what draws the eye."),
    ("face", "Cuts through a face at the left."),
    ("text", "Leaves out writing at the bottom edge."),
)
Answer = dict[str, Any]


def opinion(mean: float) -> Answer:
    """What a scorer would say, with a hump about the mean."""
    weights = [max(0.0, 2.5 - abs(bin_ + 1 - mean)) for bin_ in range(10)]
    shares = [each / sum(weights) for each in weights]
    return {
        "mean": mean, "sd": 1.4, "low": mean - 0.6, "high": mean + 0.6,
        "distribution": shares, "gain": mean - 5.5,
    }  # fmt: skip


def best_boxes(aspect: str, focal: tuple[float, float] | None) -> list[list[int]]:
    """Five boxes of the aspect; with a focal point, about it."""
    wide, high = (3, 2) if aspect == "free" else (int(part) for part in aspect.split(":"))
    boxes = []
    for scale, x, y in SHARES:
        times = int(scale * min(WIDTH / wide, HEIGHT / high))
        width, height = times * wide, times * high
        middle = focal or (x, y)
        left = min(max(0, round(middle[0] * WIDTH - width / 2)), WIDTH - width)
        top = min(max(0, round(middle[1] * HEIGHT - height / 2)), HEIGHT - height)
        boxes.append([left, top, width, height])
    return boxes if focal is None or focal[0] < 0.5 else boxes[::-1]


@dataclass
class CropServer:
    """What the planted server says next; tests change it."""

    state: str = "ready"
    judged: bool = False
    cropper: str | None = "cropper-v1"
    away: bool = False
    kept: dict[str, float] | None = None
    saved: list[Answer] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def plant(self, page: Page) -> None:
        page.route(CROPS, self._answer)

    def _answer(self, route: Route) -> None:
        request = route.request
        path, query = urlparse(request.url).path, parse_qs(urlparse(request.url).query)
        name = path.rsplit("/", 1)[1]
        self.asked.append(f"{request.method} {name}")
        if self.away:
            return route.abort()
        if request.method == "GET":
            body = self.crop(_box(query)) if name == "box" else self.listed(query)
            return route.fulfill(json=body)
        return self._change(route, name, request.post_data)

    def _change(self, route: Route, name: str, text: str | None) -> None:
        said = json.loads(text) if text else {}
        if name == "opinions":
            self.judged = True
        elif name == "focal":
            self.kept = said or None
        elif name == "save":
            self.saved.append(self._saved(said["box"]))
        elif name == "look" and self.state in ("none", "failed"):
            self.state = "waiting"
        return route.fulfill(status=202, json={})

    @staticmethod
    def _saved(box: list[int]) -> Answer:
        return {
            "id": f"saved-{box}", "box": box, "state": "saving", "artwork": None,
            "words": f"Cropped to {box[2]} x {box[3]}.", "error_code": "", "error_text": "",
        }  # fmt: skip

    def listed(self, query: dict[str, list[str]]) -> Answer:
        """The list that a query asks for."""
        aspect = query.get("aspect", ["free"])[0]
        said = query.get("focal", [""])[0]
        focal = None
        if "," in said:
            x, y = said.split(",")
            focal = (float(x), float(y))
        elif said != "none" and self.kept:
            focal = (self.kept["x"], self.kept["y"])
        ready = self.state == "ready"
        return {
            "state": self.state, "model": self.cropper, "width": WIDTH, "height": HEIGHT,
            "aspect": aspect, "focal": self.kept, "used_focal": focal, "notes": [],
            "error_code": "out_of_memory" if self.state == "failed" else "",
            "error_text": "The worker ran out of memory." if self.state == "failed" else "",
            "crops": [self.crop(box) for box in best_boxes(aspect, focal)] if ready else [],
            "saved": self.saved,
        }  # fmt: skip

    def crop(self, box: list[int]) -> Answer:
        """All that is said of one box."""
        x, y, width, height = box
        area = width * height / (WIDTH * HEIGHT)
        kind, words = LOSSES[(x + y) % len(LOSSES)]
        address = f"/r/signed/picture/{x},{y},{width},{height}"
        return {
            "box": box,
            "focal": [(x + width / 2) / WIDTH, (y + height / 2) / HEIGHT],
            "score": {
                "total": 1.0, "view": 0.2, "energy": 0.5, "kept": 0.9, "area": area,
                "cut": 0.0, "focal": 0.0, "judging": False,
                "opinion": opinion(5.2 + area) if self.judged else None,
            },
            "losses": [{"kind": kind, "words": words}],
            "forms": {"imgproxy": "fp:0.5:0.5", "thumbor": "focal(1x2:3x4)",
                      "css": "object-position: 50% 50%"},
            "url": f"{address}/640.webp", "srcset": f"{address}/320.webp 320w",
        }  # fmt: skip


def _box(query: dict[str, list[str]]) -> list[int]:
    return [int(part) for part in query["box"][0].split(",")]
