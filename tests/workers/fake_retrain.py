"""Stands for `python -m ml.cli retrain FOLDER`: speaks as it does, learns nothing.

What it does is the recipe's seed (see ACTS); challengers lie ready in RUNS_DIR/made.
"""

import json
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ml.contracts.retrain import Mistake, Said, SaidKind, read_request

EPOCHS = 4


def say(kind: SaidKind, **fields: object) -> None:
    sys.stdout.write(Said(kind, **fields).line())  # type: ignore[arg-type]
    sys.stdout.flush()


def epochs(folder: Path, *, until: int = EPOCHS) -> None:
    """From the last checkpoint on."""
    last = folder / "last.safetensors"
    done = int(last.read_text()) if last.exists() else 0
    for epoch in range(done + 1, until + 1):
        say(SaidKind.STEP, text="Learning", done=epoch, total=EPOCHS, eta_s=1.5)
        curve = {"loss": 1 / epoch, "srcc": 0.5, "watched": 3}
        say(SaidKind.EPOCH, phase="head", done=epoch, total=EPOCHS, **curve)
        last.write_text(str(epoch))


def finish(folder: Path, *, passed: bool = True) -> None:
    epochs(folder)
    sys.stdout.write("a line\0 of a library\n")
    pictures = sorted(folder.joinpath("pictures").glob("*.webp"))
    mistakes = tuple(Mistake(each.stem, 4.0, 7.0) for each in pictures[:2])
    say(SaidKind.MISTAKES, mistakes=mistakes)
    made = folder.parent / "made"
    for name in ("challenger.safetensors", "challenger.json", "report.json"):
        shutil.copyfile(made / name, folder / name)
    report = json.loads((made / "report.json").read_text())
    report["verdict"]["passed"] = passed
    (folder / "report.json").write_text(json.dumps(report))
    (folder / "artefacts").mkdir(exist_ok=True)
    (folder / "artefacts" / "history.csv").write_text("epoch,loss\n1,1.0\n")
    shutil.copyfile(folder / "request.json", folder / "artefacts" / "request.json")
    (folder / "artefacts" / "notes.exe").write_text("not of a known kind")


def refuse(folder: Path) -> None:
    epochs(folder, until=1)
    say(SaidKind.REFUSED, code="not_finite", text="The loss became NaN.")
    sys.exit(3)


def die(folder: Path) -> None:
    """At every second epoch."""
    last = folder / "last.safetensors"
    done = int(last.read_text()) if last.exists() else 0
    if done + 2 < EPOCHS:
        epochs(folder, until=done + 2)
        sys.stderr.write("Killed by the test\n")
        sys.stderr.flush()
        signal.raise_signal(signal.SIGKILL)
    finish(folder)


def wait(folder: Path) -> None:
    """Until it is told to stop; a second time it goes on."""
    waited = folder / "waited"
    if waited.exists():
        finish(folder)
        return
    waited.touch()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(4))
    epochs(folder, until=2)
    while True:
        time.sleep(0.05)


def break_off(folder: Path) -> None:
    raise RuntimeError("something of ours")


def lie(folder: Path) -> None:
    """Says that it is done, with weights that are not the card's."""
    finish(folder)
    (folder / "challenger.safetensors").write_bytes(b"other")


def generate(folder: Path) -> None:
    """Grids, one of which is not there, and a generator."""
    (folder / "grids").mkdir()
    for updates in range(10, 310, 10):
        grid = folder / "grids" / f"{updates:06d}.jpg"
        grid.write_bytes(f"samples after {updates}".encode())
        say(SaidKind.EPOCH, phase="duel", done=updates, total=300, discriminator=1.5, kid=0.25)
        name = f"grids/{grid.name}"
        say(SaidKind.SAMPLES, text=name, done=updates, rows=("Sea",), columns=(3.0, 7.5))
    say(SaidKind.SAMPLES, text="../request.json", done=999)
    finish(folder)


ACTS: dict[int, Callable[[Path], None]] = {
    1: finish, 2: refuse, 3: die, 4: wait, 5: break_off, 6: lie, 7: generate,
}  # fmt: skip

if __name__ == "__main__":
    where = Path(sys.argv[1])
    ACTS[read_request(where / "request.json").seed](where)
