"""Metrics, baselines and reports on held-out pictures."""
