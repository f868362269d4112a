"""Train, evaluate and use a scorer from the command line: ``python -m ml.cli``."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch
from PIL import Image

from ml.contracts.builtin import BUILTIN_SCORER
from ml.contracts.config import TrainConfig
from ml.data.readers import read_oasis, read_sophoappeal
from ml.data.samples import Panel
from ml.evaluation.run import evaluate
from ml.inference.scoring import load_scorer
from ml.training.loop import Callbacks, Progress
from ml.training.run import Destination, train_and_ship


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse and run one command. Returns the exit status."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    commands = {"train": _train, "evaluate": _evaluate, "predict": _predict}
    return commands[options.command](options)


def _train(options: argparse.Namespace) -> int:
    callbacks = Callbacks(on_progress=_say, should_stop=lambda: False)
    paths = train_and_ship(
        replace(TrainConfig(), seed=options.seed),
        _panels(options),
        destination=Destination(
            folder=options.out,
            version=options.version,
            created_at=time.strftime("%Y-%m-%d", time.gmtime()),
        ),
        cache=options.cache,
        callbacks=callbacks,
    )
    _write("\n".join(str(path) for path in paths))
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    scorer = load_scorer(options.weights, options.card, device=options.device)
    config = TrainConfig()
    for panel in _panels(options):
        result = evaluate(scorer, panel, split_seed=config.split_seed, test_share=config.test_share)
        _write(json.dumps({"panel": panel.name, **asdict(result)}, indent=2))
    return 0


def _predict(options: argparse.Namespace) -> int:
    scorer = load_scorer(options.weights, options.card, device=options.device)
    for path in options.files:
        with Image.open(path) as picture:
            result = scorer.predict_batch([picture])[0]
        _write(json.dumps({"file": str(path), "model": scorer.version, **asdict(result)}))
    return 0


def _panels(options: argparse.Namespace) -> list[Panel]:
    return [read_oasis(options.oasis), read_sophoappeal(options.sophoappeal)]


def _say(progress: Progress) -> None:
    sys.stderr.write(f"{progress.step}: {progress.done} of {progress.total}\n")


def _write(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ml.cli", description=__doc__)
    parser.add_argument("--threads", type=int, default=2, help="CPU threads to use")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="fit a scorer and write weights and card")
    _add_data(train)
    train.add_argument("--out", type=Path, required=True, help="folder for weights and card")
    train.add_argument("--version", default=BUILTIN_SCORER.name, help="name of the new version")
    train.add_argument("--cache", type=Path, help="folder that keeps features between runs")
    train.add_argument("--seed", type=int, default=TrainConfig().seed)
    measure = commands.add_parser("evaluate", help="measure a scorer on its held-out pictures")
    _add_data(measure)
    _add_model(measure)
    predict = commands.add_parser("predict", help="judge pictures, one line of JSON each")
    predict.add_argument("files", nargs="+", type=Path)
    _add_model(predict)
    return parser


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--oasis", type=Path, required=True, help="folder with ratings.csv")
    parser.add_argument("--sophoappeal", type=Path, required=True, help="folder with labels.csv")


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--weights", type=Path, default=BUILTIN_SCORER.weights)
    parser.add_argument("--card", type=Path, default=BUILTIN_SCORER.card)
    parser.add_argument("--device", default="cpu")


if __name__ == "__main__":
    sys.exit(main())
