"""The server as the client sees it: upload a picture, wait for its judgement."""

import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import httpx

SETTLED = ("ready", "failed")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the server said of one file. `mean` is None when it was refused or not judged."""

    path: Path
    state: str
    mean: float | None = None
    sd: float | None = None
    interval: tuple[float, float] | None = None
    distribution: tuple[float, ...] = ()
    reference_percentile: float | None = None
    model: str = ""
    reason: str = ""


class Server:
    """One server and one token."""

    def __init__(self, url: str, token: str, *, transport: httpx.BaseTransport | None = None):
        self._http = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/v1",
            headers={"authorization": f"Bearer {token}"},
            timeout=120,
            transport=transport,
        )

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._http.close()

    def upload(self, path: Path, *, medium: str) -> str | Judgement:
        """The artwork's id, or a Judgement that says why the file was refused.

        Raises httpx.HTTPError when the server cannot be reached or the token is not good.
        """
        with path.open("rb") as file:
            answer = self._http.post(
                "/artworks", files={"file": (path.name, file)}, data={"medium": medium}
            )
        if answer.status_code in (401, 403):
            answer.raise_for_status()
        if "json" not in answer.headers.get("content-type", ""):
            return Judgement(path, "failed", reason=f"the server answered {answer.status_code}")
        body = answer.json()
        if answer.is_error:
            return Judgement(path, "refused", reason=f"{body['code']}: {body['detail']}")
        return str(body["id"])

    def judgement(self, artwork: str, path: Path, *, patience_s: float) -> Judgement:
        """Wait for the artwork to settle. After `patience_s` its state is still "judging"."""
        deadline = time.monotonic() + patience_s
        pause = 0.1
        while True:
            answer = self._http.get(f"/artworks/{artwork}")
            answer.raise_for_status()
            body = answer.json()
            if body["state"] in SETTLED or time.monotonic() > deadline:
                return _read(path, body)
            time.sleep(pause)
            pause = min(pause * 1.5, 2)


def _read(path: Path, body: dict[str, object]) -> Judgement:
    score = body["score"]
    if not isinstance(score, dict):
        return Judgement(path, str(body["state"]), reason=str(body["error_code"]))
    low, high = score["interval"]
    return Judgement(
        path=path,
        state=str(body["state"]),
        mean=score["mean"],
        sd=score["sd"],
        interval=(low, high),
        distribution=tuple(score["distribution"]),
        reference_percentile=score.get("reference_percentile"),
        model=score["model"],
    )
