"""Fitting heads, from cached features to a weights file with its card."""
