"""``faithfulness`` fills the card of a tiny model and writes its tables into a page."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from ml.cli.__main__ import main
from ml.contracts.attributes_card import read_attributes_card
from ml.contracts.explanations import MapKind
from ml.evaluation.faithfulness_page import BEGIN, END
from tests.ml.attributes import learn_tiny, write_labelled
from tests.ml.conftest import Shipped

AROUND = f"# Figures\n\n{BEGIN}\nold\n{END}\n\nAfter.\n"


@dataclass(frozen=True)
class Run:
    card: Path
    page: Path
    shipped: Shipped

    def ask(self, *more: str) -> int:
        card, scorer = str(self.card), str(self.shipped.card)
        return main(["faithfulness", "--card", card, "--scorer", scorer, *more])

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.card.read_text())
        return found


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, shipped: Shipped) -> Run:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("faithful")
    data = write_labelled(folder / "data")
    heads = ("--head", "overall", "--head", "light")
    assert learn_tiny(data, folder, *heads, "--cache", str(folder / "cache")) == 0
    page = folder / "figures.md"
    page.write_text(AROUND)
    made = Run(folder / "tiny.json", page, shipped)
    few = ("--pictures", "12", "--moved", "6", "--resamples", "40")
    assert made.ask("--data", f"oasis={shipped.oasis}", "--into", str(page), *few) == 0
    return made


def test_the_card_gains_figures_for_every_kind_of_map(asked: Run) -> None:
    card = read_attributes_card(asked.card)
    assert {one.kind for one in card.maps} == set(MapKind)
    for one in card.maps:
        assert one.milliseconds > 0 and one.title and one.explains
        assert one.pointing is not None and 0 <= one.pointing.own.value <= 1


def test_the_card_says_how_the_maps_were_tested(asked: Run) -> None:
    facts = asked.document["faithfulness"]
    assert facts["data"] == "oasis" and facts["composites"]["merge"] == 6
    assert facts["asymmetry"]["count"] + facts["asymmetry"]["unreached"] == 6
    assert facts["set_milliseconds"] > 0


def test_the_page_keeps_its_words_and_shows_the_card(asked: Run) -> None:
    text = asked.page.read_text()
    assert text.startswith("# Figures") and text.endswith("After.\n") and "\nold\n" not in text
    for words in (
        "Learned attributes",
        "VisualBackProp",
        "lowering needs the smaller",
        "| light |",
    ):
        assert words in text


def test_without_data_the_page_is_written_from_the_card_as_it_is(
    asked: Run, tmp_path: Path
) -> None:
    page, before = tmp_path / "again.md", asked.card.read_bytes()
    page.write_text(AROUND)
    assert asked.ask("--into", str(page)) == 0
    assert page.read_text() == asked.page.read_text()
    assert asked.card.read_bytes() == before


def test_a_page_without_marks_is_refused(
    asked: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "bare.md"
    page.write_text("no marks")
    assert asked.ask("--into", str(page)) == 2
    assert "no marks" in capsys.readouterr().err and page.read_text() == "no marks"


def test_a_card_that_is_no_json_is_refused(
    shipped: Shipped, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = tmp_path / "card.json"
    card.write_text("{")
    assert Run(card, card, shipped).ask() == 2
    assert "no readable card" in capsys.readouterr().err
