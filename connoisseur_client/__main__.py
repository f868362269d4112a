"""`python -m connoisseur_client FOLDER --url URL --token TOKEN`: score a folder of pictures."""

import argparse
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from tqdm import tqdm

from connoisseur_client.reports import write_csv, write_sidecar
from connoisseur_client.server import Judgement, Server

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".heic", ".heif"}


def main(arguments: list[str] | None = None) -> int:
    """Score, write the reports. Returns 0 when every picture got its score, else 1."""
    asked = _parser().parse_args(arguments)
    root = Path(asked.folder)
    pictures = sorted(p for p in root.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    if not pictures:
        sys.exit(f"No picture in {root} (looked for {', '.join(sorted(SUFFIXES))}).")
    if not asked.token:
        sys.exit("No token: pass --token or set CONNOISSEUR_TOKEN. Make one on the account page.")
    try:
        with Server(asked.url, asked.token) as server:
            judgements = list(
                tqdm(_score(server, pictures, asked), total=len(pictures), unit="pic")
            )
    except httpx.HTTPError as error:
        sys.exit(f"The server at {asked.url} did not do it: {error}")
    return _report(root, judgements, asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m connoisseur_client", description=__doc__)
    parser.add_argument("folder")
    here = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
    parser.add_argument("--url", default=os.environ.get("CONNOISSEUR_URL", here), help=here)
    parser.add_argument("--token", default=os.environ.get("CONNOISSEUR_TOKEN", ""))
    parser.add_argument("--medium", choices=("photo", "painting"), default="photo")
    parser.add_argument("--csv", default="", help="default: FOLDER/connoisseur.csv")
    parser.add_argument("--no-xmp", action="store_true", help="write no sidecars")
    parser.add_argument("--overwrite", action="store_true", help="replace sidecars that exist")
    parser.add_argument("--patience", type=float, default=300, help="seconds to wait per picture")
    return parser


def _score(server: Server, pictures: list[Path], asked: argparse.Namespace) -> Iterator[Judgement]:
    """Upload a few at a time, so that the server always has work, and yield as they settle."""

    def one(path: Path) -> Judgement:
        sent = server.upload(path, medium=asked.medium)
        if isinstance(sent, Judgement):
            return sent
        return server.judgement(sent, path, patience_s=asked.patience)

    with ThreadPoolExecutor(max_workers=4) as pool:
        yield from pool.map(one, pictures)


def _report(root: Path, judgements: list[Judgement], asked: argparse.Namespace) -> int:
    target = Path(asked.csv) if asked.csv else root / "connoisseur.csv"
    write_csv(target, judgements, root=root)
    sidecars = 0
    if not asked.no_xmp:
        sidecars = sum(write_sidecar(each, overwrite=asked.overwrite) for each in judgements)
    without = [each for each in judgements if each.mean is None]
    done = len(judgements) - len(without)
    sys.stdout.write(f"{done} of {len(judgements)} scored: {target}, {sidecars} sidecars.\n")
    for each in without:
        sys.stdout.write(f"  {each.path.relative_to(root)}: {each.state} {each.reason}\n")
    return 1 if without else 0


if __name__ == "__main__":
    sys.exit(main())
