"""Write attributes: take in those that ship with the product, add and retire others."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from django.db import IntegrityError, transaction

from ml.contracts import attributes as contract
from webapp.common.errors import ApplicationError, Conflict
from webapp.registry.models import CHOICE_LETTERS, Attribute, Family

MOST_CHOICES = 40
FARTHEST = 1e6  # beyond it a difference of two answers would soon lose its digits


class BadAttribute(ApplicationError):
    """Whoever adds the attribute must correct it."""

    code = "bad_attribute"


@dataclass(frozen=True, slots=True)
class Question:
    """An attribute as staff describe it."""

    key: str
    label: str
    asks: str
    low: float
    high: float
    low_word: str
    high_word: str
    choices: Sequence[str] = ()


def sync_attributes() -> int:
    """Bring those that ship with the product up to date; returns how many there are.

    Whether one is retired is the administrator's to say and stays. Idempotent.
    """
    rows = [
        Attribute(
            key=each.key, label=each.label, family=each.family.value, low=each.low,
            high=each.high, low_word=each.low_word, high_word=each.high_word, asks=each.asks,
            choices=list(each.choices), place=place,
        )
        for place, each in enumerate(contract.built_in())
    ]  # fmt: skip
    columns = ["label", "family", "low", "high", "low_word", "high_word", "asks", "choices"]
    Attribute.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["key"], update_fields=[*columns, "place"]
    )
    return len(rows)


def add(question: Question) -> Attribute:
    """A new attribute, without a number until people rated it and a model learned it.

    Raises BadAttribute for a key, range or choices that cannot be, Conflict for a key that is
    taken.
    """
    choices = _choices(question)
    low, high = (0.0, float(len(choices) - 1)) if choices else (question.low, question.high)
    _require_range(question.label, low, high)
    if question.key == contract.OVERALL:
        raise Conflict("The overall judgement is a score, not an attribute. Take another key.")
    try:
        checked = contract.Attribute(
            question.key, question.label, contract.Family.OWN, low, high,
            question.low_word, question.high_word, question.asks, tuple(choices),
        )  # fmt: skip
    except ValueError as error:
        raise BadAttribute(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    try:
        with transaction.atomic():
            return Attribute.objects.create(
                key=checked.key, label=checked.label, family=Family.OWN, low=checked.low,
                high=checked.high, low_word=checked.low_word, high_word=checked.high_word,
                asks=checked.asks, choices=choices,
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict(f"There is an attribute {question.key!r} already.") from error


def _require_range(label: str, low: float, high: float) -> None:
    if not (isfinite(low) and isfinite(high)) or max(abs(low), abs(high)) > FARTHEST:
        raise BadAttribute(
            f"The range of '{label}' must lie between -{FARTHEST:,.0f} and {FARTHEST:,.0f}."
        )
    if low >= high:
        raise BadAttribute(
            f"The range of '{label}' is empty: its lowest answer {low:g} must be less than its"
            f" highest {high:g}."
        )


def _choices(question: Question) -> list[str]:
    """Without blanks. Raises BadAttribute for a single one, for twins and for long ones."""
    choices = [choice.strip() for choice in question.choices if choice.strip()]
    named = f"'{question.label}'"
    if len(choices) == 1:
        raise BadAttribute(
            f"{named} has the one choice '{choices[0]}'. Give at least two, or none for a range."
        )
    counted = Counter(choice.casefold() for choice in choices)
    twin = next((choice for choice in choices if counted[choice.casefold()] > 1), None)
    if twin is not None:
        raise BadAttribute(f"{named} has the choice '{twin}' more than once.")
    if len(choices) > MOST_CHOICES:
        raise BadAttribute(f"{named} has more than {MOST_CHOICES} choices.")
    long = next((choice for choice in choices if len(choice) > CHOICE_LETTERS), None)
    if long is not None:
        raise BadAttribute(f"'{long}' of {named} has more than {CHOICE_LETTERS} letters.")
    return choices


@transaction.atomic
def change(attribute: Attribute, **columns: object) -> Attribute:
    """Retire or bring back; of an own one also its words. Raises Conflict for a shipped one's."""
    worded = set(columns) - {"active"}
    if worded and attribute.family != Family.OWN:
        raise Conflict("This attribute ships with the product: it is retired, not reworded.")
    for name, value in columns.items():
        setattr(attribute, name, value)
    attribute.save(update_fields=list(columns))
    return attribute
