"""Attributes that a documented formula takes from the pixels."""
