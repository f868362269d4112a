"""What is known of the attributes and maps, from the card into the documentation, as Markdown."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from ml.contracts.attributes_card import (
    AttributesCard,
    Beside,
    HeadFacts,
    MapFacts,
    MeasuredFacts,
    Verdict,
    parse_attributes_card,
)
from ml.contracts.config import Estimate
from ml.evaluation.faithfulness_asymmetry import Asymmetry
from ml.evaluation.faithfulness_figures import KindFigures
from ml.evaluation.text_table import markdown, with_interval

BEGIN = "<!-- explanations: begin, written by `python -m ml.cli faithfulness` -->"
END = "<!-- explanations: end -->"
FIGURES = ("deletion", "insertion", "pointing")
_DIGITS = 4
_FIELD = "faithfulness"  # of the card: how the maps were tested


def map_rows(found: tuple[KindFigures, ...]) -> list[dict[str, object]]:
    """The section ``maps`` of a card."""
    return [_map_row(one.facts) for one in found]


def tested_facts(
    found: tuple[KindFigures, ...],
    *,
    uneven: Asymmetry,
    data: str,
    set_milliseconds: float,
) -> dict[str, object]:
    """The section ``faithfulness`` of a card: how the maps were tested, and the asymmetry."""
    return {
        "data": data,
        "pictures": {one.facts.kind: one.pictures for one in found},
        "composites": {one.facts.kind: one.composites for one in found},
        "set_milliseconds": round(set_milliseconds),
        "asymmetry": _rounded(asdict(uneven)),
    }


def with_figures(
    document: Mapping[str, Any], *, maps: list[dict[str, object]], facts: dict[str, object]
) -> dict[str, Any]:
    """The card with both sections replaced. Raises CardError when it then is no card."""
    written = {**document, "maps": maps, _FIELD: facts}
    parse_attributes_card(written)
    return written


def section(document: Mapping[str, Any]) -> str:
    """All tables of one card, between the marks. Raises CardError."""
    card = parse_attributes_card(document)
    parts = [BEGIN, f"Of {card.version}.", *_attribute_parts(card)]
    if card.maps:
        parts += [*_map_parts(card, document.get(_FIELD, {}))]
    return "\n\n".join([*parts, END])


def _attribute_parts(card: AttributesCard) -> Iterator[str]:
    yield "### Learned attributes"
    yield markdown(
        ["attribute", "source", "learned from", "tested on", "votes each", "held-out SRCC",
         "baseline", "its SRCC", "ceiling", "shown"],
        [_head_line(head) for head in card.heads],
    )  # fmt: skip
    if card.measured:
        yield "### Measured attributes"
        yield markdown(
            ["attribute", "source", "compared with", "n", "SRCC", "shown as"],
            [_measured_line(one) for one in card.measured],
        )


def _head_line(head: HeadFacts) -> list[str]:
    return [
        head.key,
        f"learned: {head.crowd}",
        str(head.learned_from),
        str(head.tested_on),
        str(head.raters) if head.raters else "",
        with_interval(head.srcc, digits=2),
        head.baseline,
        f"{head.baseline_srcc:.2f}",
        "" if head.ceiling is None else f"{head.ceiling:.2f}",
        "yes" if head.shown else "no",
    ]


def _measured_line(one: MeasuredFacts) -> list[str]:
    return [
        one.key,
        "measured",
        one.against or "nothing",
        str(one.n) if one.srcc else "",
        with_interval(one.srcc, digits=2) if one.srcc else "",
        "judgement" if one.judgement else "fact",
    ]


def _map_parts(card: AttributesCard, facts: Mapping[str, Any]) -> Iterator[str]:
    yield "### Maps"
    if facts:
        made = max(facts["composites"].values())
        yield (
            f"Held-out pictures of {facts['data']}; {made} composites. Under the curves are only "
            "pictures whose answer falls when they are blurred: their number stands beside the "
            "map. The heads with AADB's labels have learned from some of these pictures, as they "
            "learned from all that have such labels. Each figure: the map, *a random map*, *a "
            "blob in the centre*."
        )
    yield markdown(
        ["map", "explains", "pictures", "deletion, lower is better", "insertion, higher is better",
         "pointing, higher is better", "ms a map", "verdict"],
        [_map_line(one, facts.get("pictures", {})) for one in card.maps],
    )  # fmt: skip
    yield _verdicts(card.maps)
    if facts:
        yield f"The whole explanation takes {facts['set_milliseconds']} ms a picture (median)."
        yield "### Is worsening easier than improving?"
        yield _asymmetry_words(facts["asymmetry"])


def _map_line(one: MapFacts, pictures: Mapping[str, int]) -> list[str]:
    figures = [_beside_words(getattr(one, name)) for name in FIGURES]
    count = str(pictures.get(one.kind, ""))
    return [one.title, one.explains, count, *figures, f"{one.milliseconds:.1f}", str(one.verdict)]


def _beside_words(figure: Beside | None) -> str:
    if figure is None:
        return ""
    rivals = f"*{figure.random.value:.2f}*, *{figure.centre.value:.2f}*"
    return f"{with_interval(figure.own, digits=2)}; {rivals}"


def _verdicts(maps: tuple[MapFacts, ...]) -> str:
    lines = []
    for verdict in Verdict:
        named = [one.title for one in maps if one.verdict is verdict]
        if named:
            lines.append(f"- {verdict}: {', '.join(named)}")
    return "\n".join(lines)


def _asymmetry_words(facts: Mapping[str, Any]) -> str:
    def words(name: str, digits: int = 2) -> str:
        return with_interval(Estimate(**facts[name]), digits=digits)

    share = words("worsening_easier")
    return (
        f"To move the scorer's mean by {facts['change']} points, over {facts['count']} pictures "
        f"({facts['unreached']} more could not be moved that far): lowering needs the smaller "
        f"change in a share of {share} of them. The change that raises is {words('ratio')} times "
        f"the one that lowers (median). In levels of 0 to 255, root mean square, far below "
        f"what a picture file can hold: {words('raising', 3)} to raise, "
        f"{words('lowering', 3)} to lower."
    )


def _map_row(facts: MapFacts) -> dict[str, object]:
    row: dict[str, object] = {
        "kind": str(facts.kind),
        "title": facts.title,
        "explains": facts.explains,
        "milliseconds": facts.milliseconds,
        "verdict": str(facts.verdict),
    }
    for name in FIGURES:
        beside: Beside | None = getattr(facts, name)
        row[name] = None if beside is None else _rounded(asdict(beside.own))
        if beside is not None:
            row[f"{name}_random"] = _rounded(asdict(beside.random))
            row[f"{name}_centre"] = _rounded(asdict(beside.centre))
    return row


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return round(value, _DIGITS) if isinstance(value, float) else value
