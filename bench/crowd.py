"""Votes per second that the product takes, how long one waits, and what a killed server loses.

20 raters send 50 votes a second for a minute; then again, with kill -9 of the web process half way.
"""

import argparse
import os
import signal
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Timer

from ml.cli.options import tell
from tests.flows.voters import Voter, together
from tests.product import Product, running

RATERS, PER_SECOND, PICTURES = 20, 50, 400
LOADING_S, IDLE = 120, 0.1  # the workers load their models first, which takes a core

_PLANT = """
from tests.people import bearer, person
from tests.webapp.crowd.hands import open_campaign, plain_pictures
organiser = person("organiser@example.org")
for _ in range({campaigns}):
    pictures = plain_pictures(organiser, {pictures}) if not _ else pictures
    print(open_campaign(organiser, pictures, access="open", gold_share=0.1, repeat_share=0.05).pk)
for nth in range({raters}):
    user = person(f"rater{{nth}}@example.org")
    print(bearer(user)["authorization"].split()[1])
"""
_STORED = """
from webapp.ratings.models import Fusion, Vote
votes = Vote.objects.filter(campaign="{campaign}")
print(votes.count(), votes.values("assignment").distinct().count())
fusion = Fusion.objects.filter(campaign="{campaign}").first()
print(fusion.votes if fusion else 0)
"""


def plant(product: Product) -> tuple[list[str], list[str]]:
    """Two campaigns of the same pictures without files; tokens of the raters."""
    script = _PLANT.format(campaigns=2, pictures=PICTURES, raters=RATERS)
    lines = product.manage("shell", "--no-imports", "-c", script).split()
    return lines[:2], lines[2:]


def stored(product: Product, campaign: str) -> tuple[int, int, int]:
    """Votes in the database, questions that they answer, and votes that were weighed."""
    script = _STORED.format(campaign=campaign)
    votes, questions, weighed = product.manage("shell", "--no-imports", "-c", script).split()
    return int(votes), int(questions), int(weighed)


def wait_for_idle() -> None:
    """Until the machine does next to nothing for three seconds, or LOADING_S have gone."""
    until = time.monotonic() + LOADING_S
    while time.monotonic() < until:
        busy, total = _ticks()
        time.sleep(3)
        busy_then, total_then = _ticks()
        if busy_then - busy < IDLE * (total_then - total):
            return


def _ticks() -> tuple[int, int]:
    """Of all cores: at work, and altogether (proc_stat(5))."""
    first = Path("/proc/stat").read_text().partition("\n")[0]
    ticks = [int(each) for each in first.split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)  # without idle and iowait


def kill_web(product: Product) -> None:
    """kill -9 of the web process and its children; the launcher starts it again."""
    port = product.url.rpartition(":")[2]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"wsgi" in words and port.encode() in words:
            os.kill(int(folder.name), signal.SIGKILL)


def rate(
    product: Product, campaign: str, tokens: Sequence[str], seconds: float
) -> tuple[list[Voter], float]:
    """All raters with the votes of so many seconds, and how many it took to give them."""
    voters = [Voter(product.url, key, campaign, seed=nth) for nth, key in enumerate(tokens)]
    for voter in voters:
        voter.join()
    return voters, together(voters, seconds, every=len(voters) / PER_SECOND)


def told(product: Product, campaign: str, voters: Sequence[Voter], seconds: float) -> str:
    """One line of figures; ``seconds``: that the votes took."""
    took = sorted(each for voter in voters for each in voter.took)
    asked = sorted(each for voter in voters for each in voter.asked)
    heard = [vote for voter in voters for vote in voter.heard.values()]
    votes, questions, weighed = stored(product, campaign)
    return (
        f"{len(heard) / seconds:.1f} votes/s from {len(voters)} raters; "
        f"a vote {_waits(took)}; asking for more {_waits(asked)}; "
        f"answered {len(heard)}, distinct {len(set(heard))}, stored {votes}, questions {questions},"
        f" weighed so far {weighed}; sent again {sum(voter.again for voter in voters)}"
    )


def _waits(took: Sequence[float]) -> str:
    """``took``: seconds, ascending."""
    late = took[int(0.95 * (len(took) - 1))]
    return f"p50 {1000 * statistics.median(took):.0f} ms, p95 {1000 * late:.0f} ms"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    seconds = parser.parse_args(arguments).seconds
    with running() as product:
        (calm, killed), tokens = plant(product)
        wait_for_idle()
        tell(f"undisturbed: {told(product, calm, *rate(product, calm, tokens, seconds))}")
        fault = Timer(seconds / 2, kill_web, [product])
        fault.start()
        tell(f"killed half way: {told(product, killed, *rate(product, killed, tokens, seconds))}")
        time.sleep(5)
        tell(f"weighed five seconds later: {stored(product, killed)[2]}")


if __name__ == "__main__":
    main()
