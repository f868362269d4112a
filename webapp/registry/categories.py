"""Categories of generators as people name them; what nobody named is called as the card says."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from ml.contracts.card import CardError
from ml.contracts.generator_card import GeneratorCard, parse_generator_card
from webapp.accounts.models import User
from webapp.common.errors import ApplicationError, NotFound
from webapp.registry.models import CategoryName, ModelKind, ModelVersion

LONGEST = 60


class BadName(ApplicationError):
    """The user must choose another name; `code` says why."""

    code = "bad_name"


def card_of(version: ModelVersion) -> GeneratorCard | None:
    """The card as it came with the weights; None for one of a form that is read no more."""
    try:
        return parse_generator_card(version.card)
    except CardError:
        return None


def named_card(version: ModelVersion) -> GeneratorCard | None:
    """The same with the names that people gave."""
    card = card_of(version)
    if card is None:
        return None
    names = names_of([version])
    named = (replace(each, name=names[version.pk, each.key]) for each in card.categories)
    return replace(card, categories=tuple(named))


def names_of(versions: Iterable[ModelVersion]) -> dict[tuple[UUID, str], str]:
    """Name by version and key, of every category that a card tells of."""
    cards = {each.pk: card_of(each) for each in versions}
    names = {
        (pk, category.key): category.name
        for pk, card in cards.items()
        if card is not None
        for category in card.categories
    }
    for given in CategoryName.objects.filter(version__in=cards):
        if (given.version_id, given.key) in names:
            names[given.version_id, given.key] = given.name
    return names


def name_in(digest: str, key: str) -> str:
    """Of a category of the generator with these weights; its key when that is not known here."""
    version = ModelVersion.objects.filter(kind=ModelKind.GENERATOR, digest=digest).first()
    return key if version is None else category_name(version, key)


def category_name(version: ModelVersion, key: str) -> str:
    """Of one category of this version; its key where the card does not tell of it."""
    return names_of([version]).get((version.pk, key), key)


@transaction.atomic
def rename(version: ModelVersion, key: str, name: str, *, by: User) -> None:
    """Call it so from now on, wherever it is shown; without a name as its card does.

    Raises NotFound for a key that the card does not tell of, BadName.
    """
    ModelVersion.objects.select_for_update(no_key=True).get(pk=version.pk)  # one at a time
    names = names_of([version])
    if (version.pk, key) not in names:
        raise NotFound
    plain = " ".join(name.split())
    mine = CategoryName.objects.filter(version=version, key=key)
    if not plain:
        mine.delete()
        return
    _check(plain, {other for (_, each), other in names.items() if each != key})
    if not mine.update(name=plain, by=by):
        CategoryName.objects.create(version=version, key=key, name=plain, by=by)


def _check(name: str, others: set[str]) -> None:
    if len(name) > LONGEST:
        raise BadName(f"A name has at most {LONGEST} letters; this one has {len(name)}.")
    if not name.isprintable():
        raise BadName("The name has characters that cannot be shown. Type it anew.")
    if name.casefold() in {each.casefold() for each in others}:
        raise BadName(f"Another category is called {name} already.", code="name_taken")
