"""A run of the product on the votes of a made-up crowd: really trained and really judged."""

import time
from dataclasses import dataclass
from typing import Any

from tests.browser.crowd import Organiser

ENDED_S = 900
LOOK_S = 2


@dataclass(frozen=True)
class Trained:
    """Ids of what there is to look at."""

    snapshot: str
    run: str


def train_from(organiser: Organiser, campaign: str, recipe: str = "refine") -> Trained:
    """Freeze what a campaign's crowd said, and train from it to the verdict or the refusal."""
    spec: dict[str, object] = {
        "name": "The wall, first round",
        "campaigns": [campaign],
        "fewest_votes": 3,
    }
    spec["leave_out_doubted"] = False  # a made-up crowd answers faster than people look
    snapshot = organiser.send("POST", "snapshots", spec)["id"]
    _wait(organiser, f"snapshots/{snapshot}", {"frozen", "failed"})
    run = organiser.send("POST", "training-runs", {"snapshot": snapshot, "recipe": recipe})["id"]
    _wait(organiser, f"training-runs/{run}", {"done", "failed"})
    return Trained(snapshot, run)


def _wait(organiser: Organiser, path: str, states: set[str]) -> dict[str, Any]:
    deadline = time.monotonic() + ENDED_S
    while (found := organiser.send("GET", path))["state"] not in states:
        assert time.monotonic() < deadline, f"{path} does not end"
        time.sleep(LOOK_S)
    answer: dict[str, Any] = found
    return answer
