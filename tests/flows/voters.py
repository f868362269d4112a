"""Raters as programs: each votes on and on over HTTP and sends again whatever was not answered.

They go on through a server that is killed: an answer counts only when it was heard.
"""

import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

AHEAD, FEW = 10, 5  # the page asks for so many when it has no more than so few left
RETRY_S = 0.1
GIVE_UP_S = 60.0


@dataclass
class Voter:
    """One rater; `heard`: vote id by token, `took`, `asked`: seconds of each vote, each asking."""

    url: str
    token: str
    campaign: str
    seed: int = 0
    heard: dict[str, str] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)
    again: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        headers = {"authorization": f"Bearer {self.token}"}
        self._http = httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=20)
        self._waiting: list[dict[str, Any]] = []

    def join(self) -> None:
        """Become a rater."""
        self._send(f"/campaigns/{self.campaign}/join", {"consent": True})

    def vote(self) -> bool:
        """One vote, and more questions when few are left; False when there are none."""
        if not self._waiting:
            self._ask()
        if not self._waiting:
            return False
        token = self._waiting.pop(0)["token"]
        began = time.perf_counter()
        vote = {"token": token, "kind": "score", "value": self._random.randint(1, 10)}
        [result] = self._send("/ratings", {"votes": [vote]})["results"]
        self.took.append(time.perf_counter() - began)
        assert result["status"] == "counted", result
        self.heard[token] = result["vote"]
        if len(self._waiting) <= FEW:
            self._ask()
        return True

    def vote_on(self) -> None:
        """Until there is nothing left to ask."""
        self.join()
        while self.vote():
            pass

    def vote_until(self, end: float, *, every: float, begin: float = 0.0) -> None:
        """One vote each `every` seconds of the monotonic clock, no sooner, until `end`."""
        due = time.monotonic() + begin
        while due < end:
            time.sleep(max(0.0, due - time.monotonic()))
            if not self.vote():
                return
            due += every

    def _ask(self) -> None:
        began = time.perf_counter()
        asked = self._send("/assignments", {"campaign": self.campaign, "count": AHEAD})
        self.asked.append(time.perf_counter() - began)
        self._waiting = asked["assignments"]

    def _send(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Until it is answered."""
        until = time.monotonic() + GIVE_UP_S
        while True:
            try:
                answer = self._http.post(path, json=body)
                if answer.status_code < 500:
                    answer.raise_for_status()
                    found: dict[str, Any] = answer.json()
                    return found
            except httpx.TransportError:
                pass
            assert time.monotonic() < until, "the server did not come back"
            self.again += 1
            time.sleep(RETRY_S)


def together(voters: list[Voter], seconds: float, *, every: float) -> float:
    """All give the votes of so many seconds at their pace, evenly spread; how long it took.

    Longer than that when the server could not keep up. Raises what one of them raised.
    """
    started = time.monotonic()
    end = started + seconds
    failed: list[BaseException] = []

    def run(voter: Voter, begin: float) -> None:
        try:
            voter.vote_until(end, every=every, begin=begin)
        except BaseException as error:
            failed.append(error)

    threads = [
        threading.Thread(target=run, args=(voter, every * nth / len(voters)))
        for nth, voter in enumerate(voters)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return time.monotonic() - started
