"""Loaded models that judge pictures in batches."""
