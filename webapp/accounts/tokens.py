"""Secrets that are shown once and kept only as their SHA-256."""

import hashlib
import secrets


def new_secret(prefix: str) -> str:
    """256 random bits, with a prefix that secret scanners can recognise."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def digest(secret: str) -> str:
    """What the database keeps of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
