"""Contact sheets of before and after: pictures drawn at random, and the most doubtful ones."""

from collections.abc import Sequence
from io import BytesIO
from textwrap import wrap

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ml.coach.apply import apply
from ml.coach.words import words_of
from ml.contracts.edits import Edits
from ml.evaluation.coaching import Change, Outcome, Subject, picture_of

ROWS = 5
BOLDEST = 3
CELL = (340, 272)
LINE = 34
WRAP = 104
LARGEST_BYTES = 200_000
RANDOM_SHEET = "coach-random.webp"
FAILURE_SHEET = "coach-failures.webp"


def sheets(chosen: Sequence[Subject], done: Sequence[Outcome], *, seed: int) -> dict[str, bytes]:
    """WebP files by name, below 200 kB each. Each row: before, after, what was done."""
    pairs = list(zip(chosen, done, strict=True))
    return {
        RANDOM_SHEET: _sheet([pairs[at] for at in random_rows(done, seed=seed)]),
        FAILURE_SHEET: _sheet([pairs[at] for at in doubtful_rows(done)]),
    }


def random_rows(done: Sequence[Outcome], *, seed: int) -> list[int]:
    """Five positions drawn among those that got a proposal."""
    proposed = [at for at, one in enumerate(done) if one.whole]
    drawn = np.random.default_rng(seed).permutation(len(proposed))[:ROWS]
    return [proposed[at] for at in sorted(drawn)]


def doubtful_rows(done: Sequence[Outcome]) -> list[int]:
    """Five positions, the most doubtful of their kind.

    Three proposals whose promise the second scorer believes least, and the two optima that it
    thinks worst of, which were refused.
    """
    proposed = [at for at, one in enumerate(done) if one.whole]
    refused = [at for at, one in enumerate(done) if one.wanted and not one.whole]
    boldest = sorted(proposed, key=lambda at: -_overstated(done[at]))[:BOLDEST]
    worst = sorted(refused, key=lambda at: _wanted(done[at]).second_gain)
    return [*boldest, *worst[: ROWS - len(boldest)]]


def _overstated(one: Outcome) -> float:
    """By how much the promised gain exceeds what the second scorer sees."""
    return one.whole.gain - one.whole.second_gain if one.whole else 0.0


def _wanted(one: Outcome) -> Change:
    if one.wanted is None:
        raise ValueError(f"{one.key} has no optimum")
    return one.wanted


def _sheet(pairs: Sequence[tuple[Subject, Outcome]]) -> bytes:
    height = (CELL[1] + LINE) * len(pairs)
    sheet = Image.new("RGB", (2 * CELL[0] + 8, max(1, height)), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=11)
    for row, (subject, one) in enumerate(pairs):
        top = row * (CELL[1] + LINE)
        change = one.whole or _wanted(one)
        before = picture_of(subject)
        for column, picture in enumerate((before, apply(before, Edits.from_json(change.edits)))):
            picture.thumbnail(CELL, Image.Resampling.LANCZOS)
            sheet.paste(picture, (column * (CELL[0] + 8), top))
        draw.text((2, top + CELL[1] + 2), _caption(row, one, change), fill="black", font=font)
    return _packed(sheet)


def _caption(row: int, one: Outcome, change: Change) -> str:
    verdict = "" if one.whole else " REFUSED"
    figures = f"{one.before:.1f} {change.gain:+.2f}, second {change.second_gain:+.2f}{verdict}"
    words = words_of(Edits.from_json(change.edits))
    text = f"{row + 1}. {one.key.rsplit('.', 1)[0]}: {figures}. {words}"
    return "\n".join(wrap(text, WRAP, max_lines=2, placeholder=" …"))


def _packed(sheet: Image.Image) -> bytes:
    """The best quality that stays below the limit."""
    for quality in (80, 65, 50, 35, 20):
        buffer = BytesIO()
        sheet.save(buffer, "WEBP", quality=quality, method=6)
        if buffer.tell() < LARGEST_BYTES:
            break
    return buffer.getvalue()
