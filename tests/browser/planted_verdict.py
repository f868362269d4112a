"""A verdict with known content: a challenger that is better, or one that is not."""

import random
from typing import Any

from tests.browser.planted_campaigns import TITLES

POINTS = 36
Answer = dict[str, Any]


def pictured(number: int) -> Answer:
    """A picture of the snapshot."""
    return {
        "sha256": f"{number:064x}", "src": f"/training/media/planted/{number}.webp",
        "title": TITLES[number % len(TITLES)],
    }  # fmt: skip


def about(value: float, half: float) -> Answer:
    """An estimate with its interval."""
    return {"value": value, "low": value - half, "high": value + half}


def figures(srcc: float, emd: float, coverage: float) -> Answer:
    """Of one model."""
    return {
        "srcc": about(srcc, 0.05), "emd_r2": about(emd, 0.008), "mae": about(4.6 * emd, 0.06),
        "coverage": coverage, "milliseconds": 42.0, "megabytes": 31.4,
    }  # fmt: skip


def report(passed: bool) -> Answer:
    """What the gate wrote."""
    gain = about(0.061, 0.038) if passed else about(0.012, 0.041)
    return {
        "verdict": {
            "passed": passed, "reasons": _reasons(passed), "pictures": 36,
            "challenger": figures(0.712 if passed else 0.663, 0.118, 0.83),
            "champion": figures(0.651, 0.127, 0.78), "constant": figures(0.0, 0.171, 0.8),
            "gain": gain, "emd_gain": about(-0.009, 0.006), "ceiling": about(0.861, 0.02),
            "slices": _slices(passed),
        },
        "flips": [_flip(number) for number in range(24)],
        "points": [_point(number) for number in range(POINTS)],
        "trained_on": 33, "gone": 1, "learned_before": 2, "seconds": 41.0,
    }  # fmt: skip


def _reasons(passed: bool) -> list[Answer]:
    proof = "It orders the test pictures better: SRCC +0.061, with 95 % certainty above 0.023."
    want = "No gain is proven: SRCC +0.012, which may as well be a loss of 0.029."
    broken = "On dark pictures it loses 0.110, more than the 0.050 that is taken."
    said = [
        ("better", "pass" if passed else "veto", proof if passed else want),
        ("calibration", "pass", "30 of 36 voted means lie in its 80 % intervals."),
        ("golden", "pass", "The files, read again, give the card's golden picture its score."),
        ("speed", "pass", "A picture takes 42 ms, as the champion's does."),
        ("memory", "pass", "Its weights have 31.4 MB, the champion's 31.4 MB."),
        ("baseline", "note", "A constant would reach an EMD of 0.171."),
    ]
    if not passed:
        said.insert(1, ("slice", "veto", broken))
    return [{"code": code, "ruling": ruling, "text": text} for code, ruling, text in said]


def _slices(passed: bool) -> list[Answer]:
    rows = [
        ("photo", "Photos", 33, 0.055, 0.04), ("painting", "Paintings", 3, None, 0),
        ("dark", "Dark", 21, 0.03 if passed else -0.11, 0.05),
        ("monochrome", "Monochrome", 7, None, 0), ("portrait", "With a face", 22, 0.07, 0.06),
        ("campaign:c1", "Summer in the harbour", 36, 0.061, 0.038),
        ("top", "The fifth with the highest votes", 8, 0.02, 0.11),
    ]  # fmt: skip
    return [
        {
            "key": key, "title": title, "pictures": pictures,
            "srcc": None if gain is None else about(gain, half),
            "emd_r2": None if gain is None else about(-gain / 7, half / 6),
            "vetoes": gain is not None and gain < -0.05,
        }
        for key, title, pictures, gain, half in rows
    ]  # fmt: skip


def _flip(number: int) -> Answer:
    dice = random.Random(number)
    before = dice.uniform(10, 90)
    move = (60 - 2 * number) * (1 if dice.random() < 0.5 else -1)
    after = max(1, min(99, before + move if 0 < before + move < 100 else before - move))
    return {
        "artwork": f"{number:064x}", "picture": pictured(number),
        "part": ("test", "train", "train", "validation")[number % 4],
        "before": 3 + before / 20, "after": 3 + after / 20,
        "before_percentile": before, "after_percentile": after,
        "voted": max(1, 3 + after / 20 + dice.gauss(0, 0.6)),
    }  # fmt: skip


def _point(number: int) -> Answer:
    dice = random.Random(100 + number)
    voted = 2.5 + 5.5 * number / POINTS
    return {
        "artwork": f"{number:064x}", "picture": pictured(number), "voted": voted,
        "champion": 5.4 + 0.45 * (voted - 5.4) + dice.gauss(0, 0.7),
        "challenger": 5.4 + 0.7 * (voted - 5.4) + dice.gauss(0, 0.5),
    }  # fmt: skip
