"""The real launcher with small processes in place of the product's, in its own process.

    python -m tests.webapp.embedded.small_launcher HOME PORT [--engines]

`web` answers every address; `stubborn` ignores requests to end and has a child that left its
session and group, as a worker's sandboxed decoder does.
"""

import sys
from pathlib import Path

from webapp.embedded.errors import LauncherError
from webapp.embedded.launcher import Options, Stopped, run
from webapp.embedded.processes import Process

CHILD = "import time; time.sleep(600)"
STUBBORN = f"""
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", {CHILD!r}], start_new_session=True)
print("stubborn is up", flush=True)
time.sleep(600)
"""


def table(port: int) -> tuple[Process, ...]:
    web = ("python", "-m", "http.server", str(port), "--bind", "127.0.0.1")
    return (
        Process("web", web),
        Process("stubborn", ("python", "-c", STUBBORN), stop_within_s=0.5, after_first_page=True),
    )


def main() -> int:
    port = int(sys.argv[2])
    own = "--engines" in sys.argv
    options = Options(
        home=Path(sys.argv[1]),
        host="127.0.0.1",
        port=port,
        live_port=port + 1,
        database_url="" if own else "postgres://elsewhere/db",
        redis_url="" if own else "redis://elsewhere/0",
    )
    try:
        run(options, table=table(port))
    except Stopped:
        return 0
    except LauncherError as error:
        print(error, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
