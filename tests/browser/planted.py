"""Explanations and advice with known content, laid over what the running product answers.

Models take seconds and say something else on every picture; the pages are tested against these.
"""

import json
import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image
from playwright.sync_api import Error, Page, Route

from ml.contracts.attributes import Attribute, Family, built_in

GONE = re.compile("disposed|closed")
DETAIL = re.compile(r"/api/v1/artworks/[0-9a-f-]{36}(\?.*)?$")
EXPLAIN = re.compile(r"/api/v1/artworks/[0-9a-f-]{36}/explain$")
COACH = re.compile(r"/api/v1/artworks/[0-9a-f-]{36}/coach(/.*)?$")
MAP = re.compile(r"/planted/(across|down)\.png$")
PREVIEW = re.compile(r"/planted/preview\.jpg$")
LEARNED = ("light", "vivid_color", "content")
UNPROVEN = ("symmetry",)
Reading = dict[str, Any]


def ramp(direction: str) -> bytes:
    """A map that grows evenly from 0 at the left (``across``) or the top to 1."""
    line = Image.new("L", (64, 1))
    line.putdata([round(255 * i / 63) for i in range(64)])
    square = line.resize((64, 64), Image.Resampling.NEAREST)
    out = BytesIO()
    (square if direction == "across" else square.transpose(Image.Transpose.ROTATE_270)).save(
        out, "PNG"
    )
    return out.getvalue()


def readings(tilt: float = 0.0) -> list[Reading]:
    """Every built-in attribute: three learned, one not proven, measured ones, others unrated."""
    return [_reading(each, tilt) for each in built_in()]


def _reading(each: Attribute, tilt: float) -> Reading:
    said: Reading = {
        "key": each.key, "label": each.label, "family": each.family.value,
        "low": each.low, "high": each.high,
        "low_word": each.low_word, "high_word": each.high_word,
        "value": None, "percentile": None, "source": None, "choice": None,
        "judgement": False, "missing": None, "text": f"About {each.label}.", "evidence": None,
        "asks": each.asks, "choices": list(each.choices), "votes": 0, "mine": None,
    }  # fmt: skip
    middle = each.low + (each.high - each.low) * (0.6 + tilt)
    if each.key in LEARNED:
        evidence = {
            "n": 145, "learned_from": 116, "tested_on": 29, "raters": 5,
            "crowd": "AADB", "srcc": 0.42, "srcc_low": 0.3,
            "srcc_high": 0.5, "baseline": None, "ceiling": None,
        }  # fmt: skip
        return said | {
            "value": middle, "percentile": 80.0 + 100 * tilt, "source": "learned",
            "judgement": True, "evidence": evidence,
        }  # fmt: skip
    if each.key in UNPROVEN:
        return said | {"missing": "not_proven"}
    if each.key == "primary_color":
        return said | {"value": 11.0, "choice": "red", "source": "measured"}
    if each.family == Family.MEASURE:
        return said | {"value": middle, "source": "measured"}
    return said | {"missing": "no_training_data"}


def maps() -> list[dict[str, Any]]:
    """One map that beat both rivals, one that beat none, one of an attribute."""
    return [
        _map("merge", "overall", "The score", "across", "beats both"),
        _map("lower", "overall", "Would lower it", "down", "beats neither"),
        _map("merge", "light", "Light", "down", "beats both"),
    ]


def _map(kind: str, key: str, label: str, direction: str, verdict: str) -> dict[str, Any]:
    rivals = {"pointing": 0.71, "pointing_random": 0.22, "pointing_centre": 0.35}
    figures = {name: {"value": v, "low": v, "high": v} for name, v in rivals.items()}
    untold = {
        f"{test}{whose}": None
        for test in ("deletion", "insertion")
        for whose in ("", "_random", "_centre")
    }
    return {
        "kind": kind, "key": key, "label": label, "url": f"/planted/{direction}.png", "peak": 1.0,
        "explains": "what speaks for it",
        "faithfulness": figures | untold | {"verdict": verdict, "milliseconds": 1.0},
    }  # fmt: skip


def proposal(key: str, words: str, gain: float, second_gain: float) -> dict[str, Any]:
    """One change; its preview is a plain grey picture."""
    return {
        "id": key, "key": key, "words": words, "edits": {}, "mean": 5.8 + gain,
        "interval": [5.4 + gain, 5.9 + gain], "gain": gain, "second_gain": second_gain,
        "preview": "/planted/preview.jpg", "width": 300, "height": 200,
        "saved_as": None, "saving": False, "error_code": "", "error_text": "",
    }  # fmt: skip


@dataclass
class Stage:
    """What the planted server says next; tests change it."""

    explanation: str = "ready"
    coach: str = "none"
    saved_as: str | None = None
    tilts: dict[str, float] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def plant(self, page: Page) -> None:
        page.route(DETAIL, self.detail)
        page.route(EXPLAIN, self._explain)
        page.route(COACH, self._coach)
        page.route(MAP, _serve_map)
        page.route(PREVIEW, _serve_preview)

    def detail(self, route: Route) -> None:
        if route.request.method != "GET":
            return route.continue_()
        try:
            answer = route.fetch()
            artwork = json.loads(answer.text())
            return route.fulfill(response=answer, json=artwork | self._why(artwork))
        except Error as error:
            if GONE.search(error.message):
                return None  # the page was closed while it asked once more
            raise

    def _why(self, artwork: dict[str, Any]) -> dict[str, Any]:
        """What is planted; people's answers are those that the product keeps."""
        progress = {
            "state": self.explanation, "model": "attributes-v1", "scorer": "scorer-v2",
            "error_code": "", "error_text": "The worker ran out of memory.",
        }  # fmt: skip
        if self.explanation != "ready":
            return {"attributes": [], "maps": [], "palette": [], "explanation": progress}
        kept = {each["key"]: each for each in artwork["attributes"]}
        said = [
            each | {name: kept[each["key"]][name] for name in ("votes", "mine")}
            for each in readings(self.tilts.get(artwork["id"], 0.0))
        ]
        colours = ["#112233", "#c9b28e", "#a3503a"]
        return {"attributes": said, "maps": maps(), "palette": colours, "explanation": progress}

    def _explain(self, route: Route) -> None:
        self.asked.append("explain")
        self.explanation = "running"
        route.fulfill(status=202, json={})

    def _coach(self, route: Route) -> None:
        if route.request.method == "POST":
            self.asked.append(route.request.url.rsplit("/", 1)[1])
            self.coach = "running" if self.coach != "ready" else self.coach
        route.fulfill(json=self.advice())

    def advice(self) -> dict[str, Any]:
        ready = self.coach == "ready"
        both = [
            proposal("together", "brighten by 0.3 stops, straighten by 2.1°", 0.5, 0.3),
            proposal("exposure", "brighten by 0.3 stops", 0.2, -0.1),
        ]
        saving = "save" in self.asked
        both[0] |= {"saved_as": self.saved_as, "saving": saving and self.saved_as is None}
        return {
            "state": self.coach, "model": "scorer-v2", "second_model": "second-v1",
            "before": 5.8 if ready else None, "proposals": both if ready else [],
            "reason": "Nothing modest helps." if self.coach == "nothing" else "",
            "error_code": "",
            "error_text": "The worker was lost." if self.coach == "failed" else "",
        }  # fmt: skip


def _serve_map(route: Route) -> None:
    found = MAP.search(route.request.url)
    assert found is not None
    route.fulfill(body=ramp(found[1]), content_type="image/png")


def _serve_preview(route: Route) -> None:
    out = BytesIO()
    Image.new("RGB", (300, 200), (128, 128, 128)).save(out, "JPEG")
    route.fulfill(body=out.getvalue(), content_type="image/jpeg")
