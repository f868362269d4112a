"""``fairness``: whom crops keep, by place and by tone of skin, and how well marks are found."""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ml.cli.options import at_least, tell, write
from ml.contracts.builtin import BUILTIN_CROPPER
from ml.contracts.files import replace_file
from ml.evaluation.fairness import Case, judged
from ml.evaluation.fairness_page import Study, preferences, section
from ml.evaluation.fairness_scenes import DrawnScene, paired, placed, toned
from ml.evaluation.marked_section import put_into
from ml.evaluation.marking import face_figures, writing_figures
from ml.inference.cropping import LoadedCropper, load_cropper
from ml.plots.fairness import preferences as preferences_figure


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Declare the command."""
    parser = commands.add_parser("fairness", help=__doc__)
    parser.add_argument("--weights", type=Path, default=BUILTIN_CROPPER.weights)
    parser.add_argument("--card", type=Path, default=BUILTIN_CROPPER.card)
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--turns", type=at_least(1), default=1, help="of all scenes, each drawn anew"
    )
    parser.add_argument("--photos", type=Path, help="the OASIS folder, for the faces found on it")
    parser.add_argument("--paintings", type=Path, help="the labelled paintings, for their writing")
    parser.add_argument("--into", type=Path, help="Markdown file whose marked section to replace")
    parser.add_argument("--figure", type=Path, help="SVG file of the paired heads to write")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the tables, or put them between the marks of a file."""
    cropper = load_cropper(
        options.weights, options.card, device=options.device, threads=options.threads
    )
    study = _studied(options, cropper)
    if options.figure is not None:
        replace_file(options.figure, preferences_figure(preferences(study.paired)).encode())
    written = section(study)
    if options.into is None:
        write(written)
    else:
        text = options.into.read_text(encoding="utf-8")
        replace_file(options.into, put_into(text, written).encode())
    return 0


def _studied(options: argparse.Namespace, cropper: LoadedCropper) -> Study:
    def cases(draw: Callable[[int], Iterator[DrawnScene]]) -> list[Case]:
        scenes = [scene for turn in range(1, options.turns + 1) for scene in draw(turn)]
        tell(f"looking at {len(scenes)} scenes")
        return list(judged(scenes, cropper.field))

    photos, paintings = options.photos, options.paintings
    return Study(
        placed=cases(placed),
        toned=cases(toned),
        paired=cases(paired),
        model=f"{cropper.version}, {cropper.digest[:12]}",
        faces=face_figures(photos, cropper.finder) if photos else None,
        writing=writing_figures(paintings, cropper.finder) if paintings else None,
    )
