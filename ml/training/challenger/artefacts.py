"""What a run leaves behind for people: curves, plots, the network in words, every prediction.

===================  ============================================================================
request.json         what was asked for
architecture.txt     the network as PyTorch prints it, and how many numbers it has
history.csv          one line for each point of the curves
loss.svg, srcc.svg   the same as plots, phases marked
predictions.csv      each test picture: its votes, what champion and challenger say
===================  ============================================================================
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, fields

from torch import nn

from ml.contracts.files import replace_file
from ml.contracts.retrain import RunRequest, write_request
from ml.contracts.verdict import RunReport
from ml.plots.training import loss_curve, srcc_curve
from ml.training.challenger.folder import RunFolder
from ml.training.challenger.telling import Point


def write_artefacts(
    folder: RunFolder,
    request: RunRequest,
    network: nn.Module,
    points: Sequence[Point],
    report: RunReport,
) -> None:
    """Write all of them."""
    write_request(folder.artefacts / "request.json", request)
    phases = [point.phase for point in points]
    losses = [float("nan") if point.loss is None else point.loss for point in points]
    contents = {
        "architecture.txt": architecture_text(network),
        "history.csv": history_text(points),
        "loss.svg": loss_curve(phases, losses, [point.emd_r2 for point in points]),
        "srcc.svg": srcc_curve(phases, [point.srcc for point in points]),
        "predictions.csv": predictions_text(report),
    }
    for name, content in contents.items():
        replace_file(folder.artefacts / name, content.encode())


def architecture_text(network: nn.Module) -> str:
    """The network, and how many numbers it has."""
    tensors = {value.data_ptr(): value.numel() for value in network.state_dict().values()}
    return f"{network}\n\n{sum(tensors.values()):,} numbers\n"


def history_text(points: Sequence[Point]) -> str:
    """The curves as CSV, without columns that say nothing."""
    names = [
        field.name
        for field in fields(Point)
        if field.name != "eta_s" and any(getattr(point, field.name) is not None for point in points)
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(point) for point in points)
    return text.getvalue()


def predictions_text(report: RunReport) -> str:
    """Every point of the scatter plot as CSV."""
    text = io.StringIO()
    names = ["artwork", "voted", "champion", "challenger"]
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(point) for point in report.points)
    return text.getvalue()
