"""Cards of models for tests that need no model."""

HEADS = [
    {"key": "overall", "low": 1.0, "high": 10.0},
    {"key": "light", "low": -1.0, "high": 1.0},
    {"key": "symmetry", "low": 0.0, "high": 1.0},
]


def attributes_document(
    name: str, digest: str, options: dict[str, object], values: dict[str, float]
) -> dict[str, object]:
    """A card that tells of those heads, of one formula and of one kind of map."""
    proven, chance = ({"value": 0.5 - by, "low": 0.3 - by, "high": 0.6 - by} for by in (0, 0.45))
    around = {"value": 0.2, "low": 0.1, "high": 0.3}
    beside = {f"deletion{end}": around for end in ("", "_random", "_centre")}
    none = {"insertion": None, "pointing": None}
    return {
        "schema": 1,
        "kind": "attributes",
        "version": name,
        "created_at": "2026-11-21",
        "licence": "Apache-2.0",
        "architecture": {"name": "attribute-mapper", "input_side": 32, "options": options},
        "weights": {"file": f"{name}.safetensors", "sha256": digest, "bytes": 1},
        "data": [{"name": "tiles", "title": "Small tiles", "licence": "CC0", "count": 145}],
        "heads": [
            {
                "key": head["key"], "n": 145, "learned_from": 116, "tested_on": 29,
                "protocol": "held-out split", "raters": 5, "crowd": "small tiles",
                "srcc": chance if head["key"] == "symmetry" else proven,
                "baseline": {"name": "ridge", "srcc": 0.31}, "ceiling": None,
                "shown": head["key"] != "symmetry", "reference": [head["low"], head["high"]],
            }
            for head in HEADS
        ],
        "measured": [
            {"key": "colorfulness", "formula": "How far colours lie from grey", "against": "",
             "n": 0, "srcc": None, "judgement": False, "reference": [0.0, 0.5, 1.0]},
            {"key": "brightness", "formula": "Mean lightness", "against": "light", "n": 145,
             "srcc": proven, "judgement": True, "reference": []},
        ],
        "maps": [
            {"kind": "merge", "title": "All layers", "explains": "one attribute", **beside,
             **none, "milliseconds": 12.0, "verdict": "beats both"}
        ],
        "golden": {"seed": 3, "side": 48, "values": values, "tolerance": 1e-3},
        "limits": ["Five raters a picture."],
        "notes": ["Tiny."],
    }  # fmt: skip


def generator_document(
    name: str, digest: str, *, options: dict[str, object], colours: list[list[float]]
) -> dict[str, object]:
    """A card of a generator of two categories that learned from 12 pictures."""
    figure = {"value": 0.5, "low": 0.4, "high": 0.6}
    return {
        "schema": 1,
        "kind": "generator",
        "version": name,
        "created_at": "2026-11-22",
        "licence": "Apache-2.0",
        "patent": "Conditioned without the patent's layer.",
        "architecture": {
            "name": "pfagan", "size": 32, "latent": 8, "conditioning": "film", "options": options,
        },
        "weights": {"sha256": digest},
        "data": [{"name": "oasis"}],
        "categories": [
            {"key": "sea", "name": "Sea", "pictures": 7},
            {"key": "barn", "name": "Barns", "pictures": 5},
        ],
        "dial": {"low": 3.0, "high": 7.5, "sd": 2.0},
        "features": "scorer-v2",
        "golden": {"seeds": [1], "colours": colours, "tolerance": 1.0},
        "training": {"pictures": 12, "wall_time_s": 60.0, "machine": "2 cores"},
        "measures": [
            {"name": "conditioning", "value": figure, "samples": 100, "against": "shuffled",
             "baseline": {"value": 0.0, "low": -0.1, "high": 0.1}},
        ],
        "outcomes": [
            {"key": "sea", "obeyed": figure, "recognised": figure, "mistaken": figure,
             "samples": 50, "kid": 1.5, "near": None, "spread": 4.0, "spread_real": 9.0},
        ],
        "learned": ["ab" * 8],
        "limits": ["Twelve pictures are few."],
        "notes": [],
    }  # fmt: skip
