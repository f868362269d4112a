"""A run that makes a generator, with known content: samples that clear up, losses, a verdict."""

import random
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageFilter

from tests.browser.planted_verdict import about

ROWS = ("Sand, Water, Sky", "Fire", "Leaf, Tree, Plant", "People")
COLUMNS = (3.0, 3.6, 4.2, 4.8, 5.3, 5.9, 6.5, 7.1)
SIDE = 64
APART = 400  # updates between two sheets
LAST = 6000
Answer = dict[str, Any]


def offer() -> Answer:
    """The recipe."""
    return {
        "recipe": "generator", "title": "A picture generator (PFAGAN)", "fits": True,
        "why_not": None, "caveat": None,
        "text": "Learns to make pictures by category and by the mean that people should give. From"
        " some hundreds come colours and textures rather than things.",
        "patent": "Mixed-conditional batch normalisation is the subject of US patent 12,141,700."
        " Whoever runs this must see whether they may use it; a generator conditioned by FiLM does"
        " without it.",
        "estimate_s": 2100.0,
        "words": "As long as you let it, 30 minutes unless you say otherwise, and some more to"
        " judge.",
    }  # fmt: skip


def sheets(count: int) -> list[Answer]:
    """So many, the oldest first."""
    return [
        {
            "updates": APART * (nth + 1), "rows": list(ROWS), "columns": list(COLUMNS),
            "url": f"/training/media/planted/sheet-{nth + 1}.jpg",
        }
        for nth in range(count)
    ]  # fmt: skip


@cache
def sheet(nth: int) -> bytes:
    """Coloured clouds, blurred less the longer it learned."""
    dice = random.Random(7)
    whole = Image.new("RGB", (SIDE * len(COLUMNS), SIDE * len(ROWS)))
    for row in range(len(ROWS)):
        tone = [dice.randrange(60, 200) for _ in range(3)]
        small = [
            tuple(max(0, min(255, part + dice.randrange(-70, 70))) for part in tone)
            for _ in range(64)
        ]
        seed = Image.new("RGB", (8, 8))
        seed.putdata(small)
        for column in range(len(COLUMNS)):
            lit = seed.point(lambda value, gain=0.6 + 0.1 * column: min(255, int(value * gain)))
            cell = lit.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
            cell = cell.filter(ImageFilter.GaussianBlur(max(0.0, 14.0 - 2 * nth)))
            whole.paste(cell, (SIDE * column, SIDE * row))
    out = BytesIO()
    whole.save(out, "JPEG", quality=88)
    return out.getvalue()


def curve(count: int) -> list[Answer]:
    """Points of both losses and of KID."""
    dice = random.Random(3)
    return [
        {
            "phase": "duel", "epoch": APART * (nth + 1), "epochs": LAST,
            "loss": 0.4 + dice.gauss(0, 0.12), "discriminator": 1.5 + dice.gauss(0, 0.1),
            "kid": 0.09 + 0.3 / (nth + 1), "srcc": None, "emd_r2": None, "coverage": None,
            "images_per_s": 84.0,
        }
        for nth in range(count)
    ]  # fmt: skip


def verdict_of_samples(passed: bool) -> Answer:
    """What the gate wrote."""
    dice = random.Random(11)
    points = []
    for _ in range(240):
        asked = dice.choice(COLUMNS)
        points.append({
            "artwork": "", "picture": {"sha256": "", "src": None, "title": ""}, "voted": asked,
            "champion": 5.2 + 0.1 * (asked - 5.2) + dice.gauss(0, 0.4),
            "challenger": 5.2 + 0.3 * (asked - 5.2) + dice.gauss(0, 0.4),
        })  # fmt: skip
    return {
        "verdict": {
            "passed": passed, "reasons": _reasons(passed), "pictures": 240,
            "challenger": _figures(0.412), "champion": _figures(0.308), "constant": _figures(0.0),
            "gain": about(0.104, 0.07 if passed else 0.13), "emd_gain": None, "ceiling": None,
            "slices": [_slice(name, 0.12 - 0.05 * nth) for nth, name in enumerate(ROWS)],
        },
        "flips": [], "points": points, "trained_on": 871, "gone": 0, "learned_before": 0,
        "seconds": 1480.0,
    }  # fmt: skip


def _figures(srcc: float) -> Answer:
    return {
        "srcc": about(srcc, 0.1), "emd_r2": None, "mae": about(1.2 - srcc, 0.08),
        "coverage": None, "milliseconds": 9.0, "megabytes": 0.4,
    }  # fmt: skip


def _slice(name: str, gain: float) -> Answer:
    return {
        "key": name, "title": name, "pictures": 60, "srcc": about(gain, 0.14), "emd_r2": None,
        "vetoes": False,
    }  # fmt: skip


def _reasons(passed: bool) -> list[Answer]:
    proof = "It does better what it is asked: SRCC +0.104, with 95 % certainty above 0.034."
    copies = (
        f"{'2 % (0 to 4)' if passed else '9 % (6 to 13)'} of its samples are nearer to a learned"
        " picture than 95 % of other pictures are."
    )
    said = [
        ("better", "pass", proof),
        ("baseline", "pass", "Its dial does something: SRCC 0.41, where nothing gives 0."),
        ("likeness", "pass", "KID is 0.121, the champion's 0.134: no farther from real pictures."),
        ("memorised", "pass" if passed else "veto", copies),
        ("golden", "pass", "The files, read again, make the card's golden samples."),
        ("speed", "pass", "A sample takes 9 ms, as the champion's does."),
    ]
    return [{"code": code, "ruling": ruling, "text": text} for code, ruling, text in said]
