"""The page about a cropper shows the figures of its card beside each other, and invents none."""

from dataclasses import asdict
from typing import Any

import pytest
from django.test import Client

from ml.contracts.crops import Mix
from tests.people import person
from webapp.registry.models import ModelVersion

pytestmark = pytest.mark.django_db


def row(method: str, figure: str, value: float) -> dict[str, Any]:
    estimate = {"value": value, "low": value - 0.1, "high": value + 0.1}
    return {
        "table": "Planted views", "method": method, "figure": figure, "pictures": 1234,
        "value": estimate,
    }  # fmt: skip


CARD = {
    "schema": 1, "kind": "cropper", "version": "cropper-v9", "created_at": "2026-11-21",
    "licence": "Apache-2.0", "weights": {"sha256": "0" * 64}, "mix": asdict(Mix()),
    "architecture": {"name": "cropper", "options": {}, "input_side": 256},
    "golden": {"seed": 1, "side": 8, "scores": [0.0], "tolerance": 0.1},
    "figures": [row("View ranker", "IoU", 0.7), row("Centre", "IoU", 0.5),
                row("View ranker", "BDE", 0.2)],
    "limits": ["Faces in profile are missed."],
}  # fmt: skip


def shown(card: object) -> str:
    ModelVersion.objects.create(
        kind="cropper", name="cropper-v9", digest="0" * 64, card=card, state="active"
    )
    browser = Client()
    browser.force_login(person("anybody@example.org"))
    answer = browser.get("/models/cropper-v9/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_ways_to_crop_stand_beside_each_other_with_their_intervals() -> None:
    page = shown(CARD)
    assert "Looks at new pictures now." in page and "1,234 pictures" in page
    assert '0.70 <span class="muted">0.60 to 0.80</span>' in page
    assert page.index("View ranker") < page.index("Centre")
    assert page.count("not measured") == 1
    assert "Faces in profile are missed." in page


@pytest.mark.parametrize("card", [{}, {**CARD, "figures": "none"}, {**CARD, "figures": []}])
def test_a_card_without_readable_figures_says_so(card: object) -> None:
    assert "nobody can say how well it crops" in shown(card)
