"""Snapshots, runs and versions with known content, laid over what the running product answers.

Real training takes minutes and learns what it will; the pages are tested against this.
"""

import json
import random
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Page, Route

from tests.browser.planted_campaigns import picture
from tests.browser.planted_maker import curve, offer, sheet, sheets, verdict_of_samples
from tests.browser.planted_sources import OVERALL, preview, sources
from tests.browser.planted_verdict import pictured, report

API = re.compile(
    r"/api/v1/(training-sources|snapshots|training-runs|model-versions|rescoring)(/|\?|$)"
)
MEDIA = re.compile(r"/training/media/planted/(\d+)\.webp$")
SHEET = re.compile(r"/training/media/planted/sheet-(\d+)\.jpg$")
SNAPSHOT = "0b5b0c5e-0000-4000-8000-000000000001"
RUN = "0b5b0c5e-0000-4000-8000-000000000002"
OTHER = "0b5b0c5e-0000-4000-8000-000000000003"
DIGEST = "9f2c41d07ab8e6530c1d" + "0" * 44
AT = "2026-01-03T10:00:00Z"
Answer = dict[str, Any]


@dataclass
class TrainingServer:
    """What the planted server says next; tests change it. `making`: the run makes a generator."""

    making: bool = False
    state: str = "done"
    passed: bool = True
    votes: bool = True
    problem: bool = False
    frozen: str = "frozen"
    promoted: bool = False
    override: str = ""
    own_override: bool = False
    epochs: int = 5
    arena: bool = False
    said: Answer = field(default_factory=dict)

    def plant(self, page: Page) -> None:
        page.route(API, self._answer)
        page.route(MEDIA, _picture)
        page.route(SHEET, _sheet)

    def _answer(self, route: Route) -> None:
        request = route.request
        address = urlparse(request.url)
        steps = address.path.split("/")[3:]
        if "categories" in steps:  # of a generator that ships: the product knows them
            return route.continue_()
        if request.method != "GET":
            self.said = json.loads(request.post_data or "{}")
            self._change(steps, request.method)
        if request.method == "DELETE":
            return route.fulfill(status=204)
        return route.fulfill(json=self._read(steps, request.method, parse_qs(address.query)))

    def _change(self, steps: list[str], method: str) -> None:
        turns = {"pause": "paused", "resume": "running", "cancel": "cancelled"}
        if steps[-1] in turns:
            self.state = turns[steps[-1]]
        elif steps[-1] in ("promote", "rollback"):
            self.promoted = steps[-1] == "promote"
        elif steps[-1] == "override":
            self.override = self.said.get("reason", "")
            self.own_override = method == "PUT"
        elif steps[-1] == "arena":
            self.arena = True

    def _read(self, steps: list[str], method: str, query: dict[str, list[str]]) -> Any:
        collection, *rest = steps
        if collection == "training-sources":
            return sources(self.votes)
        if collection == "rescoring":
            done = 20 if self.promoted else 42
            return {"version": "v", "total": 42, "done": done, "failed": 0, "eta_s": 31.0}
        if collection == "snapshots":
            return self._snapshots(rest, method)
        return (
            self._versions(rest)
            if collection == "model-versions"
            else self._runs(rest, method, query)
        )

    def _snapshots(self, rest: list[str], method: str) -> Any:
        if rest == ["preview"]:
            return preview(self.problem)
        if not rest:
            made = self.snapshot()
            return made if method == "POST" else [made] * self.votes
        return self.snapshot()

    def _runs(self, rest: list[str], method: str, query: dict[str, list[str]]) -> Any:
        if rest == ["recipes"]:
            return recipes()
        if not rest:
            return self.run(RUN) if method == "POST" else self._listed() * self.votes
        if rest[-1] == "log":
            line = {"id": 1, "at": AT, "text": "42 pictures, 9 of them for the test"}
            return {"lines": [line] * (query["after"] == ["0"])}
        return self.run(rest[0])

    def _versions(self, rest: list[str]) -> Any:
        if not rest:
            return self.versions()
        if rest == ["changes"]:
            return self._changes()
        return next(each for each in self.versions() if each["id"] == rest[0])

    def _listed(self) -> list[Answer]:
        brief = ("curve", "mistakes", "report", "files", "arena", "gate")
        found = [self.run(RUN), self.run(OTHER)]
        return [{k: v for k, v in each.items() if k not in brief} for each in found]

    def snapshot(self) -> Answer:
        """The one there is."""
        doubles = [[pictured(i), pictured(i + 20)] for i in (2, 5)]
        ready = self.frozen == "frozen"
        near = {"groups": 2, "pictures": 4, "examples": doubles}
        failed = {"code": "disk_full", "text": "The disk is full."}
        return {
            "id": SNAPSHOT, "name": "Summer in the harbour, January", "by": "ann@example.org",
            "target": OVERALL, "spec": {}, "state": self.frozen,
            "error": failed if self.frozen == "failed" else None,
            "digest": DIGEST if ready else "", "pictures": 42 * ready, "votes": 431 * ready,
            "parts": {"train": 29, "validation": 4, "test": 9},
            "report": {
                **preview(self.problem), "near_duplicates": near,
                "leaks": {"kept_together": 2, "learned_before": 3},
            } if ready else None,
            "created_at": AT, "frozen_at": AT if ready else None, "gone": 1, "runs": 2,
        }  # fmt: skip

    def run(self, identity: str) -> Answer:
        """The run that tests look at, or an earlier one that was refused."""
        state, passed = (self.state, self.passed) if identity == RUN else ("done", False)
        done = state == "done"
        made = {"id": f"v-{identity}", "name": f"crowd-{'b' if identity == RUN else 'a'}"}
        snapshot = self.snapshot()
        failed = {"code": "not_finite", "text": "The loss became NaN in epoch 3."}
        arena = {
            "campaign": {"id": SNAPSHOT, "title": "Which of the two?", "state": "open",
                         "link": "/join/signed/"},
            "pairs": 30, "decided": 21, "challenger": 15, "champion": 6, "share": 0.714,
            "low": 0.5, "high": 0.862,
            "text": "15 of 21 choices follow the challenger; that may still be chance.",
        }  # fmt: skip
        return {
            "id": identity,
            "snapshot": {key: snapshot[key] for key in ("id", "name", "digest", "target")},
            "recipe": "head" if identity == RUN else "fine-tune",
            "changes": {} if identity == RUN else {"epochs": 6}, "seed": 1,
            "by": "ann@example.org", "state": state, "wish": "",
            "step": None if state != "running" else {
                "text": "Round 3 of 5: 40 % of the pictures", "done": 3, "total": 5, "eta_s": 12.0,
            },
            "estimate_s": 40.0, "error": failed if state == "failed" else None,
            "created_at": AT, "started_at": AT, "ended_at": "2026-01-03T10:00:41Z",
            "champion": {"id": "v-champion", "name": "scorer-v2"},
            "version": {**made, "state": "registered"} if done else None,
            "passed": passed if done else None,
            "curve": _curve(self.epochs if identity == RUN else 4),
            "mistakes": [
                {"picture": pictured(i), "said": 6.9 - 0.4 * i, "voted": 3.1 + 0.7 * i}
                for i in range(6)
            ],
            "report": report(passed) if done else None,
            "files": [{"name": "history.csv", "content_type": "text/csv", "bytes": 812}] * done,
            "arena": arena if self.arena else None, "grids": [], "kind": "scorer",
            "gate": {"margin": 0.05, "emd_margin": 0.02, "coverage_slack": 0.1},
            **(self._making(done) if self.making and identity == RUN else {}),
        }  # fmt: skip

    def _making(self, done: bool) -> Answer:
        """What is told otherwise of a run that makes a generator."""
        step = {"text": "Learning: 2,400 updates", "done": 2400, "total": 6000, "eta_s": 610.0}
        made = {"id": f"v-{RUN}", "name": "generator-b", "state": "registered"}
        return {
            "recipe": "generator", "kind": "generator", "mistakes": [], "estimate_s": 2100.0,
            "changes": {"conditioning": "film", "minutes": 20},
            "champion": {"id": "v-champion", "name": "generator-v1"},
            "step": step if self.state == "running" else None,
            "curve": curve(self.epochs), "grids": sheets(self.epochs),
            "report": verdict_of_samples(self.passed) if done else None,
            "version": made if done else None,
        }  # fmt: skip

    def versions(self) -> list[Answer]:
        """Champion, challenger and a refused one; after a promotion, the previous one too."""
        shipped = _version("v-champion", "scorer-v2", builtin="scorer-v2", run=None)
        ours = _version(f"v-{RUN}", "crowd-b", run={"id": RUN, "passed": self.passed})
        older = _version(f"v-{OTHER}", "crowd-a", run={"id": OTHER, "passed": False})
        if self.promoted:
            ours |= {"state": "active", "aliases": ["champion"], "served_by": ["worker-gpu: both"]}
            ours["can"] |= {"roll_back": True}
            shipped |= {"state": "retired", "aliases": ["previous"]}
        else:
            shipped |= {"state": "active", "aliases": ["champion"], "served_by": ["worker-gpu"]}
            ours |= {"aliases": ["challenger"], "can": self._can()}
        if self.making:
            shipped |= {"kind": "generator", "name": "generator-v1", "builtin": "generator-v1"}
            sheet = "/training/media/planted/sheet-14.jpg"
            ours |= {"kind": "generator", "name": "generator-b", "sheet": sheet}
        if self.override:
            ours["override"] = {"by": "bob@example.org", "reason": self.override, "at": AT}
        return [ours, shipped, older]

    def _can(self) -> Answer:
        refused = {"code": "gate_failed", "text": "The gate refused it. Somebody has to override."}
        own = {"code": "own_override", "text": "You wrote the override: somebody else promotes."}
        if self.passed or (self.override and not self.own_override):
            return {"promote": True, "roll_back": False, "why_not": None}
        why = own if self.override else refused
        return {"promote": False, "roll_back": False, "why_not": why}

    def _changes(self) -> list[Answer]:
        first = {
            "at": AT, "kind": "shipped", "version": {"id": "v-champion", "name": "scorer-v2"},
            "replaced": None, "by": None, "reason": "",
        }  # fmt: skip
        ours = {"id": f"v-{RUN}", "name": "crowd-b"}
        new = {"version": ours, "replaced": first["version"], "by": "ann@example.org"}
        return [first | new | {"kind": "promoted"}, first] if self.promoted else [first]


def _picture(route: Route) -> None:
    number = MEDIA.search(urlparse(route.request.url).path)
    assert number
    route.fulfill(body=picture(int(number[1])), content_type="image/jpeg")


def _sheet(route: Route) -> None:
    number = SHEET.search(urlparse(route.request.url).path)
    assert number
    route.fulfill(body=sheet(int(number[1])), content_type="image/jpeg")


def _version(identity: str, name: str, **known: Any) -> Answer:
    usual = {
        "id": identity, "kind": "scorer", "name": name, "digest": DIGEST, "state": "registered",
        "aliases": [], "builtin": "", "created_at": AT, "run": None, "override": None,
        "can": {"promote": False, "roll_back": False, "why_not": None}, "served_by": [],
    }  # fmt: skip
    return usual | known


def _curve(length: int) -> list[Answer]:
    dice = random.Random(length)
    return [
        {
            "phase": "head", "epoch": i + 1, "epochs": 5, "loss": 0.19 - 0.02 * i,
            "srcc": 0.41 + 0.05 * i + dice.gauss(0, 0.01), "emd_r2": 0.17 - 0.008 * i,
            "coverage": 0.7 + 0.03 * i, "images_per_s": 31.5, "watched": 4,
        }
        for i in range(length)
    ]  # fmt: skip


def recipes() -> list[Answer]:
    """Three that fit, one that does not."""
    return [
        {
            "recipe": "refine", "title": "Move the current model", "fits": True, "why_not": None,
            "text": "The champion, moved by the new votes where it erred.", "estimate_s": 20,
            "words": "About 20 s, from 2 earlier runs.",
        },
        {
            "recipe": "head", "title": "A fresh head", "fits": True, "why_not": None,
            "text": "Forgets what other crowds said; sees as the champion sees.",
            "estimate_s": 40, "words": "About 40 s, from 3 earlier runs.",
        },
        {
            "recipe": "scratch", "title": "Train from nothing", "fits": False, "estimate_s": None,
            "text": "The whole network, from random weights.", "words": "",
            "why_not": "42 pictures are far too few for this; a few thousand are needed.",
        },
        offer(),
    ]  # fmt: skip
