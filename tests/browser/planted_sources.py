"""What can be learned from, with known content: three crowds and an imported set, or nobody yet."""

from typing import Any

OVERALL = {"key": "overall", "label": "Overall: how people rate a picture", "low": 1, "high": 10}
Answer = dict[str, Any]


def sources(votes: bool) -> Answer:
    """All there is to choose from."""
    if not votes:
        library = {"pictures": 0, "votes": 0}
        return {"targets": [OVERALL], "campaigns": [], "imported": [], "library": library}
    light = {"key": "light", "label": "Light", "low": -1, "high": 1}
    asked = [
        ("c1", "Summer in the harbour", "score", True, 42, 431, 12, 0.42),
        ("c2", "Which of these stay on the wall", "pairs", True, 18, 240, 6, 0.55),
        ("c3", "Between two lights", "score", False, 31, 198, 9, 0.31),
    ]
    names = ("id", "title", "mode", "mine", "pictures", "votes", "raters", "alpha")
    ava = {
        "id": "i1", "name": "AVA landscapes", "kind": "ava", "licence": "research only",
        "steps": 10, "rows": 1200, "pictures": 0, "votes": 0,
    }  # fmt: skip
    return {
        "targets": [OVERALL, light],
        "campaigns": [dict(zip(names, each, strict=True)) for each in asked],
        "imported": [ava], "library": {"pictures": 25, "votes": 25},
    }  # fmt: skip


def preview(problem: bool) -> Answer:
    """What the sources make."""
    source = {"name": "campaign:c1", "title": "Summer in the harbour", "licence": ""}
    few = "6 of the voted pictures have fewer than 3 votes."
    text = "There are 22 pictures with enough votes; at least 30 are needed."
    return {
        "pictures": 42, "votes": 431, "raters": 12, "media": {"photo": 39, "painting": 3},
        "means": [0, 1, 3, 6, 9, 11, 7, 4, 1, 0],
        "votes_per_picture": [
            {"from": 1, "to": 2, "n": 0}, {"from": 3, "to": 4, "n": 4},
            {"from": 5, "to": 9, "n": 13}, {"from": 10, "to": 19, "n": 22},
            {"from": 20, "to": None, "n": 3},
        ],
        "sources": [{**source, "pictures": 42, "votes": 431, "alpha": 0.42}],
        "left_out": [
            {"code": "too_few_votes", "n": 6, "text": few},
            {"code": "doubted_raters", "n": 1, "text": "1 rater looks careless."},
        ],
        "same_file": 2, "parts": {"train": 29, "validation": 4, "test": 9}, "notes": [],
        "problem": {"code": "too_few_pictures", "text": text} if problem else None,
    }  # fmt: skip
