"""Pictures per second from upload to score, as a ratio to bare decode + forward; and latency."""

import io
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
from PIL import Image

from bench.pictures import CAMERA, WEB, jpeg
from ml.contracts.builtin import BUILTIN_SCORER
from ml.inference.scoring import load_scorer
from tests.product import Product, running

BATCH = 8


@dataclass(frozen=True)
class Drop:
    """How one batch of pictures went: seconds from last byte to score, and pictures per second."""

    waits: tuple[float, ...]
    rate: float

    @property
    def p95(self) -> float:
        return sorted(self.waits)[max(0, round(0.95 * len(self.waits)) - 1)]


def bare_rate(pictures: list[bytes]) -> float:
    """Baseline: decode with `draft` and predict in one process, batches of eight, nothing else."""
    scorer = load_scorer(BUILTIN_SCORER.weights, BUILTIN_SCORER.card, device="cpu")
    scorer.predict_batch([_decode(pictures[0])] * BATCH)
    began = time.perf_counter()
    for start in range(0, len(pictures), BATCH):
        scorer.predict_batch([_decode(data) for data in pictures[start : start + BATCH]])
    return len(pictures) / (time.perf_counter() - began)


def _decode(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.draft("RGB", (1600, 1600))
    return image.convert("RGB")


def drop(product: Product, token: str, pictures: list[bytes], *, together: int) -> Drop:
    """Upload everything, `together` at once, and follow the event stream until all are scored."""
    sent: dict[str, float] = {}
    scored: dict[str, float] = {}
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{product.url}/api/v1", headers=headers, timeout=60) as http:
        after = http.get("/events").json()["last"]
        follower = threading.Thread(
            target=_follow, args=(http, after, len(pictures), sent, scored), daemon=True
        )
        began = time.perf_counter()
        follower.start()

        def upload(data: bytes) -> None:
            answer = http.post("/artworks", files={"file": ("bench.jpg", data)})
            answer.raise_for_status()
            sent[answer.json()["id"]] = time.perf_counter()

        with ThreadPoolExecutor(together) as pool:
            list(pool.map(upload, pictures))
        follower.join(timeout=300)
    assert len(scored) == len(pictures), f"{len(scored)} of {len(pictures)} scored"
    waits = tuple(max(0.0, scored[key] - sent[key]) for key in scored)
    return Drop(waits, len(pictures) / (max(scored.values()) - began))


def _follow(
    http: httpx.Client, after: int, count: int, sent: dict[str, float], scored: dict[str, float]
) -> None:
    while len(scored) < count:
        answer = http.get("/events", params={"after": after}).json()
        if answer["last"] > after:
            after = answer["last"]
            cards = http.get("/artworks", params={"limit": 200}).json()["results"]
            judged = {card["id"] for card in cards if card["score"] is not None}
            now = time.perf_counter()
            scored.update(dict.fromkeys(judged & set(sent) - set(scored), now))
        time.sleep(0.05)


def main() -> None:
    """Print one line per figure."""
    with running() as product:
        token = product.token()
        drop(product, token, [jpeg(WEB, seed) for seed in range(-8, 0)], together=1)
        for name, size, count in (("1200x800", WEB, 60), ("12 MP", CAMERA, 16)):
            pictures = [jpeg(size, seed) for seed in range(count)]
            bare = bare_rate(pictures)
            whole = drop(product, token, pictures, together=8)
            ratio = whole.rate / bare
            print(f"{name}: end to end {whole.rate:.1f} pictures/s, bare decode + forward "
                  f"{bare:.1f}/s, ratio {ratio:.2f}")  # fmt: skip
        singles = [
            drop(product, token, [jpeg(WEB, seed)], together=1).waits[0]
            for seed in range(1000, 1020)
        ]
        print(f"last byte to score, one picture: median {statistics.median(singles):.2f} s, "
              f"p95 {sorted(singles)[18]:.2f} s")  # fmt: skip
        thirty = drop(product, token, [jpeg(WEB, seed) for seed in range(2000, 2030)], together=30)
        print(f"last byte to score, 30 dropped together: median "
              f"{statistics.median(thirty.waits):.2f} s, p95 {thirty.p95:.2f} s")  # fmt: skip


if __name__ == "__main__":
    main()
