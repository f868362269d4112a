"""Pictures per second of the served scorer beside torch eager, single precision, one at a time.

`python -m bench.scoring [--data KIND=PATH]...`; with folders, also how well the
scorer agrees with people on held-out pictures, by torch and by the engine that serves.
"""

import argparse
import io
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from PIL import Image

from bench.pictures import WEB, jpeg
from ml.contracts.builtin import BUILTIN_SCORER
from ml.contracts.config import TrainConfig
from ml.contracts.engine import Engine
from ml.data.readers import read_panel
from ml.data.samples import Panel
from ml.data.spec import parse_spec
from ml.data.transforms import to_pixels, to_squares
from ml.evaluation.metrics import srcc
from ml.evaluation.run import answers, ask
from ml.inference.frozen import frozen, run_frozen
from ml.inference.scoring import LoadedScorer, OnePanel, load_scorer, open_scorer

PICTURES = 32
ROUNDS = 6


def fastest(works: Sequence[Callable[[], object]]) -> list[float]:
    """Seconds of each work, best of rounds taken in turn, so that a busy moment hits all alike."""
    best = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for index, work in enumerate(works):
            began = time.perf_counter()
            work()
            best[index] = min(best[index], time.perf_counter() - began)
    return best


def eager_network(device: torch.device) -> OnePanel:
    """The baseline: the shipped network as torch runs it, in torch's own memory layout."""
    network, card = open_scorer(BUILTIN_SCORER.weights, BUILTIN_SCORER.card)
    return frozen(OnePanel(network, card.panel), device=device).to(  # type: ignore[call-overload]
        memory_format=torch.contiguous_format
    )


def speed(scorer: LoadedScorer, device: torch.device) -> None:
    images = [Image.open(io.BytesIO(jpeg(WEB, seed))).convert("RGB") for seed in range(PICTURES)]
    eager, side = eager_network(device), scorer.input_side
    squares = to_squares(images, side=side)

    def eagerly(pixels: Iterator[torch.Tensor]) -> None:
        for one in pixels:
            run_frozen(eager, one.contiguous().to(device))

    def served() -> None:
        step = scorer.runtime.micro_batch
        scorer.runtime.run(squares[at : at + step] for at in range(0, PICTURES, step))

    ready = [to_pixels([image], side=side).contiguous() for image in images]
    alone, network, whole, batch = fastest(
        [
            lambda: eagerly(iter(ready)),
            served,
            lambda: eagerly(to_pixels([image], side=side) for image in images),
            lambda: scorer.predict_batch(images),
        ]
    )
    at_once = f"{scorer.runtime.micro_batch} at once"
    print(f"\n{device.type}, {scorer.engine}, {at_once}, {torch.get_num_threads()} threads")
    for what, before, after in (("network", alone, network), ("pictures", whole, batch)):
        rates = f"{PICTURES / before:8.1f}/s eager {PICTURES / after:8.1f}/s served"
        print(f"  {what:9}{rates}   ratio {before / after:.2f}")


def agreement(scorer: LoadedScorer, panels: Sequence[Panel], device: torch.device) -> None:
    plain = load_scorer(BUILTIN_SCORER.weights, BUILTIN_SCORER.card, device=device)
    config = TrainConfig()
    for panel in panels:
        question = ask(panel, config)
        people = np.array([picture.mean for picture in question.pictures])
        means = [
            np.array([answer.mean for answer in answers(each, question.pictures)])
            for each in (plain, scorer)
        ]
        before, after = (srcc(values, people) for values in means)
        gap = float(np.abs(means[0] - means[1]).max())
        print(
            f"  {panel.name}: SRCC {before:.4f} by torch, {after:.4f} by {scorer.engine}, "
            f"{len(people)} pictures; means differ by {gap:.4f} at most"
        )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", action="append", default=[], metavar="KIND=PATH")
    parser.add_argument("--engine", type=Engine, choices=list(Engine), default=Engine.AUTO)
    options = parser.parse_args(arguments)
    panels = [read_panel(parse_spec(text)) for text in options.data]
    kinds = ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]
    for device in map(torch.device, kinds):
        began = time.process_time()
        scorer = load_scorer(
            BUILTIN_SCORER.weights, BUILTIN_SCORER.card, device=device, engine=options.engine
        )
        spent = time.process_time() - began
        speed(scorer, device)
        print(f"  loading with its self-test took {spent:.1f} s of processor time")
        agreement(scorer, panels, device)


if __name__ == "__main__":
    main()
