"""Whole networks, created by name from the registry. Importing the package registers them."""

from ml.models import scorer, tiny

__all__ = ["scorer", "tiny"]
