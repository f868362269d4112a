"""Options of the commands that measure: where their sections and plots go, and writing them."""

import argparse
from collections.abc import Iterable
from pathlib import Path

from ml.cli.options import write
from ml.contracts.files import replace_file
from ml.evaluation.marked_section import Section, put_into


def add_page(parser: argparse.ArgumentParser) -> None:
    """``--into`` a page and ``--plots`` into a folder below that of the page."""
    parser.add_argument("--into", type=Path, help="Markdown file whose marked section to replace")
    parser.add_argument("--plots", type=Path, help="folder for the plots, below that of --into")


def beside(options: argparse.Namespace) -> str:
    """The folder of the plots as the page names it; none where there is no such folder."""
    if options.plots is None or options.into is None:
        return ""
    plots, page = Path(options.plots).resolve(), Path(options.into).resolve()
    return plots.relative_to(page.parent).as_posix()


def write_sections(options: argparse.Namespace, sections: Iterable[Section]) -> None:
    """Print each as soon as it is there, or write it where told. Raises NoMarksError."""
    for section in sections:
        if options.plots is not None:
            for name, svg in section.plots.items():
                replace_file(options.plots / f"{name}.svg", svg.encode())
        if options.into is None:
            write(section.text)
        else:
            text = options.into.read_text(encoding="utf-8")
            replace_file(options.into, put_into(text, section.text).encode())
