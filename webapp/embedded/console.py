"""One log for all processes: a prefix for each, coloured on a terminal, copied to a file."""

import os
import sys
import threading
from pathlib import Path
from typing import IO

from webapp.embedded.home import open_log

COLOURS = (36, 33, 32, 35, 34, 96, 93, 92)
NAME_WIDTH = 10
LINE_MAX_BYTES = 32 * 1024


class Console:
    """Writes whole lines, safe from several threads. `log/connoisseur.log` gets them plain."""

    def __init__(self, home: Path) -> None:
        self._file = os.fdopen(open_log(home, "connoisseur"), "ab", buffering=0)
        self._coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self._lock = threading.Lock()
        self._colours: dict[str, int] = {}

    def say(self, name: str, text: str) -> None:
        """Write `text`, every line of it after the name."""
        with self._lock:
            colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
            for line in text.splitlines():
                prefix = f"{name:<{NAME_WIDTH}} |"
                self._file.write(f"{prefix} {line}\n".encode())
                if self._coloured:
                    prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
                _write_out(f"{prefix} {line}\n")

    def follow(self, name: str, stream: IO[bytes]) -> threading.Thread:
        """Copy a process' output, line by line, until it ends."""

        def copy() -> None:
            with stream:
                while line := stream.readline(LINE_MAX_BYTES):
                    self.say(name, line.decode(errors="replace"))

        thread = threading.Thread(target=copy, name=f"log of {name}", daemon=True)
        thread.start()
        return thread


def _write_out(text: str) -> None:
    """A terminal that went away must not take the launcher with it; the file has it all."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - lives as long as we do
