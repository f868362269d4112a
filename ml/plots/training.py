"""Plots of a training history: the loss and the validation figures, with the phases marked."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from ml.plots.figure import MODEL, PEOPLE, QUIET, new_figure, to_svg


def loss_curve(phases: Sequence[str], losses: Sequence[float], emds: Sequence[float | None]) -> str:
    """Training loss and validation EMD (r = 2) an epoch as SVG. One entry an epoch each."""
    figure, axes = new_figure()
    epochs = range(1, len(losses) + 1)
    axes.plot(epochs, losses, color=MODEL, marker="o", markersize=3, label="training loss")
    judged = [(epoch, emd) for epoch, emd in zip(epochs, emds, strict=True) if emd is not None]
    if judged:
        axes.plot(*zip(*judged, strict=True), color=PEOPLE, label="validation EMD, r = 2")
    axes.set_title("Loss")
    _finish(axes, phases)
    return to_svg(figure)


def srcc_curve(phases: Sequence[str], srccs: Sequence[float | None]) -> str:
    """Rank correlation of the validation means an epoch, as SVG."""
    figure, axes = new_figure()
    judged = [(epoch, value) for epoch, value in enumerate(srccs, 1) if value is not None]
    if judged:
        axes.plot(*zip(*judged, strict=True), color=MODEL, marker="o", markersize=3)
    axes.set_title("SRCC of the validation pictures")
    _finish(axes, phases)
    return to_svg(figure)


def _finish(axes: Axes, phases: Sequence[str]) -> None:
    """Draw a line before each new phase and name it."""
    axes.set_xlabel("epoch")
    axes.set_xlim(0.5, len(phases) + 0.5)
    for epoch, phase in enumerate(phases, 1):
        if epoch == 1 or phases[epoch - 2] != phase:
            axes.axvline(epoch - 0.5, color=QUIET, linewidth=0.8, linestyle=":")
            axes.annotate(
                phase,
                (epoch - 0.45, 1.0),
                xycoords=("data", "axes fraction"),
                color=QUIET,
                va="top",
            )
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper right")
