"""The pages name the numbers of pictures that the product asks for."""

import re
from pathlib import Path

from webapp.training.specs import ABOUT_FROZEN, ABOUT_PROVEN

WORDS = Path(__file__).parents[2] / "static/src/training/enough.ts"


def test_pages_and_checks_count_the_same_pictures() -> None:
    told = dict(re.findall(r"export const (ABOUT_\w+) = (\d+);", WORDS.read_text()))
    assert told == {"ABOUT_FROZEN": str(ABOUT_FROZEN), "ABOUT_PROVEN": str(ABOUT_PROVEN)}
