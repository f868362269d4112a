"""What a run about a generator leaves behind for people.

===================  ============================================================================
request.json         what was asked for
architecture.txt     the network as PyTorch prints it, and how many numbers it has
history.csv          one line for each point of the curves
loss.svg, kid.svg    the same as plots
predictions.csv      each sample: the mean asked for, what the judge says of both generators'
dial.jpg             a row for each category, the dial from low to high with one latent
categories.jpg       samples of each category
nearest.jpg          samples that come closest to a learned picture, with that picture below
===================  ============================================================================
"""

from collections.abc import Mapping, Sequence

from ml.contracts.files import replace_file
from ml.contracts.retrain import RunRequest, write_request
from ml.contracts.verdict import RunReport
from ml.models.pfagan.generator import Generator
from ml.plots.generation import duel_losses, kid_by_updates
from ml.training.challenger.artefacts import architecture_text, history_text, predictions_text
from ml.training.challenger.folder import RunFolder
from ml.training.challenger.telling import Point


def write_generator_artefacts(
    folder: RunFolder,
    request: RunRequest,
    network: Generator,
    points: Sequence[Point],
    sheets: Mapping[str, bytes],
    report: RunReport,
) -> None:
    """Write all of them. ``sheets``: JPEG files by what they show."""
    write_request(folder.artefacts / "request.json", request)
    updates = [point.epoch for point in points]
    texts = {
        "architecture.txt": architecture_text(network),
        "history.csv": history_text(points),
        "loss.svg": duel_losses(
            updates, [point.loss for point in points], [point.discriminator for point in points]
        ),
        "kid.svg": kid_by_updates(updates, [point.kid for point in points]),
        "predictions.csv": predictions_text(report),
    }
    files = {name: text.encode() for name, text in texts.items()}
    files |= {f"{what}.jpg": content for what, content in sheets.items()}
    for name, content in files.items():
        replace_file(folder.artefacts / name, content)
