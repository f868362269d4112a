"""Typed reading of the environment, once, failing at start with the variable's name."""

import json
import secrets
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parents[2]
HOME = Path(env.str("CONNOISSEUR_HOME", default=str(BASE_DIR / "var"))).expanduser()


def _running() -> dict[str, Any]:
    """What the launcher of this home wrote about its engines; empty when it never ran."""
    path = HOME / "run.json"
    if not path.exists():
        return {}
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def engine_url(variable: str) -> str:
    """URL of an engine: the variable, else what `manage.py up` recorded in this home."""
    value = env.str(variable, default="") or _running().get(variable.lower(), "")
    if not value:
        raise ImproperlyConfigured(
            f"{variable} is not set and no engine is recorded in {HOME}. "
            f"Set {variable}, or start the embedded engines with `manage.py up`."
        )
    return str(value)


def secret_key() -> str:
    """SECRET_KEY, else one made once and kept in the data folder (0600)."""
    value = env.str("SECRET_KEY", default="")
    if value:
        return str(value)
    path = HOME / "secret_key"
    if not path.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        made = path.with_suffix(f".{secrets.token_hex(4)}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(64))
        try:
            path.hardlink_to(made)  # the first process to arrive decides
        except FileExistsError:
            pass
        made.unlink()
    return path.read_text()


def choice(variable: str, *, default: str, options: tuple[str, ...]) -> str:
    """A variable that must be one of `options`."""
    value = env.str(variable, default=default)
    if value not in options:
        raise ImproperlyConfigured(
            f"{variable} must be one of {', '.join(options)}, not {value!r}."
        )
    return str(value)
