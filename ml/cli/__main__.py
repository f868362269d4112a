"""Explore, train, evaluate and use scorers from the command line: ``python -m ml.cli``."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

import torch

from ml.cli.options import at_least, tell
from ml.cli.refusals import REFUSALS

# By name: some take seconds to import, which another command should not wait for.
COMMANDS = (
    "ablate",
    "attributes",
    "benchmark",
    "coach",
    "cropper",
    "cropping",
    "crowd",
    "evaluate",
    "explore",
    "fairness",
    "faithfulness",
    "fit",
    "fits",
    "learned",
    "measured",
    "pfagan",
    "predict",
    "published",
    "recognise",
    "retrain",
    "retraining",
    "search",
    "style",
    "taste",
    "train",
    "trainer",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse and run one command. Returns the exit status; 2 for what the caller must mend."""
    parser = argparse.ArgumentParser(prog="python -m ml.cli", description=__doc__)
    parser.add_argument("--threads", type=at_least(1), default=2, help="CPU threads to use")
    commands = parser.add_subparsers(dest="command", required=True)
    given = sys.argv[1:] if arguments is None else arguments
    for name in [name for name in COMMANDS if name in given] or COMMANDS:
        import_module(f"ml.cli.{name}").add(commands)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    try:
        status: int = options.run(options)
    except REFUSALS as error:
        tell(f"{type(error).__name__}: {error}")
        return 2
    return status


if __name__ == "__main__":
    sys.exit(main())
