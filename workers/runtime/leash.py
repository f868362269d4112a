"""`python -m workers.runtime.leash PARENT SIGNAL COMMAND...`: run COMMAND, which ends with PARENT.

The kernel sends it SIGNAL when the worker that started it dies, however it dies. It goes after
the models that judge: its niceness rises.
"""

import ctypes
import os
import sys
from collections.abc import Sequence
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
NICER: Final = 5


def main(arguments: Sequence[str]) -> None:
    """Becomes the command; ends with 1 when the parent is gone already."""
    parent, number, *command = arguments
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit(1)
    os.nice(NICER)
    os.execvp(command[0], command)  # noqa: S606 - our own command, without a shell


if __name__ == "__main__":
    main(sys.argv[1:])
