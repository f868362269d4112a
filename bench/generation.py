"""Samples per second as they are served, beside the bare forward pass in the same run.

`python -m bench.generation`; the bare pass makes one picture at a time as serving does, then all
at once, both from latents and conditions that are ready on the device.
"""

import argparse
from collections.abc import Sequence

import torch

from bench.scoring import fastest
from ml.contracts.builtin import BUILTIN_GENERATOR
from ml.contracts.generation import histogram_of_dial
from ml.inference.frozen import run_frozen
from ml.inference.generation import LoadedGenerator, load_generator
from ml.models.pfagan.conditioning import Condition

SAMPLES = 64


def speed(generator: LoadedGenerator, device: torch.device) -> None:
    card, network = generator.card, generator.network
    histogram = histogram_of_dial((card.dial.low + card.dial.high) / 2, card.dial.sd)
    latents = torch.randn(SAMPLES, network.latent).to(device)
    asked = Condition(torch.zeros(SAMPLES).long(), torch.tensor([histogram] * SAMPLES)).to(device)
    each = [asked.of(torch.tensor([number], device=device)) for number in range(SAMPLES)]

    def bare() -> None:
        for number in range(SAMPLES):
            condition = each[number]
            run_frozen(lambda batch, of=condition: network(batch, of), latents[number][None])  # type: ignore[misc]

    def at_once() -> None:
        run_frozen(lambda batch: network(batch, asked), latents)

    def served() -> None:
        key = card.categories[0].key
        for _ in generator.samples(category=key, histogram=histogram, seed=1, count=SAMPLES):
            pass

    alone, whole, streamed = fastest([bare, at_once, served])
    print(f"\n{device.type}, {card.size} pixels, {torch.get_num_threads()} threads")
    print(f"  served one by one   {SAMPLES / streamed:8.1f}/s")
    print(f"  bare, one by one    {SAMPLES / alone:8.1f}/s   ratio {alone / streamed:.2f}")
    print(f"  bare, {SAMPLES} at once    {SAMPLES / whole:8.1f}/s   ratio {whole / streamed:.2f}")


def main(arguments: Sequence[str] | None = None) -> None:
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    kinds = ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]
    for device in map(torch.device, kinds):
        loaded = load_generator(BUILTIN_GENERATOR.weights, BUILTIN_GENERATOR.card, device=device)
        speed(loaded, device)


if __name__ == "__main__":
    main()
