"""Networks by name: ``register`` declares one, ``create`` builds it. Building needs no network."""

from collections.abc import Callable

from torch import nn

Builder = Callable[..., nn.Module]
_BUILDERS: dict[str, Builder] = {}


class UnknownModelError(LookupError):
    """No network of that name is registered: the card or the caller is wrong."""


def register(name: str) -> Callable[[Builder], Builder]:
    """Decorator: make a builder reachable as ``name``. A name is given once."""

    def keep(builder: Builder) -> Builder:
        if name in _BUILDERS:
            raise ValueError(f"the name {name} is taken")
        _BUILDERS[name] = builder
        return builder

    return keep


def names() -> tuple[str, ...]:
    """All registered names, sorted."""
    return tuple(sorted(_BUILDERS))


def create(name: str, *, pretrained: bool = False, **options: object) -> nn.Module:
    """Build a network; ``pretrained`` fills the backbone from its installed wheel.

    Raises UnknownModelError, and what the builder raises for options it does not know.
    """
    try:
        builder = _BUILDERS[name]
    except KeyError:
        raise UnknownModelError(f"no model named {name}; there are {names()}") from None
    return builder(pretrained=pretrained, **options)
