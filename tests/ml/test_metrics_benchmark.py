"""Our runs beside published numbers: nothing is lost, nothing of others is touched."""

import json
from pathlib import Path

import pytest

from ml.cli.__main__ import main
from ml.evaluation.benchmark import (
    BEGIN,
    END,
    BenchmarkSourceError,
    results_of_ablation,
    results_of_card,
    section,
)
from ml.evaluation.marked_section import NoMarksError, put_into
from ml.evaluation.published import AVA_FITS, AVA_FITS_OVERALL, PUBLISHED


def _estimate(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.1, "high": value + 0.1}


def _figures(srcc: float) -> dict[str, object]:
    estimates = {"srcc": _estimate(srcc), "plcc": _estimate(0.5), "emd_r2": _estimate(0.2)}
    return {"count": 1234, **estimates}


def _card() -> dict[str, object]:
    judged = {"scorer": _figures(0.777), "constant": _figures(-0.1)}
    return {"kind": "score", "version": "v9", "metrics": {"oasis": {"test": judged}}}


def _ablation() -> dict[str, object]:
    row = {"panel": "oasis", "row": "nima", "seeds": [1, 2, 3], **_figures(0.654)}
    return {"rows": [row]}


def _line(text: str, start: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(start))


def test_our_lines_say_on_what_they_were_measured() -> None:
    text = section([*results_of_card(_card()), *results_of_ablation(_ablation())])
    ours = _line(text, "| v9 |")
    assert "oasis | held-out test pictures | 1,234 | 0.777 (0.677 to 0.877)" in ours
    assert "mean of 3 seed(s)" in _line(text, "| nima |")


def test_a_constant_ranks_nothing_whatever_its_folds_show() -> None:
    line = _line(section(results_of_card(_card())), "| v9, constant")
    assert "| 1,234 | 0 | 0 |" in line


def test_every_published_number_has_its_data_and_source() -> None:
    text = section([])
    for result in PUBLISHED:
        assert result.data and result.source
        assert result.backbone in text
    assert "cannot be compared" in text
    assert "0.071 (r=2)" in text


def test_a_number_recalled_from_memory_says_so() -> None:
    assert "verify before quoting" in _line(section([]), "| VILA-R |")


def test_the_published_fits_cover_the_scale_in_order() -> None:
    assert [row.low for row in AVA_FITS] == list(range(1, 9))
    assert AVA_FITS_OVERALL.errors == (0.0284, 0.0335, 0.0429)


def test_only_the_part_between_the_marks_is_replaced() -> None:
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    once = put_into(text, section([]))
    assert once.startswith("before\n") and once.endswith("\nafter\n")
    assert "\nold\n" not in once
    assert put_into(once, section([])) == once


@pytest.mark.parametrize("text", ["no marks", f"{BEGIN} and no end"])
def test_a_document_without_marks_is_left_alone(text: str) -> None:
    with pytest.raises(NoMarksError, match="benchmark: begin"):
        put_into(text, section([]))


def test_a_card_without_figures_is_named() -> None:
    broken = {"version": "v", "metrics": {"oasis": {"test": {"scorer": {"count": 3}}}}}
    with pytest.raises(BenchmarkSourceError, match="srcc"):
        results_of_card(broken)
    with pytest.raises(BenchmarkSourceError, match="rows"):
        results_of_ablation({"rows": "none"})


def test_the_command_fills_the_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card, table, document = (tmp_path / name for name in ("card.json", "table.json", "doc.md"))
    card.write_text(json.dumps(_card()))
    table.write_text(json.dumps(_ablation()))
    document.write_text(f"# Title\n\n{BEGIN}\n{END}\n")
    arguments = ["benchmark", "--card", str(card), "--ablation", str(table)]
    assert main([*arguments, "--into", str(document)]) == 0
    assert "| v9 |" in document.read_text() and "# Title" in document.read_text()
    assert main(arguments) == 0
    assert "| nima |" in capsys.readouterr().out
    card.write_text("[]")
    assert main(arguments) == 2
    assert "card.json holds no object" in capsys.readouterr().err


def test_the_shipped_cards_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark"]) == 0
    assert "| oasis | held-out test pictures |" in capsys.readouterr().out
